"""What a hostile body with valid keys and bus rights can do: waste some bytes, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from services.chassis.exchange import equivocation, keeping, wire
from services.chassis.exchange.hooks import AlarmKind
from services.chassis.exchange.inbox import APPLY_AT_ONCE
from services.chassis.exchange.model import ReportedEquivocation
from services.chassis.exchange.quarantine import MOST_FRAMES, Quarantined, list_quarantine, set_aside
from services.chassis.exchange.standing import standings
from services.chassis.journal import store as journal
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode
from tests.integration.exchange.hostile_for_tests import Mallory, Trio


@pytest.fixture
async def trio(exchange_county: ExchangeCounty) -> Trio:
    return await Trio.meet(exchange_county)


async def test_the_sender_is_whoever_signed_whatever_the_subject_says(trio: Trio):
    trio.mallory.inject(trio.mallory.frame(trio.mallory.letter()), claimed="alpha")
    await trio.take_in()

    assert await trio.refused() == []
    assert [one.header.sender for one in trio.beta.applied] == ["mallory"]


async def test_two_letters_with_one_number_are_evidence_and_the_first_stands(trio: Trio):
    for letter_id in ("first", "second"):
        trio.mallory.inject(trio.mallory.frame(trio.mallory.letter(letter_id=letter_id)))
        await trio.take_in()

    assert await trio.refused() == ["EQUIVOCATION"]
    assert [one.header.letter_id for one in trio.beta.applied] == ["first"]


async def reported(trio: Trio) -> list[bytes]:
    """The proofs that Mallory was sent."""
    frames = await trio.county.bus.bus("mallory").fetch(1000, 0.0)
    found = [wire.decode_frame(frame.data) for frame in frames]
    return [wire.encode_equivocation(one) for one in found if isinstance(one, ReportedEquivocation)]


def proofs(kind: AlarmKind, node: ExchangeNode) -> list[tuple[str, str]]:
    return [(one.peer, one.reason) for one in node.alarms if one.kind is kind]


async def entries(node: ExchangeNode, kind: str) -> list[bytes]:
    return [one.payload for one in await node.database.reader.read(journal.read) if one.kind == kind]


async def test_two_letters_with_one_number_are_proven_to_their_signer_who_raises_the_alarm_too(trio: Trio):
    """Its node was copied, or somebody has its key: the honest holder of the key has to hear of it."""
    for letter_id in ("first", "second"):
        trio.mallory.inject(trio.mallory.frame(trio.mallory.letter(letter_id=letter_id)))
        await trio.take_in()
    honest = trio.county.known["mallory"]
    for _ in range(2):
        await trio.beta.exchange.receipt_once()
        await trio.honest_mallory.receive_all()

    assert proofs(AlarmKind.EQUIVOCATION, trio.beta) == [("mallory", "THEIRS")]
    assert proofs(AlarmKind.EQUIVOCATION, trio.honest_mallory) == [("beta", "OURS")]
    (kept,) = await entries(trio.beta, equivocation.PROVEN)
    assert await entries(trio.honest_mallory, equivocation.PROVEN) == [kept]
    proof = equivocation.open_report(honest, wire.decode_equivocation(kept), trio.county.clock.now())
    assert (proof.signer, proof.recipient, proof.number) == ("mallory", "beta", 1)


async def test_a_node_that_starts_again_tells_once_more_what_may_have_been_lost(trio: Trio):
    for letter_id in ("first", "second"):
        trio.mallory.inject(trio.mallory.frame(trio.mallory.letter(letter_id=letter_id)))
        await trio.take_in()
    assert len(await reported(trio)) == 1
    trio.county.clock.advance(minutes=1)
    again = await trio.county.open("beta", trio.beta.database)
    await again.exchange.receipt_once()

    assert len(await reported(trio)) == 1


async def test_many_letters_with_one_number_are_one_proof_and_many_numbers_a_few(trio: Trio):
    for number in range(2 * equivocation.MOST):
        trio.mallory.send(b"as numbered")
        for other in range(3):
            lie = trio.mallory.letter(number=number + 1, letter_id=f"other-{number}-{other}", previous_digest=bytes(32))
            trio.mallory.inject(trio.mallory.frame(lie))
        await trio.take_in()

    assert len(await entries(trio.beta, equivocation.PROVEN)) == equivocation.MOST
    assert len(await reported(trio)) <= equivocation.MOST


async def test_a_report_that_proves_nothing_raises_no_alarm(trio: Trio):
    """Mallory accuses alpha: with one letter twice, with two numbers, with a forged one, and of another channel."""
    await trio.alpha.send("beta", b"1")
    await trio.alpha.send("beta", b"2")
    sent = [
        wire.decode_journaled(one.payload)
        for one in await trio.alpha.database.reader.read(journal.read)
        if one.kind == keeping.SENT
    ]
    forged = replace(sent[0], payload=sent[0].payload + b"\xf8\x7f\x01")
    first, second = trio.mallory.letter().signed, trio.mallory.letter(letter_id="x").signed
    lies = [(sent[0], sent[0]), (sent[0], sent[1]), (sent[0], forged), (first, second), (forged, forged)]
    for standing, conflicting in lies:
        report = wire.encode_equivocation(ReportedEquivocation(standing, conflicting))
        trio.county.bus.inject("alpha", "mallory", wire.frame_of_equivocation(report))
    await trio.alpha.receive_all()

    refused = [one.reason for one in await trio.alpha.database.reader.read(list_quarantine)]
    assert sorted(refused) == ["FORGED", "FORGED", "MALFORMED", "MALFORMED", "WRONG_ADDRESSEE"]
    assert proofs(AlarmKind.EQUIVOCATION, trio.alpha) == []


async def test_a_receipt_in_anothers_name_moves_nothing(trio: Trio):
    sent = await trio.beta.send("alpha")
    data = trio.mallory.receipt(1, sent.copies[0].digest, recipient="alpha")
    trio.mallory.inject(data, claimed="alpha")
    await trio.take_in()

    assert await trio.refused() == ["FORGED"]
    assert [row.gap for row in await standing_at_beta(trio)] == [1, 0]


async def standing_at_beta(trio: Trio):
    return await trio.beta.database.reader.read(lambda c: standings(c, trio.beta.identity))


RECEIPTS: dict[str, Callable[[Mallory, bytes], bytes]] = {
    "for letters never sent": lambda mallory, digest: mallory.receipt(7, digest),
    "beyond all numbers": lambda mallory, digest: mallory.receipt(2**63 - 1, digest),
    "with the digest of another channel": lambda mallory, _digest: mallory.receipt(1, b"\7" * 32),
}


@pytest.mark.parametrize("lie", RECEIPTS.values(), ids=RECEIPTS.keys())
async def test_a_receipt_that_lies_halts_the_liars_channel_with_an_alarm_and_no_other(
    trio: Trio, lie: Callable[[Mallory, bytes], bytes]
):
    sent = await trio.beta.send("mallory")
    await trio.beta.send("alpha")
    for _ in range(3):
        trio.mallory.inject(lie(trio.mallory, sent.copies[0].digest))
        trio.county.clock.advance(seconds=1)
        await trio.take_in()
    await trio.alpha.send("beta", b"true")
    for node in (trio.beta, trio.alpha, trio.beta):
        await node.turn()

    assert [(one.kind, one.peer) for one in trio.beta.alarms] == [(AlarmKind.HALTED, "mallory")]
    assert [(row.gap, bool(row.halted)) for row in await standing_at_beta(trio)] == [(0, False), (1, True)]
    await trio.check_whole(b"true")


async def test_statements_without_numbers_or_times_of_this_world_are_refused(trio: Trio):
    for data in (
        trio.mallory.receipt(-1, bytes(32)),
        trio.mallory.receipt(1, b"short"),
        trio.mallory.hello(-(2**63)),
    ):
        trio.mallory.inject(data)
    await trio.alpha.send("beta", b"true")
    await trio.alpha.exchange.relay_once()

    await trio.check_whole(b"true")
    assert await trio.refused() == ["MALFORMED"] * 3


async def test_a_replayed_receipt_from_before_does_not_start_sending_again(trio: Trio):
    alpha, beta, county = trio.alpha, trio.beta, trio.county
    await alpha.send("beta", b"1")
    await alpha.turn()
    await beta.turn()
    heard = list(await county.bus.bus("alpha").fetch(10, 0.0))
    county.clock.advance(minutes=1)
    county.bus.redeliver()
    await alpha.send("beta", b"2")
    await alpha.turn()
    await beta.turn()
    await alpha.turn()
    county.bus.inject("alpha", "beta", heard[0].data)
    await alpha.turn()

    rows = await alpha.database.reader.read(lambda c: standings(c, alpha.identity))
    assert rows[0].receipted == 2


async def test_hellos_without_end_cost_one_receipt_a_batch(trio: Trio):
    for number in range(1000):
        trio.mallory.inject(trio.mallory.hello(2**63 - 1 - number))
    await trio.alpha.send("beta", b"true")
    await trio.alpha.exchange.relay_once()
    await trio.check_whole(b"true")

    assert len(await trio.county.bus.bus("mallory").fetch(1000, 0.0)) == 1


async def test_a_hello_that_claims_nothing_was_written_gets_little_back_at_a_time(trio: Trio):
    """Letters that their sender lost are given back; whoever claims so without end gets no mountain of bytes."""
    for number in range(30):
        trio.mallory.send(bytes(1024 * 1024), matter_id=f"m{number}")
        await trio.beta.receive_all()
    trio.mallory.inject(trio.mallory.hello(0))
    await trio.check_whole()

    back = await trio.county.bus.bus("mallory").fetch(1000, 0.0)
    assert 1 < len(back) < 20
    assert isinstance(wire.decode_frame(back[0].data), tuple)


async def test_garbage_is_kept_once_and_counted(trio: Trio):
    for _ in range(3):
        trio.mallory.inject(b"garbage")
        await trio.take_in()
    kept = await trio.beta.database.reader.read(list_quarantine)

    assert [(one.reason, one.times_seen, one.claimed_sender, one.size) for one in kept] == [
        ("MALFORMED", 3, "mallory", 7)
    ]


async def test_a_flood_of_garbage_is_counted_and_neither_fills_the_node_nor_the_alarms(trio: Trio):
    flood = MOST_FRAMES + 2 * 256
    await trio.alpha.send("beta", b"before")
    await trio.alpha.exchange.relay_once()
    for number in range(flood):
        trio.mallory.inject(b"garbage %d" % number)
    await trio.alpha.send("beta", b"after")
    await trio.alpha.exchange.relay_once()
    await trio.check_whole(b"before", b"after")
    trio.mallory.inject(b"as from alpha", claimed="alpha")
    await trio.take_in()
    kept = await trio.beta.database.reader.read(lambda c: list_quarantine(c, limit=2 * flood))

    assert sum(one.times_seen for one in kept) == flood + 1
    assert len(kept) == MOST_FRAMES + 2
    assert kept[0].claimed_sender == "alpha"
    assert sum(one.count for one in trio.beta.alarms) == MOST_FRAMES + 2
    assert len(trio.beta.alarms) < flood / 100


async def test_once_a_person_set_a_flood_aside_what_comes_next_is_kept_again(trio: Trio):
    async def flooded(name: bytes) -> None:
        for number in range(MOST_FRAMES + 3):
            trio.mallory.inject(b"%b %d" % (name, number))
        await trio.take_in()

    database = trio.beta.database
    await flooded(b"garbage")
    aside = await database.writer.run(lambda tx: set_aside(tx, "mallory", "seen", "admin-1"))
    trio.mallory.inject(b"evidence")
    await trio.take_in()
    kept = await database.reader.read(list_quarantine)
    assert (aside, [one.kept for one in kept]) == (MOST_FRAMES + 1, [True])

    await flooded(b"more")
    undecided = await database.reader.read(lambda c: list_quarantine(c, limit=2 * MOST_FRAMES))
    assert len(undecided) == MOST_FRAMES + 1
    assert sum(one.kept for one in undecided) == MOST_FRAMES
    assert all(not one.kept for one in await database.reader.read(_set_aside) if one.decision is not None)


def _set_aside(connection: sa.Connection) -> list[Quarantined]:
    return list_quarantine(connection, limit=3 * MOST_FRAMES, decided_too=True)


async def test_letters_without_end_of_one_body_let_the_others_be_handled_in_between(trio: Trio):
    for number in range(3 * APPLY_AT_ONCE):
        trio.mallory.send(matter_id=f"m{number}")
    await trio.beta.receive_all()
    await trio.alpha.send("beta", b"true")
    await trio.alpha.exchange.relay_once()
    await trio.beta.receive_all()
    await trio.beta.exchange.apply_once()
    assert [one.content for one in trio.beta.applied if one.peer == "alpha"] == [b"true"]

    await trio.check_whole(b"true")
    of_mallory = [one.header.number for one in trio.beta.applied if one.peer == "mallory"]
    assert of_mallory == list(range(1, 3 * APPLY_AT_ONCE + 1))


async def test_every_cut_of_a_true_letter_is_refused(trio: Trio):
    await trio.alpha.send("beta", b"true")
    await trio.alpha.exchange.relay_once()
    (frame,) = await trio.county.bus.bus("beta").fetch(1, 0.0)
    for length in range(0, len(frame.data), 7):
        trio.mallory.inject(frame.data[:length])
    for place in range(0, len(frame.data), 11):
        flipped = bytearray(frame.data)
        flipped[place] ^= 0x40
        trio.mallory.inject(bytes(flipped))
    await trio.take_in()

    assert trio.beta.applied == []
