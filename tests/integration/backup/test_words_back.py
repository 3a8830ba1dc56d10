"""A copy made before a destruction brings no words back: neither out of quarantine nor, as attachments, from peers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.chassis.attachments.model import Owner, Shape, UseState
from services.chassis.attachments.tables import ATTACHMENT_USES
from services.chassis.attachments.uses import hold
from services.chassis.backup.folder import strike
from services.chassis.backup.keys import letter_mark
from services.chassis.backup.taking import Taken
from services.chassis.destruction.register import Line
from services.chassis.exchange.errors import Refusal
from services.chassis.exchange.keeping import Why, destroy_content
from services.chassis.exchange.naming import LetterName
from services.chassis.exchange.proof import sealed_frame
from services.chassis.exchange.quarantine import Evidence, quarantine
from services.chassis.exchange.reading import named, sendable
from services.chassis.exchange.tables import LETTERS, QUARANTINE
from services.chassis.storage import Transaction, open_reader
from services.chassis.storage.tables import to_microseconds
from tests.fixtures.exchanges import ExchangeNode, settle
from tests.integration.backup.backups_for_tests import BODY, PEER, Office

SHAPE = Shape(bytes(range(32)), 1000, 256 * 1024, "guantong-1")


async def kept_words(office: Office) -> tuple[ExchangeNode, LetterName]:
    """A node that was sent a letter, did not believe a second copy of it, and awaits the file that it names."""
    alpha, beta = await office.open(BODY), await office.open(PEER)
    sent = await beta.send(BODY, b"words")
    own = beta.database.reader.read_sync(lambda c: named(c, beta.identity.keyring, LetterName(sent.letter_id)))
    frame = sealed_frame(beta.identity, sendable(own), office.clock.now())
    await settle(alpha, beta)

    def keep(tx: Transaction) -> None:
        quarantine(tx, [Evidence(frame, Refusal.CHAIN_BROKEN, PEER)])
        hold(tx, Owner.LETTER, sent.letter_id, SHAPE, UseState.EXPECTED, peer=PEER)

    await alpha.database.writer.run(keep)
    return alpha, LetterName(sent.letter_id, PEER)


def left(url: str) -> tuple[list[bytes], list[str]]:
    """What quarantine holds, and which attachments are awaited, in a database that was restored."""
    reader = open_reader(url)
    try:
        return reader.read_sync(
            lambda c: (
                [bytes(one) for one in c.scalars(sa.select(QUARANTINE.c.data))],
                list(c.scalars(sa.select(ATTACHMENT_USES.c.owner_id))),
            )
        )
    finally:
        reader.close()


def restored(office: Office, alpha: ExchangeNode, taken: Taken, *register: Line) -> str:
    alpha.database.close()
    url = office.new_url()
    office.restored(taken, url, *register)
    return url


def line_of(office: Office, name: LetterName) -> Line:
    at = to_microseconds(office.clock.now())
    return Line(name.letter_id, name.sender, "recall", "clerk-1", "leader-1", "destruction-1", at)


@pytest.mark.parametrize("registered", [False, True])
async def test_a_letter_whose_key_was_struck_brings_back_neither_frames_nor_files(office: Office, *, registered: bool):
    alpha, name = await kept_words(office)
    taken = office.back_up(alpha)
    digest = alpha.database.reader.read_sync(lambda c: c.scalar(sa.select(LETTERS.c.digest)))
    assert digest is not None
    strike(office.folder, BODY, {letter_mark(digest)}, office.clock.now())

    url = restored(office, alpha, taken, *([line_of(office, name)] if registered else []))

    assert left(url) == ([b""], [])


async def test_a_letter_of_the_register_brings_nothing_back_although_its_key_is_beside_the_copy(office: Office):
    alpha, name = await kept_words(office)
    taken = office.back_up(alpha)

    url = restored(office, alpha, taken, line_of(office, name))

    assert left(url) == ([b""], [])
    again = await office.open(BODY, office.county.open_database(url))
    assert again.database.reader.read_sync(lambda c: named(c, again.identity.keyring, name)).content is None


async def test_what_was_left_of_a_letter_destroyed_before_the_copy_goes_when_it_is_restored(office: Office):
    alpha, name = await kept_words(office)
    await alpha.database.writer.run(lambda tx: destroy_content(tx, name, Why("recall", "clerk-1", "leader-1")))
    taken = office.back_up(alpha)

    assert left(restored(office, alpha, taken, line_of(office, name))) == ([b""], [])


async def test_what_was_not_destroyed_is_awaited_again_and_no_copy_holds_frames(office: Office):
    alpha, name = await kept_words(office)
    taken = office.back_up(alpha)

    assert left(restored(office, alpha, taken)) == ([b""], [name.letter_id])
