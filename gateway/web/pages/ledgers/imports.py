"""Importing a spreadsheet: first what it would do, row by row, then the very same file, all or nothing."""

from __future__ import annotations

import csv
import io
from typing import ClassVar

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.clients.node import new_request_id
from gateway.uploads import Held
from gateway.visit import SignedIn, Visit
from gateway.web.pages.ledgers import view
from gateway.web.pages.ledgers.finding import ledger_of
from guantong.node.v1 import ledgers_service_pb2 as pb
from services.chassis.errors import Fault, GuantongError

router = APIRouter()
_PAGE = "ledgers/import.html"
_LARGEST_MIB = 30
_BYTE_ORDER_MARK = "\ufeff"


class FileMissingError(GuantongError):
    """No file was chosen."""

    reason: ClassVar[str] = "FILE_MISSING"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "No file was chosen. Choose a spreadsheet (XLSX or CSV) and send it again."
    message_zh: ClassVar[str] = "没有选择文件。请选择电子表格(XLSX 或 CSV)后重新提交。"


class SheetTooLargeError(GuantongError):
    """The spreadsheet is larger than a ledger's file may be."""

    reason: ClassVar[str] = "SHEET_TOO_LARGE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The file has {size} MiB; a ledger's file may have {mib}. Nothing was kept or changed. Remove pictures and "
        "empty sheets, or split it and import the parts one after another."
    )
    message_zh: ClassVar[str] = (
        "文件为 {size} MiB, 台账文件不得超过 {mib} MiB; 未保存, 也未作任何更改。"
        "请删去图片和空白工作表, 或拆分后分次导入。"
    )


class PreviewGoneError(GuantongError):
    """The previewed file is no longer held: too long ago, or another was previewed since."""

    reason: ClassVar[str] = "PREVIEW_GONE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The previewed file is held for 15 minutes, or until it is imported, and is gone. This step imported nothing. "
        "Look whether its rows stand in the ledger already; if not, choose the file again."
    )
    message_zh: ClassVar[str] = (
        "预览过的文件只保留 15 分钟, 导入后即不再保留, 现已不在; 本次未导入任何内容。"
        "请先查看台账是否已有这些行, 如没有, 请重新选择文件。"
    )


@router.get("/ledgers/{name}/import", name="ask_import")
async def ask(visit: SignedIn, name: str) -> Response:
    """Where a file is chosen."""
    return visit.page(_PAGE, ledger=await ledger_of(visit, name), preview=None)


@router.get("/ledgers/{name}/empty.csv", name="empty_sheet")
async def empty(visit: SignedIn, name: str) -> Response:
    """An empty spreadsheet with the headers the ledger wants; spreadsheet programs know its encoding by its mark."""
    ledger = await ledger_of(visit, name)
    out = io.StringIO()
    csv.writer(out).writerow(ledger.headers)
    return visit.file((_BYTE_ORDER_MARK + out.getvalue()).encode(), f"{name}.csv", "text/csv; charset=utf-8")


@router.post("/ledgers/{name}/import", name="previewing_import")
async def preview(visit: SignedIn, name: str) -> Response:
    """What the file would do; nothing is changed."""
    form = await visit.form()
    ledger = await ledger_of(visit, name)
    try:
        file_name, data = await _file(form)
        wanted = pb.ImportLedgerRequest(
            ledger=name, file=data, format=_format(file_name), dry_run=True, request_id=new_request_id()
        )
        told = await visit.node.ledgers.ImportLedger(wanted)
    except GuantongError as error:
        return visit.refused(_PAGE, error, ledger=ledger, preview=None)
    now = visit.gateway.now()
    key = "" if told.problems else visit.gateway.uploads.hold(Held(visit.me.account_id, name, file_name, data, now))
    return visit.page(_PAGE, ledger=ledger, preview=view.preview(visit, told, file_name, key))


@router.post("/ledgers/{name}/import/confirm", name="importing")
async def confirm(visit: SignedIn, name: str) -> Response:
    """Import the previewed file, all or nothing."""
    form = await visit.form()
    key, uploads = form.text("held"), visit.gateway.uploads
    held = uploads.find(key, visit.me.account_id, name, visit.gateway.now())
    if held is None:
        return await _gone(visit, name, PreviewGoneError())
    wanted = pb.ImportLedgerRequest(ledger=name, file=held.data, format=_format(held.name), request_id=form.request_id)
    try:
        told = await visit.node.ledgers.ImportLedger(wanted)
    except GuantongError as error:
        return await _gone(visit, name, error)
    uploads.drop(key)
    if not told.imported:
        # Rows that were entered since the preview can stand against what was good then.
        shown = view.preview(visit, told, held.name, "")
        return visit.page(_PAGE, ledger=await ledger_of(visit, name), preview=shown)
    text = visit.say(
        "已导入: 新增 %(added)s 行, 变更 %(changed)s 行, 未变 %(unchanged)s 行。",
        added=told.added_count,
        changed=told.changed_count,
        unchanged=told.unchanged_count,
    )
    return visit.go(f"/ledgers/{name}", text)


async def _gone(visit: Visit, name: str, error: GuantongError) -> Response:
    return visit.refused(_PAGE, error, ledger=await ledger_of(visit, name), preview=None)


async def _file(form: Form) -> tuple[str, bytes]:
    chosen = form.file("file")
    if chosen is None:
        raise FileMissingError
    try:
        size = chosen.size or 0
        if size > _LARGEST_MIB * 2**20:
            raise SheetTooLargeError(size=-(-size // 2**20), mib=_LARGEST_MIB)
        return chosen.filename or "", await chosen.read()
    finally:
        # What came larger than a page lay in an unnamed file until now.
        await chosen.close()


def _format(file_name: str) -> str:
    return file_name.rpartition(".")[2].lower()
