"""Search for traces, and one trace as a waterfall, for system administrators."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from gateway.visit import SignedIn
from gateway.web.pages.traces import view
from guantong.node.v1 import traces_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
_PAGE = 50


@router.get("/traces", name="traces")
async def traces(
    visit: SignedIn,
    *,
    q: str = "",
    since: str = "",
    until: str = "",
    body: str = "",
    failed: bool = False,
    everything: bool = False,
    page: str = "",
) -> Response:
    """Traces by letter, matter, document number or time; the number of a trace leads to it."""
    asked = view.Asked(q.strip(), since, until, body, failed, everything)
    if asked.trace_id:
        return visit.go(f"/traces/{asked.trace_id}")
    shown: dict[str, Any] = {
        "asked": asked,
        "bodies": [(one.id, visit.name_of(one.id)) for one in visit.gateway.book.bodies],
    }
    found = pb.SearchTracesResponse()
    try:
        for request in asked.requests(_PAGE, page):
            found = await visit.node.traces.SearchTraces(request)
            if found.traces:
                break
    except GuantongError as error:
        return visit.refused("traces/list.html", error, lines=[], next="", **shown)
    following = asked.path(page=found.next_page_token) if found.next_page_token else ""
    return visit.page("traces/list.html", lines=view.lines(visit, found.traces), next=following, **shown)


@router.get("/traces/{trace_id}", name="trace")
async def trace(visit: SignedIn, trace_id: str) -> Response:
    """One trace, drawn across the bodies that took part."""
    found = await visit.node.traces.GetTrace(pb.GetTraceRequest(trace_id=trace_id))
    drawn = view.waterfall(visit, found.spans)
    return visit.page(
        "traces/trace.html",
        trace=found.trace,
        line=view.lines(visit, [found.trace])[0],
        drawn=drawn,
        skew=view.skew(drawn.steps),
        cut=found.cut,
    )
