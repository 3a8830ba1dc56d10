"""`guantong destruction`: content destroyed by two persons, holds against it, and what becomes of copies handed out."""

from __future__ import annotations

import click

from guantong.node.v1 import destruction_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.usage import group
from services.chassis.destruction import model

_GROUNDS = {
    pb.DestructionGround.Value(f"DESTRUCTION_GROUND_{ground.name}"): words for ground, words in model.GROUNDS.items()
}
_ASKABLE = {
    ground.value.replace("_", "-"): pb.DestructionGround.Value(f"DESTRUCTION_GROUND_{ground.name}")
    for ground in sorted(model.ASKABLE)
}
_STATES = {
    pb.DESTRUCTION_STATE_ASKED: ("待批准", "asked"),
    pb.DESTRUCTION_STATE_DESTROYED: ("已销毁", "destroyed"),
    pb.DESTRUCTION_STATE_REFUSED: ("未批准", "refused"),
}
_CAUSES = {pb.HoldCause.Value(f"HOLD_CAUSE_{cause.name}"): words for cause, words in model.CAUSES.items()}
_CAUSE_NAMES = {cause.name.lower(): pb.HoldCause.Value(f"HOLD_CAUSE_{cause.name}") for cause in model.Cause}
_OUTCOMES = {
    pb.COPY_OUTCOME_UNSPECIFIED: ("待办理", "open"),
    pb.COPY_OUTCOME_DESTROYED: ("已销毁", "destroyed"),
    pb.COPY_OUTCOME_RECOVERED: ("已收回", "recovered"),
    pb.COPY_OUTCOME_NOT_FOUND: ("未能找到", "not found"),
}
_OUTCOME_NAMES = {
    outcome.value.replace("_", "-"): pb.CopyOutcome.Value(f"COPY_OUTCOME_{outcome.name}") for outcome in model.Outcome
}
_EXPORT_KINDS = {
    "letter_print": ("函件打印件", "printed letter"),
    "draft_print": ("拟稿打印件", "printed draft"),
    "ledger": ("台账导出", "exported ledger"),
    "proof": ("事项证据文件", "file of proof"),
    "briefing": ("巡前情况", "briefing"),
    "attachment": ("附件", "attachment"),
    "journal": ("日志导出", "exported journal"),
}
_STEPS = {
    "strike": ("备份密钥单待划去密钥", "keys to be struck from key sheets beside backups"),
    "register": ("销毁名册待写入", "letters to be written into the register of destroyed letters"),
    "scrub": ("数据库文件待清除", "bytes to be cleared from the database's files"),
}
_COLUMNS = (
    Column("申请", "Request", lambda one, _: one.destruction_id, whole=True),
    Column("状态", "State", lambda one, to: to.word(_STATES, one.state)),
    Column("依据", "Ground", lambda one, to: to.word(_GROUNDS, one.ground)),
    Column("函件数", "Letters", lambda one, _: str(len(one.letter_ids))),
    Column("理由", "Reason", lambda one, _: one.reason),
    Column("申请时间", "Asked", lambda one, _: moment(one, "asked_time")),
    Column("决定时间", "Decided", lambda one, _: moment(one, "settled_time")),
)
_COPIES = (
    Column("副本", "Copy", lambda one, _: one.copy_id, whole=True),
    Column("种类", "Kind", lambda one, to: to.word(_EXPORT_KINDS, one.export.kind)),
    Column("领取人", "Taken by", lambda one, _: one.export.handed_to),
    Column("领取时间", "Taken", lambda one, _: moment(one.export, "handed_time")),
    Column("去向", "For whom", lambda one, _: one.export.note),
    Column("结果", "Outcome", lambda one, to: to.word(_OUTCOMES, one.outcome)),
    Column("办理人", "By", lambda one, _: one.person),
)
_EXPORTS = (
    Column("导出", "Export", lambda one, _: one.export_id, whole=True),
    Column("种类", "Kind", lambda one, to: to.word(_EXPORT_KINDS, one.kind)),
    Column("领取人", "Taken by", lambda one, _: one.handed_to),
    Column("领取时间", "Taken", lambda one, _: moment(one, "handed_time")),
    Column("去向", "For whom", lambda one, _: one.note or one.ledger),
    Column("摘要", "SHA-256", lambda one, _: one.digest.hex()[:16]),
)
_HOLDS = (
    Column("保全", "Hold", lambda one, _: one.hold_id, whole=True),
    Column("事项", "Matter", lambda one, _: one.matter_id, whole=True),
    Column("事由", "Cause", lambda one, to: to.word(_CAUSES, one.cause)),
    Column("理由", "Reason", lambda one, _: one.reason),
    Column("设定时间", "Placed", lambda one, _: moment(one, "placed_time")),
    Column("解除时间", "Released", lambda one, _: moment(one, "released_time")),
)
_REASON = click.option("--reason", required=True, help="理由, 不得指向具体信访人 / why; naming no petitioner")
_REQUEST = click.argument("destruction")


