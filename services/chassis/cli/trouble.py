"""`guantong parked`, `quarantine` and `restored`: what the system administrator does about what goes wrong."""

from __future__ import annotations

import click

from guantong.node.v1 import admin_service_pb2 as admin
from guantong.node.v1 import letters_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.usage import command, group

_PARKED = (
    Column("函件", "Letter", lambda one, _: one.letter.letter_id, whole=True),
    Column("来自", "From", lambda one, to: to.name(one.letter.sender)),
    Column("种类", "Kind", lambda one, to: to.kind(one.letter.kind)),
    Column("原因", "Reason", lambda one, _: one.reason),
    Column("挂起", "Parked", lambda one, _: moment(one, "parked_time")),
    Column("次数", "Attempts", lambda one, _: str(one.attempt_count)),
)
_FRAMES = (
    Column("编号", "Id", lambda one, _: one.quarantine_id, whole=True),
    Column("自称来自", "Claimed sender", lambda one, _: one.claimed_sender),
    Column("原因", "Reason", lambda one, _: one.reason),
    Column("收到", "Received", lambda one, _: moment(one, "received_time")),
    Column("字节", "Bytes", lambda one, _: str(one.byte_count)),
)
_REASON = click.option("--reason", required=True, help="理由, 记入日志 / why; kept in the journal")


@group("parked", default="list")
def parked() -> None:
    """已存而未能处理的函件; 不写子命令则列出 / letters that are stored and not handled; lists them by default."""


@parked.command("list")
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, limit: int, *, json_wanted: bool) -> None:
    """列出挂起的函件 / list parked letters."""
    found = listed(output, api.letters.ListParkedLetters, pb.ListParkedLettersRequest(), "letters", limit)
    output.listing(("挂起的函件", "Parked letters"), _PARKED, found, json=json_wanted)


@parked.command()
@click.argument("letter")
@at_node
def retry(output: Output, api: Api, letter: str) -> None:
    """再处理一次 / handle a parked letter again."""
    tried = api.letters.RetryParkedLetter(pb.RetryParkedLetterRequest(letter_id=letter, request_id=request_id()))
    if tried.applied:
        output.line("已处理", "Handled")
    else:
        output.line(f"仍未能处理: {tried.reason}", f"Still not handled: {tried.reason}")


@parked.command("set-aside")
@click.argument("letter")
@_REASON
@at_node
def set_aside(output: Output, api: Api, letter: str, reason: str) -> None:
    """决定不再处理一封挂起的函件, 其后各件继续 / decide that a parked letter is not handled; those behind it go on."""
    asked = admin.SetAsideParkedLetterRequest(letter_id=letter, reason=reason, request_id=request_id())
    api.admin.SetAsideParkedLetter(asked)
    output.line("已搁置不办, 函件仍予保存", "Set aside; the letter stays stored")


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


@command()
@limit_option
@as_json
@at_node
def quarantine(output: Output, api: Api, limit: int, *, json_wanted: bool) -> None:
    """列出未通过验证的来件 / list frames that did not verify."""
    found = listed(output, api.letters.ListQuarantine, pb.ListQuarantineRequest(), "frames", limit)
    output.listing(("隔离的来件", "Quarantined frames"), _FRAMES, found, json=json_wanted)
