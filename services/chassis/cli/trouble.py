"""`guantong alarms`, `channels`, `channel`, `parked`, `quarantine`, `restored`: what operators see and decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from guantong.node.v1 import admin_service_pb2 as admin
from guantong.node.v1 import operations_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.usage import command, group

_HALTS: Mapping[str, tuple[str, str]] = {
    "": ("", ""),
    "peer_is_ahead": ("正在取回对方持有的本单位函件", "taking back letters of ours that the peer holds"),
    "histories_differ": ("双方记录不一致", "the two records differ"),
    "restored": ("恢复后等待对方交还", "restored; waits for what the peer gives back"),
    "letters_lost": ("双方均无其间函件", "neither side has the letters in between any more"),
}
_DECISIONS: Mapping[int, tuple[str, str]] = {
    pb.FRAME_DECISION_UNSPECIFIED: ("待定", "open"),
    pb.FRAME_DECISION_BELIEVED: ("重验通过", "believed later"),
    pb.FRAME_DECISION_SET_ASIDE: ("已搁置", "set aside"),
}


def _alarm_state(one: Any, to: Output) -> str:
    if not one.HasField("closed_time"):
        return to.pick("未关闭", "open")
    if not one.closed_by:
        return to.pick("已自行解除", "gone by itself")
    return to.pick("已关闭", "closed") + f": {one.closing_reason}"


_ALARMS = (
    Column("编号", "Id", lambda one, _: one.alarm_id, whole=True),
    Column("单位", "Body", lambda one, to: to.name(one.peer)),
    Column("告警", "Alarm", lambda one, to: to.pick(one.text, one.text_en)),
    Column("原因", "Reason", lambda one, _: one.reason),
    Column("次数", "Times", lambda one, _: str(one.count)),
    Column("最近", "Last", lambda one, _: moment(one, "last_time")),
    Column("状态", "State", _alarm_state),
)
_CHANNELS = (
    Column("单位", "Peer", lambda one, to: to.name(one.peer)),
    Column("发出", "Sent", lambda one, _: str(one.sent_count)),
    Column("有回执", "Receipted", lambda one, _: str(one.receipted_count)),
    Column("差额", "Gap", lambda one, _: str(one.sent_count - one.receipted_count)),
    Column("最早待回执", "Waiting since", lambda one, _: moment(one, "waiting_since_time")),
    Column("对方收存", "Peer stored", lambda one, _: moment(one, "peer_stored_time")),
    Column("收到", "Stored", lambda one, _: str(one.stored_count)),
    Column("待处理", "To handle", lambda one, _: str(one.backlog_count)),
    Column("最近联系", "Heard", lambda one, _: moment(one, "heard_time")),
    Column("失联", "Silent", lambda one, to: to.pick("是", "yes") if one.silent else ""),
    Column("停发原因", "Halted", lambda one, to: to.word(_HALTS, one.halted)),
)
_PARKED = (
    Column("函件", "Letter", lambda one, _: one.letter_id, whole=True),
    Column("来自", "From", lambda one, to: to.name(one.sender)),
    Column("种类", "Kind", lambda one, to: to.kind(one.kind) if one.kind else to.pick("函件", "letter")),
    Column("原因", "Reason", lambda one, to: one.reason or to.pick("等待前件", "behind another")),
    Column("挂起", "Parked", lambda one, _: moment(one, "parked_time")),
    Column("次数", "Attempts", lambda one, _: str(one.attempt_count)),
)
_FRAMES = (
    Column("编号", "Id", lambda one, _: one.quarantine_id, whole=True),
    Column("自称来自", "Claimed sender", lambda one, to: to.name(one.claimed_sender)),
    Column("原因", "Reason", lambda one, _: one.reason),
    Column("处理办法", "What to do", lambda one, to: to.pick(one.remedy, one.remedy_en)),
    Column("最近", "Last", lambda one, _: moment(one, "last_time")),
    Column("次数", "Times", lambda one, _: str(one.count)),
    Column(
        "字节", "Bytes", lambda one, to: str(one.byte_count) + ("" if one.kept else to.pick("(未存)", " (not kept)"))
    ),
    Column("处理", "Decision", lambda one, to: to.word(_DECISIONS, one.decision)),
)
_REASON = click.option("--reason", required=True, help="理由, 记入日志 / why; kept in the journal")


def _all_option(zh: str, en: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--all", "everything", is_flag=True, help=f"{zh} / {en}")


@group("alarms", default="list")
def alarms() -> None:
    """告警; 不写子命令则列出未关闭的 / alarms; lists the open ones by default."""


@alarms.command("list")
@_all_option("连同已关闭的", "closed ones too")
@limit_option
@as_json
@at_node
def list_alarms(output: Output, api: Api, limit: int, *, everything: bool, json_wanted: bool) -> None:
    """列出告警 / list alarms."""
    asked = pb.ListAlarmsRequest(closed_too=everything)
    found = listed(output, api.operations.ListAlarms, asked, "alarms", limit)
    output.listing(("告警", "Alarms"), _ALARMS, found, json=json_wanted)


@alarms.command("close")
@click.argument("alarm")
@_REASON
@at_node
def close_alarm(output: Output, api: Api, alarm: str, reason: str) -> None:
    """关闭一项告警, 写明查明的情况 / close an alarm, saying what was found."""
    api.operations.CloseAlarm(pb.CloseAlarmRequest(alarm_id=alarm, reason=reason, request_id=request_id()))
    output.line("已关闭", "Closed")


@command()
@as_json
@at_node
def channels(output: Output, api: Api, *, json_wanted: bool) -> None:
    """与各单位的通道: 发出、回执、差额、失联 / where this node stands with every peer."""
    found = api.operations.ListChannels(pb.ListChannelsRequest()).channels
    output.listing(("通道", "Channels"), _CHANNELS, found, json=json_wanted)


@group("parked", default="list")
def parked() -> None:
    """已存而未能处理的函件; 不写子命令则列出 / letters that are stored and not handled; lists them by default."""


@parked.command("list")
@limit_option
@as_json
@at_node
def list_parked(output: Output, api: Api, limit: int, *, json_wanted: bool) -> None:
    """列出挂起的函件 / list parked letters."""
    found = listed(output, api.operations.ListParkedLetters, pb.ListParkedLettersRequest(), "letters", limit)
    output.listing(("挂起的函件", "Parked letters"), _PARKED, found, json=json_wanted)


@parked.command("retry")
@click.argument("parked_letter")
@_REASON
@at_node
def retry_letter(output: Output, api: Api, parked_letter: str, reason: str) -> None:
    """再处理一次 / handle a parked letter again."""
    asked = pb.RetryParkedLetterRequest(letter_id=parked_letter, reason=reason, request_id=request_id())
    tried = api.operations.RetryParkedLetter(asked)
    if tried.applied:
        output.line("已处理", "Handled")
    else:
        output.line(f"仍未能处理: {tried.reason}", f"Still not handled: {tried.reason}")


@parked.command("set-aside")
@click.argument("parked_letter")
@_REASON
@at_node
def set_letter_aside(output: Output, api: Api, parked_letter: str, reason: str) -> None:
    """决定不再处理一封挂起的函件, 其后各件继续 / decide that a parked letter is not handled; those behind it go on."""
    asked = pb.SetAsideParkedLetterRequest(letter_id=parked_letter, reason=reason, request_id=request_id())
    api.operations.SetAsideParkedLetter(asked)
    output.line("已搁置不办, 函件仍予保存", "Set aside; the letter stays stored")


@group("quarantine", default="list")
def quarantine() -> None:
    """未通过验证的来件; 不写子命令则列出待定的 / frames that did not verify; lists the undecided ones by default."""


@quarantine.command("list")
@_all_option("连同已处理的", "those decided about too")
@limit_option
@as_json
@at_node
def list_frames(output: Output, api: Api, limit: int, *, everything: bool, json_wanted: bool) -> None:
    """列出隔离的来件 / list quarantined frames."""
    asked = pb.ListQuarantineRequest(decided_too=everything)
    found = listed(output, api.operations.ListQuarantine, asked, "frames", limit)
    output.listing(("隔离的来件", "Quarantined frames"), _FRAMES, found, json=json_wanted)


@quarantine.command("retry")
@click.argument("frame")
@_REASON
@at_node
def retry_frame(output: Output, api: Api, frame: str, reason: str) -> None:
    """按现行名录重新验证 / verify a frame anew, under the directory in force now."""
    asked = pb.RetryQuarantinedFrameRequest(quarantine_id=frame, reason=reason, request_id=request_id())
    tried = api.operations.RetryQuarantinedFrame(asked)
    if tried.believed:
        output.line("验证通过, 已收存", "It verified and was taken in")
    else:
        output.line(f"仍未通过: {tried.reason}", f"Still refused: {tried.reason}")


@quarantine.command("set-aside")
@click.argument("frames", nargs=-1)
@click.option("--from", "sender", default="", help="某单位名下全部待定来件 / all undecided frames that claim this body")
@_REASON
@at_node
def set_frames_aside(output: Output, api: Api, frames: tuple[str, ...], sender: str, reason: str) -> None:
    """决定不作处理, 来件仍留作证据 / decide that nothing is to be done; the frames are kept as evidence."""
    asked = pb.SetAsideQuarantineRequest(
        quarantine_ids=frames, claimed_sender=sender, reason=reason, request_id=request_id()
    )
    count = api.operations.SetAsideQuarantine(asked).frame_count
    output.line(f"已搁置 {count} 件", f"{count} set aside")


@command()
@_REASON
@at_node
def restored(output: Output, api: Api, reason: str) -> None:
    """登记本节点由备份恢复, 待各单位交还所缺函件 / say that this node came back from a backup."""
    held = api.admin.DeclareRestored(admin.DeclareRestoredRequest(reason=reason, request_id=request_id())).held_count
    output.line(
        f"已登记。{held} 个往来通道待对方交还函件后自行恢复",
        f"On record. {held} channels wait until their peers have given back what is missing",
    )


@group("channel")
def channel() -> None:
    """对一个通道作出决定 / decide about one channel."""


@channel.command("continue")
@click.argument("peer")
@_REASON
@at_node
def continue_channel(output: Output, api: Api, peer: str, reason: str) -> None:
    """其间函件无从取回时, 决定续发并告知对方 / go on behind a gap; the peer is told who decided and why."""
    asked = admin.ContinueChannelRequest(peer=peer, reason=reason, request_id=request_id())
    number = api.admin.ContinueChannel(asked).number
    output.line(f"已登记。通道自第 {number} 号起继续", f"On record. The channel goes on from number {number}")
