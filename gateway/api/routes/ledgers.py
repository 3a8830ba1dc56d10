"""Operations on ledgers: what there is, rows, a spreadsheet checked or imported, a file out, a row withdrawn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from gateway.api.call import ByToken, Call, Id, IdempotencyKey, LedgerName
from gateway.api.errors import MediaTypeError, RowsRefusedError
from gateway.api.etags import TaggedRoute
from gateway.api.models.ledgers import (
    ExportQuery,
    ImportReport,
    LedgerList,
    RowPage,
    RowsQuery,
    import_report,
    ledger,
    row_page,
)
from gateway.api.problems import problems
from gateway.api.wording import both, brief
from gateway.problems import TooLargeError
from gateway.visit import download_headers
from guantong.node.v1 import ledgers_service_pb2 as pb

router = APIRouter(route_class=TaggedRoute)
FORMATS = {"text/csv": "csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx"}
_TYPES = {name: media_type for media_type, name in FORMATS.items()}
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": both("表格文件本身", "The spreadsheet itself"),
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "编号,单位名称\r\nA-1,县水务局\r\n"},
            _TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.get(
    "/ledgers",
    name="api.listLedgers",
    summary=brief("台账目录", "List ledgers"),
    description=both("本单位所有台账及其表头、行数。", "All ledgers of this body with their headers and row counts."),
    responses=problems(),
)
async def list_ledgers(call: ByToken) -> LedgerList:
    """All ledgers."""
    found = await call.node.ledgers.ListLedgers(pb.ListLedgersRequest())
    return LedgerList(items=[ledger(one) for one in found.ledgers])


@router.get(
    "/ledgers/{ledger}/rows",
    name="api.listRows",
    summary=brief("台账各行", "List rows of a ledger"),
    description=both("最早录入的在前, 不含信访人。", "Oldest entry first. Petitioners are never among the columns."),
    responses=problems(404, 409),
)
async def list_rows(call: ByToken, ledger: LedgerName, query: Annotated[RowsQuery, Query()]) -> RowPage:
    """A page of rows."""
    request = pb.ListRowsRequest(ledger=ledger, page_size=query.page_size, page_token=query.page_token, text=query.text)
    found = await call.node.ledgers.ListRows(request)
    return row_page(found, call.next(found.next_page_token))


@router.post(
    "/ledgers/{ledger}/import-check",
    name="api.checkImport",
    summary=brief("试导入", "Check a spreadsheet"),
    description=both(
        "只检查, 不改动; 合格行和有问题的行一并列出。", "Checks only and changes nothing; tells of good and bad rows."
    ),
    responses=problems(404, 413, 415),
    openapi_extra=_FILE,
)
async def check_import(call: ByToken, ledger: LedgerName) -> ImportReport:
    """What importing a file would do."""
    return await _put(call, pb.ImportLedgerRequest(ledger=ledger, dry_run=True))


@router.post(
    "/ledgers/{ledger}/import",
    name="api.importLedger",
    summary=brief("导入", "Import a spreadsheet"),
    description=both(
        "要么全部导入, 要么一行也不导入; 有问题的行列在问题说明的 rows 中。",
        "All or nothing: rows that cannot be kept are named under `rows` of the problem.",
    ),
    responses=problems(404, 409, 413, 415),
    openapi_extra=_FILE,
)
async def import_ledger(call: ByToken, ledger: LedgerName, key: IdempotencyKey) -> ImportReport:
    """Import a file."""
    report = await _put(call, pb.ImportLedgerRequest(ledger=ledger, request_id=key))
    if not report.imported:
        raise RowsRefusedError(report)
    return report


@router.get(
    "/ledgers/{ledger}/export",
    name="api.exportLedger",
    summary=brief("导出", "Export a ledger"),
    description=both(
        "整本台账作为文件, 可再导入; 记入导出登记。",
        "The whole ledger as a file that it can be imported from again; kept in the register of exports.",
    ),
    response_class=Response,
    responses=problems(404, 409)
    | {
        200: {
            "description": both("文件", "The file"),
            "content": {media_type: {"schema": {"type": "string"}} for media_type in FORMATS},
        }
    },
)
async def export_ledger(call: ByToken, ledger: LedgerName, query: Annotated[ExportQuery, Query()]) -> Response:
    """A ledger as a file."""
    request = pb.ExportLedgerRequest(ledger=ledger, format=query.format, note=query.note)
    pieces = call.node.ledgers.ExportLedger(request).__aiter__()
    # What is refused is refused before the answer begins.
    first = await anext(pieces, None)
    headers = download_headers(f"{ledger}.{query.format}")
    return StreamingResponse(_bytes(first, pieces), headers=headers, media_type=_TYPES[query.format])


@router.delete(
    "/ledgers/{ledger}/rows/{row_id}",
    name="api.retireRow",
    summary=brief("撤回一行", "Withdraw a row"),
    description=both(
        "本不该录入的行: 不再计入任何数字, 审计仍可查阅。",
        "A row that should never have been entered: it leaves every figure and stays readable to an auditor.",
    ),
    status_code=204,
    responses=problems(404, 409),
)
async def retire_row(call: ByToken, ledger: LedgerName, row_id: Id, key: IdempotencyKey) -> None:
    """Withdraw a row."""
    await call.node.ledgers.RetireRow(pb.RetireRowRequest(ledger=ledger, row_id=row_id, request_id=key))


async def _put(call: Call, request: pb.ImportLedgerRequest) -> ImportReport:
    media_type = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in FORMATS:
        raise MediaTypeError(known=", ".join(FORMATS))
    request.format = FORMATS[media_type]
    request.file = await _body(call.request, call.gateway.config.api.import_mib)
    return import_report(await call.node.ledgers.ImportLedger(request))


async def _body(request: Request, mib: int) -> bytes:
    taken = bytearray()
    async for piece in request.stream():
        taken += piece
        if len(taken) > mib * 2**20:
            raise TooLargeError(mib=mib)
    return bytes(taken)


async def _bytes(
    first: pb.ExportLedgerResponse | None, pieces: AsyncIterator[pb.ExportLedgerResponse]
) -> AsyncIterator[bytes]:
    if first is not None:
        yield first.piece
    async for one in pieces:
        yield one.piece
