"""What a thief of a revoked key, and a body that lies about numbers and dates, cannot make a node do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.channels import HISTORIES_DIFFER
from services.chassis.exchange.continuing import CONTINUES
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction, Signer
from services.chassis.exchange.proof import letter_digest, seal_letter, sign_header
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.directory import Directory
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode, channel
from tests.integration.exchange.directories_for_tests import DirectoryOffice, load, new_key, signing_key
from tests.integration.exchange.hostile_for_tests import Mallory, Trio


def letters_of(node: ExchangeNode) -> int:
    return node.database.reader.read_sync(lambda connection: len(connection.execute(sa.select(LETTERS.c.place)).all()))


async def given_back(county: ExchangeCounty) -> tuple[ExchangeNode, Mallory, bytes]:
    """Alpha's key was revoked two days ago. Beta, hostile, has it, receipts a letter that alpha never wrote, dated
    before the revocation, and gives it back; also the receipt.
    """
    county.join("alpha", "beta")
    alpha, beta = [await county.open(body) for body in ("alpha", "beta")]
    office, stolen, before = DirectoryOffice.of(county), signing_key(alpha), county.clock.now()
    thief = Identity(alpha.identity.county, "alpha", replace(alpha.identity.keyring), alpha.identity.first)
    fresh = new_key(alpha)
    county.clock.advance(hours=1)
    newer = office.replaces("alpha", fresh, stolen.key_id)
    for node in (alpha, beta):
        await load(node, newer)
    county.clock.advance(hours=48)
    as_alpha = Mallory(county.bus, county.clock, thief, "alpha")
    as_beta = Mallory(county.bus, county.clock, beta.identity, "alpha")
    forged = as_alpha.letter(
        b"forged", sender="alpha", recipient="beta", written_at=before, signing_key_id=stolen.key_id
    )
    signed = sign_header(forged.header, stolen)
    receipt = as_beta.receipt(1, letter_digest(signed.payload, forged.header.previous_digest, signed.suite))
    as_beta.inject(receipt)
    await alpha.receive_all()
    key = alpha.identity.directory.sealing_key("alpha", county.clock.now())
    frame = wire.frame_of_letter(seal_letter(signed, forged.salt, b"forged", key))
    as_beta.inject(frame)
    await alpha.receive_all()
    county.clock.advance(seconds=2)
    return alpha, as_beta, frame


async def test_a_letter_under_a_revoked_key_is_not_taken_back_as_our_own_without_a_person(
    exchange_county: ExchangeCounty,
):
    alpha, _, _ = await given_back(exchange_county)

    assert letters_of(alpha) == 0
    assert (await channel(alpha)).halted == HISTORIES_DIFFER
    assert HISTORIES_DIFFER.upper() in {alarm.reason for alarm in alpha.alarms}


async def test_after_a_restore_that_a_person_declared_letters_from_before_the_revocation_come_back(
    exchange_county: ExchangeCounty,
):
    alpha, as_beta, frame = await given_back(exchange_county)
    await alpha.said_restored()
    as_beta.inject(frame)
    await alpha.receive_all()

    assert letters_of(alpha) == 1


async def test_a_person_may_go_on_without_what_the_revoked_key_signed(exchange_county: ExchangeCounty):
    alpha, _, _ = await given_back(exchange_county)
    why = Signer("A", "b", exchange_county.clock.now()), "key was stolen"
    alpha.database.writer.run_sync(lambda tx: alpha.exchange.continue_channel(tx, "beta", why, "admin"))

    assert (await channel(alpha)).halted is None
    assert letters_of(alpha) == 1  # the statement of the gap


async def test_a_hello_from_the_far_future_keeps_nobody_from_receipts(exchange_county: ExchangeCounty):
    trio = await Trio.meet(exchange_county)
    end = exchange_county.clock.now() + timedelta(days=365)

    def until(directory: Directory) -> Directory:
        bodies = tuple(
            replace(entry, signing_keys=tuple(replace(key, valid_to=end) for key in entry.signing_keys))
            for entry in directory.bodies
        )
        return replace(directory, bodies=bodies)

    content = DirectoryOffice.of(exchange_county).signs(until)
    for node in (trio.alpha, trio.beta, trio.honest_mallory):
        await load(node, content)
    trio.mallory.inject(trio.mallory.hello(0, receipt_issued_at=datetime(2199, 1, 1, tzinfo=UTC)))
    await trio.beta.receive_all()
    await trio.alpha.send("beta", b"honest")
    await trio.alpha.exchange.relay_once()

    await trio.check_whole(b"honest")


async def test_a_channel_goes_on_behind_the_highest_number_there_is(exchange_county: ExchangeCounty):
    trio = await Trio.meet(exchange_county)
    trio.mallory.inject(trio.mallory.receipt(2**63 - 1, bytes([7]) * 32))
    await trio.beta.receive_all()
    why = Signer("A", "b", exchange_county.clock.now()), "the peer lies"

    on = trio.beta.database.writer.run_sync(lambda tx: trio.beta.exchange.continue_channel(tx, "mallory", why, "admin"))

    assert on == 2**62 + 1


async def test_a_statement_of_a_gap_that_is_made_anew_gives_no_number_a_second_time(exchange_county: ExchangeCounty):
    trio = await Trio.meet(exchange_county)
    beta, mallory = trio.beta, trio.mallory

    async def receipted(number: int, digest: bytes) -> None:
        exchange_county.clock.advance(seconds=1)
        mallory.inject(mallory.receipt(number, digest))
        await beta.receive_all()

    for _ in range(3):
        await beta.send("mallory")
    digests = numbered(beta)
    await receipted(3, digests[3])
    await receipted(3, bytes([7]) * 32)
    why = Signer("A", "b", exchange_county.clock.now()), "the peer holds another letter"
    await beta.database.writer.run(lambda tx: beta.exchange.continue_channel(tx, "mallory", why, "admin"))
    await beta.send("mallory", b"behind the gap")
    assert set(numbered(beta)) == {1, 2, 4, 5, 6}  # the statement, the letter it displaced, and the one behind

    await receipted(2, digests[2])

    assert set(numbered(beta)) == {1, 2, 7, 8, 9}
    assert (await channel(beta)).halted is None


async def test_a_frame_of_a_number_that_was_left_out_is_no_evidence_of_anything(exchange_county: ExchangeCounty):
    trio = await Trio.meet(exchange_county)
    trio.mallory.send()
    old = trio.mallory.frame(trio.mallory.letter(b"before the statement was made anew"))
    trio.mallory.inject(trio.mallory.frame(trio.mallory.letter(number=7, kind=CONTINUES, content_type="")))
    await trio.take_in()
    trio.mallory.inject(old)
    await trio.take_in()

    assert await trio.refused() == []
    assert [alarm.reason for alarm in trio.beta.alarms if alarm.reason != "LETTERS_LOST"] == []


def numbered(node: ExchangeNode) -> dict[int, bytes]:
    query = sa.select(LETTERS.c.number, LETTERS.c.digest).where(LETTERS.c.direction == Direction.OUT.value)
    return node.database.reader.read_sync(lambda c: {row.number: row.digest for row in c.execute(query)})


async def test_small_hellos_do_not_buy_the_same_letters_again_and_again(exchange_county: ExchangeCounty):
    trio = await Trio.meet(exchange_county)
    for _ in range(5):
        trio.mallory.send()
    await trio.take_in()
    given = []
    for asked in (0, 0, 1, 2, 3, 0):
        exchange_county.clock.advance(milliseconds=10)
        trio.mallory.inject(trio.mallory.hello(asked))
        await trio.beta.receive_all()
        given.append(await frames_of(trio.beta))
    assert given == [6, 1, 1, 1, 1, 1]  # each time the receipt

    exchange_county.clock.advance(seconds=6)
    trio.mallory.inject(trio.mallory.hello(0))
    await trio.beta.receive_all()
    assert await frames_of(trio.beta) == 6


async def frames_of(node: ExchangeNode) -> int:
    sent = 0
    while one := await node.exchange.receipt_once():
        sent += one
    return sent
