"""Ledgers: what there is, the rows in force, and what an import did or would do."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gateway.api.models.common import Model, Next, Paged, Words
from gateway.api.wording import told
from guantong.node.v1 import ledgers_service_pb2 as pb

FileFormat = Annotated[Literal["csv", "xlsx"], told("文件格式", "Format of the file", "csv")]
_EFFECTS: dict[int, Literal["added", "changed", "unchanged"]] = {
    pb.PREVIEW_EFFECT_ADDED: "added",
    pb.PREVIEW_EFFECT_CHANGED: "changed",
    pb.PREVIEW_EFFECT_UNCHANGED: "unchanged",
}


class RowsQuery(Paged):
    """Which rows are wanted."""

    text: Annotated[
        str, Field(max_length=100), told("任一列含有这些字", "One of the shown columns holds these words")
    ] = ""


class ExportQuery(Model):
    """How a ledger is to be handed out."""

    format: FileFormat = "csv"
    note: Annotated[
        str,
        Field(max_length=200),
        told("去向或载体, 记入导出登记", "Medium or recipient; kept in the register of exports", "财政监管平台"),
    ] = ""


class Ledger(Model):
    """One ledger of this body."""

    name: Annotated[str, told("台账名", "Name", "audit_issues")]
    title: Words
    row_count: Annotated[int, told("有效行数", "Rows in force", 240)]
    headers: Annotated[list[str], told("导入表格须有的表头", "Headers a spreadsheet must have", ["编号", "单位名称"])]
    shown_headers: Annotated[list[str], told("查询时可见的列", "Headers of the columns that lists of rows show")]
    named_persons_only: Annotated[
        bool,
        told("仅限特定人员知悉(P3): 令牌不能读取、导入或导出", "For named persons only (P3): closed to tokens", False),
    ]


class LedgerList(Model):
    """All ledgers of this body."""

    items: list[Ledger]


class Row(Model):
    """One row, without petitioners and without the words of a petition."""

    row_id: Annotated[str, told("行编号", "Identifier of the row")]
    revision: Annotated[int, told("第几次修订, 从 1 起", "Counts its changes, from 1", 1)]
    cells: Annotated[
        list[str], told("各列的值, 与 headers 对应; 空为无", "One value per header; empty where there is none")
    ]


class RowPage(Model):
    """A page of rows, oldest entry first."""

    headers: Annotated[list[str], told("列名", "Headers of the columns", ["编号", "单位名称"])]
    items: list[Row]
    next: Next


class RowProblem(Model):
    """Why a row cannot be imported; the row itself is not repeated."""

    row: Annotated[
        int, told("表格中的行号, 从 1 起; 0 为整个文件", "Row as the spreadsheet shows it; 0 for the file", 7)
    ]
    column: Annotated[str | None, told("列名; 空为整行", "Header of the column; null for the whole row", "受理日期")]
    reason: Annotated[str, told("原因代码", "Stable code", "DATE_INVALID")]
    message: Words


class PreviewRow(Model):
    """What importing one good row would do."""

    row: Annotated[int, told("表格中的行号", "Row as the spreadsheet shows it", 2)]
    effect: Annotated[
        Literal["added", "changed", "unchanged"] | None,
        told("新增、替换或不变", "It is new, takes the place of another, or is there already", "added"),
    ]
    cells: Annotated[list[str], told("各列的值", "Its cells as rows show them")]


class ImportReport(Model):
    """What an import did, or would do."""

    imported: Annotated[bool, told("是否已导入", "Whether anything was stored", True)]
    added_count: Annotated[int, told("新增行数", "New rows", 12)]
    changed_count: Annotated[int, told("替换行数", "Rows that took another's place", 3)]
    unchanged_count: Annotated[int, told("不变行数", "Rows that were there already", 225)]
    missing_count: Annotated[
        int, told("文件中没有、仍然保留的有效行", "Rows in force that the file lacks; they stay", 0)
    ]
    row_count: Annotated[int, told("文件行数", "Rows of the file", 240)]
    bad_row_count: Annotated[int, told("有问题的行数", "Rows with a problem", 0)]
    problem_count: Annotated[int, told("问题总数", "Problems in all", 0)]
    problems: Annotated[list[RowProblem], told("问题(可能只列前若干处)", "The problems, or the first of many")]
    preview_headers: Annotated[list[str], told("预览的列", "Headers of the preview")]
    preview: Annotated[list[PreviewRow], told("仅试导入: 前 200 个合格行", "In a check: the first 200 good rows")]
    kept_digest: Annotated[
        str | None, told("台账所存内容的 SHA-256", "SHA-256 of what the ledger keeps of the file", None)
    ]


def ledger(one: pb.LedgerView) -> Ledger:
    """A ledger as the node tells of it."""
    return Ledger(
        name=one.name,
        title=Words(zh=one.title_zh, en=one.title_en),
        row_count=one.row_count,
        headers=list(one.headers),
        shown_headers=list(one.shown_headers),
        named_persons_only=one.named_persons_only,
    )


def row_page(found: pb.ListRowsResponse, following: str | None) -> RowPage:
    """A page of rows as the node hands it out; `following` is the address of the next one."""
    rows = [Row(row_id=one.row_id, revision=one.revision, cells=list(one.cells)) for one in found.rows]
    return RowPage(headers=list(found.headers), items=rows, next=following)


def import_report(one: pb.ImportLedgerResponse) -> ImportReport:
    """What the node says of an import."""
    return ImportReport(
        imported=one.imported,
        added_count=one.added_count,
        changed_count=one.changed_count,
        unchanged_count=one.unchanged_count,
        missing_count=one.missing_count,
        row_count=one.row_count,
        bad_row_count=one.bad_row_count,
        problem_count=one.problem_count,
        problems=[
            RowProblem(
                row=each.row,
                column=each.column or None,
                reason=each.reason,
                message=Words(zh=each.message_zh, en=each.message_en),
            )
            for each in one.problems
        ],
        preview_headers=list(one.preview_headers),
        preview=[
            PreviewRow(row=each.row, effect=_EFFECTS.get(each.effect), cells=list(each.cells))
            for each in one.preview_rows
        ],
        kept_digest=one.kept_digest or None,
    )
