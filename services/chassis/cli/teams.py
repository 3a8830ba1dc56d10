"""`guantong team`: the inspection teams of a round and their dated authorization."""

from __future__ import annotations

import click

from guantong.inspection.v1 import rounds_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, request_id
from services.chassis.cli.output import Column, Output, as_json
from services.chassis.cli.rounds import round_argument
from services.chassis.cli.rounds_shown import TEAMS
from services.chassis.cli.usage import group

_ROLES = ("leader", "deputy", "member", "liaison")
_TEAM = click.argument("team")
_MINE = (
    Column("轮次", "Round", lambda one, _: one.round_name),
    Column("对象", "Unit", lambda one, _: one.unit_id),
    Column("名称", "Name", lambda one, _: one.unit_name),
    Column("组别", "No.", lambda one, _: str(one.team_no)),
    Column("授权至", "Authorized to", lambda one, _: one.authorized_to_date),
)


class _Member(click.ParamType[pb.TeamMember]):
    """ROLE:PERSON:NAME:BODY, with the person's id in the node and the body the person comes from."""

    name = "ROLE:PERSON:NAME:BODY"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> pb.TeamMember:
        parts = value.split(":")
        if len(parts) != 4 or parts[0] not in _ROLES:
            self.fail(f"{value}: ROLE:PERSON:NAME:BODY ({', '.join(_ROLES)})", param, ctx)
        role, person, name, body = parts
        return pb.TeamMember(role=role, person_id=person, name=name, source_body=body)


@group("team")
def team() -> None:
    """巡察组及授权 / inspection teams and their authorization."""


@team.command()
@round_argument
@click.option("--no", "team_no", type=int, required=True, help="第几组 / number of the team")
@click.option("--unit", "unit_ids", multiple=True, required=True, help="对象, 可多次 / unit, repeatable")
@click.option(
    "--member", "members", multiple=True, required=True, type=_Member(), help="成员, 可多次 / member, repeatable"
)
@click.option("--exemption", default="", help="组长不在库内时的依据 / needed where a leader is outside the pool")
@as_json
@at_node
def form(
    output: Output,
    api: Api,
    *,
    round_id: str,
    team_no: int,
    unit_ids: tuple[str, ...],
    members: tuple[pb.TeamMember, ...],
    exemption: str,
    json_wanted: bool,
) -> None:
    """组建巡察组 / form a team."""
    made = api.rounds.FormTeam(
        pb.FormTeamRequest(
            round_id=round_id,
            team_no=team_no,
            unit_ids=unit_ids,
            members=members,
            exemption=exemption,
            request_id=request_id(),
        )
    ).team
    output.listing(("巡察组", "Teams"), TEAMS, [made], json=json_wanted)


@team.command()
@as_json
@at_node
def mine(output: Output, api: Api, *, json_wanted: bool) -> None:
    """我今日可巡察的对象 / the units that you may inspect today."""
    found = api.rounds.ListMyUnits(pb.ListMyUnitsRequest()).units
    output.listing(("我的对象", "Your units"), _MINE, found, json=json_wanted)


@team.command()
@_TEAM
@click.option("--decision", required=True, help="已确认的决定 / the confirmed decision")
@click.option("--from", "from_date", required=True, help="首日 / the first day")
@click.option("--to", "to_date", required=True, help="末日 / the last day")
@as_json
@at_node
def authorize(
    output: Output, api: Api, *, team: str, decision: str, from_date: str, to_date: str, json_wanted: bool
) -> None:
    """按决定授权巡察组 / authorize a team by a recorded decision."""
    found = api.rounds.AuthorizeTeam(
        pb.AuthorizeTeamRequest(
            team_id=team, decision_id=decision, from_date=from_date, to_date=to_date, request_id=request_id()
        )
    ).team
    output.listing(("巡察组", "Teams"), TEAMS, [found], json=json_wanted)


@team.command()
@_TEAM
@click.option("--why", "explanation", required=True, help="理由 / why")
@as_json
@at_node
def revoke(output: Output, api: Api, team: str, explanation: str, *, json_wanted: bool) -> None:
    """即日终止授权 / end a team's authorization today."""
    found = api.rounds.RevokeAuthorization(
        pb.RevokeAuthorizationRequest(team_id=team, explanation=explanation, request_id=request_id())
    ).team
    output.listing(("巡察组", "Teams"), TEAMS, [found], json=json_wanted)
