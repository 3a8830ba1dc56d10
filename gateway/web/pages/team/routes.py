"""Team corner: a member's units and forwarded news; the office's teams and the news that came in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.language.marking import N_
from gateway.visit import SignedIn, Visit
from gateway.web.pages.rounds.choices import TEAM, choices, confirmed_decisions
from gateway.web.pages.rounds.view import round_line
from gateway.web.tidy import tidy, tidy_line
from guantong.inspection.v1 import rounds_service_pb2 as pb
from guantong.node.v1 import people_service_pb2 as people
from services.chassis.errors import GuantongError

router = APIRouter()
ROLES: Mapping[str, str] = MappingProxyType(
    {"leader": N_("组长"), "deputy": N_("副组长"), "member": N_("组员"), "liaison": N_("联络员")}
)
ACTIONS: Mapping[str, str] = MappingProxyType(
    {"followed": N_("已跟进"), "recorded": N_("已记录备查"), "out_of_scope": N_("不属巡察范围")}
)
_ROWS = 7


@router.get("/team", name="team")
async def corner(visit: SignedIn) -> Response:
    """What the visitor may inspect today, and what was forwarded."""
    mine, forwarded = await asyncio.gather(
        visit.node.rounds.ListMyUnits(pb.ListMyUnitsRequest()),
        visit.node.rounds.ListForwarded(pb.ListForwardedRequest()),
    )
    names = {one.unit_id: one.unit_name for one in mine.units}
    return visit.page(
        "team/corner.html",
        units=mine.units,
        entries=forwarded.entries,
        names=names,
        roles_in_team=ROLES,
        actions=ACTIONS,
        office=bool(visit.roles & {"clerk", "reviewer", "leader"}),
    )


@router.get("/team/forwarded/{new_info_id}", name="team-forwarded")
async def forwarded(visit: SignedIn, new_info_id: str) -> Response:
    """Asks why, before anything is shown."""
    return visit.page("team/read.html", new_info_id=new_info_id, found=None, actions=_actions(visit))


@router.post("/team/forwarded/{new_info_id}", name="team-read")
async def read(visit: SignedIn, new_info_id: str) -> Response:
    """Shows what was forwarded, or notes what was done with it; each reading is kept."""
    form = await visit.form()
    action = form.text("action")
    try:
        found = await visit.node.rounds.ReadNewInfo(
            pb.ReadNewInfoRequest(
                new_info_id=new_info_id,
                action=action,
                note=tidy(form.words("note")),
                read_reason=tidy(form.words("reason")),
            )
        )
    except GuantongError as error:
        return visit.refused(
            "team/read.html", error, form, new_info_id=new_info_id, found=None, actions=_actions(visit)
        )
    if action:
        return visit.go("/team", visit.say("已注明处置"))
    return visit.page(
        "team/read.html", new_info_id=new_info_id, found=found, actions=_actions(visit), typed=form.typed()
    )


@router.get("/team/teams", name="team-teams")
async def teams(visit: SignedIn, round: str = "") -> Response:  # noqa: A002  the address reads so
    """The teams of a round."""
    if not round:
        return await _choose(visit, "/team/teams")
    return visit.page("team/teams.html", **await _teams_context(visit, round))


@router.post("/team/teams", name="team-form")
async def form_team(visit: SignedIn) -> Response:
    """Form a team."""
    form = await visit.form()
    round_id = form.text("round")
    context = await _teams_context(visit, round_id)
    try:
        await visit.node.rounds.FormTeam(
            pb.FormTeamRequest(
                round_id=round_id,
                team_no=form.number("team_no") or 0,
                unit_ids=form.texts("unit"),
                members=members_of(form, context["accounts"]),
                exemption=tidy(form.words("exemption")),
                request_id=form.request_id,
            )
        )
    except GuantongError as error:
        return visit.refused("team/teams.html", error, form, **context)
    return visit.go(f"/team/teams?round={round_id}", visit.say("已组建, 请按决定授权"))


@router.post("/team/teams/{team_id}/authorize", name="team-authorize")
async def authorize(visit: SignedIn, team_id: str) -> Response:
    """Authorize a team by a recorded decision."""
    form = await visit.form()
    round_id = form.text("round")
    try:
        await visit.node.rounds.AuthorizeTeam(
            pb.AuthorizeTeamRequest(
                team_id=team_id,
                decision_id=form.text("decision"),
                from_date=tidy_line(form.text("from_date")),
                to_date=tidy_line(form.text("to_date")),
                request_id=form.request_id,
            )
        )
    except GuantongError as error:
        return visit.refused("team/teams.html", error, form, **await _teams_context(visit, round_id))
    return visit.go(f"/team/teams?round={round_id}", visit.say("已授权"))


@router.post("/team/teams/{team_id}/revoke", name="team-revoke")
async def revoke(visit: SignedIn, team_id: str) -> Response:
    """End a team's authorization today."""
    form = await visit.form()
    round_id = form.text("round")
    try:
        await visit.node.rounds.RevokeAuthorization(
            pb.RevokeAuthorizationRequest(
                team_id=team_id, explanation=tidy(form.words("explanation")), request_id=form.request_id
            )
        )
    except GuantongError as error:
        return visit.refused("team/teams.html", error, form, **await _teams_context(visit, round_id))
    return visit.go(f"/team/teams?round={round_id}", visit.say("授权已终止"))


