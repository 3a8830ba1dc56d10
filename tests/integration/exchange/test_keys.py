"""Keys change while letters are under way: none is lost, none comes twice, and a revoked key counts for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from services.chassis.county.directory import add_key
from services.chassis.exchange.answers import Debts
from services.chassis.exchange.hooks import AlarmKind
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import LetterDraft, StoredLetter
from services.chassis.exchange.verify import verify_journal
from services.chassis.identity.cards import KeyCard
from services.chassis.identity.errors import NoCurrentKeyError
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.signed import SignedDirectory
from services.chassis.storage import Transaction
from tests.fixtures.exchanges import COUNTY, ExchangeCounty, ExchangeNode, settle
from tests.integration.exchange.directories_for_tests import (
    DirectoryOffice,
    load,
    lose,
    new_key,
    signing_key,
)
from tests.integration.exchange.hostile_for_tests import Mallory

BODIES = ("alpha", "beta", "gamma")


@pytest.fixture
def office(exchange_county: ExchangeCounty) -> DirectoryOffice:
    exchange_county.join(*BODIES)
    return DirectoryOffice.of(exchange_county)


@pytest.fixture
async def nodes(exchange_county: ExchangeCounty, office: DirectoryOffice) -> list[ExchangeNode]:
    assert office.newest.version == 1
    return [await exchange_county.open(body) for body in BODIES]


def contents(node: ExchangeNode) -> list[bytes]:
    return [letter.content or b"" for letter in node.applied]


def signed_by(letters: list[StoredLetter]) -> list[str]:
    return [letter.header.signing_key_id for letter in letters]


async def sound(*nodes: ExchangeNode) -> None:
    """Every journal verifies, with keys that are long retired or revoked."""
    for node in nodes:
        report = await node.database.reader.read(partial(verify_journal, identity=node.identity))
        assert report.sound, report.faults


def thief_behind(county: ExchangeCounty, last: StoredLetter) -> Mallory:
    """Somebody with the keys that a body has today, who knows its channel up to `last`."""
    own = county.known[last.header.sender]
    thief = Mallory(
        county.bus, county.clock, Identity(own.county, own.body, replace(own.keyring), own.directory), "beta"
    )
    thief.goes_on_after(last.header, last.signed.payload)
    return thief


@pytest.mark.parametrize("purpose", [Purpose.SIGNING, Purpose.SEALING])
async def test_a_key_is_replaced_while_letters_flow_and_none_is_lost_or_comes_twice(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice, purpose: Purpose
):
    alpha, beta, gamma = nodes
    sent = []
    for step in range(12):
        for sender, to in ((alpha, "beta"), (beta, "alpha"), (gamma, "alpha")):
            content = f"{sender.identity.body}-{step}".encode()
            await sender.send(to, content)
            sent.append((to, content))
        if step == 3:
            fresh = new_key(alpha, purpose)
            await load(gamma, office.lists("alpha", fresh))
        if step == 6:
            exchange_county.bus.redeliver_acknowledged()
        exchange_county.clock.advance(seconds=1)
        await alpha.turn()
        await gamma.turn()
        if step % 3 == 0:
            await beta.turn()
    exchange_county.clock.advance(seconds=10)
    await settle(*nodes)

    for node in nodes:
        mine = [content for to, content in sent if to == node.identity.body]
        assert sorted(contents(node)) == sorted(mine)
    if purpose is Purpose.SIGNING:
        assert signed_by(beta.applied)[-1] == fresh.key_id == signing_key(alpha).key_id
        assert len(set(signed_by(beta.applied))) == 2
    await sound(*nodes)


async def test_a_letter_under_a_key_that_its_recipient_has_not_heard_of_brings_the_directory_and_arrives(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice
):
    alpha, beta, _ = nodes
    exchange_county.clock.advance(seconds=1)
    fresh = new_key(alpha)
    await load(alpha, office.lists("alpha", fresh))
    exchange_county.bus.lose_everything()
    alpha.exchange.answers.owed = Debts()
    exchange_county.clock.advance(seconds=6)

    await alpha.send("beta", b"under the new key")
    await settle(alpha, beta)

    assert contents(beta) == [b"under the new key"]
    assert signed_by(beta.applied) == [fresh.key_id]
    assert [alarm.reason for alarm in beta.alarms] == ["KEY_UNKNOWN"]


async def test_a_revoked_key_is_refused_from_the_next_frame_on_whatever_its_letter_claims(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice
):
    alpha, beta, _ = nodes
    exchange_county.clock.advance(hours=1)
    await alpha.send("beta", b"honest")
    await settle(alpha, beta)
    stolen = signing_key(alpha)
    # On the bus before the revocation is known, read after it.
    thief = thief_behind(exchange_county, beta.applied[-1])
    thief.send(b"stolen")
    fresh = new_key(alpha)
    await load(beta, office.replaces("alpha", fresh, stolen.key_id))

    # Also by a clock that is late.
    exchange_county.clock.advance(minutes=-30)
    await beta.turn()
    assert contents(beta) == [b"honest"]
    assert [(one.kind, one.reason) for one in beta.alarms] == [(AlarmKind.QUARANTINED, "KEY_NOT_VALID")]
    exchange_county.clock.advance(minutes=31)
    await settle(alpha, beta)
    await alpha.send("beta", b"after")
    await settle(alpha, beta)
    assert contents(beta) == [b"honest", b"after"]
    await sound(alpha, beta)


async def test_letters_that_wait_for_a_peer_when_their_key_is_revoked_are_confirmed_and_arrive_as_they_were_written(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice
):
    alpha, beta, gamma = nodes
    for content in (b"one", b"two"):
        await alpha.send("beta", content)
    old, fresh = signing_key(alpha), new_key(alpha)
    exchange_county.clock.advance(days=3)
    await load(gamma, office.replaces("alpha", fresh, old.key_id))
    await settle(alpha, gamma)
    lose(alpha, old.key_id)
    await alpha.send("beta", b"three")

    exchange_county.bus.lose_everything()
    exchange_county.clock.advance(seconds=6)
    alpha.exchange.relay.send_again()
    await settle(*nodes)

    assert contents(beta) == [b"one", b"two", b"three"]
    assert signed_by(beta.applied) == [old.key_id, old.key_id, fresh.key_id]
    assert [letter.signed.confirmation is not None for letter in beta.applied] == [True, True, False]
    await sound(*nodes)


async def test_a_recipient_restored_from_before_a_revocation_is_sent_again_what_the_revoked_key_signed(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice
):
    alpha, beta, _ = nodes
    await alpha.send("beta", b"long ago")
    await settle(alpha, beta)
    old, fresh = signing_key(alpha), new_key(alpha)
    exchange_county.clock.advance(days=3)
    await load(alpha, office.replaces("alpha", fresh, old.key_id))
    await settle(*nodes)

    exchange_county.known["beta"].replace_directory(beta.identity.first)
    exchange_county.clock.advance(days=1)
    restored = await exchange_county.open("beta")
    restored.exchange.greet()
    for _ in range(3):
        exchange_county.clock.advance(seconds=10)
        exchange_county.seconds.now += 20
        alpha.exchange.relay.send_overdue()
        await settle(alpha, restored)

    assert contents(restored) == [b"long ago"]
    assert restored.identity.directory.version == 2
    await sound(alpha, restored)


async def test_a_sealing_key_is_revoked_and_nothing_is_sealed_to_it_from_then_on(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice
):
    alpha, beta, _ = nodes
    (old,) = beta.identity.keyring.opening
    await alpha.send("beta", b"sealed to the lost key")
    await alpha.exchange.relay_once()
    fresh = new_key(beta, Purpose.SEALING)
    lose(beta, old)
    await load(beta, office.replaces("beta", fresh, old))
    await settle(*nodes)
    exchange_county.clock.advance(seconds=10)
    await settle(*nodes)

    assert contents(beta) == [b"sealed to the lost key"]
    assert alpha.identity.directory.sealing_key("beta", exchange_county.clock.now()).key_id == fresh.key_id
    assert {alarm.reason for alarm in beta.alarms} == {"NOT_SEALED_TO_US"}


async def test_a_body_that_lost_its_signing_key_goes_on_once_the_office_listed_a_new_one_at_any_node(
    nodes: list[ExchangeNode], office: DirectoryOffice
):
    alpha, beta, gamma = nodes
    await alpha.send("beta", b"before")
    old = signing_key(alpha)
    lose(alpha, old.key_id)
    with pytest.raises(NoCurrentKeyError):
        await alpha.send("beta")
    alpha.exchange.greet()
    with pytest.raises(NoCurrentKeyError):
        await alpha.exchange.receipt_once()

    fresh = new_key(alpha)
    await load(gamma, office.replaces("alpha", fresh, old.key_id))
    await gamma.turn()
    await alpha.receive_all()
    assert alpha.identity.directory.version == 2
    await alpha.send("beta", b"after")
    await settle(*nodes)
    assert contents(beta) == [b"before", b"after"]
    await sound(*nodes)


async def test_a_key_that_begins_later_signs_nothing_before(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice
):
    alpha, beta, _ = nodes
    old, fresh = signing_key(alpha), new_key(alpha)
    now = exchange_county.clock.now()
    card = KeyCard.of(COUNTY, "alpha", fresh, old)
    begins = now + timedelta(hours=1)
    await load(alpha, office.signs(lambda one: add_key(one, card, begins, begins + timedelta(days=7))))
    await settle(*nodes)

    assert signing_key(alpha) is old
    exchange_county.clock.advance(minutes=59, seconds=59)
    assert signing_key(alpha) is old
    exchange_county.clock.advance(seconds=1)
    await alpha.send("beta", b"new")
    await settle(*nodes)
    assert signed_by(beta.applied) == [fresh.key_id]


async def test_two_persons_recover_the_directory_at_every_node_also_where_a_thief_signed_the_last_version(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice
):
    persons = [KeyPair.generate(Purpose.SIGNING, exchange_county.clock.now()) for _ in range(3)]
    with_persons = replace(office.newest, recovery_keys=tuple(one.record(one.created_at) for one in persons))
    for node in nodes:
        node.identity.replace_directory(with_persons)
    office.newest = with_persons
    by_thief = office.signs(lambda one: replace(one, bodies=tuple(reversed(one.bodies))))
    await load(nodes[0], by_thief)
    await settle(*nodes)
    assert [node.identity.directory.version for node in nodes] == [2, 2, 2]

    key = KeyPair.generate(Purpose.SIGNING, exchange_county.clock.now())
    recovered = replace(with_persons, version=3, directory_keys=(key.record(key.created_at),))
    await load(nodes[1], SignedDirectory.recover(recovered, persons[2], persons[0]).to_bytes())
    exchange_county.clock.advance(seconds=6)
    nodes[2].exchange.greet()
    await settle(*nodes)
    assert [node.identity.directory for node in nodes] == [recovered] * 3


async def test_a_letter_written_beside_the_revocation_of_its_senders_key_is_signed_with_the_new_one(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice
):
    """Units of work that wait at the same moment share one transaction: the letter stands behind the revocation."""
    alpha, beta, _ = nodes
    exchange_county.clock.advance(seconds=1)
    old, fresh = signing_key(alpha), new_key(alpha)
    newer = office.replaces("alpha", fresh, old.key_id)
    draft = LetterDraft(("beta",), "info.request", b"beside")

    def beside(tx: Transaction) -> None:
        alpha.exchange.load_directory(tx, newer, "admin-1")
        alpha.exchange.send(tx, draft)

    await alpha.database.writer.run(beside)
    await settle(*nodes)

    assert signed_by(beta.applied) == [fresh.key_id]
    await sound(*nodes)
