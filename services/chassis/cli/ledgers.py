"""`guantong import` and `ledgers`: spreadsheets into a body's ledgers, and the rows in force."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import click

from guantong.node.v1 import ledgers_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id, save
from services.chassis.cli.letters import why
from services.chassis.cli.output import Column, Output, as_json, as_object
from services.chassis.cli.usage import command, group
from services.chassis.errors import Fault, GuantongError

_LEDGERS = (
    Column("台账", "Ledger", lambda one, _: one.name, whole=True),
    Column("名称", "Title", lambda one, to: to.pick(one.title_zh, one.title_en)),
    Column("行数", "Rows", lambda one, _: str(one.row_count)),
)
_PROBLEMS = (
    Column("行", "Row", lambda one, _: str(one.row) if one.row else "-"),
    Column("列", "Column", lambda one, _: one.column or "-"),
    Column("原因", "Reason", lambda one, to: to.pick(one.message_zh, one.message_en)),
    Column("代码", "Code", lambda one, _: one.reason),
)
_LEDGER = click.argument("ledger")


class LedgerUnknownError(GuantongError):
    """The body keeps no such ledger."""

    reason: ClassVar[str] = "LEDGER_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "This body keeps no ledger {named}. It keeps: {known}."
    message_zh: ClassVar[str] = "本单位没有台账 {named}。现有台账: {known}。"


class ImportRefusedError(GuantongError):
    """Some spreadsheets were not imported; each is all or nothing."""

    reason: ClassVar[str] = "IMPORT_REFUSED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "Nothing was taken from {files}. Correct the rows named above and import again."
    message_zh: ClassVar[str] = "{files} 未导入任何一行。请按上列原因改正后重新导入。"


@dataclass(frozen=True)
class _Imported:
    file: Path
    ledger: str
    response: pb.ImportLedgerResponse

    @property
    def refused(self) -> bool:
        return bool(self.response.problems)

    def as_object(self) -> dict[str, object]:
        return {"file": self.file.name, "ledger": self.ledger} | as_object(self.response)


@command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE..."
)
@click.option(
    "--into", "ledger", help="导入哪本台账, 默认按文件名 / the ledger, else the file's name without its ending"
)
@click.option("--dry-run", is_flag=True, help="只检查, 不写入 / check only, change nothing")
@as_json
@at_node
def import_(
    output: Output, api: Api, files: tuple[Path, ...], ledger: str | None, *, dry_run: bool, json_wanted: bool
) -> None:
    """导入电子表格(XLSX 或 CSV), 每个文件要么全部导入, 要么一行不导 / import XLSX or CSV files, each all or nothing."""
    done = []
    with output.progress("正在导入", "Importing", len(files) if len(files) > 1 else None) as steps:
        for file in files:
            done.append(_import_one(api, file, ledger or file.stem, dry_run=dry_run))
            steps.advance()
    if json_wanted:
        output.json([one.as_object() for one in done])
    else:
        for one in done:
            _show_import(output, one, dry_run=dry_run)
    refused = [one.file.name for one in done if one.refused]
    if refused:
        raise ImportRefusedError(files=", ".join(refused))


def _import_one(api: Api, file: Path, ledger: str, *, dry_run: bool) -> _Imported:
    request = pb.ImportLedgerRequest(
        ledger=ledger,
        file=file.read_bytes(),
        format=file.suffix.lower().removeprefix("."),
        dry_run=dry_run,
        request_id=request_id(),
    )
    return _Imported(file, ledger, api.ledgers.ImportLedger(request))


def _show_import(output: Output, one: _Imported, *, dry_run: bool) -> None:
    if one.refused:
        output.listing((one.file.name, one.file.name), _PROBLEMS, one.response.problems, json=False)
        return
    told = one.response
    mode = output.pick("检查无误", "no problems") if dry_run else output.pick("已导入", "imported")
    counts = output.pick(
        f"新增 {told.added_count} 行, 变更 {told.changed_count} 行, 未变 {told.unchanged_count} 行",
        f"{told.added_count} rows new, {told.changed_count} changed, {told.unchanged_count} as they were",
    )
    output.lines([f"{one.ledger}: {mode}. {counts}"])


@group("ledgers", default="list")
def ledgers() -> None:
    """本单位的台账; 不写子命令则列出 / the body's ledgers; lists them by default."""