@router.get("/team/news", name="team-news")
async def news(visit: SignedIn, round: str = "", none: str = "", after: str = "") -> Response:  # noqa: A002  the address reads so
    """What came in for the round's units: that it exists and where it stands, never what it says."""
    if not round and not none:
        return await _choose(visit, "/team/news")
    return visit.page("team/news.html", **await _news_context(visit, round, after))


@router.post("/team/news/{new_info_id}/forward", name="team-forward")
async def forward(visit: SignedIn, new_info_id: str) -> Response:
    """Forward it to the leader of the unit's team and nobody else."""
    form = await visit.form()
    round_id = form.text("round")
    try:
        await visit.node.rounds.ForwardNewInfo(
            pb.ForwardNewInfoRequest(new_info_id=new_info_id, request_id=form.request_id)
        )
    except GuantongError as error:
        return visit.refused("team/news.html", error, form, **await _news_context(visit, round_id))
    where = f"round={round_id}" if round_id else "none=1"
    return visit.go(f"/team/news?{where}", visit.say("已转组长"))


def members_of(form: Form, accounts: Mapping[str, str]) -> list[pb.TeamMember]:
    """The members typed, one per row that names a person. A name left empty is that of the account."""
    rows = zip(
        form.texts("member_role"),
        form.texts("member_person"),
        form.texts("member_name"),
        form.texts("member_body"),
        form.texts("member_unit"),
        strict=False,
    )
    return [
        pb.TeamMember(
            role=role,
            person_id=tidy_line(person),
            name=tidy_line(name) or accounts.get(tidy_line(person), ""),
            source_body=body,
            unit_id=tidy_line(unit),
        )
        for role, person, name, body, unit in rows
        if person.strip() or name.strip()
    ]


async def _teams_context(visit: Visit, round_id: str) -> dict[str, Any]:
    found, decisions, accounts = await asyncio.gather(
        visit.node.rounds.GetRound(pb.GetRoundRequest(round_id=round_id)), confirmed_decisions(visit), _accounts(visit)
    )
    taken = {unit for team in found.teams for unit in team.unit_ids}
    return {
        "round": found.round,
        "line": round_line(visit, found.round),
        "teams": found.teams,
        "unit_names": {one.unit_id: one.name for one in found.units},
        "free": [one for one in found.units if one.unit_id not in taken],
        "next_no": max((one.team_no for one in found.teams), default=0) + 1,
        "decisions": choices(visit, decisions, TEAM, round_id),
        "accounts": accounts,
        "roles_in_team": [(role, visit.say(title)) for role, title in ROLES.items()],
        "bodies": [(one.id, visit.name_of(one.id)) for one in visit.gateway.book.bodies],
        "rows": range(_ROWS),
    }


async def _accounts(visit: Visit) -> dict[str, str]:
    """Persons with an account here; those who may not list them type the person's id."""
    if "leader" not in visit.roles:
        return {}
    found = await visit.node.people.ListAccounts(people.ListAccountsRequest(page_size=500))
    return {one.person_id: one.name for one in found.accounts if one.state == people.ACCOUNT_STATE_ACTIVE}


async def _news_context(visit: Visit, round_id: str, after: str = "") -> dict[str, Any]:
    request = pb.ListNewInfoRequest(round_id=round_id, page_size=100, page_token=after)
    found = await visit.node.rounds.ListNewInfo(request)
    about = (
        await visit.node.rounds.GetRound(pb.GetRoundRequest(round_id=round_id)) if round_id else pb.GetRoundResponse()
    )
    return {
        "round": about.round,
        "entries": found.entries,
        "names": {one.unit_id: one.name for one in about.units},
        "actions": ACTIONS,
        "next_page": f"/team/news?round={round_id}&none=1&after={found.next_page_token}"
        if found.next_page_token
        else "",
    }


async def _choose(visit: Visit, path: str) -> Response:
    found = await visit.node.rounds.ListRounds(pb.ListRoundsRequest(page_size=50))
    return visit.page("team/choose.html", lines=[round_line(visit, one) for one in found.rounds], target=path)


def _actions(visit: Visit) -> list[tuple[str, str]]:
    return [(action, visit.say(title)) for action, title in ACTIONS.items()]
