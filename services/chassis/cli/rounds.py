"""`guantong round`: an inspection round from the plan to the briefing of every unit."""

from __future__ import annotations

from pathlib import Path

import click

from guantong.inspection.v1 import rounds_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id, save
from services.chassis.cli.output import Output, as_json, as_object
from services.chassis.cli.rounds_shown import COMPLETENESS, GAPS, MATTERS, ROUNDS, TEAMS, UNITS, board_columns
from services.chassis.cli.usage import group

ACTS = ("submit_plan", "agree_plan", "return_plan", "open_preparation", "enter", "leave", "cancel")
round_argument = click.argument("round_id", metavar="ROUND")
decision_option = click.option("--decision", default="", help="已确认的决定 / the confirmed decision")
_BY_DECISION = {"agree_plan": "plan.agree", "fix_targets": "targets.fix"}
"""What the office may do by a decision alone, and the act that the decision has to name."""


@group("round", default="list")
def round_() -> None:
    """巡察轮次; 不写子命令则列出 / inspection rounds; lists them by default."""


@round_.command("list")
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, limit: int, *, json_wanted: bool) -> None:
    """列出轮次 / list rounds."""
    found = listed(output, api.rounds.ListRounds, pb.ListRoundsRequest(), "rounds", limit)
    output.listing(("巡察轮次", "Rounds"), ROUNDS, found, json=json_wanted)


@round_.command()
@round_argument
@as_json
@at_node
def show(output: Output, api: Api, round_id: str, *, json_wanted: bool) -> None:
    """查看轮次的对象、回避缺口和巡察组 / see a round with its units, gaps and teams."""
    found = api.rounds.GetRound(pb.GetRoundRequest(round_id=round_id))
    if json_wanted:
        output.message(found)
        return
    output.listing(("巡察轮次", "Round"), ROUNDS, [found.round], json=False)
    output.listing(("巡察对象", "Units"), UNITS, found.units, json=False)
    if found.gaps:
        output.listing(("回避缺口", "Gaps"), GAPS, found.gaps, json=False)
    if found.teams:
        output.listing(("巡察组", "Teams"), TEAMS, found.teams, json=False)


@round_.command()
@click.option("--name", required=True, help="名称 / name")
@click.option("--term", "term_no", type=int, required=True, help="届次 / Party-committee term")
@click.option("--year", type=int, required=True, help="年份 / year")
@click.option("--seq", type=int, required=True, help="届内第几轮 / number in the term")
@click.option(
    "--kind", default="routine", show_default=True, help="类型: routine, special, mobile… / routine, special, mobile…"
)
@click.option("--topic", "special_topic", help="专项巡察主题 / topic of a special inspection")
@click.option("--from", "site_from_date", help="进驻日期 / first day on site")
@click.option("--to", "site_to_date", help="撤离日期 / last day on site")
@as_json
@at_node
def new(output: Output, api: Api, *, json_wanted: bool, **facts: str | int | None) -> None:
    """新建一轮巡察 / create a round."""
    made = api.rounds.CreateRound(pb.CreateRoundRequest(request_id=request_id(), **facts)).round  # type: ignore[arg-type]  # click names every field
    _show_round(output, made, json_wanted=json_wanted)


@round_.command()
@round_argument
@click.argument("units", nargs=-1, required=True)
@as_json
@at_node
def add(output: Output, api: Api, round_id: str, units: tuple[str, ...], *, json_wanted: bool) -> None:
    """把单位台账中的单位列入本轮 / put units of the master data into a round."""
    added = api.rounds.AddUnits(pb.AddUnitsRequest(round_id=round_id, unit_ids=units, request_id=request_id())).units
    output.listing(("巡察对象", "Units"), UNITS, added, json=json_wanted)


@round_.command()
@round_argument
@click.argument("act", type=click.Choice(ACTS))
@decision_option
@click.option("--why", "explanation", default="", help="取消的理由 / why it is called off")
@as_json
@at_node
def move(
    output: Output, api: Api, *, round_id: str, act: str, decision: str, explanation: str, json_wanted: bool
) -> None:
    """推进一轮巡察 / move a round on."""
    _want_decision(output, act, decision)
    moved = api.rounds.MoveRound(
        pb.MoveRoundRequest(
            round_id=round_id, act=act, decision_id=decision, explanation=explanation, request_id=request_id()
        )
    )
    if json_wanted:
        output.message(moved)
        return
    _show_round(output, moved.round, json_wanted=False)
    if moved.unanswered_matter_ids:
        output.line(
            f"提示: 尚有 {len(moved.unanswered_matter_ids)} 项未答复",
            f"Note: {len(moved.unanswered_matter_ids)} matters are not answered yet",
        )