@group("destruction", default="list")
def destruction() -> None:
    """内容销毁: 一人申请, 领导批准即销毁; 签名与流转记录仍可校验 / destroy content: one asks, a leader approves."""


@destruction.command()
@click.option("--letter", "letter_ids", multiple=True, help="函件, 可多次 / a letter, repeatable")
@click.option("--matter", default="", help="整个事项的全部函件 / every letter of a matter")
@click.option("--ground", required=True, type=click.Choice(list(_ASKABLE)), help="依据 / what allows it")
@_REASON
@click.option("--document", default="", help="决定文号 / number of the deciding document")
@click.option("--dated", default="", help="决定日期 YYYY-MM-DD / its date")
@as_json
@at_node
def ask(output: Output, api: Api, *, json_wanted: bool, **given: str) -> None:
    """申请销毁函件内容 / ask for content to be destroyed."""
    request = pb.AskDestructionRequest(
        request_id=request_id(),
        letter_ids=given["letter_ids"],
        matter_id=given["matter"],
        ground=_ASKABLE[given["ground"]],
        reason=given["reason"],
        document_number=given["document"],
        decided_date=given["dated"],
    )
    asked = api.destruction.AskDestruction(request)
    if json_wanted:
        output.message(asked)
        return
    count, named = asked.letter_count, asked.destruction_id
    output.line(
        f"申请编号 {named}, 涉及函件 {count} 件, 待批准", f"Request {named} about {count} letters waits for approval"
    )


@destruction.command("list")
@click.option("--waiting", is_flag=True, help="只看待批准的 / only those that wait")
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, *, waiting: bool, limit: int, json_wanted: bool) -> None:
    """列出销毁申请, 新的在前 / list requests, newest first."""
    request = pb.ListDestructionsRequest(waiting_only=waiting)
    found = listed(output, api.destruction.ListDestructions, request, "destructions", limit)
    output.listing(("销毁申请", "Destructions"), _COLUMNS, found, json=json_wanted)


@destruction.command()
@_REQUEST
@as_json
@at_node
def show(output: Output, api: Api, destruction: str, *, json_wanted: bool) -> None:
    """查看一项申请、应收回的副本和未完成的步骤 / one request, copies to recover, and what is outstanding."""
    shown = api.destruction.GetDestruction(pb.GetDestructionRequest(destruction_id=destruction))
    if json_wanted:
        output.message(shown)
        return
    one = shown.destruction
    decided = f"{one.document_number} {one.decided_date}".strip()
    output.facts(
        [
            (("申请", "Request"), one.destruction_id),
            (("状态", "State"), output.word(_STATES, one.state)),
            (("依据", "Ground"), output.word(_GROUNDS, one.ground)),
            (("决定文件", "Document"), decided),
            (("理由", "Reason"), one.reason),
            (("申请人", "Asked by"), f"{one.asked_by} {moment(one, 'asked_time')}"),
            (("决定人", "Decided by"), f"{one.settled_by} {moment(one, 'settled_time')}".strip()),
            (("意见", "Remark"), one.remark),
            (("函件", "Letters"), "\n".join(one.letter_ids)),
        ]
    )
    if shown.copies:
        output.listing(("应收回或销毁的副本", "Copies to recover or destroy"), _COPIES, shown.copies, json=False)
    for left in shown.outstanding:
        words = output.word(_STEPS, left.step)
        output.line(f"未完成: {words}, {left.count} 项, 节点将继续办理", f"Outstanding: {left.count} {words}")


