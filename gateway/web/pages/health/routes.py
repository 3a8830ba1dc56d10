"""How this node fares, for its system administrator: what it rests on, its channels, and what needs a decision."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.pages.board import view as board_view
from gateway.web.pages.health import view
from guantong.node.v1 import board_service_pb2 as board
from guantong.node.v1 import operations_service_pb2 as pb
from guantong.node.v1 import status_service_pb2 as status
from services.chassis.errors import GuantongError
from services.chassis.timestamps import instant

router = APIRouter()
_PAGE = "health/health.html"
_SHOWN = 50


@router.get("/health", name="health")
async def health(visit: SignedIn) -> Response:
    """Everything an operator looks at first."""
    return visit.page(_PAGE, **await _found(visit))


@router.post("/health/verify", name="health_verify")
async def verify(visit: SignedIn) -> Response:
    """Walk the whole journal now."""

    async def act(_form: Form) -> str:
        found = await visit.node.status.VerifyJournal(status.VerifyJournalRequest())
        if not found.sound:
            return visit.say("日志核验发现问题: 第 %(number)s 条", number=found.fault_sequence)
        return visit.say("日志核验完好, 共 %(count)s 条", count=found.entry_count)

    return await _acted(visit, act)


@router.post("/health/alarms/{alarm_id}/close", name="health_close_alarm")
async def close_alarm(visit: SignedIn, alarm_id: str) -> Response:
    """Close an alarm on record."""

    async def act(form: Form) -> str:
        request = pb.CloseAlarmRequest(alarm_id=alarm_id, reason=form.text("reason"), request_id=form.request_id)
        await visit.node.operations.CloseAlarm(request)
        return visit.say("告警已关闭")

    return await _acted(visit, act)


@router.post("/health/parked/{letter_id}/retry", name="health_retry_parked")
async def retry_parked(visit: SignedIn, letter_id: str) -> Response:
    """Handle a parked letter again."""

    async def act(form: Form) -> str:
        request = pb.RetryParkedLetterRequest(
            letter_id=letter_id, reason=form.text("reason"), request_id=form.request_id
        )
        tried = await visit.node.operations.RetryParkedLetter(request)
        return visit.say("函件已处理") if tried.applied else visit.say("仍未能处理: %(reason)s", reason=tried.reason)

    return await _acted(visit, act)


@router.post("/health/parked/{letter_id}/set-aside", name="health_set_aside_parked")
async def set_aside_parked(visit: SignedIn, letter_id: str) -> Response:
    """Decide that a parked letter is not to be handled."""

    async def act(form: Form) -> str:
        request = pb.SetAsideParkedLetterRequest(
            letter_id=letter_id, reason=form.text("reason"), request_id=form.request_id
        )
        await visit.node.operations.SetAsideParkedLetter(request)
        return visit.say("已搁置不办, 函件仍予保存")

    return await _acted(visit, act)


@router.post("/health/quarantine/{quarantine_id}/retry", name="health_retry_frame")
async def retry_frame(visit: SignedIn, quarantine_id: str) -> Response:
    """Verify a frame anew."""

    async def act(form: Form) -> str:
        request = pb.RetryQuarantinedFrameRequest(
            quarantine_id=quarantine_id, reason=form.text("reason"), request_id=form.request_id
        )
        tried = await visit.node.operations.RetryQuarantinedFrame(request)
        return (
            visit.say("验证通过, 已收存") if tried.believed else visit.say("仍未通过: %(reason)s", reason=tried.reason)
        )

    return await _acted(visit, act)


@router.post("/health/quarantine/{quarantine_id}/set-aside", name="health_set_aside_frame")
async def set_aside_frame(visit: SignedIn, quarantine_id: str) -> Response:
    """Decide that nothing is to be done about a frame."""

    async def act(form: Form) -> str:
        request = pb.SetAsideQuarantineRequest(
            quarantine_ids=[quarantine_id], reason=form.text("reason"), request_id=form.request_id
        )
        await visit.node.operations.SetAsideQuarantine(request)
        return visit.say("已搁置, 来件仍留作证据")

    return await _acted(visit, act)


async def _acted(visit: Visit, act: Callable[[Form], Awaitable[str]]) -> Response:
    """Do what a form asks for; a refusal shows the page again with what was typed."""
    form = await visit.form()
    try:
        notice = await act(form)
    except GuantongError as error:
        return visit.refused(_PAGE, error, form, **await _found(visit))
    return visit.go("/health", notice)


async def _found(visit: Visit) -> dict[str, Any]:
    operations = visit.node.operations
    told = await visit.node.status.GetStatus(status.GetStatusRequest())
    bodies = await visit.node.board.ListBodyStatuses(board.ListBodyStatusesRequest())
    alarms = await operations.ListAlarms(pb.ListAlarmsRequest(page_size=_SHOWN))
    channels = await operations.ListChannels(pb.ListChannelsRequest())
    parked = await operations.ListParkedLetters(pb.ListParkedLettersRequest(page_size=_SHOWN))
    frames = await operations.ListQuarantine(pb.ListQuarantineRequest(page_size=_SHOWN))
    return {
        "told": told,
        "facts": view.facts(visit, told),
        "nodes": board_view.nodes(visit, bodies) if bodies.whole_county else [],
        "alarms": view.alarms(visit, alarms.alarms),
        "channels": view.channels(visit, channels.channels, instant(told.now)),
        "parked": view.parked(visit, parked.letters),
        "frames": view.frames(visit, frames.frames),
        "more": any(one.next_page_token for one in (alarms, parked, frames)),
    }
