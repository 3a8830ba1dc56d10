"""A hostile body with valid keys, certificate and rights, on a real bus: each test is an attack and its outcome."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from services.chassis.bus.certificates import STATUS_OPERATOR
from services.chassis.bus.connection import settle
from services.chassis.bus.port import SpanFrame
from services.chassis.exchange import equivocation
from services.chassis.exchange.hooks import AlarmKind
from services.chassis.exchange.model import MAX_FRAME_BYTES, ReportedEquivocation
from services.chassis.exchange.proof import sealed_frame
from services.chassis.exchange.quarantine import MOST_BYTES, MOST_FRAMES
from services.chassis.exchange.tables import QUARANTINE
from services.chassis.storage import Database
from tests.fixtures.nats import CountyBus, eventually
from tests.integration.exchange.siege_for_tests import ATTACKER, LETTERS, LONG, NEIGHBOR, VICTIM, Siege, besieged


@pytest.fixture
async def siege(running_bus: CountyBus, open_sqlite_database: Callable[..., Database]) -> AsyncIterator[Siege]:
    async with besieged(running_bus, open_sqlite_database) as made:
        yield made


async def test_impersonation_a_letter_that_names_another_sender_or_anothers_key_is_forged(siege: Siege):
    theirs = siege.east.identity.keyring.signing_key(siege.east.identity.directory, siege.mallory.clock.now())
    in_anothers_name = siege.mallory.letter(sender=NEIGHBOR)
    under_anothers_key = siege.mallory.letter()
    signed = replace(under_anothers_key.signed, signing_key_id=theirs.key_id)
    named_key = siege.mallory.letter(signing_key_id=theirs.key_id)
    letters = (in_anothers_name, replace(under_anothers_key, signed=signed), named_key)
    await siege.post(*map(siege.mallory.frame, letters))

    await siege.refuses("FORGED", "FORGED", "FORGED")


async def test_impersonation_by_a_forged_reply_subject_puts_junk_under_anothers_name_and_delays_nobody(siege: Siege):
    """The server does not check reply subjects: the confirmation of a frame can be sent to north in east's name."""
    for number in range(300):
        junk = os.urandom(16)
        await siege.raw.client.publish(f"{LETTERS}.{VICTIM}.{ATTACKER}", junk, reply=f"{LETTERS}.{VICTIM}.{NEIGHBOR}")
        if number % 50 == 0:
            await siege.goes_on(1)
    await settle(siege.raw.client)

    async def counted() -> bool:
        return await siege.seen() >= 600

    await eventually(counted, LONG)
    assert {reason for reason, _ in await siege.quarantined()} == {"MALFORMED"}
    await siege.goes_on()


async def test_replay_of_own_frames_changes_nothing_and_of_anothers_is_not_for_us(siege: Siege):
    (frame,) = siege.next_letters(1)
    await siege.east.send(ATTACKER, b"to the attacker")
    await siege.post(frame, frame, frame)
    await eventually(lambda: len(siege.of_mallory()) == 1, LONG)
    captured = [one.data for one in await siege.bus.fetch(100, 2) if one.claimed_sender == NEIGHBOR]
    await siege.post(frame, *captured)

    async def told() -> bool:
        return len(await siege.quarantined()) == len(captured)

    await eventually(told, LONG)
    assert {reason for reason, _ in await siege.quarantined()} <= {"NOT_SEALED_TO_US", "WRONG_ADDRESSEE"}
    await siege.goes_on()
    assert len(siege.of_mallory()) == 1


async def test_replay_from_another_county_or_a_demonstration_is_refused(siege: Siege):
    strangers = (siege.mallory.letter(county="999999"), siege.mallory.letter(demo=True))
    await siege.post(*map(siege.mallory.frame, strangers))

    await siege.refuses("DEMO_MISMATCH", "WRONG_COUNTY")


async def test_reordering_costs_only_the_attackers_own_letters_time(siege: Siege):
    frames = siege.next_letters(6)

    async def all_there() -> bool:
        await siege.post(*reversed(frames))
        return len(siege.of_mallory()) == len(frames)

    await eventually(all_there, LONG, every=0.2)
    assert [one.header.number for one in siege.of_mallory()] == [1, 2, 3, 4, 5, 6]
    await siege.goes_on()


async def test_a_flood_of_small_frames_is_counted_and_delays_no_neighbor(siege: Siege):
    flood = MOST_FRAMES + 3000
    for start in range(0, flood, 250):
        await siege.post(*(b"junk %d" % number for number in range(start, start + 250)))
        if start % 1000 == 0:
            await siege.goes_on(1)
    await siege.goes_on()

    async def counted() -> bool:
        return await siege.seen() >= flood

    await eventually(counted, LONG)
    assert len(await siege.quarantined()) == MOST_FRAMES + 1
    assert len(siege.north.alarms) < flood / 20


