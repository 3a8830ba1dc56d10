"""Decisions: the list, recording one, comparing and confirming or refusing what another person entered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.colleagues import namer
from gateway.web.pages.decisions.view import ACTS, DECIDERS, FORMS, decider, decision_line
from gateway.web.tidy import tidy, tidy_line
from guantong.inspection.v1 import rounds_service_pb2 as rounds
from guantong.node.v1 import decisions_service_pb2 as pb
from services.chassis.clock import beijing_date
from services.chassis.errors import Fault, GuantongError

router = APIRouter()
_PIECE = 1024 * 1024


class ScanMissingError(GuantongError):
    """A decision is recorded from its paper."""

    reason = "SCAN_MISSING"
    fault = Fault.INVALID
    message_en = "Choose the scan of the paper. Only its digest is kept; nothing was recorded."
    message_zh = "请选择决定的扫描件(系统只保存其摘要)。尚未登记。"


class ScanDiffersError(GuantongError):
    """The scan shown is not the one that was recorded."""

    reason = "SCAN_DIFFERS"
    fault = Fault.STATE
    message_en = "This scan is not the one that was recorded. Compare the papers, and refuse the entry if it is wrong."
    message_zh = "该扫描件与登记时的不是同一份。请核对纸质件, 有误的不予确认。"


@router.get("/decisions", name="decisions")
async def decisions(visit: SignedIn, after: str = "") -> Response:
    """Every decision, in the order they were entered."""
    found = await visit.node.decisions.ListDecisions(pb.ListDecisionsRequest(page_size=200, page_token=after))
    name_of = await namer(visit)
    return visit.page(
        "decisions/list.html",
        lines=[decision_line(visit, one, name_of) for one in found.decisions],
        next_page=f"/decisions?after={found.next_page_token}" if found.next_page_token else "",
    )


@router.get("/decisions/new", name="decision-new")
async def new(visit: SignedIn, act: str = "", round: str = "", team: str = "", corrects: str = "") -> Response:  # noqa: A002  the address reads so
    """A form to record one, filled with what is known of the round."""
    return visit.page("decisions/new.html", **await _context(visit, act, round, team, corrects))


@router.post("/decisions/new", name="decision-record")
async def record(visit: SignedIn) -> Response:
    """Record a decision; it counts once another person confirms it."""
    form = await visit.form()
    try:
        scan = await _digest(form)
        if not scan:
            raise ScanMissingError
        entered = await visit.node.decisions.RecordDecision(
            pb.RecordDecisionRequest(
                request_id=form.request_id,
                text=_text(form, scan),
                corrects_decision_id=form.text("corrects") or None,
            )
        )
    except GuantongError as error:
        context = await _context(visit, form.text("act"), form.text("round"), form.text("team"), form.text("corrects"))
        return visit.refused("decisions/new.html", error, form, **context)
    return visit.go(f"/decisions/{entered.decision_id}", visit.say("已登记, 待他人确认"))


@router.get("/decisions/{decision_id}", name="decision")
async def decision(visit: SignedIn, decision_id: str) -> Response:
    """One decision."""
    return visit.page("decisions/decision.html", **await _shown(visit, decision_id))


@router.post("/decisions/{decision_id}/confirm", name="decision-confirm")
async def confirm(visit: SignedIn, decision_id: str) -> Response:
    """Confirm exactly what was shown."""
    form = await visit.form()
    try:
        scan = await _digest(form)
        shown = form.text("scan_digest")
        if scan and scan.hex() != shown:
            raise ScanDiffersError
        await visit.node.decisions.ConfirmDecision(
            pb.ConfirmDecisionRequest(
                request_id=form.request_id,
                decision_id=decision_id,
                shown_digest=bytes.fromhex(form.text("digest")) if _is_hex(form.text("digest")) else b"",
            )
        )
    except GuantongError as error:
        return visit.refused("decisions/decision.html", error, form, **await _shown(visit, decision_id))
    return visit.go(f"/decisions/{decision_id}", visit.say("已确认"))


@router.post("/decisions/{decision_id}/refuse", name="decision-refuse")
async def refuse(visit: SignedIn, decision_id: str) -> Response:
    """Refuse what another person entered; it is kept as refused."""
    form = await visit.form()
    try:
        await visit.node.decisions.RefuseDecision(
            pb.RefuseDecisionRequest(
                request_id=form.request_id, decision_id=decision_id, remark=tidy(form.words("remark"))
            )
        )
    except GuantongError as error:
        return visit.refused("decisions/decision.html", error, form, **await _shown(visit, decision_id))
    return visit.go(f"/decisions/{decision_id}", visit.say("未予确认"))


def names_in(text: str) -> list[str]:
    """Names as people type several: by line, comma or 、."""
    return [one for one in (tidy_line(part) for part in re.split(r"[\n,，、;；]+", text)) if one]


def _text(form: Form, scan: bytes) -> pb.DecisionText:
    scope = pb.DecisionScope(
        acts=form.texts("acts"),
        round_id=form.text("round") or None,
        unit_ids=form.texts("unit"),
        person_ids=[*form.texts("person"), *names_in(form.words("more_persons"))],
    )
    return pb.DecisionText(
        decided_by=form.text("decided_by"),
        number=tidy_line(form.text("number")),
        decided_date=tidy_line(form.text("decided_date")),
        form=pb.DECISION_FORM_CIRCULATION if form.text("form") == "2" else pb.DECISION_FORM_MEETING,
        participants=names_in(form.words("participants")),
        scope=scope,
        scan_digest=scan,
    )


async def _digest(form: Form) -> bytes:
    """SHA-256 of the file chosen, which itself is not kept; empty where none was."""
    file = form.file("scan")
    if file is None:
        return b""
    digest = hashlib.sha256()
    while piece := await file.read(_PIECE):
        digest.update(piece)
    await file.close()
    return digest.digest()


def _is_hex(text: str) -> bool:
    return bool(re.fullmatch(r"(?:[0-9a-f]{2})+", text))


async def _context(visit: Visit, act: str, round_id: str, team_id: str, corrects: str) -> dict[str, Any]:
    found = await _round(visit, round_id)
    listed = (
        await visit.node.rounds.ListRounds(rounds.ListRoundsRequest(page_size=50)) if visit.gateway.is_hub else None
    )
    team = next((one for one in found.teams if one.team_id == team_id), None)
    units: Sequence[str] = team.unit_ids if team else [one.unit_id for one in found.units]
    members = {one.person_id for one in team.members} if team else set()
    people = {one.person_id: one.name for each in found.teams for one in each.members}
    return {
        "act": act,
        "round_id": round_id,
        "team_id": team_id,
        "corrects": corrects,
        "acts": [(one, visit.say(title)) for one, title in ACTS.items()],
        "forms_of": [(str(number), visit.say(title)) for number, title in FORMS.items()],
        "deciders": [(one, decider(visit, one)) for one in DECIDERS],
        "rounds": [("", visit.say("不属于任何轮次"))]
        + [(one.round_id, one.name) for one in (listed.rounds if listed else ())],
        "units": [(one.unit_id, one.name, one.unit_id in units) for one in found.units],
        "persons": [(person, name, person in members) for person, name in people.items()],
        "today": beijing_date(visit.gateway.now()).isoformat(),
    }


async def _shown(visit: Visit, decision_id: str) -> dict[str, Any]:
    request = pb.GetDecisionRequest(decision_id=decision_id)
    found = (await visit.node.decisions.GetDecision(request)).decision
    name_of = await namer(visit)
    about = await _round(visit, found.text.scope.round_id)
    unit_names = {one.unit_id: one.name for one in about.units}
    person_names = {one.person_id: one.name for team in about.teams for one in team.members}
    return {
        "line": decision_line(visit, found, name_of),
        "decision": found,
        "round_name": about.round.name,
        "unit_names": [unit_names.get(one, one) for one in found.text.scope.unit_ids],
        "person_names": [person_names.get(one, one) for one in found.text.scope.person_ids],
    }


async def _round(visit: Visit, round_id: str) -> rounds.GetRoundResponse:
    """The round that a decision is about; an empty one where it is about none, or it may not be seen."""
    if not round_id or not visit.gateway.is_hub:
        return rounds.GetRoundResponse()
    try:
        return await visit.node.rounds.GetRound(rounds.GetRoundRequest(round_id=round_id))
    except GuantongError:
        return rounds.GetRoundResponse()
