"""What operators see and decide by the node's API: parked letters, quarantined frames, alarms, channels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from guantong.node.v1 import operations_service_pb2 as pb
from services.chassis.errors import GuantongError
from services.chassis.exchange.model import LetterDraft
from services.chassis.journal import store as journal
from services.chassis.operations.alarms import KINDS
from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice, serving

WHY = "已电话核实, 由信息中心排除"


async def refused(call: Any) -> str:
    with pytest.raises(GuantongError) as caught:
        await call
    return caught.value.reason


def recorded(office: WholeOffice, kind: str) -> list[list[str]]:
    return [one.payload.decode().split("\n") for one in office.ask(journal.read) if one.kind == kind]


def sends(office: WholeOffice, kind: str, to: str = "audit") -> str:
    draft = LetterDraft((to,), kind, b"words")
    return office.do(lambda tx: office.node.exchange.send(tx, draft)).letter_id


async def alarms(served: ServedOffice, *, closed_too: bool = False) -> list[pb.Alarm]:
    """As they stand after the next round of upkeep."""
    node = served.office.node
    await node.bell.keep_once(node.database)
    await node.database.writer.run(node.watch.look)
    return list((await served.operations("ListAlarms", pb.ListAlarmsRequest(closed_too=closed_too))).alarms)


async def parked(served: ServedOffice) -> list[pb.ParkedLetter]:
    return list((await served.operations("ListParkedLetters", pb.ListParkedLettersRequest())).letters)


async def frames(served: ServedOffice, *, decided_too: bool = False) -> list[pb.QuarantinedFrame]:
    return list((await served.operations("ListQuarantine", pb.ListQuarantineRequest(decided_too=decided_too))).frames)


async def test_a_parked_letter_rings_is_retried_and_set_aside_with_a_reason_and_its_alarm_ends(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    letter_id = sends(office, "newer.kind")
    await county.deliver()

    async with serving(audit) as served:
        (listed,) = await parked(served)
        assert (listed.letter_id, listed.sender, listed.reason) == (letter_id, "inspection", "CONTENT_UNREADABLE")
        (alarm,) = await alarms(served)
        assert (alarm.kind, alarm.peer, alarm.reason) == ("letter_parked", "inspection", "CONTENT_UNREADABLE")
        close = pb.CloseAlarmRequest(alarm_id=alarm.alarm_id, reason=WHY, request_id="r-0")
        assert await refused(served.operations("CloseAlarm", close)) == "ALARM_LASTS"

        retry = pb.RetryParkedLetterRequest(letter_id=letter_id, reason=WHY, request_id="r-1")
        tried = await served.operations("RetryParkedLetter", retry)
        assert (tried.applied, tried.reason) == (False, "parked")
        assert recorded(audit, "letter.retried") == [[letter_id, "system_admin-1", WHY]]

        aside = pb.SetAsideParkedLetterRequest(letter_id=letter_id, reason=WHY, request_id="r-2")
        await served.operations("SetAsideParkedLetter", aside)
        assert not await parked(served)
        assert recorded(audit, "letter.set_aside") == [[letter_id, "system_admin-1", WHY]]
        assert not await alarms(served)
        (gone,) = await alarms(served, closed_too=True)
        assert gone.HasField("closed_time")
        assert gone.closed_by == ""
        aside.request_id = "r-3"
        assert await refused(served.operations("SetAsideParkedLetter", aside)) == "LETTER_NOT_PARKED"


async def test_a_quarantined_frame_is_taken_again_once_it_verifies(office_county_on_both: OfficeCounty):
    """The bus repeats nothing: what was damaged on the way stays refused, what is whole now is believed."""
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    sends(office, "info.request")
    await office.node.exchange.relay_once()
    kept = county.bus.take("audit", 10)
    whole = kept[-1].data
    county.bus.inject("audit", "inspection", whole[:-1] + bytes([whole[-1] ^ 1]))
    await audit.node.exchange.receive_once()

    async with serving(audit) as served:
        (damaged,) = await frames(served)
        assert (damaged.reason, damaged.kept, damaged.claimed_sender) == ("SEAL_BROKEN", True, "inspection")
        assert damaged.remedy
        again = pb.RetryQuarantinedFrameRequest(quarantine_id=damaged.quarantine_id, reason=WHY, request_id="r-1")
        tried = await served.operations("RetryQuarantinedFrame", again)
        assert (tried.believed, tried.reason) == (False, "SEAL_BROKEN")
        assert [alarm.kind for alarm in await alarms(served)] == ["letter_quarantined"]

        assert await audit.node.exchange.inbox.take_again(whole, "inspection") is None
        assert len((await served.operations("ListChannels", pb.ListChannelsRequest())).channels) == 1
        (channel,) = (await served.operations("ListChannels", pb.ListChannelsRequest())).channels
        assert (channel.peer, channel.stored_count) == ("inspection", 1)

        aside = pb.SetAsideQuarantineRequest(claimed_sender="inspection", reason=WHY, request_id="r-2")
        assert (await served.operations("SetAsideQuarantine", aside)).frame_count == 1
        assert not await frames(served)
        (decided,) = await frames(served, decided_too=True)
        assert decided.decision == pb.FRAME_DECISION_SET_ASIDE
        assert not await alarms(served)
        again.request_id = "r-3"
        assert await refused(served.operations("RetryQuarantinedFrame", again)) == "FRAME_NOT_QUARANTINED"
    assert [entry[1:] for entry in recorded(audit, "quarantine.retried")] == [["system_admin-1", "SEAL_BROKEN", WHY]]
    assert [entry[1:] for entry in recorded(audit, "quarantine.set_aside")] == [["system_admin-1", WHY]]


async def test_a_frame_believed_later_is_marked_so(office_county: OfficeCounty):
    """As after a newer directory: the bytes are the same, what the node knows is not."""
    county = office_county
    office, audit = await county.open("inspection", "audit")
    sends(office, "info.request")
    await office.node.exchange.relay_once()
    known = audit.node.identity.directory
    keyless = tuple(replace(one, signing_keys=()) for one in known.bodies)
    audit.node.identity.replace_directory(replace(known, bodies=keyless))
    await audit.node.exchange.receive_once()
    audit.node.identity.replace_directory(known)

    async with serving(audit) as served:
        for number, one in enumerate(await frames(served)):
            asked = pb.RetryQuarantinedFrameRequest(
                quarantine_id=one.quarantine_id, reason=WHY, request_id=f"r-{number}"
            )
            assert (await served.operations("RetryQuarantinedFrame", asked)).believed
        assert not await frames(served)
        assert {one.decision for one in await frames(served, decided_too=True)} == {pb.FRAME_DECISION_BELIEVED}


async def test_an_event_alarm_counts_and_is_closed_by_a_person_with_what_was_found(
    office_county_on_both: OfficeCounty,
):
    office, _ = await office_county_on_both.open("inspection", "audit")

    async with serving(office) as served:
        for _ in range(3):
            office.node.bell.ring("bus_denied", "inspection", detail="publish")
        (alarm,) = await alarms(served)
        assert (alarm.kind, alarm.count, alarm.lasting) == ("bus_denied", 3, False)
        assert alarm.text == KINDS["bus_denied"].zh
        close = pb.CloseAlarmRequest(alarm_id=alarm.alarm_id, reason=WHY, request_id="r-1")
        for _ in range(2):
            await served.operations("CloseAlarm", close)
        assert not await alarms(served)
        (closed,) = await alarms(served, closed_too=True)
        assert (closed.closed_by, closed.closing_reason) == ("system_admin-1", WHY)
        office.node.bell.ring("bus_denied", "inspection")
        assert [one.count for one in await alarms(served)] == [1]
    assert [entry[1:] for entry in recorded(office, "alarm.closed")] == [
        ["bus_denied", "inspection", "system_admin-1", WHY]
    ]


async def test_a_peer_that_says_nothing_for_a_day_rings_until_it_is_heard(office_county: OfficeCounty):
    county = office_county
    office, _ = await county.open("inspection", "audit")
    sends(office, "info.request")

    async with serving(office) as served:
        assert not await alarms(served)
        county.clock.advance(days=2)
        (silent,) = await alarms(served)
        assert (silent.kind, silent.peer) == ("peer_silent", "audit")
        (channel,) = (await served.operations("ListChannels", pb.ListChannelsRequest())).channels
        assert (channel.sent_count, channel.receipted_count, channel.silent) == (1, 0, True)
        assert channel.HasField("waiting_since_time")
        await county.deliver()
        assert not await alarms(served)


async def test_a_bus_that_stays_away_rings_until_it_is_back_and_a_hiccup_does_not(office_county: OfficeCounty):
    county = office_county
    office, _ = await county.open("inspection", "audit")

    async with serving(office) as served:
        office.node.bell.ring("bus_connection_fault", "inspection")
        county.bus.go_away()
        assert not await alarms(served)
        assert [one.kind for one in await alarms(served)] == ["bus_away"]
        county.bus.come_back()
        assert not await alarms(served)


async def test_a_restored_node_says_that_it_waits_until_its_peers_have_answered(office_county: OfficeCounty):
    county = office_county
    office, _ = await county.open("inspection", "audit")
    county.clock.advance(hours=1)

    async with serving(office) as served:
        office.do(lambda tx: office.node.exchange.restored(tx, WHY, "system-1"))
        assert [(one.kind, one.peer) for one in await alarms(served)] == [("channel_rejoining", "audit")]
        for _ in range(2):
            await county.deliver()
        assert not await alarms(served)


async def test_without_a_reason_or_by_anybody_else_nothing_is_decided(office_county: OfficeCounty):
    office, _ = await office_county.open("inspection", "audit")

    async with serving(office) as served:
        for method, request in (
            ("SetAsideParkedLetter", pb.SetAsideParkedLetterRequest(letter_id="x", request_id="r-1")),
            ("RetryParkedLetter", pb.RetryParkedLetterRequest(letter_id="x", request_id="r-2")),
            ("RetryQuarantinedFrame", pb.RetryQuarantinedFrameRequest(quarantine_id="x", request_id="r-3")),
            ("SetAsideQuarantine", pb.SetAsideQuarantineRequest(claimed_sender="audit", request_id="r-4")),
            ("CloseAlarm", pb.CloseAlarmRequest(alarm_id="x", request_id="r-5")),
        ):
            assert await refused(served.operations(method, request)) == "FIELD_INVALID"
            request.reason = WHY
            for role in set(Role) - {Role.SYSTEM_ADMIN}:
                assert await refused(served.operations(method, request, role.value)) == "ROLE_MISSING"


async def test_a_frame_that_verifies_and_is_not_stored_yet_stays_to_be_decided(office_county: OfficeCounty):
    """The letter before it is missing: who closes the frame now would believe that it is kept."""
    county = office_county
    office, audit = await county.open("inspection", "audit")
    for _ in range(2):
        sends(office, "info.request")
    await office.node.exchange.relay_once()
    first, second = [one for one in county.bus.take("audit", 10) if one.claimed_sender == "inspection"][-2:]
    known = audit.node.identity.directory
    keyless = tuple(replace(one, signing_keys=()) for one in known.bodies)
    audit.node.identity.replace_directory(replace(known, bodies=keyless))
    county.bus.inject("audit", "inspection", second.data)
    await audit.node.exchange.receive_once()
    audit.node.identity.replace_directory(known)

    async with serving(audit) as served:
        (frame,) = await frames(served)
        again = pb.RetryQuarantinedFrameRequest(quarantine_id=frame.quarantine_id, reason=WHY, request_id="r-1")
        tried = await served.operations("RetryQuarantinedFrame", again)
        assert (tried.believed, tried.reason) == (False, "NOT_YET")
        (still,) = await frames(served)
        assert (still.reason, still.kept, bool(still.remedy)) == ("NOT_YET", True, True)

        assert await audit.node.exchange.inbox.take_again(first.data, "inspection") is None
        again.request_id = "r-2"
        assert (await served.operations("RetryQuarantinedFrame", again)).believed
        assert not await frames(served)
        (channel,) = (await served.operations("ListChannels", pb.ListChannelsRequest())).channels
        assert channel.stored_count == 2