@ledgers.command("list")
@as_json
@at_node
def list_(output: Output, api: Api, *, json_wanted: bool) -> None:
    """列出台账及行数 / list the ledgers with their row counts."""
    found = api.ledgers.ListLedgers(pb.ListLedgersRequest()).ledgers
    output.listing(("台账", "Ledgers"), _LEDGERS, found, json=json_wanted)


@ledgers.command()
@_LEDGER
@click.option(
    "--to",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写成空表, 如 台账名.csv / write an empty spreadsheet: LEDGER.csv",
)
@as_json
@at_node
def headers(output: Output, api: Api, ledger: str, file: Path | None, *, json_wanted: bool) -> None:
    """电子表格须有的表头, 或写成空表 / the headers that a spreadsheet must have, or an empty one with them."""
    found = {one.name: list(one.headers) for one in api.ledgers.ListLedgers(pb.ListLedgersRequest()).ledgers}
    if ledger not in found:
        raise LedgerUnknownError(named=ledger, known=", ".join(found))
    if file is not None:
        save(file, _csv_line(found[ledger]))
    if json_wanted:
        output.json(found[ledger])
    elif file is not None:
        output.line(f"已写入 {file}", f"Written to {file}")
    else:
        output.lines(found[ledger])


@ledgers.command()
@_LEDGER
@click.option("--row", "row_ids", multiple=True, help="只看这些行, 可多次 / only these rows, repeatable")
@click.option("--text", default="", help="只看所列各栏中含此文字的行 / only rows that hold these words")
@why
@limit_option
@as_json
@at_node
def rows(
    output: Output,
    api: Api,
    ledger: str,
    row_ids: tuple[str, ...],
    *,
    text: str,
    reason: str,
    limit: int,
    json_wanted: bool,
) -> None:
    """列出台账各行 / list the rows of a ledger."""
    names: list[str] = []

    def page(request: pb.ListRowsRequest) -> pb.ListRowsResponse:
        response = api.ledgers.ListRows(request)
        names[:] = response.headers
        return response

    request = pb.ListRowsRequest(ledger=ledger, row_ids=row_ids, read_reason=reason, text=text)
    found = listed(output, page, request, "rows", limit)
    if json_wanted:
        output.json([{"row_id": one.row_id} | dict(zip(names, one.cells, strict=True)) for one in found])
        return
    output.table(ledger, [output.pick("行编号", "Row id"), *names], [[one.row_id, *one.cells] for one in found], (0,))


@ledgers.command("export")
@_LEDGER
@click.option(
    "--to",
    "file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="写入文件, 按 .xlsx 或 .csv 定格式 / the file to write; its ending, .xlsx or .csv, is the format",
)
@click.option("--note", default="", help="去向或介质, 载入导出登记 / medium or recipient, kept in the register")
@at_node
def export_(output: Output, api: Api, ledger: str, *, file: Path, note: str) -> None:
    """导出台账; 限特定人员知悉的须两人 / a ledger as a file; one for named persons takes two (`disclosures ask`)."""
    form = file.suffix.lower().removeprefix(".")
    wanted = pb.ExportLedgerRequest(ledger=ledger, format=form, note=note)
    save(file, b"".join(one.piece for one in api.ledgers.ExportLedger(wanted)))
    output.line(f"已写入 {file}", f"Written to {file}")


@ledgers.command()
@_LEDGER
@click.argument("row")
@at_node
def retire(output: Output, api: Api, ledger: str, row: str) -> None:
    """撤下误录的一行 / withdraw a row that should never have been entered."""
    api.ledgers.RetireRow(pb.RetireRowRequest(ledger=ledger, row_id=row, request_id=request_id()))
    output.line("已撤下", "Withdrawn")


def _csv_line(cells: list[str]) -> bytes:
    """One line of CSV, marked as UTF-8 for spreadsheet programs."""
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode("utf-8-sig")