async def test_a_flood_of_the_largest_frames_fills_neither_the_node_nor_its_memory(siege: Siege):
    huge = os.urandom(MAX_FRAME_BYTES)
    for number in range(24):
        await siege.post(b"%03d" % number + huge[3:])
    await siege.goes_on()

    async def counted() -> bool:
        return await siege.seen() >= 24

    await eventually(counted, LONG)
    kept = await siege.north.database.reader.read(lambda c: c.scalars(sa.select(QUARANTINE.c.data)).all())
    assert sum(map(len, kept)) <= MOST_BYTES


async def test_a_frame_larger_than_any_letter_is_refused_unread(siege: Siege):
    await siege.post(os.urandom(MAX_FRAME_BYTES + 1))

    await siege.refuses("OVERSIZED")


async def test_a_letter_to_another_body_or_sealed_to_another_is_refused(siege: Siege):
    now = siege.mallory.clock.now()
    written_to_another = siege.mallory.letter(recipient=NEIGHBOR)
    sealed_to_another = sealed_frame(siege.mallory.identity, siege.mallory.letter(), now, to=NEIGHBOR)
    await siege.post(siege.mallory.frame(written_to_another), sealed_to_another)

    await siege.refuses("NOT_SEALED_TO_US", "WRONG_ADDRESSEE")


async def test_poisoned_deduplication_ids_swallow_only_the_poisoners_frames(siege: Siege):
    """Ids are per stream, not per sender: who guessed one could make another's frame vanish. Ours are random."""
    guesses = [str(number) for number in range(50)] + [f"{NEIGHBOR}-{number}" for number in range(50)]
    subject = f"{LETTERS}.{VICTIM}.{ATTACKER}"
    for guess in guesses * 2:
        await siege.raw.client.publish(subject, b"poison", headers={"Nats-Msg-Id": guess})
    await settle(siege.raw.client)

    await siege.refuses("MALFORMED")
    assert await siege.seen() >= len(guesses)


async def test_atomic_batches_that_never_end_hold_up_nobody(siege: Siege):
    """The server keeps few batches open at once; when all are taken our frames go one by one."""
    subject = f"{LETTERS}.{VICTIM}.{ATTACKER}"
    for number in range(200):
        headers = {"Nats-Batch-Id": f"open-{number}", "Nats-Batch-Sequence": "1"}
        await siege.raw.client.publish(subject, b"never ends", headers=headers)
    await settle(siege.raw.client)

    await siege.goes_on(20)
    assert await siege.quarantined() == []


async def test_others_mail_is_out_of_reach(siege: Siege):
    """Every way to it is denied by the server: consumers of others, the stream itself, inboxes, acknowledgements."""
    tries = (
        f"$JS.API.CONSUMER.MSG.NEXT.EXCHANGE.{VICTIM}~{NEIGHBOR}",
        f"$JS.API.CONSUMER.MSG.NEXT.EXCHANGE.{VICTIM}~{ATTACKER}",
        f"$JS.API.CONSUMER.CREATE.EXCHANGE.mine.{LETTERS}.{VICTIM}.{NEIGHBOR}",
        "$JS.API.STREAM.MSG.GET.EXCHANGE",
        f"$JS.API.DIRECT.GET.EXCHANGE.{LETTERS}.{VICTIM}.{NEIGHBOR}",
        f"$JS.ACK.EXCHANGE.{VICTIM}~{NEIGHBOR}.1.1.1.1700000000000000000.0",
        f"$JS.API.CONSUMER.MSG.NEXT.ATTACHMENTS.{VICTIM}",
        "$SYS.REQ.ACCOUNT.EXCHANGE.CONNZ",
    )
    assert [subject for subject in tries if not await siege.raw.refused(subject, b"{}")] == []
    heard = (f"{LETTERS}.{VICTIM}.*", f"_INBOX_{VICTIM}.>", "$JS.ACK.>", "$SYS.>")
    assert [subject for subject in heard if not await siege.raw.refused_to_listen(subject)] == []

    await siege.goes_on()


async def test_a_receipt_that_lies_stops_the_liars_channel_only(siege: Siege):
    sent = await siege.north.send(ATTACKER, b"to the liar")
    await siege.post(siege.mallory.receipt(1, b"\7" * 32), siege.mallory.receipt(99, sent.copies[0].digest))

    async def halted() -> bool:
        return (await siege.channel(siege.north, ATTACKER)).halted is not None

    await eventually(halted, LONG)
    await siege.goes_on()
    assert {(one.kind, one.peer) for one in siege.north.alarms} == {(AlarmKind.HALTED, ATTACKER)}


async def test_a_hello_that_lies_costs_little(siege: Siege):
    lies = [siege.mallory.hello(2**63 - 1 - number) for number in range(200)]
    await siege.post(*lies, siege.mallory.hello(-1), siege.mallory.hello(7, sender=NEIGHBOR))

    await siege.refuses("FORGED", "MALFORMED")
    assert len(await siege.told_mallory()) < len(lies)


