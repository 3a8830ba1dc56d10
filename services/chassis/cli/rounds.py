"""`guantong round`: an inspection round from the plan to the briefing of every unit."""

from __future__ import annotations

from pathlib import Path

import click

from guantong.inspection.v1 import rounds_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id, save
from services.chassis.cli.output import Column, Output, as_json, as_object, moment, word
from services.chassis.cli.usage import group

_STATES = {
    "not_sent": ("未发", "not sent"),
    "recused": ("回避", "recused"),
    "sent": ("已发", "sent"),
    "stored": ("已达", "stored"),
    "viewed": ("已阅", "viewed"),
    "signed_for": ("已签收", "signed for"),
    "accepted": ("已受理", "accepted"),
    "answered": ("已答复", "answered"),
    "returned": ("退回补充", "returned"),
    "settled": ("已办结", "settled"),
    "declined": ("不予受理", "declined"),
    "withdrawn": ("已撤回", "withdrawn"),
    "recalled": ("已收回", "recalled"),
    "closed": ("已关闭", "closed"),
}
_ROUNDS = (
    Column("轮次", "Round", lambda one, _: one.round_id, whole=True),
    Column("名称", "Name", lambda one, _: one.name),
    Column("类型", "Kind", lambda one, _: one.kind),
    Column("状态", "State", lambda one, _: one.state),
    Column("进驻", "On site from", lambda one, _: one.site_from_date),
    Column("撤离", "To", lambda one, _: one.site_to_date),
)
_UNITS = (
    Column("对象", "Unit", lambda one, _: one.unit_id, whole=True),
    Column("名称", "Name", lambda one, _: one.name),
    Column("党组织", "Party organization", lambda one, _: one.party_org),
    Column("联系室", "Supervision room", lambda one, _: one.supervision_room),
    Column("回避单位", "Recused bodies", lambda one, _: ", ".join(one.recused_bodies)),
)
_GAPS = (
    Column("对象", "Unit", lambda one, _: one.unit_id),
    Column("回避单位", "Recused body", lambda one, _: one.body),
    Column(
        "代为提供",
        "Who fills in",
        lambda one, language: one.substitute or ("未定" if language == "zh" else "nobody yet"),
    ),
)
TEAMS = (
    Column("巡察组", "Team", lambda one, _: one.team_id, whole=True),
    Column("组别", "No.", lambda one, _: str(one.team_no)),
    Column("对象", "Units", lambda one, _: ", ".join(one.unit_ids)),
    Column("成员", "Members", lambda one, _: ", ".join(f"{who.name}({who.role})" for who in one.members)),
    Column("授权自", "Authorized from", lambda one, _: one.authorized_from_date),
    Column("至", "To", lambda one, _: one.authorized_to_date),
)
_COMPLETENESS = (
    Column("单位", "Body", lambda one, _: one.body),
    Column("部分", "Section", lambda one, language: one.title_zh if language == "zh" else one.section),
    Column("状态", "State", lambda one, _: one.state),
    Column("答复", "Answered", lambda one, _: one.answered_date),
    Column("文号", "Number", lambda one, _: one.document_number),
)
ACTS = ("submit_plan", "agree_plan", "return_plan", "open_preparation", "enter", "leave", "cancel")
round_argument = click.argument("round_id", metavar="ROUND")
decision_option = click.option("--decision", default="", help="已确认的决定 / the confirmed decision")


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
    output.listing(("巡察轮次", "Rounds"), _ROUNDS, found, json=json_wanted)


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
    output.listing(("巡察轮次", "Round"), _ROUNDS, [found.round], json=False)
    output.listing(("巡察对象", "Units"), _UNITS, found.units, json=False)
    if found.gaps:
        output.listing(("回避缺口", "Gaps"), _GAPS, found.gaps, json=False)
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
    output.listing(("巡察对象", "Units"), _UNITS, added, json=json_wanted)


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
    fixed = api.rounds.FixTargets(
        pb.FixTargetsRequest(round_id=round_id, decision_id=decision, request_id=request_id())
    )
    if json_wanted:
        output.message(fixed)
        return
    _show_round(output, fixed.round, json_wanted=False)
    if fixed.gaps:
        output.listing(("回避缺口", "Gaps"), _GAPS, fixed.gaps, json=False)


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
    output.listing(("回避缺口", "Gaps"), _GAPS, [gap], json=False)


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
    output.listing(("进度", "Board"), _board_columns(found), found.cells, json=False)
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
    output.listing(("材料齐全情况", "Completeness"), _COMPLETENESS, made.completeness, json=False)
    output.line(f"已写入 {file}", f"Written to {file}")


def _show_round(output: Output, one: pb.Round, *, json_wanted: bool) -> None:
    if json_wanted:
        output.message(one)
    else:
        output.listing(("巡察轮次", "Round"), _ROUNDS, [one], json=False)


def _board_columns(board: pb.GetBoardResponse) -> tuple[Column, ...]:
    names = {unit.unit_id: unit.name for unit in board.units}
    return (
        Column("单位", "Body", lambda one, _: one.body),
        Column("对象", "Unit", lambda one, _: names.get(one.unit_id, one.unit_id)),
        Column("状态", "State", lambda one, language: word(_STATES, one.state, language)),
        Column("发出", "Sent", lambda one, _: moment(one, "sent_time")),
        Column("存妥", "Stored", lambda one, _: moment(one, "stored_time")),
        Column("已阅", "Viewed", lambda one, _: moment(one, "viewed_time")),
        Column("签收", "Signed for", lambda one, _: moment(one, "signed_for_time")),
        Column("期限", "Due", lambda one, _: one.due_date),
        Column("答复", "Answered", lambda one, _: moment(one, "answered_time")),
        Column("受理", "Accepted", lambda one, _: moment(one, "accepted_time")),
        Column(
            "逾期(工作日)", "Late (working days)", lambda one, _: str(one.late_working_day_count) if one.late else ""
        ),
        Column("依据", "Article", lambda one, _: one.article_id),
        Column("事项", "Matter", lambda one, _: one.matter_id, whole=True),
    )
