"""`guantong board` and `traces`: how every body fares, and which steps a letter took at which body."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.node.v1 import board_service_pb2 as board_pb
from guantong.node.v1 import traces_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.usage import command, group
from services.chassis.clock import BEIJING
from services.chassis.timestamps import timestamp

_EVIDENCE: Mapping[int, tuple[str, str]] = {
    board_pb.EVIDENCE_HEARD: ("在线", "heard"),
    board_pb.EVIDENCE_SILENT: ("无音讯", "silent"),
    board_pb.EVIDENCE_NEVER_HEARD: ("从未收到", "never heard"),
    board_pb.EVIDENCE_UNREADABLE: ("状态无法读取", "unreadable"),
}
_CONCERNS: Mapping[int, tuple[str, str]] = {
    board_pb.CONCERN_JOURNAL_FAULTY: ("日志核验有误", "journal faulty"),
    board_pb.CONCERN_NOT_HEARD: ("无音讯", "not heard"),
    board_pb.CONCERN_HALTED: ("有通道停发", "a channel is halted"),
    board_pb.CONCERN_PARKED: ("有函件挂起", "letters parked"),
    board_pb.CONCERN_QUARANTINED: ("有来件隔离", "frames quarantined"),
    board_pb.CONCERN_LATE: ("有超期", "late"),
    board_pb.CONCERN_PEER_SILENT: ("有单位未应答", "a peer does not answer"),
    board_pb.CONCERN_ALARMS: ("有告警", "alarms"),
    board_pb.CONCERN_GROUNDS_DIFFER: ("规则、名录或日历不同", "other rules, directory or calendar"),
    board_pb.CONCERN_CLOCK_DIFFERS: ("时钟相差较大", "clock is off"),
    board_pb.CONCERN_JOURNAL_UNCHECKED: ("日志三天未核验", "journal unverified for 3 days"),
}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def _number(row: Any, count: int) -> str:
    return str(count) if row.HasField("status") else "?"


def _oldest(row: Any, _to: Output) -> str:
    work = row.status.work
    return str(work.oldest_waiting_working_days) if work.HasField("oldest_waiting_working_days") else ""


def _heard(row: Any, to: Output) -> str:
    ages = [getattr(row, name).seconds for name in ("heard_age", "stored_age") if row.HasField(name)]
    if not ages:
        return ""
    for unit, zh, en in ((_DAY, "天前", "days ago"), (_HOUR, "小时前", "h ago"), (_MINUTE, "分钟前", "min ago")):
        if ages[0] >= unit:
            return f"{ages[0] // unit} {to.pick(zh, en)}"
    return f"{ages[0]} {to.pick('秒前', 's ago')}"


_ROWS = (
    Column("单位", "Body", lambda one, to: to.name(one.body)),
    Column("状态", "State", lambda one, to: to.word(_EVIDENCE, one.evidence)),
    Column("最近音讯", "Heard", _heard),
    Column("应办", "To do", lambda one, _: _number(one, one.status.work.waiting_count)),
    Column("超期", "Late", lambda one, _: _number(one, one.status.work.late_count)),
    Column("最久(工作日)", "Oldest (working days)", _oldest),
    Column("挂起", "Parked", lambda one, _: _number(one, one.status.soundness.parked_count)),
    Column("隔离", "Quarantined", lambda one, _: _number(one, one.status.soundness.quarantined_count)),
    Column("须留意", "Note", lambda one, to: ", ".join(to.word(_CONCERNS, which) for which in one.concerns)),
)
_LINES = (
    Column("踪迹", "Trace", lambda one, _: one.trace_id, whole=True),
    Column("记录时间", "Heard", lambda one, _: moment(one, "heard_time")),
    Column("起始一步", "First step", lambda one, _: one.method.rpartition("/")[2] or one.name),
    Column("起始单位", "Begun at", lambda one, to: to.name(one.body)),
    Column("经过单位", "Bodies", lambda one, to: ", ".join(map(to.name, one.bodies))),
    Column("毫秒", "ms", lambda one, _: _milliseconds(one.duration)),
    Column("步数", "Steps", lambda one, _: str(one.span_count)),
    Column("失败", "Failed", lambda one, _: str(one.failed_count)),
)
_STEPS = (
    Column("步骤", "Step", lambda one, _: "  " * one.depth + one.name),
    Column("单位", "Body", lambda one, to: to.name(one.body)),
    Column("开始", "Began", lambda one, _: moment(one, "begin_time")),
    Column("毫秒", "ms", lambda one, _: _milliseconds(one.duration)),
    Column("结果", "Result", lambda one, to: to.pick("失败", "failed") if one.failed else ""),
    Column("备注", "Notes", lambda one, _: " ".join(f"{key}={one.attributes[key]}" for key in sorted(one.attributes))),
)


def _milliseconds(duration: Any) -> str:
    return f"{duration.seconds * 1_000 + duration.nanos / 1_000_000:.1f}"


@command()
@as_json
@at_node
def board(output: Output, api: Api, *, json_wanted: bool) -> None:
    """看板: 各单位现状, 依据其自行发布的状态 / the board: how every body fares, by what it publishes."""
    found = api.board.ListBodyStatuses(board_pb.ListBodyStatusesRequest())
    if json_wanted:
        output.message(found)
        return
    if found.unread_reason:
        output.note(f"目前读不到其他单位的状态: {found.unread_reason}", f"Cannot be read now: {found.unread_reason}")
    output.listing(("看板", "Board"), _ROWS, found.rows, json=False)
    late = "  ".join(f"{one.article_id} {one.count}" for one in found.late_by_article)
    if late:
        output.line(f"超期, 按条款: {late}", f"Late, by article: {late}")


@group("traces", default="find")
def traces() -> None:
    """踪迹: 函件在各单位走过的步骤; 不写子命令则查找 / steps of letters at each body; searches by default."""


@traces.command("find")
@click.option("--letter", "letter", default="", help="函件编号 / id of a letter")
@click.option("--matter", "matter", default="", help="事项编号 / id of a matter")
@click.option("--number", "number", default="", help="文号 / document number")
@click.option("--from", "since", type=click.DateTime(), help="起, 北京时间 / from, Beijing time")
@click.option("--to", "until", type=click.DateTime(), help="止, 北京时间 / to, Beijing time")
@click.option("--body", default="", help="涉及的单位 / a body that took part")
@click.option("--failed", is_flag=True, help="只看有失败的 / with failures only")
@click.option("--everything", is_flag=True, help="连同未涉函件的请求 / also requests without letters")
@limit_option
@as_json
@at_node
def find_traces(
    output: Output,
    api: Api,
    limit: int,
    *,
    since: datetime | None,
    until: datetime | None,
    json_wanted: bool,
    **wanted: Any,
) -> None:
    """查找踪迹 / search traces."""
    named = bool(wanted["letter"] or wanted["matter"] or wanted["number"])
    asked = pb.SearchTracesRequest(
        letter_id=wanted["letter"],
        matter_id=wanted["matter"],
        document_number=wanted["number"],
        from_time=_stamp(since),
        to_time=_stamp(until),
        body=wanted["body"],
        failed_only=wanted["failed"],
        letters_only=not (wanted["everything"] or named),
    )
    found = listed(output, api.traces.SearchTraces, asked, "traces", limit)
    output.listing(("踪迹", "Traces"), _LINES, found, json=json_wanted)


@traces.command("show")
@click.argument("trace_id")
@as_json
@at_node
def show_trace(output: Output, api: Api, trace_id: str, *, json_wanted: bool) -> None:
    """一条踪迹的各步 / the steps of one trace."""
    found = api.traces.GetTrace(pb.GetTraceRequest(trace_id=trace_id))
    if json_wanted:
        output.message(found)
        return
    output.listing((found.trace.trace_id, found.trace.trace_id), _STEPS, found.spans, json=False)


def _stamp(at: datetime | None) -> Timestamp | None:
    return None if at is None else timestamp(at.replace(tzinfo=BEIJING))