async def test_two_letters_with_one_number_are_evidence_at_both_sides(siege: Siege):
    first, second = (siege.mallory.letter(letter_id=name) for name in ("first", "second"))
    await siege.post(siege.mallory.frame(first))
    await eventually(lambda: len(siege.of_mallory()) == 1, LONG)
    await siege.post(siege.mallory.frame(second))
    await siege.refuses("EQUIVOCATION")

    reports: list[ReportedEquivocation] = []

    async def told() -> bool:
        reports.extend(one for one in await siege.told_mallory() if isinstance(one, ReportedEquivocation))
        return bool(reports)

    await eventually(told, LONG)
    proof = equivocation.open_report(siege.mallory.identity, reports[0], siege.mallory.clock.now())
    assert (proof.signer, proof.number) == (ATTACKER, 1)
    assert (AlarmKind.EQUIVOCATION, ATTACKER) in {(one.kind, one.peer) for one in siege.north.alarms}


async def test_letters_of_unknown_kinds_are_parked_and_nobody_elses_wait(siege: Siege):
    bombs = [frame for number in range(100) for frame in siege.next_letters(1, kind=f"bomb.{number}")]
    await siege.post(*bombs)

    async def parked() -> bool:
        return (await siege.north.exchange.snapshot()).parked == len(bombs)

    await eventually(parked, LONG)
    await siege.goes_on()
    assert {(one.kind, one.peer, one.reason) for one in siege.north.alarms} == {
        (AlarmKind.PARKED, ATTACKER, "KIND_UNKNOWN")
    }


async def test_a_parked_letter_in_anothers_matter_holds_up_none_of_its_letters(siege: Siege):
    bomb = siege.mallory.letter(kind="bomb", matter_id="shared")
    await siege.post(siege.mallory.frame(bomb))

    async def parked() -> bool:
        return (await siege.north.exchange.snapshot()).parked == 1

    await eventually(parked, LONG)
    siege.written.append(b"in the same matter")
    await siege.east.send(VICTIM, b"in the same matter", matter_id="shared")
    await siege.goes_on()


async def test_the_id_of_anothers_letter_is_no_obstacle_to_either(siege: Siege):
    sent = await siege.east.send(VICTIM, b"first")
    siege.written.append(b"first")
    await siege.post(siege.mallory.frame(siege.mallory.letter(letter_id=sent.letter_id)))
    await eventually(lambda: len(siege.of_mallory()) == 1, LONG)

    assert [one.header.letter_id for one in siege.of_mallory()] == [sent.letter_id]
    await siege.goes_on()


@pytest.mark.parametrize("written_at", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)])
async def test_a_time_far_off_is_the_writers_own_claim_and_moves_no_clock_of_ours(siege: Siege, written_at: datetime):
    before = siege.mallory.clock.now() - timedelta(minutes=5)
    await siege.post(siege.mallory.frame(siege.mallory.letter(written_at=written_at)))

    async def judged() -> bool:
        return bool(siege.of_mallory() or await siege.quarantined())

    await eventually(judged, LONG)
    assert all(one.stored_at >= before for one in siege.of_mallory())
    assert {reason for reason, _ in await siege.quarantined()} <= {"KEY_NOT_VALID"}
    await siege.goes_on()


async def test_receipts_dated_far_ahead_stop_only_their_own_channel_from_going_back(siege: Siege):
    sent = await siege.north.send(ATTACKER, b"one")
    ahead = siege.mallory.clock.now() + timedelta(days=3650)
    await siege.post(siege.mallory.receipt(1, sent.copies[0].digest, issued_at=ahead))

    async def receipted() -> bool:
        return (await siege.channel(siege.north, ATTACKER)).gap == 0

    await eventually(receipted, LONG)
    await siege.goes_on()


async def test_a_status_that_is_huge_and_spans_without_end_leave_the_others_theirs(siege: Siege):
    county = siege.county
    async with county.board(NEIGHBOR) as east, county.board(VICTIM) as observer:
        await east.publish_spans(b"of east")
        await east.publish_status(b"of east")
        async with county.raw(f"{ATTACKER}.status") as attacker:
            await attacker.client.publish(f"guantong.status.v1.{ATTACKER}", bytes(2**20))
            for _ in range(6000):
                await attacker.client.publish(f"guantong.spans.v1.{ATTACKER}", b"junk")
            await settle(attacker.client)

        async def told() -> bool:
            return (await observer.read_all()).keys() == {NEIGHBOR}

        await eventually(told, LONG)
        first = await observer.fetch_spans(1, LONG)
        async with county.raw(STATUS_OPERATOR, inbox="_INBOX_test") as operator:
            stream = await operator.ask("$JS.API.STREAM.INFO.SPANS", within=LONG)
    assert first == [SpanFrame(NEIGHBOR, b"of east")]
    assert stream["state"]["messages"] < 6000 / 2
