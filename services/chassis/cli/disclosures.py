"""`guantong disclosures` and `unseal`: what leaves a ledger only when two persons stand for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

import click

from guantong.node.v1 import disclosures_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id, save
from services.chassis.cli.output import Column, Output, as_json, as_object, moment
from services.chassis.cli.usage import group
from services.chassis.errors import Fault, GuantongError

_KINDS = {
    pb.DISCLOSURE_KIND_UNSEALING: ("启封", "unsealing"),
    pb.DISCLOSURE_KIND_EXPORT: ("导出", "export"),
    pb.DISCLOSURE_KIND_MATTER: ("事项导出", "matter"),
}
_STATES = {
    pb.DISCLOSURE_STATE_ASKED: ("待批准", "asked"),
    pb.DISCLOSURE_STATE_APPROVED: ("已批准", "approved"),
    pb.DISCLOSURE_STATE_REFUSED: ("未批准", "refused"),
    pb.DISCLOSURE_STATE_LAPSED: ("已过期", "lapsed"),
    pb.DISCLOSURE_STATE_TAKEN: ("已领取", "taken"),
}
_COLUMNS = (
    Column("申请", "Request", lambda one, _: one.disclosure_id, whole=True),
    Column("类别", "Kind", lambda one, to: to.word(_KINDS, one.kind)),
    Column("台账或事项", "Ledger or matter", lambda one, _: one.ledger or one.row_id, whole=True),
    Column("状态", "State", lambda one, to: to.word(_STATES, one.state)),
    Column("理由", "Reason", lambda one, _: one.reason),
    Column("申请时间", "Asked", lambda one, _: moment(one, "asked_time")),
    Column("领取时间", "Taken", lambda one, _: moment(one, "taken_time")),
)
_LEDGER = click.argument("ledger")
_DISCLOSURE = click.argument("disclosure")
_REASON = click.option("--reason", required=True, help="理由 / why it is needed")
_TO = click.option(
    "--to", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="写入文件 / the file to write"
)


class TakenAlreadyError(GuantongError):
    """It was handed out before; a lost answer takes a new request."""

    reason: ClassVar[str] = "TAKEN_ALREADY"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "It was handed out already. Ask anew, and say why."
    message_zh: ClassVar[str] = "已经领取过。请重新申请并说明理由。"


@group("disclosures", default="list")
def disclosures() -> None:
    """导出与启封申请; 不写子命令则列出 / requests to export or unseal; lists them by default."""


@disclosures.command()
@_LEDGER
@click.option(
    "--format", "form", type=click.Choice(["xlsx", "csv"]), default="xlsx", show_default=True, help="格式 / format"
)
@_REASON
@as_json
@at_node
def ask(output: Output, api: Api, ledger: str, form: str, reason: str, *, json_wanted: bool) -> None:
    """申请导出台账: 一人申请并说明理由, 另一人批准 / ask for a ledger as a file; another person approves."""
    request = pb.AskExportRequest(ledger=ledger, format=form, reason=reason, request_id=request_id())
    _show_asked(output, api.disclosures.AskExport(request), json_wanted=json_wanted)


@disclosures.command()
@_DISCLOSURE
@_TO
@at_node
def take(output: Output, api: Api, disclosure: str, file: Path) -> None:
    """领取已批准的导出, 仅一次; 不含信访人信息 / take an approved export, once; without who complained."""
    taken = api.disclosures.TakeExport(pb.TakeExportRequest(disclosure_id=disclosure, request_id=request_id()))
    if not taken.file:
        raise TakenAlreadyError
    save(file, taken.file)
    output.line(f"已写入 {file}", f"Written to {file}")


@group("unseal")
def unseal() -> None:
    """信访人身份启封: 批准后领取, 由两名保管人开启 / a petitioner's identity: taken once approved, for custodians."""


@unseal.command("ask")
@_LEDGER
@click.argument("row")
@_REASON
@as_json
@at_node
def ask_identity(output: Output, api: Api, ledger: str, row: str, reason: str, *, json_wanted: bool) -> None:
    """申请启封一行的信访人身份 / ask for the identity behind one row."""
    request = pb.AskUnsealingRequest(ledger=ledger, row_id=row, reason=reason, request_id=request_id())
    _show_asked(output, api.disclosures.AskUnsealing(request), json_wanted=json_wanted)


@unseal.command("take")
@_DISCLOSURE
@_TO
@at_node
def take_identity(output: Output, api: Api, disclosure: str, file: Path) -> None:
    """领取仍为密封的身份(JSON), 交两名保管人 / take the identity, still sealed, as JSON for the two custodians."""
    request = pb.TakeSealedIdentityRequest(disclosure_id=disclosure, request_id=request_id())
    taken = api.disclosures.TakeSealedIdentity(request)
    if not taken.HasField("identity"):
        raise TakenAlreadyError
    save(file, json.dumps(as_object(taken.identity), indent=2).encode())
    output.line(f"已写入 {file}", f"Written to {file}")


@disclosures.command("list")
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, limit: int, *, json_wanted: bool) -> None:
    """列出申请, 新的在前 / list requests, newest first."""
    found = listed(output, api.disclosures.ListDisclosures, pb.ListDisclosuresRequest(), "disclosures", limit)
    output.listing(("导出与启封申请", "Requests"), _COLUMNS, found, json=json_wanted)


@disclosures.command()
@_DISCLOSURE
@at_node
def approve(output: Output, api: Api, disclosure: str) -> None:
    """批准他人的申请, 七日内有效 / approve what somebody else asked for; it counts for seven days."""
    api.disclosures.ApproveDisclosure(pb.ApproveDisclosureRequest(disclosure_id=disclosure, request_id=request_id()))
    output.line("已批准", "Approved")


@disclosures.command()
@_DISCLOSURE
@click.option("--remark", required=True, help="理由 / why")
@at_node
def refuse(output: Output, api: Api, disclosure: str, remark: str) -> None:
    """不批准他人的申请 / refuse what somebody else asked for."""
    api.disclosures.RefuseDisclosure(
        pb.RefuseDisclosureRequest(disclosure_id=disclosure, remark=remark, request_id=request_id())
    )
    output.line("未批准", "Refused")


def _show_asked(output: Output, asked: pb.AskExportResponse | pb.AskUnsealingResponse, *, json_wanted: bool) -> None:
    if json_wanted:
        output.message(asked)
    else:
        output.line(f"申请编号 {asked.disclosure_id}, 待批准", f"Request {asked.disclosure_id} waits for approval")
