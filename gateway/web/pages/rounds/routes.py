"""Rounds: the list, a new one, one round with what may be done next, its matrix."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.language.marking import N_
from gateway.visit import SignedIn, Visit
from gateway.web.pages.rounds import briefings, letters, replies, view
from gateway.web.pages.rounds.choices import GAP, PLAN, TARGETS, choices, confirmed_decisions
from gateway.web.pages.rounds.units import units_of_office
from gateway.web.tidy import tidy, tidy_line
from guantong.inspection.v1 import rounds_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
router.include_router(letters.router)
router.include_router(replies.router)
router.include_router(briefings.router)
_MOVES = {
    "submit_plan": N_("上报方案"),
    "agree_plan": N_("领导小组已同意方案"),
    "return_plan": N_("方案退回修改"),
    "open_preparation": N_("进入巡前准备"),
    "enter": N_("进驻"),
    "leave": N_("撤离"),
    "cancel": N_("取消本轮"),
}
_FROM = {
    "DRAFT": ("submit_plan",),
    "PLAN_SUBMITTED": ("agree_plan", "return_plan"),
    "TARGETS_FIXED": ("open_preparation",),
    "PREPARING": ("enter",),
    "ON_SITE": ("leave",),
}


@router.get("/rounds", name="rounds")
async def rounds(visit: SignedIn, after: str = "") -> Response:
    """Rounds, newest first."""
    found = await visit.node.rounds.ListRounds(pb.ListRoundsRequest(page_size=50, page_token=after))
    return visit.page(
        "rounds/list.html",
        lines=[view.round_line(visit, one) for one in found.rounds],
        next_page=f"/rounds?after={found.next_page_token}" if found.next_page_token else "",
    )


@router.get("/rounds/new", name="round-new")
async def new(visit: SignedIn) -> Response:
    """A form for a new round."""
    return visit.page("rounds/new.html", kinds=_kinds(visit), year=visit.gateway.now().year)


@router.post("/rounds/new", name="round-create")
async def create(visit: SignedIn) -> Response:
    """Create a round."""
    form = await visit.form()
    try:
        made = await visit.node.rounds.CreateRound(
            pb.CreateRoundRequest(
                term_no=form.number("term_no") or 0,
                year=form.number("year") or 0,
                seq=form.number("seq") or 0,
                name=tidy_line(form.text("name")),
                kind=form.text("kind"),
                special_topic=tidy_line(form.text("special_topic")),
                site_from_date=tidy_line(form.text("site_from_date")),
                site_to_date=tidy_line(form.text("site_to_date")),
                request_id=form.request_id,
            )
        )
    except GuantongError as error:
        return visit.refused("rounds/new.html", error, form, kinds=_kinds(visit), year=visit.gateway.now().year)
    return visit.go(f"/rounds/{made.round.round_id}", visit.say("已新建, 请列入巡察对象"))


@router.get("/rounds/{round_id}", name="round")
async def one(visit: SignedIn, round_id: str) -> Response:
    """One round."""
    return visit.page("rounds/round.html", **await round_context(visit, round_id))


@router.get("/rounds/{round_id}/units", name="round-units")
async def units(visit: SignedIn, round_id: str) -> Response:
    """The units that may be put into the round."""
    return visit.page("rounds/units.html", **await _units_context(visit, round_id))


@router.post("/rounds/{round_id}/units", name="round-add-units")
async def add_units(visit: SignedIn, round_id: str) -> Response:
    """Put the ticked units into the round."""
    form = await visit.form()
    try:
        added = await visit.node.rounds.AddUnits(
            pb.AddUnitsRequest(round_id=round_id, unit_ids=form.texts("unit"), request_id=form.request_id)
        )
    except GuantongError as error:
        return visit.refused("rounds/units.html", error, form, **await _units_context(visit, round_id))
    recused = [one.name for one in added.units if one.recused_bodies]
    said = visit.say("已列入 %(count)s 个对象", count=len(added.units))
    if recused:
        said += visit.say("; 协作机构自身须回避: %(names)s", names="、".join(recused))
    return visit.go(f"/rounds/{round_id}", said)


@router.post("/rounds/{round_id}/move", name="round-move")
async def move(visit: SignedIn, round_id: str) -> Response:
    """Move the round on, or call it off."""
    form = await visit.form()
    try:
        moved = await visit.node.rounds.MoveRound(
            pb.MoveRoundRequest(
                round_id=round_id,
                act=form.text("act"),
                decision_id=form.text("decision"),
                explanation=tidy(form.words("explanation")),
                request_id=form.request_id,
            )
        )
    except GuantongError as error:
        return await _refused(visit, round_id, error, form)
    said = visit.say("现为: %(state)s", state=visit.say(view.STATES.get(moved.round.state, moved.round.state)))
    if moved.unanswered_matter_ids:
        said += visit.say("; 尚有 %(count)s 项未答复", count=len(moved.unanswered_matter_ids))
    return visit.go(f"/rounds/{round_id}", said)


@router.post("/rounds/{round_id}/fix", name="round-fix")
async def fix(visit: SignedIn, round_id: str) -> Response:
    """Fix the targets by a recorded decision."""
    form = await visit.form()
    try:
        fixed = await visit.node.rounds.FixTargets(
            pb.FixTargetsRequest(round_id=round_id, decision_id=form.text("decision"), request_id=form.request_id)
        )
    except GuantongError as error:
        return await _refused(visit, round_id, error, form)
    return visit.go(f"/rounds/{round_id}", visit.say("对象已定; 回避缺口 %(count)s 处", count=len(fixed.gaps)))


@router.post("/rounds/{round_id}/substitute", name="round-substitute")
async def substitute(visit: SignedIn, round_id: str) -> Response:
    """Say who fills a gap."""
    form = await visit.form()
    unit_id, _, body = form.text("gap").partition("/")
    try:
        await visit.node.rounds.ChooseSubstitute(
            pb.ChooseSubstituteRequest(
                round_id=round_id,
                unit_id=unit_id,
                body=body,
                substitute=form.text("substitute"),
                decision_id=form.text("decision"),
                request_id=form.request_id,
            )
        )
    except GuantongError as error:
        return await _refused(visit, round_id, error, form)
    return visit.go(f"/rounds/{round_id}", visit.say("已指定替代单位"))


async def round_context(visit: Visit, round_id: str) -> dict[str, Any]:
    """What the page of one round shows."""
    found, decisions = await asyncio.gather(
        visit.node.rounds.GetRound(pb.GetRoundRequest(round_id=round_id)), confirmed_decisions(visit)
    )
    state = found.round.state
    book = visit.gateway.book
    return {
        "round": found.round,
        "line": view.round_line(visit, found.round),
        "stages": view.stages(visit, state),
        "units": found.units,
        "gaps": found.gaps,
        "teams": found.teams,
        "unit_names": {one.unit_id: one.name for one in found.units},
        "moves": [(act, visit.say(_MOVES[act])) for act in _FROM.get(state, ())],
        "cancellable": view.cancellable(state),
        "plan_decisions": choices(visit, decisions, PLAN, round_id),
        "target_decisions": choices(visit, decisions, TARGETS, round_id),
        "gap_decisions": choices(visit, decisions, GAP, round_id),
        "bodies": [(one, visit.name_of(one)) for one in book.recipients_of("info.request")],
        "takes_letters": view.takes_letters(state),
    }


async def _units_context(visit: Visit, round_id: str) -> dict[str, Any]:
    found = await visit.node.rounds.GetRound(pb.GetRoundRequest(round_id=round_id))
    listed = {one.unit_id for one in found.units}
    known = await units_of_office(visit, visit.say("列入巡察轮次"))
    return {
        "round": found.round,
        "units": [one for one in known if one.unit_id not in listed],
        "listed": found.units,
    }


async def _refused(visit: Visit, round_id: str, error: GuantongError, form: Form) -> Response:
    return visit.refused("rounds/round.html", error, form, **await round_context(visit, round_id))


def _kinds(visit: Visit) -> list[tuple[str, str]]:
    return [(kind, visit.say(name)) for kind, name in view.KINDS.items()]