@round_.command()
@round_argument
@decision_option
@as_json
@at_node
def fix(output: Output, api: Api, round_id: str, decision: str, *, json_wanted: bool) -> None:
    """按决定确定巡察对象 / fix the targets by a recorded decision."""
    _want_decision(output, "fix_targets", decision)
    fixed = api.rounds.FixTargets(
        pb.FixTargetsRequest(round_id=round_id, decision_id=decision, request_id=request_id())
    )
    if json_wanted:
        output.message(fixed)
        return
    _show_round(output, fixed.round, json_wanted=False)
    if fixed.gaps:
        output.listing(("回避缺口", "Gaps"), GAPS, fixed.gaps, json=False)


@round_.command()
@round_argument
@click.option("--unit", "unit_id", required=True, help="对象 / the unit")
@click.option("--body", required=True, help="回避的单位 / the recused body")
@click.option("--by", "substitute", required=True, help="由哪一单位代为提供 / the body that fills in")
@decision_option
@at_node
def substitute(output: Output, api: Api, round_id: str, decision: str, **who: str) -> None:
    """指定由谁填补回避缺口 / say who fills a gap that recusal left."""
    gap = api.rounds.ChooseSubstitute(
        pb.ChooseSubstituteRequest(round_id=round_id, decision_id=decision, request_id=request_id(), **who)
    ).gap
    output.listing(("回避缺口", "Gaps"), GAPS, [gap], json=False)


@round_.command()
@round_argument
@as_json
@at_node
def board(output: Output, api: Api, round_id: str, *, json_wanted: bool) -> None:
    """进度表: 单位 × 对象 / the board: body by unit, with dates and articles."""
    found = api.rounds.GetBoard(pb.GetBoardRequest(round_id=round_id))
    if json_wanted:
        output.message(found)
        return
    output.listing(("进度", "Board"), board_columns(found), found.cells, json=False)
    asked = {cell.matter_id: cell for cell in found.cells if cell.matter_id}
    output.listing(("各单位事项", "Matters"), MATTERS, asked.values(), json=False)
    if found.opinion_letters_reminder:
        days = found.opinion_letters_waiting_day_count
        output.line(f"提示: 征求意见函已 {days} 个工作日未发", f"Note: opinion letters unsent for {days} working days")


@round_.command()
@round_argument
@click.argument("unit")
@click.option(
    "--to", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="写入 DOCX / the DOCX to write"
)
@click.option(
    "--leads",
    "leads_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="线索另写一份, 限组长 / leads into another file; the team leader only",
)
@click.option("--reason", default="", help="查看线索的理由 / why the leads are opened")
@click.option("--sources", is_flag=True, help="注明来源单位 / show which body it comes from")
@as_json
@at_node
def briefing(
    output: Output,
    api: Api,
    *,
    round_id: str,
    unit: str,
    file: Path,
    leads_file: Path | None,
    reason: str,
    sources: bool,
    json_wanted: bool,
) -> None:
    """汇编一个对象的巡前情况 / assemble the briefing of one unit."""
    request = pb.AssembleBriefingRequest(
        round_id=round_id, unit_id=unit, show_sources=sources, with_leads=leads_file is not None, read_reason=reason
    )
    with output.progress("正在汇编", "Assembling", None):
        made = api.rounds.AssembleBriefing(request)
    save(file, made.briefing_docx)
    if leads_file is not None:
        save(leads_file, made.leads_docx)
    if json_wanted:
        output.json([as_object(one) for one in made.completeness])
        return
    output.listing(("材料齐全情况", "Completeness"), COMPLETENESS, made.completeness, json=False)
    output.line(f"已写入 {file}", f"Written to {file}")


def _want_decision(output: Output, act: str, decision: str) -> None:
    if act in _BY_DECISION and not decision:
        named = _BY_DECISION[act]
        raise click.UsageError(
            output.pick(
                f"须用 --decision 指明已确认的决定; 登记: guantong decision record --act {named} …",
                f"--decision has to name a confirmed decision; record one: guantong decision record --act {named} …",
            )
        )


def _show_round(output: Output, one: pb.Round, *, json_wanted: bool) -> None:
    if json_wanted:
        output.message(one)
    else:
        output.listing(("巡察轮次", "Round"), ROUNDS, [one], json=False)
