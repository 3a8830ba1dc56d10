"""`guantong new-info`: new information about units under inspection, forwarded to the team leader and nobody else."""

from __future__ import annotations

import click

from guantong.inspection.v1 import rounds_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.usage import group

_COLUMNS = (
    Column("编号", "Id", lambda one, _: one.new_info_id, whole=True),
    Column("来自", "From", lambda one, to: to.name(one.from_body)),
    Column("对象", "Unit", lambda one, _: one.unit_id),
    Column("收到", "Received", lambda one, _: moment(one, "received_time")),
    Column("转出", "Forwarded", lambda one, _: moment(one, "forwarded_time")),
    Column("已阅", "Read", lambda one, _: moment(one, "read_time")),
    Column("处置", "Action", lambda one, _: one.action),
)
_ID = click.argument("new_info")
_TITLE = ("新情况", "New information")


@group("new-info", default="list")
def new_info() -> None:
    """新情况; 不写子命令则列出 / new information; lists it by default."""


@new_info.command("list")
@click.option("--round", "round_id", default="", help="所属轮次 / the round")
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, round_id: str, limit: int, *, json_wanted: bool) -> None:
    """列出收到的新情况, 不含内容 / list what came, without what it says."""
    found = listed(output, api.rounds.ListNewInfo, pb.ListNewInfoRequest(round_id=round_id), "entries", limit)
    output.listing(_TITLE, _COLUMNS, found, json=json_wanted)


@new_info.command()
@_ID
@as_json
@at_node
def forward(output: Output, api: Api, new_info: str, *, json_wanted: bool) -> None:
    """转给该对象的巡察组组长 / forward it to the leader of the unit's team."""
    done = api.rounds.ForwardNewInfo(pb.ForwardNewInfoRequest(new_info_id=new_info, request_id=request_id()))
    output.listing(_TITLE, _COLUMNS, [done.entry], json=json_wanted)


@new_info.command()
@as_json
@at_node
def forwarded(output: Output, api: Api, *, json_wanted: bool) -> None:
    """转给我(组长)的新情况 / what was forwarded to you as a team's leader."""
    found = api.rounds.ListForwarded(pb.ListForwardedRequest()).entries
    output.listing(_TITLE, _COLUMNS, found, json=json_wanted)


@new_info.command()
@_ID
@click.option("--reason", required=True, help="查看理由 / why it is opened")
@click.option(
    "--action",
    default="",
    type=click.Choice(["", "followed", "recorded", "out_of_scope"]),
    help="如何处置 / what was done with it",
)
@click.option("--note", default="", help="备注 / a note")
@as_json
@at_node
def read(output: Output, api: Api, *, new_info: str, reason: str, action: str, note: str, json_wanted: bool) -> None:
    """组长查看并注明处置 / the team leader reads it and says what was done."""
    found = api.rounds.ReadNewInfo(
        pb.ReadNewInfoRequest(new_info_id=new_info, action=action, note=note, read_reason=reason)
    )
    if json_wanted:
        output.message(found)
        return
    output.lines([found.summary])
    output.listing(_TITLE, _COLUMNS, [found.entry], json=False)
