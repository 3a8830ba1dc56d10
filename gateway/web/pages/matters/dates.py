"""Why a date is what it is, and moving it, stopping it and starting it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.clocks import Clock, clock_of
from gateway.web.pages.matters.months import Month, months
from gateway.web.tidy import tidy, tidy_line
from guantong.node.v1 import matters_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
_PAGE = "matters/date.html"
_MONTHLY = frozenset({"months", "not_before"})


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the explanation; `number` counts those that count."""

    date: str
    counted: bool
    number: int
    reason: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """One date with everything its page shows."""

    matter_id: str
    title: str
    document_number: str
    rule_id: str
    clock: Clock
    start: str
    summary: str
    days: list[Day]
    months: list[Month]
    unit: str
    clause: str


@router.get("/matters/{matter_id}/dates/{deadline_id}", name="date")
async def why(visit: SignedIn, matter_id: str, deadline_id: str) -> Response:
    """The day-by-day explanation of one date."""
    return visit.page(_PAGE, explained=await _explained(visit, matter_id, deadline_id))


@router.post("/matters/{matter_id}/dates/{deadline_id}/extend", name="extending_date")
async def extend(visit: SignedIn, matter_id: str, deadline_id: str) -> Response:
    """Move the date by so many of its rule's unit."""
    form = await visit.form()
    wanted = pb.ExtendDeadlineRequest(deadline_id=deadline_id, amount=form.number("amount") or 0, **_because(form))
    try:
        moved = (await visit.node.matters.ExtendDeadline(wanted)).deadline
    except GuantongError as error:
        return await _again(visit, matter_id, deadline_id, error, form)
    text = visit.say("已延期至 %(day)s。", day=visit.formats.day(moved.due_date))
    return visit.go(f"/matters/{matter_id}/dates/{deadline_id}", text)


@router.post("/matters/{matter_id}/dates/{deadline_id}/suspend", name="suspending_date")
async def suspend(visit: SignedIn, matter_id: str, deadline_id: str) -> Response:
    """Stop the clock."""
    form = await visit.form()
    try:
        await visit.node.matters.SuspendDeadline(pb.SuspendDeadlineRequest(deadline_id=deadline_id, **_because(form)))
    except GuantongError as error:
        return await _again(visit, matter_id, deadline_id, error, form)
    return visit.go(f"/matters/{matter_id}/dates/{deadline_id}", visit.say("期限已中止。"))


@router.post("/matters/{matter_id}/dates/{deadline_id}/resume", name="resuming_date")
async def resume(visit: SignedIn, matter_id: str, deadline_id: str) -> Response:
    """Start the clock again."""
    form = await visit.form()
    wanted = pb.ResumeDeadlineRequest(deadline_id=deadline_id, **_because(form))
    try:
        moved = (await visit.node.matters.ResumeDeadline(wanted)).deadline
    except GuantongError as error:
        return await _again(visit, matter_id, deadline_id, error, form)
    text = visit.say("期限已恢复, 到期日 %(day)s。", day=visit.formats.day(moved.due_date))
    return visit.go(f"/matters/{matter_id}/dates/{deadline_id}", text)


def _because(form: Form) -> dict[str, Any]:
    return {
        "explanation": tidy(form.words("explanation")),
        "approver": tidy_line(form.text("approver")),
        "request_id": form.request_id,
    }


async def _again(visit: Visit, matter_id: str, deadline_id: str, error: GuantongError, form: Form) -> Response:
    return visit.refused(_PAGE, error, form, explained=await _explained(visit, matter_id, deadline_id))


async def _explained(visit: Visit, matter_id: str, deadline_id: str) -> Explained:
    found = await visit.node.matters.ExplainDeadline(pb.ExplainDeadlineRequest(deadline_id=deadline_id))
    matter = (await visit.node.matters.GetMatter(pb.GetMatterRequest(matter_id=matter_id))).matter
    return explained(visit, matter, found)


def explained(visit: Visit, matter: pb.MatterView, found: pb.ExplainDeadlineResponse) -> Explained:
    """One date for its page."""
    deadline, book = found.deadline, visit.gateway.book
    duty = next((one for one in book.duties if one.id == deadline.article_id), None)
    rule = next((one for one in book.due_rules if one.id == deadline.rule_id), None)
    return Explained(
        matter_id=matter.matter_id,
        title=visit.pick(matter.title_zh, matter.title_en),
        document_number=matter.document_number,
        rule_id=deadline.rule_id,
        clock=clock_of(visit, matter.matter_id, deadline),
        start=deadline.start_date,
        summary=visit.pick(found.summary_zh, found.summary_en),
        days=_days(visit, found),
        months=months(found.days, visit.language),
        unit=visit.say("个月") if rule is not None and rule.form in _MONTHLY else visit.say("个工作日"),
        clause=duty.clause if duty else "",
    )


def _days(visit: Visit, found: pb.ExplainDeadlineResponse) -> list[Day]:
    days, number = [], 0
    for one in found.days:
        number += one.counted
        reason = visit.pick(one.reason_zh, one.reason_en)
        days.append(Day(one.date, one.counted, number if one.counted else 0, reason, one.provisional))
    return days
