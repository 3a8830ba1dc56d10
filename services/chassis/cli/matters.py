"""`guantong matters`, `tasks` and `inbox`: whole matters, what is to be done, and how their due dates are computed."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import click

from guantong.node.v1 import matters_service_pb2 as pb
from guantong.node.v1.drafts_service_pb2 import ListDraftsRequest
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.drafts import LIVE
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.paging import pages
from services.chassis.cli.tasks_shown import due_text, late_text, task_columns
from services.chassis.cli.usage import command, group
from services.chassis.cli.words import ARTICLES, EVENTS, MARKS, RUNGS, STATES
from services.chassis.clock import BEIJING
from services.chassis.timestamps import timestamp

_COLUMNS = (
    Column("函件", "Letter", lambda one, _: one.opening_letter_id, whole=True),
    Column("种类", "Kind", lambda one, to: to.pick(one.title_zh, one.title_en)),
    Column("对方", "With", lambda one, to: to.name(one.peer)),
    Column("文号", "Number", lambda one, _: one.document_number),
    Column("状态", "State", lambda one, to: to.word(STATES, one.state)),
    Column("期限", "Due", due_text),
    Column("逾期", "Late", late_text),
    Column("变动", "Changed", lambda one, _: moment(one, "updated_time")),
    Column("事项", "Matter", lambda one, _: one.matter_id, whole=True),
)
_LADDER = (
    Column("步骤", "Step", lambda one, to: to.word(RUNGS, one.step)),
    Column("时间", "Time", lambda one, _: moment(one, "time")),
    Column("依据何方", "Stated by", lambda one, to: to.name(one.claimed_by)),
    Column("方式", "How", lambda one, to: to.word(MARKS, one.mark)),
)
_DEADLINES = (
    Column("期限编号", "Deadline", lambda one, _: one.deadline_id, whole=True),
    Column("依据", "Article", lambda one, to: to.word(ARTICLES, one.article_id)),
    Column("起算", "From", lambda one, _: one.start_date),
    Column("到期", "Due", lambda one, to: one.due_date + (to.pick(" 暂定", " provisional") if one.provisional else "")),
    Column("原定", "At first", lambda one, _: one.original_due_date),
    Column("逾期(工作日)", "Late (working days)", lambda one, _: str(one.late_working_day_count or "")),
)
_TIMELINE = (
    Column("时间", "Time", lambda one, _: moment(one, "time")),
    Column("事件", "Event", lambda one, to: to.word(EVENTS, one.event)),
    Column("单位", "Body", lambda one, to: to.name(one.body)),
    Column("备注", "Remark", lambda one, to: to.pick(one.overridden_reason, one.overridden_reason_en)),
)
_STATE = click.option("--state", default="", type=click.Choice(["", *STATES]), help="只看某状态 / only this state")
_KIND = click.option("--kind", default="", help="只看某种函件, 如 info.request / only this kind: info.request")
_MATTER = click.argument("matter")
_DEADLINE = click.argument("deadline")
_WHY = click.option("--why", "explanation", required=True, help="理由 / why")
_APPROVER = click.option("--approver", required=True, help="批准人职务 / post of who approved it")


class _Moment(click.ParamType[datetime]):
    """A time in Beijing: 2026-03-02T09:30."""

    name = "YYYY-MM-DDTHH:MM"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return datetime.strptime(value, "%Y-%m-%dT%H:%M").replace(tzinfo=BEIJING)
        except ValueError:
            self.fail(f"{value}: {self.name}", param, ctx)


@command()
@_STATE
@_KIND
@limit_option
@as_json
@at_node
def inbox(output: Output, api: Api, *, state: str, kind: str, limit: int, json_wanted: bool) -> None:
    """收件: 他单位发来的事项、状态与期限 / what other bodies opened with you: its state and when it is due."""
    request = pb.ListMattersRequest(side="addressee", state=state, letter_kind=kind)
    _show_matters(output, api, request, ("收件", "Inbox"), limit, json_wanted=json_wanted)


@command()
@click.option("--mine", is_flag=True, help="仅本人承办的事项和在手的拟稿 / only what lies on your own desk")
@limit_option
@as_json
@at_node
def tasks(output: Output, api: Api, limit: int, *, mine: bool, json_wanted: bool) -> None:
    """待办, 最急的在前 / what is to be done, most urgent first."""
    found = listed(output, api.matters.ListTasks, pb.ListTasksRequest(mine=mine), "tasks", limit)
    # A draft that opens a matter is told by its own address: nothing is known of the matter yet.
    wanted = not json_wanted and any(one.draft_id for one in found)
    drafts = pages(api.drafts.ListDrafts, ListDraftsRequest(states=LIVE), "drafts") if wanted else ()
    columns = task_columns({draft.draft_id: draft for draft in drafts})
    output.listing(("待办", "To do"), columns, found, json=json_wanted)


@group("matters", default="list")
def matters() -> None:
    """事项与期限; 不写子命令则列出 / matters and due dates; lists them by default."""


@matters.command("list")
@_STATE
@_KIND
@click.option(
    "--side", default="", type=click.Choice(["", "opener", "addressee"]), help="发起方或受文方 / this body's side"
)
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, *, state: str, kind: str, side: str, limit: int, json_wanted: bool) -> None:
    """列出事项, 新近变动的在前 / list matters, most recently changed first."""
    request = pb.ListMattersRequest(side=side, state=state, letter_kind=kind)
    _show_matters(output, api, request, ("事项", "Matters"), limit, json_wanted=json_wanted)


@matters.command()
@_MATTER
@as_json
@at_node
def show(output: Output, api: Api, matter: str, *, json_wanted: bool) -> None:
    """一个事项的各步时间、期限与经过 / a matter with its ladder, due dates and history."""
    found = api.matters.GetMatter(pb.GetMatterRequest(matter_id=matter))
    if json_wanted:
        output.message(found)
        return
    output.listing(("事项", "Matter"), _COLUMNS, [found.matter], json=False)
    output.listing(("各步时间", "Ladder"), _LADDER, found.matter.ladder, json=False)
    output.listing(("期限", "Due dates"), _DEADLINES, found.matter.deadlines, json=False)
    output.listing(("经过", "History"), _TIMELINE, found.timeline, json=False)


@matters.command()
@_DEADLINE
@as_json
@at_node
def explain(output: Output, api: Api, deadline: str, *, json_wanted: bool) -> None:
    """某一期限逐日是怎样算出来的 / how a due date was computed, day by day."""
    found = api.matters.ExplainDeadline(pb.ExplainDeadlineRequest(deadline_id=deadline))
    if json_wanted:
        output.message(found)
        return
    output.lines([output.pick(found.summary_zh, found.summary_en)])
    for day in found.days:
        mark = "+" if day.counted else "-"
        output.lines([f"  {mark}  {day.date}  {output.pick(day.reason_zh, day.reason_en)}"])


@matters.command()
@_DEADLINE
@click.option("--by", "amount", type=click.IntRange(1), required=True, help="延长几个工作日或月 / by how many units")
@_WHY
@_APPROVER
@at_node
def extend(output: Output, api: Api, *, deadline: str, amount: int, explanation: str, approver: str) -> None:
    """延长期限 / move a due date."""
    moved = api.matters.ExtendDeadline(
        pb.ExtendDeadlineRequest(
            deadline_id=deadline, amount=amount, explanation=explanation, approver=approver, request_id=request_id()
        )
    )
    output.listing(("期限", "Due dates"), _DEADLINES, [moved.deadline], json=False)


@matters.command()
@_DEADLINE
@_WHY
@_APPROVER
@at_node
def suspend(output: Output, api: Api, deadline: str, explanation: str, approver: str) -> None:
    """中止期限 / stop the clock."""
    api.matters.SuspendDeadline(
        pb.SuspendDeadlineRequest(
            deadline_id=deadline, explanation=explanation, approver=approver, request_id=request_id()
        )
    )
    output.line("期限已中止", "The clock stands still")


@matters.command()
@_DEADLINE
@_WHY
@_APPROVER
@at_node
def resume(output: Output, api: Api, deadline: str, explanation: str, approver: str) -> None:
    """恢复期限 / start a stopped clock again."""
    moved = api.matters.ResumeDeadline(
        pb.ResumeDeadlineRequest(
            deadline_id=deadline, explanation=explanation, approver=approver, request_id=request_id()
        )
    )
    output.listing(("期限", "Due dates"), _DEADLINES, [moved.deadline], json=False)


@matters.command()
@_MATTER
@click.option("--text", default="", help="催办内容, 默认按催办级别 / what it says, else the words of the rung reached")
@at_node
def remind(output: Output, api: Api, matter: str, text: str) -> None:
    """催办: 向对方单位发催办函 / remind the other body by letter of what it owes."""
    sent = api.matters.RemindMatter(pb.RemindMatterRequest(matter_id=matter, text=text, request_id=request_id()))
    output.line(f"已催办, 函件 {sent.letter_id}", f"Reminded; the letter is {sent.letter_id}")


@matters.command()
@_MATTER
@click.option("--post", required=True, help="接听人职务 / post of who was telephoned")
@click.option("--at", required=True, type=_Moment(), help="通话时间(北京时间) / when, in Beijing")
@at_node
def deem(output: Output, api: Api, matter: str, post: str, at: datetime) -> None:
    """电话确认后视同签收 / record that a letter counts as received after a telephone call."""
    request = pb.RecordDeemedReceiptRequest(matter_id=matter, telephoned_post=post, request_id=request_id())
    request.telephoned_time.CopyFrom(timestamp(at))
    recorded = api.matters.RecordDeemedReceipt(request)
    output.listing(("期限", "Due dates"), _DEADLINES, [recorded.deadline], json=False)


@matters.command()
@_MATTER
@click.argument("step", type=click.Choice(["handed_over", "signed_for"]))
@click.option("--at", required=True, type=_Moment(), help="时间(北京时间) / when, in Beijing")
@click.option(
    "--scan", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="回执扫描件 / the scanned slip"
)
@click.option("--by", "signed_for_by", default="", help="回执上的签收人 / name on the return slip")
@at_node
def paper(
    output: Output, api: Api, *, matter: str, step: str, at: datetime, scan: Path | None, signed_for_by: str
) -> None:
    """登记纸质送达 / record a step of paper delivery."""
    request = pb.RecordPaperDeliveryRequest(
        matter_id=matter,
        step=step,
        scan_digest=hashlib.sha256(scan.read_bytes()).digest() if scan else b"",
        signed_for_by=signed_for_by,
        request_id=request_id(),
    )
    request.time.CopyFrom(timestamp(at))
    api.matters.RecordPaperDelivery(request)
    output.line("已登记", "Recorded")


def _show_matters(
    output: Output,
    api: Api,
    request: pb.ListMattersRequest,
    title: tuple[str, str],
    limit: int,
    *,
    json_wanted: bool,
) -> None:
    found = listed(output, api.matters.ListMatters, request, "matters", limit)
    output.listing(title, _COLUMNS, found, json=json_wanted)
