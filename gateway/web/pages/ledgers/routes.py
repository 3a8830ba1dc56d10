"""Ledgers: the list, their rows, a row withdrawn, a ledger as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse

from gateway.auth.forms import Form
from gateway.problems import InputInvalidError
from gateway.visit import SignedIn, Visit, download_headers
from gateway.web.pages.ledgers import view
from gateway.web.pages.ledgers.finding import ledger_of
from gateway.web.pages.ledgers.imports import router as imports
from gateway.web.pages.ledgers.names import router as names
from gateway.web.tidy import tidy
from guantong.node.v1 import disclosures_service_pb2 as disclosures
from guantong.node.v1 import ledgers_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
router.include_router(names)
router.include_router(imports)
_PAGE = 50
_ROWS = "ledgers/rows.html"
_FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@router.get("/ledgers", name="ledgers")
async def listed(visit: SignedIn) -> Response:
    """The ledgers of this body."""
    found = await visit.node.ledgers.ListLedgers(pb.ListLedgersRequest())
    return visit.page("ledgers/list.html", ledgers=view.ledger_lines(visit, found.ledgers))


@router.get("/ledgers/{name}", name="ledger")
async def one(visit: SignedIn, name: str, wanted: Annotated[view.Asked, Depends()]) -> Response:
    """Rows of one ledger; where it is for named persons only, first the form that asks why they are read."""
    ledger = await ledger_of(visit, name)
    if ledger.named_persons_only:
        return visit.page(_ROWS, ledger=ledger, asked=wanted, found=None)
    try:
        found = await visit.node.ledgers.ListRows(wanted.request(name, _PAGE))
    except GuantongError as error:
        return visit.refused(_ROWS, error, ledger=ledger, asked=wanted, found=view.rows(pb.ListRowsResponse()))
    return visit.page(_ROWS, ledger=ledger, asked=wanted, found=view.rows(found))


@router.post("/ledgers/{name}/read", name="reading_ledger")
async def read(visit: SignedIn, name: str) -> Response:
    """Rows of a ledger for named persons only, with the reason; what is looked for stands in no address either."""
    form = await visit.form()
    ledger = await ledger_of(visit, name)
    reason = tidy(form.words("read_reason"))
    wanted = view.Asked(form.text("text"), form.text("column"), form.text("words"), form.text("page"))
    try:
        if not reason:
            raise InputInvalidError(field=visit.say("查看理由"))
        found = await visit.node.ledgers.ListRows(wanted.request(name, _PAGE, reason))
    except GuantongError as error:
        return visit.refused(_ROWS, error, form, ledger=ledger, asked=wanted, found=None)
    return visit.page(_ROWS, ledger=ledger, asked=wanted, found=view.rows(found, reason))


@router.post("/ledgers/{name}/retire", name="retiring_row")
async def retire(visit: SignedIn, name: str) -> Response:
    """Withdraw a row that should never have been entered."""
    form = await visit.form()
    try:
        await visit.node.ledgers.RetireRow(
            pb.RetireRowRequest(ledger=name, row_id=form.text("row_id"), request_id=form.request_id)
        )
    except GuantongError as error:
        return await _again(visit, name, error, form)
    return visit.go(f"/ledgers/{name}", visit.say("已撤出一行; 该行不再计入任何数字, 审计仍可查阅。"))


@router.post("/ledgers/{name}/export", name="exporting_ledger")
async def export(visit: SignedIn, name: str) -> Response:
    """The ledger as a file that it can be imported from again; kept in the register of exports."""
    form = await visit.form()
    format_ = form.text("format") if form.text("format") in _FORMATS else "xlsx"
    wanted = pb.ExportLedgerRequest(ledger=name, format=format_, note=form.text("note"))
    pieces = visit.node.ledgers.ExportLedger(wanted)
    try:
        first = await anext(aiter(pieces))
    except GuantongError as error:
        return await _again(visit, name, error, form)
    headers = download_headers(f"{name}.{format_}")
    return StreamingResponse(_data(first, pieces), media_type=_FORMATS[format_], headers=headers)


@router.post("/ledgers/{name}/ask-export", name="asking_ledger_export")
async def ask_export(visit: SignedIn, name: str) -> Response:
    """Ask for a ledger that is for named persons only as a file; somebody else approves it."""
    form = await visit.form()
    try:
        asked = await visit.node.disclosures.AskExport(
            disclosures.AskExportRequest(
                ledger=name,
                format=form.text("format"),
                reason=tidy(form.words("reason")),
                request_id=form.request_id,
            )
        )
    except GuantongError as error:
        return await _again(visit, name, error, form)
    text = visit.say("已提出, 申请编号 %(id)s, 待另一人批准。", id=asked.disclosure_id)
    return visit.go(f"/ledgers/{name}", text)


async def _data(first: Any, pieces: Any) -> AsyncIterator[bytes]:
    yield first.piece
    async for one in pieces:
        yield one.piece


async def _again(visit: Visit, name: str, error: GuantongError, form: Form) -> Response:
    ledger = await ledger_of(visit, name)
    found = None
    if not ledger.named_persons_only:
        found = view.rows(await visit.node.ledgers.ListRows(view.Asked().request(name, _PAGE)))
    return visit.refused(_ROWS, error, form, ledger=ledger, asked=view.Asked(), found=found)
