"""`guantong journal`: what the audit administrator looks for in the journal, takes away, and checks offline."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import click

from guantong.node.v1 import journal_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, save
from services.chassis.cli.output import Column, Output, as_json, moment, pass_output
from services.chassis.cli.usage import group
from services.chassis.clock import BEIJING
from services.chassis.errors import Fault, GuantongError
from services.chassis.journal.range_file import check_range
from services.chassis.timestamps import timestamp

_ENTRIES = (
    Column("序号", "Number", lambda one, _: str(one.sequence), whole=True),
    Column("时间", "Time", lambda one, _: moment(one, "written_time")),
    Column("事件", "Event", lambda one, _: one.kind),
    Column("函件", "Letter", lambda one, _: one.letter_id, whole=True),
    Column("内容", "Facts", lambda one, _: "; ".join(f"{fact.name}={fact.value}" for fact in one.facts)),
)
_READINGS = (
    Column("时间", "Time", lambda one, _: moment(one, "read_time")),
    Column("账号", "Account", lambda one, _: one.account_id, whole=True),
    Column("材料", "What", lambda one, _: f"{one.what} {one.ref}", whole=True),
    Column("方式", "How", lambda one, _: one.how),
    Column("理由", "Reason", lambda one, _: one.reason),
)
_COUNTS = (
    Column("账号", "Account", lambda one, _: one.account_id, whole=True),
    Column("函件", "Letters", lambda one, _: str(one.letter_count)),
    Column("台账", "Ledgers", lambda one, _: str(one.ledger_count)),
    Column("平时", "Usual", lambda one, _: f"{one.usual_hundredths / 100:g}"),
    Column("异常", "Unusual", lambda one, to: to.pick("异常", "unusual") if one.unusual else ""),
)
_SINCE = click.option("--since", type=click.DateTime(), help="自何时起(北京时间) / from this time on, Beijing")
_UNTIL = click.option("--until", type=click.DateTime(), help="至何时止(不含) / before this time, Beijing")
_ACCOUNT = click.option("--account", default="", help="只看涉及某账号的 / only what names this account")


class RangeBrokenError(GuantongError):
    """The file of a journal does not hold together, or is not the one that was noted."""

    reason: ClassVar[str] = "RANGE_BROKEN"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The file does not verify: line {line}, {why}. Ask for it anew, and keep this one."
    message_zh: ClassVar[str] = "文件校验未通过：第 {line} 行起与日志不符。请重新索取，并保留此件。"


@group("journal", default="search")
def journal() -> None:
    """日志, 限审计管理员; 不写子命令则查找 / the journal, for audit administrators; searches by default."""


@journal.command()
@click.option(
    "--kind", default="", help="事件, 如 people.refused, 或 people. 开头的一类 / an event, or a group as people."
)
@click.option("--letter", default="", help="只看某函件的 / only about this letter")
@click.option("--matter", default="", help="只看某事项的 / only about this matter")
@_ACCOUNT
@_SINCE
@_UNTIL
@limit_option
@as_json
@at_node
def search(
    output: Output,
    api: Api,
    *,
    kind: str,
    letter: str,
    matter: str,
    account: str,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    json_wanted: bool,
) -> None:
    """查找日志条目, 新的在前, 不含函件内容 / entries, newest first, without the words of letters."""
    request = pb.SearchJournalRequest(kind=kind, letter_id=letter, matter_id=matter, account_id=account)
    _between(request, since, until)
    found = listed(output, api.journal.SearchJournal, request, "entries", limit)
    output.listing(("日志", "Journal"), _ENTRIES, found, json=json_wanted)


@journal.command()
@click.option("--first", type=click.IntRange(1), default=None, help="第一条的序号 / number of the first entry")
@click.option("--last", type=click.IntRange(1), default=None, help="最后一条的序号 / number of the last entry")
@_SINCE
@_UNTIL
@click.option("--note", default="", help="去向或介质, 载入导出登记 / medium or recipient, kept in the register")
@click.option(
    "--to", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="写入文件 / the file to write"
)
@at_node
def export(
    output: Output,
    api: Api,
    *,
    first: int | None,
    last: int | None,
    since: datetime | None,
    until: datetime | None,
    note: str,
    file: Path,
) -> None:
    """导出一段日志, 可离线校验 / a stretch of the journal as a file that verifies offline."""
    request = pb.ExportJournalRequest(first_sequence=first or 0, last_sequence=last or 0, note=note)
    _between(request, since, until)
    data = b"".join(one.piece for one in api.journal.ExportJournal(request))
    save(file, data)
    digest = hashlib.sha256(data).hexdigest()
    output.line(f"已写入 {file}, 摘要 {digest}", f"Written to {file}, digest {digest}")


@journal.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--head", default="", help="别处留存的末条摘要 / the digest of the last entry as it was noted elsewhere")
@pass_output
def check(output: Output, file: Path, *, head: str) -> None:
    """离线校验导出的日志, 无须节点 / check an exported stretch offline, without any node."""
    with file.open("rb") as lines:
        report = check_range(lines)
    for fault in report.faults:
        raise RangeBrokenError(line=fault.line, why=fault.reason)
    if head and head.strip().lower() != report.head:
        raise RangeBrokenError(line=report.last, why="the head is not the one noted elsewhere")
    output.line(
        f"{report.body} 第 {report.first} 至 {report.last} 条无误, 末条摘要 {report.head}",
        f"{report.body}: entries {report.first} to {report.last} hold together; head {report.head}",
    )


@journal.command()
@_ACCOUNT
@_SINCE
@_UNTIL
@limit_option
@as_json
@at_node
def readings(
    output: Output,
    api: Api,
    *,
    account: str,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    json_wanted: bool,
) -> None:
    """特定人员知悉材料的查看记录及理由 / who read what is for named persons only, and why."""
    request = pb.ListReadingsRequest(account_id=account)
    _between(request, since, until)
    found = listed(output, api.journal.ListReadings, request, "readings", limit)
    output.listing(("查看记录", "Readings"), _READINGS, found, json=json_wanted)


@journal.command()
@click.option("--month", default="", help="某月, 如 2026-03, 默认上月 / the month, else the last one")
@as_json
@at_node
def report(output: Output, api: Api, *, month: str, json_wanted: bool) -> None:
    """一月的查看次数与平时相比 / a month's readings by account beside the usual."""
    told = api.journal.ReportReadings(pb.ReportReadingsRequest(month=month))
    if json_wanted:
        output.message(told)
        return
    output.listing((f"{told.month} 查看次数", f"Readings in {told.month}"), _COUNTS, told.counts, json=False)
    output.note(
        f"异常: 当月至少 {told.least_count} 次, 且达此前 {told.month_count} 个月平均数的 {told.times_usual} 倍",
        f"Unusual: at least {told.least_count}, and {told.times_usual} times the average of {told.month_count} months",
    )


def _between(
    request: pb.SearchJournalRequest | pb.ExportJournalRequest | pb.ListReadingsRequest,
    since: datetime | None,
    until: datetime | None,
) -> None:
    for field, time in (("from_time", since), ("to_time", until)):
        if time is not None:
            getattr(request, field).CopyFrom(timestamp(time.replace(tzinfo=BEIJING)))