@destruction.command()
@_REQUEST
@at_node
def approve(output: Output, api: Api, destruction: str) -> None:
    """批准他人的申请, 当即销毁, 不可恢复 / approve what somebody else asked for; it is done at once, for good."""
    request = pb.ApproveDestructionRequest(destruction_id=destruction, request_id=request_id())
    count = api.destruction.ApproveDestruction(request).destroyed_count
    output.line(f"已销毁 {count} 件函件的内容", f"The content of {count} letters is destroyed")


@destruction.command()
@_REQUEST
@click.option("--remark", required=True, help="理由 / why")
@at_node
def refuse(output: Output, api: Api, destruction: str, remark: str) -> None:
    """不批准他人的申请 / refuse what somebody else asked for."""
    api.destruction.RefuseDestruction(
        pb.RefuseDestructionRequest(destruction_id=destruction, remark=remark, request_id=request_id())
    )
    output.line("未批准", "Refused")


@destruction.command()
@click.option("--all", "everything", is_flag=True, help="含已办理的 / also those accounted for")
@limit_option
@as_json
@at_node
def copies(output: Output, api: Api, *, everything: bool, limit: int, json_wanted: bool) -> None:
    """内容已销毁而曾交出的副本, 待收回或销毁 / copies handed out of what was destroyed since."""
    request = pb.ListCopiesRequest(open_only=not everything)
    found = listed(output, api.destruction.ListCopies, request, "copies", limit)
    output.listing(("待收回的副本", "Copies to recover"), _COPIES, found, json=json_wanted)


@destruction.command()
@click.argument("copy")
@click.option("--outcome", required=True, type=click.Choice(list(_OUTCOME_NAMES)), help="结果 / what became of it")
@click.option("--person", required=True, help="办理人姓名 / who recovered or destroyed it")
@click.option("--remark", default="", help="说明 / what else there is to say")
@at_node
def certify(output: Output, api: Api, copy: str, outcome: str, person: str, *, remark: str) -> None:
    """登记一份副本的去向 / record what became of a copy."""
    api.destruction.CertifyCopy(
        pb.CertifyCopyRequest(
            request_id=request_id(), copy_id=copy, outcome=_OUTCOME_NAMES[outcome], person=person, remark=remark
        )
    )
    output.line("已登记", "Recorded")


@destruction.command()
@click.option("--letter", default="", help="只看含该函件内容的 / only those with this letter's words")
@limit_option
@as_json
@at_node
def exports(output: Output, api: Api, letter: str, limit: int, *, json_wanted: bool) -> None:
    """可读形式交出的文件登记 / every file that left in readable form."""
    request = pb.ListExportsRequest(letter_id=letter)
    found = listed(output, api.destruction.ListExports, request, "exports", limit)
    output.listing(("导出登记", "Register of exports"), _EXPORTS, found, json=json_wanted)


@destruction.command()
@click.argument("matter")
@click.option("--cause", required=True, type=click.Choice(list(_CAUSE_NAMES)), help="事由 / why it is held")
@_REASON
@at_node
def hold(output: Output, api: Api, matter: str, cause: str, reason: str) -> None:
    """保全一个事项: 解除前不得销毁 / hold a matter: nothing of it is destroyed until released."""
    request = pb.PlaceHoldRequest(request_id=request_id(), matter_id=matter, cause=_CAUSE_NAMES[cause], reason=reason)
    held = api.destruction.PlaceHold(request).hold_id
    output.line(f"已保全, 编号 {held}", f"Held as {held}")


@destruction.command("release-hold")
@click.argument("hold")
@_REASON
@at_node
def release_hold(output: Output, api: Api, hold: str, reason: str) -> None:
    """解除他人设定的保全 / release a hold that somebody else placed."""
    api.destruction.ReleaseHold(pb.ReleaseHoldRequest(request_id=request_id(), hold_id=hold, reason=reason))
    output.line("已解除", "Released")


@destruction.command()
@click.option("--all", "everything", is_flag=True, help="含已解除的 / also those released")
@limit_option
@as_json
@at_node
def holds(output: Output, api: Api, *, everything: bool, limit: int, json_wanted: bool) -> None:
    """列出保全 / list holds."""
    request = pb.ListHoldsRequest(in_force_only=not everything)
    found = listed(output, api.destruction.ListHolds, request, "holds", limit)
    output.listing(("保全", "Holds"), _HOLDS, found, json=json_wanted)
