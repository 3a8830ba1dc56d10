"""The audit administrator's pages: the journal searched and handed out, readings with reasons, the month's report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse

from gateway.visit import SignedIn, download_headers
from gateway.web.pages.journal import view
from gateway.web.pages.register.people import naming
from guantong.node.v1 import journal_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
_EXPORT = "journal/export.html"
_SHOWN = 100
Searched = Annotated[view.Search, Depends(view.Search)]


@router.get("/journal", name="journal")
async def search(visit: SignedIn, wanted: Searched, page: str = "") -> Response:
    """Entries, newest first."""
    found = await visit.node.journal.SearchJournal(
        pb.SearchJournalRequest(
            page_size=_SHOWN,
            page_token=page,
            from_time=view.begin_of(wanted.first, "first"),
            to_time=view.end_of(wanted.last, "last"),
            kind=wanted.kind,
            letter_id=wanted.letter,
            matter_id=wanted.matter,
            account_id=wanted.account,
        )
    )
    return visit.page(
        "journal/search.html",
        entries=list(found.entries),
        next=wanted.address("/journal", found.next_page_token),
        wanted=wanted,
        groups=[(kind, visit.say(text)) for kind, text in view.GROUPS],
        name=await naming(visit),
    )


@router.get("/journal/export", name="journal_export")
async def ask_export(visit: SignedIn) -> Response:
    """Where a range of the journal is handed out."""
    return visit.page(_EXPORT)


@router.post("/journal/export", name="exporting_journal")
async def export(visit: SignedIn) -> Response:
    """Hand out a range as a file that verifies without this node."""
    form = await visit.form()
    try:
        request = pb.ExportJournalRequest(
            first_sequence=form.number("first_sequence") or 0,
            last_sequence=form.number("last_sequence") or 0,
            from_time=view.begin_of(form.text("first"), "first"),
            to_time=view.end_of(form.text("last"), "last"),
            note=form.text("note"),
        )
        pieces = aiter(visit.node.journal.ExportJournal(request))
        # What is refused is told on the page; only then does the file begin.
        begin = await anext(pieces, pb.ExportJournalResponse())
    except GuantongError as error:
        return visit.refused(_EXPORT, error, form)

    async def content() -> AsyncIterator[bytes]:
        yield begin.piece
        async for one in pieces:
            yield one.piece

    name = f"journal-{visit.gateway.config.body}-{visit.gateway.now():%Y%m%d}.jsonl"
    return StreamingResponse(content(), media_type="application/jsonl", headers=download_headers(name))


@router.get("/journal/readings", name="readings")
async def readings(visit: SignedIn, wanted: Searched, page: str = "") -> Response:
    """Readings of what is for named persons only, newest first, each with its reason."""
    found = await visit.node.journal.ListReadings(
        pb.ListReadingsRequest(
            page_size=_SHOWN,
            page_token=page,
            account_id=wanted.account,
            from_time=view.begin_of(wanted.first, "first"),
            to_time=view.end_of(wanted.last, "last"),
        )
    )
    return visit.page(
        "journal/readings.html",
        lines=list(found.readings),
        next=wanted.address("/journal/readings", found.next_page_token),
        wanted=wanted,
        what=view.WHAT,
        how=view.HOW,
        name=await naming(visit),
    )


@router.get("/journal/report", name="readings_report")
async def report(visit: SignedIn, month: str = "") -> Response:
    """The month's readings by account, unusual ones first."""
    found = await visit.node.journal.ReportReadings(pb.ReportReadingsRequest(month=month))
    return visit.page("journal/report.html", report=found, usual=view.usual, name=await naming(visit))
