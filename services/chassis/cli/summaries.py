"""`guantong summaries`: what a draft may tell of a single petition, written by one person and confirmed by another."""

from __future__ import annotations

import click

from guantong.node.v1 import summaries_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.output import Column, Output, as_json
from services.chassis.cli.usage import group

_STATES = {
    pb.SUMMARY_STATE_MISSING: ("未写", "missing"),
    pb.SUMMARY_STATE_WRITTEN: ("待复核", "written"),
    pb.SUMMARY_STATE_CONFIRMED: ("已复核", "confirmed"),
    pb.SUMMARY_STATE_OUTDATED: ("已失效", "outdated"),
}
_STATE_NAMES = {english: number for number, (_, english) in _STATES.items()}
_COLUMNS = (
    Column("行编号", "Row", lambda one, _: one.row_id, whole=True),
    Column("状态", "State", lambda one, to: to.word(_STATES, one.state)),
    Column("摘要", "Summary", lambda one, _: one.summary.text),
    Column("摘要编号", "Summary id", lambda one, _: one.summary.summary_id, whole=True),
)
_LEDGER = click.argument("ledger")


@group("summaries")
def summaries() -> None:
    """信访件摘要: 一人撰写, 另一人复核 / summaries of petitions: one person writes, another confirms."""


@summaries.command("list")
@_LEDGER
@click.option(
    "--state", "states", multiple=True, type=click.Choice(sorted(_STATE_NAMES)), help="只看某状态 / only this state"
)
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, ledger: str, states: tuple[str, ...], limit: int, *, json_wanted: bool) -> None:
    """列出信访件及其摘要 / list petitions with their summaries."""
    request = pb.ListSummariesRequest(ledger=ledger, states=[_STATE_NAMES[one] for one in states])
    found = listed(output, api.summaries.ListSummaries, request, "rows", limit)
    output.listing(("信访件摘要", "Summaries"), _COLUMNS, found, json=json_wanted)


@summaries.command()
@_LEDGER
@click.argument("row")
@click.argument("text")
@as_json
@at_node
def write(output: Output, api: Api, ledger: str, row: str, text: str, *, json_wanted: bool) -> None:
    """撰写摘要, 不得含身份信息或原文 / write a summary, without anything that leads to a person."""
    kept = api.summaries.WriteSummary(
        pb.WriteSummaryRequest(ledger=ledger, row_id=row, text=text, request_id=request_id())
    ).summary
    if json_wanted:
        output.message(kept)
        return
    output.line(f"已保存 {kept.summary_id}, 待他人复核", f"Kept as {kept.summary_id}; another person confirms")
    output.lines(f"  {output.pick(one.message_zh, one.message_en)}" for one in kept.warnings)


@summaries.command()
@_LEDGER
@click.argument("summary")
@at_node
def confirm(output: Output, api: Api, ledger: str, summary: str) -> None:
    """复核他人撰写的摘要 / confirm what somebody else wrote."""
    api.summaries.ConfirmSummary(pb.ConfirmSummaryRequest(ledger=ledger, summary_id=summary, request_id=request_id()))
    output.line("已复核", "Confirmed")
