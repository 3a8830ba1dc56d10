"""The home page, and the same on paper."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from gateway.visit import SignedIn, Visit
from gateway.web.areas import ADMINISTRATORS, BUSINESS
from gateway.web.pages.todo import view
from guantong.node.v1 import operations_service_pb2 as operations

router = APIRouter()
_PAGE, _PRINTED = 50, 500
_ALARMS = 20


@router.get("/", name="todo")
async def todo(visit: SignedIn, wanted: Annotated[view.Asked, Depends()]) -> Response:
    """What is to be done, most urgent first; for administrators what they have to look at."""
    if not visit.roles & BUSINESS:
        return await _administrator(visit)
    found = await visit.node.matters.ListTasks(wanted.request(_PAGE))
    return visit.page(
        "todo/list.html",
        asked=wanted,
        tabs=view.tabs(visit, wanted, found.groups),
        strands=view.strands(visit, wanted, found),
        lines=view.lines(visit, found.tasks),
        next=wanted.path(page=found.next_page_token) if found.next_page_token else "",
        first=wanted.path() if wanted.page else "",
        alarms=await _alarms(visit),
    )


@router.get("/todo/print", name="todo_print")
async def printed(visit: SignedIn) -> Response:
    """The day's list to lie on a desk: kinds, document numbers and dates, and nothing of what letters say."""
    owed = [view.Asked(side) for side in (view.US, view.THEM)]
    found = [await visit.node.matters.ListTasks(one.request(_PRINTED)) for one in owed]
    told = [view.lines(visit, one.tasks) for one in found]
    return visit.page("todo/print.html", ours=told[0], theirs=told[1], more=any(one.next_page_token for one in found))


async def _administrator(visit: Visit) -> Response:
    return visit.page("todo/administrator.html", alarms=await _alarms(visit))


async def _alarms(visit: Visit) -> list[view.AlarmLine]:
    if not visit.roles & ADMINISTRATORS:
        return []
    found = await visit.node.operations.ListAlarms(operations.ListAlarmsRequest(page_size=_ALARMS))
    return view.alarm_lines(visit, found.alarms)
