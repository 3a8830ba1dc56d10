"""`guantong decision`: what a meeting decided, recorded by one person and confirmed by another."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from guantong.node.v1 import decisions_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.usage import group

_STATES = {
    pb.DECISION_STATE_ENTERED: ("待确认", "entered"),
    pb.DECISION_STATE_CONFIRMED: ("已确认", "confirmed"),
    pb.DECISION_STATE_REFUSED: ("未予确认", "refused"),
    pb.DECISION_STATE_CORRECTED: ("已更正", "corrected"),
}
_FORMS = {
    pb.DECISION_FORM_MEETING: ("会议", "meeting"),
    pb.DECISION_FORM_CIRCULATION: ("传批", "circulation"),
}
_STATE_NAMES = {english: number for number, (_, english) in _STATES.items()}
_FORM_NAMES = {english: number for number, (_, english) in _FORMS.items()}
_ACTS = {
    "plan.agree": ("同意方案", "agree to the plan"),
    "targets.fix": ("确定对象", "fix the targets"),
    "team.authorize": ("授权巡察组", "authorize a team"),
    "gap.substitute": ("指定替代单位", "choose a substitute"),
}


def _acts(one: pb.Decision, to: Output) -> str:
    """What may be done by the decision, each with the word that `--act` takes."""
    acts = one.text.scope.acts
    return ", ".join(f"{to.word(_ACTS, act)} {act}" if act in _ACTS else act for act in acts)


_COLUMNS = (
    Column("决定", "Decision", lambda one, _: one.decision_id, whole=True),
    Column("文号", "Number", lambda one, _: one.text.number),
    Column("日期", "Date", lambda one, _: one.text.decided_date),
    Column("决定机构", "Decided by", lambda one, to: to.name(one.text.decided_by)),
    Column("事项", "Acts", _acts),
    Column("状态", "State", lambda one, to: to.word(_STATES, one.state)),
    Column("登记", "Entered", lambda one, _: moment(one, "entered_time")),
)
_DECISION = click.argument("decision")


@group("decision", default="list")
def decision() -> None:
    """会议决定; 不写子命令则列出 / recorded decisions; lists them by default."""


@decision.command("list")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(sorted(_STATE_NAMES)), help="只看某状态 / only this state"
)
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, states: tuple[str, ...], limit: int, *, json_wanted: bool) -> None:
    """列出决定 / list decisions."""
    request = pb.ListDecisionsRequest(states=[_STATE_NAMES[one] for one in states])
    found = listed(output, api.decisions.ListDecisions, request, "decisions", limit)
    output.listing(("会议决定", "Decisions"), _COLUMNS, found, json=json_wanted)


@decision.command()
@_DECISION
@as_json
@at_node
def show(output: Output, api: Api, decision: str, *, json_wanted: bool) -> None:
    """查看一项决定 / see one decision."""
    found = api.decisions.GetDecision(pb.GetDecisionRequest(decision_id=decision)).decision
    if json_wanted:
        output.message(found)
    else:
        _show(output, found)


@decision.command()
@click.option("--by", "decided_by", required=True, help="决定机构, 如 leading_group / who decided: leading_group")
@click.option("--number", required=True, help="纪要或传批件的文号 / number of the minutes or the paper")
@click.option("--date", "decided_date", required=True, help="决定日期, 如 2026-02-27 / the day: 2026-02-27")
@click.option(
    "--form", type=click.Choice(list(_FORM_NAMES)), default="meeting", show_default=True, help="方式 / how it was taken"
)
@click.option("--participant", "participants", multiple=True, help="参加人员, 可多次 / who took part, repeatable")
@click.option(
    "--act",
    "acts",
    multiple=True,
    required=True,
    help=f"可办事项, 可多次: {', '.join(_ACTS)} / what may be done, repeatable: {', '.join(_ACTS)}",
)
@click.option("--round", "round_id", help="所属巡察轮次 / the round it belongs to")
@click.option("--unit", "unit_ids", multiple=True, help="涉及单位, 可多次 / unit it covers, repeatable")
@click.option("--person", "person_ids", multiple=True, help="涉及人员, 可多次 / person it covers, repeatable")
@click.option(
    "--scan",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="扫描件, 只记其摘要 / the scanned paper; only its digest is kept",
)
@click.option("--corrects", help="更正哪一项决定 / the decision that this one corrects")
@as_json
@at_node
def record(
    output: Output,
    api: Api,
    *,
    form: str,
    acts: tuple[str, ...],
    round_id: str | None,
    unit_ids: tuple[str, ...],
    person_ids: tuple[str, ...],
    scan: Path,
    corrects: str | None,
    json_wanted: bool,
    **paper: str,
) -> None:
    """登记一项决定, 由他人确认后生效 / record a decision; it counts once another person confirms it."""
    text = pb.DecisionText(
        form=_FORM_NAMES[form],
        scope=pb.DecisionScope(acts=acts, round_id=round_id, unit_ids=unit_ids, person_ids=person_ids),
        scan_digest=hashlib.sha256(scan.read_bytes()).digest(),
        **paper,
    )
    entered = api.decisions.RecordDecision(
        pb.RecordDecisionRequest(request_id=request_id(), text=text, corrects_decision_id=corrects)
    )
    if json_wanted:
        output.message(entered)
    else:
        output.line(
            f"已登记 {entered.decision_id}, 待他人确认", f"Recorded {entered.decision_id}; another person confirms"
        )


@decision.command()
@_DECISION
@click.option(
    "--scan",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="扫描件, 与登记的摘要核对 / the scanned paper, to be compared with what was recorded",
)
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@at_node
def confirm(output: Output, api: Api, decision: str, scan: Path | None, *, yes: bool) -> None:
    """核对后确认他人登记的决定 / compare what another person recorded, and confirm it."""
    found = api.decisions.GetDecision(pb.GetDecisionRequest(decision_id=decision)).decision
    _show(output, found)
    if scan is not None and hashlib.sha256(scan.read_bytes()).digest() != found.text.scan_digest:
        raise click.UsageError(output.pick("扫描件与登记的不是同一份", "The scan is not the one that was recorded"))
    if not yes:
        click.confirm(output.pick("确认无误?", "Is this what was decided?"), abort=True, err=True)
    api.decisions.ConfirmDecision(
        pb.ConfirmDecisionRequest(request_id=request_id(), decision_id=decision, shown_digest=found.digest)
    )
    output.line("已确认", "Confirmed")


@decision.command()
@_DECISION
@click.option("--remark", required=True, help="何处有误 / what is wrong")
@at_node
def refuse(output: Output, api: Api, decision: str, remark: str) -> None:
    """不予确认他人登记的决定 / refuse what another person recorded."""
    api.decisions.RefuseDecision(pb.RefuseDecisionRequest(request_id=request_id(), decision_id=decision, remark=remark))
    output.line("未予确认", "Refused")


def _show(output: Output, one: pb.Decision) -> None:
    text = one.text
    rows = [
        (("状态", "State"), output.word(_STATES, one.state)),
        (("文号", "Number"), text.number),
        (("日期", "Date"), text.decided_date),
        (("决定机构", "Decided by"), output.name(text.decided_by)),
        (("方式", "How"), output.word(_FORMS, text.form)),
        (("参加人员", "Took part"), ", ".join(text.participants)),
        (("事项", "Acts"), _acts(one, output)),
        (("轮次", "Round"), text.scope.round_id),
        (("单位", "Units"), ", ".join(text.scope.unit_ids)),
        (("人员", "Persons"), ", ".join(text.scope.person_ids)),
        (("扫描件摘要", "Scan digest"), text.scan_digest.hex()),
        (("摘要", "Digest"), one.digest.hex()),
    ]
    output.facts(rows)
