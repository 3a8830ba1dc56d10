"""What an operator decides about the exchange, by the node's API: with a reason, on record, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from guantong.node.v1 import admin_service_pb2 as pb
from guantong.node.v1 import status_service_pb2
from services.chassis.errors import GuantongError
from services.chassis.exchange.errors import ChannelHaltedError
from services.chassis.exchange.model import LetterDraft
from services.chassis.journal import store as journal
from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice, serving
from tests.integration.exchange.hostile_for_tests import Mallory

WHY = "机房断电, 由上月备份恢复"


async def refused(call: Any) -> str:
    with pytest.raises(GuantongError) as caught:
        await call
    return caught.value.reason


def recorded(office: WholeOffice, kind: str) -> list[list[str]]:
    return [one.payload.decode().split("\n") for one in office.ask(journal.read) if one.kind == kind]


def sends(office: WholeOffice, kind: str, to: str = "audit") -> str:
    draft = LetterDraft((to,), kind, b"words")
    return office.do(lambda tx: office.node.exchange.send(tx, draft)).letter_id


async def halted(served: ServedOffice) -> list[str]:
    told = await served.status("GetStatus", status_service_pb2.GetStatusRequest())
    return [peer.halted for peer in told.peers]


async def test_a_node_said_to_be_restored_writes_nothing_new_until_its_peer_has_answered(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, _ = await county.open("inspection", "audit")
    county.clock.advance(hours=1)

    async with serving(office) as served:
        declared = pb.DeclareRestoredRequest(reason=WHY, request_id="r-1")
        answers = [await served.admin("DeclareRestored", declared) for _ in range(2)]
        assert [answer.held_count for answer in answers] == [1, 1]
        assert recorded(office, "channel.held") == [["audit", "restored", "system_admin-1", WHY]]
        assert await halted(served) == ["restored"]
        with pytest.raises(ChannelHaltedError):
            sends(office, "info.request")
        for _ in range(2):
            await county.deliver()
        assert await halted(served) == [""]


async def test_a_channel_whose_letters_nobody_has_goes_on_by_decision_of_the_administrator(office_county: OfficeCounty):
    office, audit = await office_county.open("inspection", "audit")
    liar = Mallory(office_county.bus, office_county.clock, audit.node.identity, "inspection")
    liar.inject(liar.receipt(7, bytes(32)))
    await office.take_in()
    office_county.clock.advance(minutes=1)
    for _ in range(2):
        audit.node.exchange.greet()
        await office_county.deliver()

    async with serving(office) as served:
        assert await halted(served) == ["letters_lost"]
        asked = pb.ContinueChannelRequest(peer="audit", reason=WHY, request_id="r-1")
        for role in set(Role) - {Role.SYSTEM_ADMIN}:
            assert await refused(served.admin("ContinueChannel", asked, role.value)) == "ROLE_MISSING"
        assert [(await served.admin("ContinueChannel", asked)).number for _ in range(2)] == [8, 8]
        again = pb.ContinueChannelRequest(peer="audit", reason=WHY, request_id="r-2")
        assert await refused(served.admin("ContinueChannel", again)) == "CHANNEL_GOES_ON"
        assert await halted(served) == [""]
    assert recorded(office, "channel.continued") == [["audit", "system_admin-1", WHY]]


async def test_without_a_reason_or_by_anybody_else_nothing_is_decided(office_county: OfficeCounty):
    office, _ = await office_county.open("inspection", "audit")

    async with serving(office) as served:
        request = pb.DeclareRestoredRequest(reason=" ", request_id="r-1")
        assert await refused(served.admin("DeclareRestored", request)) == "FIELD_INVALID"
        request.reason = WHY
        for role in set(Role) - {Role.SYSTEM_ADMIN}:
            assert await refused(served.admin("DeclareRestored", request, role.value)) == "ROLE_MISSING"
        assert await halted(served) == [""]
    assert recorded(office, "channel.held") == []
