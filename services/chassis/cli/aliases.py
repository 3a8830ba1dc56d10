"""`guantong aliases`: which unit a name in this body's ledgers stands for, as people of the body say it."""

from __future__ import annotations

import click

from guantong.node.v1 import aliases_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.output import Column, Output, as_json
from services.chassis.cli.usage import group

_COLUMNS = (
    Column("编号", "Id", lambda one, _: one.alias_id, whole=True),
    Column("单位", "Unit", lambda one, _: one.unit_id),
    Column("台账中的名称", "Name in the ledgers", lambda one, _: one.held_name),
    Column("自", "From", lambda one, _: one.valid_from_date),
    Column("至", "To", lambda one, _: one.valid_to_date),
)
_ALIAS = click.argument("alias")


@group("aliases", default="list")
def aliases() -> None:
    """台账中单位的其他名称; 不写子命令则列出 / other names of units in ledgers; lists them by default."""


@aliases.command("list")
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, limit: int, *, json_wanted: bool) -> None:
    """列出在用的名称 / list the names in force."""
    found = listed(output, api.aliases.ListAliases, pb.ListAliasesRequest(), "aliases", limit)
    output.listing(("单位的其他名称", "Other names"), _COLUMNS, found, json=json_wanted)


@aliases.command()
@click.argument("unit")
@click.argument("held_name", metavar="NAME")
@click.option("--from", "valid_from_date", help="首日, 默认一直如此 / the first day, else always")
@click.option("--to", "valid_to_date", help="末日, 默认至今 / the last day, else without end")
@as_json
@at_node
def add(output: Output, api: Api, *, json_wanted: bool, unit: str, held_name: str, **days: str | None) -> None:
    """说明台账中的名称即某单位 / say that a name in the ledgers stands for a unit."""
    kept = api.aliases.AddAlias(
        pb.AddAliasRequest(unit_id=unit, held_name=held_name, request_id=request_id(), **days)
    ).alias
    output.listing(("单位的其他名称", "Other names"), _COLUMNS, [kept], json=json_wanted)


@aliases.command()
@_ALIAS
@click.option("--to", "valid_to_date", required=True, help="末日 / the last day")
@at_node
def end(output: Output, api: Api, alias: str, valid_to_date: str) -> None:
    """注明该名称用到哪一日 / say on which day it stood for the unit for the last time."""
    api.aliases.EndAlias(pb.EndAliasRequest(alias_id=alias, valid_to_date=valid_to_date, request_id=request_id()))
    output.line("已注明", "Noted")


@aliases.command()
@_ALIAS
@at_node
def withdraw(output: Output, api: Api, alias: str) -> None:
    """撤回误录的名称 / take back what was a mistake."""
    api.aliases.WithdrawAlias(pb.WithdrawAliasRequest(alias_id=alias, request_id=request_id()))
    output.line("已撤回", "Withdrawn")


@aliases.command()
@click.argument("unit_name", metavar="NAME")
@as_json
@at_node
def unknown(output: Output, api: Api, unit_name: str, *, json_wanted: bool) -> None:
    """台账中与单位名称相近而无所归属的名称 / names that resemble a unit's and stand for none."""
    found = api.aliases.ListUnknownNames(pb.ListUnknownNamesRequest(unit_name=unit_name)).held_names
    if json_wanted:
        output.json(list(found))
    else:
        output.lines(found)
