"""What a hostile body with valid keys and bus rights can do: waste some bytes, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.chassis.exchange import wire
from services.chassis.exchange.hooks import AlarmKind
from services.chassis.exchange.inbox import APPLY_AT_ONCE
from services.chassis.exchange.quarantine import MOST_FRAMES, list_quarantine
from services.chassis.exchange.standing import standings
from tests.fixtures.exchanges import ExchangeCounty
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
