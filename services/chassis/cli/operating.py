"""`guantong health` and `calendar`: what the administrators of one node look at and load."""

from __future__ import annotations

from pathlib import Path

import click

from guantong.node.v1 import admin_service_pb2 as admin
from guantong.node.v1 import status_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, request_id
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.usage import command, group

_PEERS = (
    Column("单位", "Peer", lambda one, to: to.name(one.body)),
    Column("发出", "Sent", lambda one, _: str(one.sent_count)),
    Column("有回执", "Receipted", lambda one, _: str(one.receipted_count)),
    Column("收存", "Stored", lambda one, _: str(one.stored_count)),
    Column("最近联系", "Heard", lambda one, _: moment(one, "heard_time")),
    Column("失联", "Silent", lambda one, to: to.pick("是", "yes") if one.silent else ""),
    Column("停发原因", "Halted", lambda one, _: one.halted),
)
_FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@command()
@as_json
@at_node
def health(output: Output, api: Api, *, json_wanted: bool) -> None:
    """一个节点的状况: 总线、日志、与各单位往来 / how a node fares: bus, journal, where it stands with each peer."""
    found = api.status.GetStatus(pb.GetStatusRequest())
    if json_wanted:
        output.message(found)
        return
    yes, no = output.pick("是", "yes"), output.pick("否", "no")
    output.facts(
        [
            (("单位", "Body"), output.name(found.body)),
            (("版本", "Version"), found.version),
            (("节点时间", "Its time"), moment(found, "now")),
            (("总线已连接", "Bus connected"), yes if found.bus_connected else no),
            (("演示县", "Demonstration"), yes if found.demo else no),
            (("日志条目", "Journal entries"), str(found.journal_entry_count)),
            (("已处理函件", "Letters handled"), str(found.applied_count)),
            (("挂起函件", "Letters parked"), str(found.parked_count)),
            (("隔离来件", "Frames quarantined"), str(found.quarantined_count)),
            (("待到附件", "Attachments awaited"), str(found.attachments_waiting_count)),
            (("不得打开的附件", "Attachments refused"), str(found.attachments_refused_count)),
            (("最近备份", "Last backup"), moment(found, "last_backup_time")),
            (("日志核验", "Journal verified"), _checked(found, output)),
            (("未关闭的告警", "Open alarms"), str(found.alarm_count)),
            (("单位名录", "Directory"), str(found.grounds.directory_version)),
            (("工作日历", "Calendars"), " ".join(map(str, found.grounds.calendar_years))),
            (("规则摘要", "Rulebook digest"), found.grounds.rulebook_digest),
        ]
    )
    output.listing(("往来单位", "Peers"), _PEERS, found.peers, json=False)


def _checked(found: pb.GetStatusResponse, output: Output) -> str:
    if not found.HasField("journal_check"):
        return output.pick("尚未核验", "not yet")
    check = found.journal_check
    told = output.pick("完好", "sound") if check.sound else output.pick("发现问题", "faulty")
    return f"{told}, {moment(check, 'check_time')}"


@group("calendar")
def calendar() -> None:
    """工作日历 / calendars of working days."""


@calendar.command("load")
@_FILE
@as_json
@at_node
def load_calendar(output: Output, api: Api, file: Path, *, json_wanted: bool) -> None:
    """载入一年的官方日历, 未结期限随之重算 / load the official table of a year; open due dates are recomputed."""
    loaded = api.admin.LoadCalendar(admin.LoadCalendarRequest(table=file.read_bytes(), request_id=request_id()))
    if json_wanted:
        output.message(loaded)
    else:
        output.line(
            f"已载入 {loaded.year} 年日历, {loaded.moved_count} 个期限变动",
            f"Loaded the calendar of {loaded.year}; {loaded.moved_count} due dates moved",
        )
