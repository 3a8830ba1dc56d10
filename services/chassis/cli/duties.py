"""`guantong handover`, `leave`, `assign` and `colleagues`: whose desk the work lies on, and how it passes on."""

from __future__ import annotations

import click

from guantong.node.v1 import handover_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.usage import command, group

_COLLEAGUES = (
    Column("账号", "Account", lambda one, _: one.account_id, whole=True),
    Column("姓名", "Name", lambda one, _: one.name),
    Column("职务", "Post", lambda one, _: one.post),
    Column("内设机构", "Sub-units", lambda one, to: ", ".join(to.name(unit) for unit in one.sub_units)),
)
_HANDOVERS = (
    Column("移交", "Handover", lambda one, _: one.handover_id, whole=True),
    Column("时间", "Time", lambda one, _: moment(one, "time")),
    Column("移交人", "From", lambda one, _: one.from_name),
    Column("接收人", "To", lambda one, _: one.to_name),
    Column("拟稿", "Drafts", lambda one, _: str(len(one.draft_ids))),
    Column("事项", "Matters", lambda one, _: str(len(one.matter_ids))),
    Column("联络员", "Liaison", lambda one, _: str(one.liaison_count)),
    Column("留下", "Left", lambda one, _: str(one.left_count)),
    Column("事由", "Reason", lambda one, _: one.reason),
)
_LEAVES = (
    Column("代班", "Leave", lambda one, _: one.leave_id, whole=True),
    Column("离岗人", "Absent", lambda one, _: one.from_name),
    Column("代班人", "Deputy", lambda one, _: one.to_name),
    Column("自", "First day", lambda one, _: one.from_date),
    Column("至", "Last day", lambda one, _: one.to_date),
    Column("现行", "Counts now", lambda one, to: to.pick("是", "yes") if one.counts_now else ""),
    Column("事由", "Reason", lambda one, _: one.reason),
)
_REASON = click.option("--reason", required=True, help="事由 / why")


@command()
@as_json
@at_node
def colleagues(output: Output, api: Api, *, json_wanted: bool) -> None:
    """本单位业务人员 / the people who work on matters here."""
    found = api.duties.ListColleagues(pb.ListColleaguesRequest()).colleagues
    output.listing(("业务人员", "Colleagues"), _COLLEAGUES, found, json=json_wanted)


@command()
@click.argument("matter")
@click.argument("colleague", required=False, default="")
@at_node
def assign(output: Output, api: Api, matter: str, colleague: str) -> None:
    """指定事项承办人; 不写人则不指定 / say who handles a matter; nobody in particular where none is named."""
    api.duties.AssignMatter(pb.AssignMatterRequest(request_id=request_id(), matter_id=matter, account_id=colleague))
    output.line("已登记", "Recorded")


@group("handover", default="list")
def handover() -> None:
    """工作移交; 不写子命令则列出 / work that passed from one person to another; lists it by default."""


@handover.command()
@click.argument("former")
@click.argument("colleague")
@_REASON
@click.option("--liaison", is_flag=True, help="联络员职责一并移交 / the role of liaison, too")
@as_json
@at_node
def give(
    output: Output, api: Api, *, former: str, colleague: str, reason: str, liaison: bool, json_wanted: bool
) -> None:
    """一次移交一人在办的拟稿和事项 / move one person's drafts and matters to another, in one act."""
    done = api.duties.HandOver(
        pb.HandOverRequest(
            request_id=request_id(), from_account_id=former, to_account_id=colleague, reason=reason, liaison=liaison
        )
    ).handover
    if json_wanted:
        output.message(done)
        return
    drafts, matters, left = len(done.draft_ids), len(done.matter_ids), done.left_count
    output.line(
        f"已移交: 拟稿 {drafts}, 事项 {matters}, 联络员 {done.liaison_count}; 因接收人无权而留下 {left}",
        f"Moved: drafts {drafts}, matters {matters}, roles of liaison {done.liaison_count}; left for want of rights: "
        f"{left}",
    )


@handover.command("list")
@limit_option
@as_json
@at_node
def list_handovers(output: Output, api: Api, limit: int, *, json_wanted: bool) -> None:
    """列出移交记录 / list handovers."""
    found = listed(output, api.duties.ListHandovers, pb.ListHandoversRequest(), "handovers", limit)
    output.listing(("移交记录", "Handovers"), _HANDOVERS, found, json=json_wanted)


@group("leave", default="list")
def leave() -> None:
    """离岗与代班; 不写子命令则列出 / leaves and their deputies; lists them by default."""


@leave.command()
@click.argument("colleague")
@click.option("--until", "to_date", required=True, help="最后一日, 如 2026-03-31 / the last day: 2026-03-31")
@click.option("--from", "from_date", help="首日, 默认今日 / the first day, else today")
@click.option("--of", "former", default="", help="离岗人, 默认本人 / who is absent, else you")
@_REASON
@at_node
def record(
    output: Output, api: Api, *, colleague: str, to_date: str, from_date: str | None, former: str, reason: str
) -> None:
    """登记代班人 / name a deputy for some days."""
    made = api.duties.RecordLeave(
        pb.RecordLeaveRequest(
            request_id=request_id(),
            from_account_id=former,
            to_account_id=colleague,
            from_date=from_date,
            to_date=to_date,
            reason=reason,
        )
    ).leave
    output.line(
        f"已登记 {made.leave_id}: {made.from_date} 至 {made.to_date} 由 {made.to_name} 代班",
        f"Recorded {made.leave_id}: {made.to_name} stands in from {made.from_date} to {made.to_date}",
    )


@leave.command("list")
@limit_option
@as_json
@at_node
def list_leaves(output: Output, api: Api, limit: int, *, json_wanted: bool) -> None:
    """列出代班 / list leaves."""
    found = listed(output, api.duties.ListLeaves, pb.ListLeavesRequest(), "leaves", limit)
    output.listing(("离岗与代班", "Leaves"), _LEAVES, found, json=json_wanted)


@leave.command()
@click.argument("leave_id")
@at_node
def end(output: Output, api: Api, leave_id: str) -> None:
    """提前终止代班 / end a leave now."""
    api.duties.EndLeave(pb.EndLeaveRequest(request_id=request_id(), leave_id=leave_id))
    output.line("已终止", "Ended")


@leave.command("act-for")
@click.argument("former", required=False, default="")
@at_node
def act_for(output: Output, api: Api, former: str) -> None:
    """本会话代谁办理; 不写人则恢复本人 / for whom this session acts; yourself again where none is named."""
    api.duties.ActFor(pb.ActForRequest(account_id=former))
    output.line(f"现代 {former} 办理" if former else "现以本人身份办理", f"Now acting for {former or 'yourself'}")
