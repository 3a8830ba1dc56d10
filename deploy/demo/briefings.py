"""The end of the demonstration's round: teams with leaders, authorized by decision, and a briefing for every unit."""

from __future__ import annotations

from pathlib import Path

from deploy.demo.ledgers import COUNTY
from deploy.demo.offices import request_id
from deploy.demo.story import COMPLETED_DAY, Story
from guantong.inspection.v1 import rounds_service_pb2 as rounds

_UNITS_PER_TEAM = 2
_LAST_DAY = "2026-05-08"


def team_up_and_brief(story: Story, folder: Path) -> list[str]:
    """Form and authorize four teams for the eight units; every leader takes the briefing and the leads of each unit.

    Returns:
        The names of the files written to `folder`.

    """
    folder.mkdir(parents=True, exist_ok=True)
    units = [unit.id for unit in COUNTY.targets]
    files = []
    for number, first in enumerate(range(0, len(units), _UNITS_PER_TEAM), 1):
        own = units[first : first + _UNITS_PER_TEAM]
        _authorize(story, number, own)
        for unit_id in own:
            files += _brief(story, number, unit_id, folder)
    return files


def _authorize(story: Story, number: int, units: list[str]) -> None:
    leader = story.hub.people[f"team{number}"]
    posts = (("leader", "组长", leader.person_id), ("deputy", "副组长", ""), ("liaison", "联络员", ""))
    members = [
        rounds.TeamMember(
            person_id=person_id or f"{role}-{number}", name=f"{post}{number}", role=role, source_body="inspection"
        )
        for role, post, person_id in posts
    ]
    team = story.hub.clerk.rounds.FormTeam(
        rounds.FormTeamRequest(
            round_id=story.round_id, team_no=number, unit_ids=units, members=members, request_id=request_id()
        )
    ).team
    people = tuple(member.person_id for member in members)
    decision = story.decide("team.authorize", "leading_group", COMPLETED_DAY, people, tuple(units))
    story.hub.clerk.rounds.AuthorizeTeam(
        rounds.AuthorizeTeamRequest(
            team_id=team.team_id,
            decision_id=decision,
            from_date=COMPLETED_DAY.isoformat(),
            to_date=_LAST_DAY,
            request_id=request_id(),
        )
    )


def _brief(story: Story, number: int, unit_id: str, folder: Path) -> list[str]:
    made = story.hub.people[f"team{number}"].rounds.AssembleBriefing(
        rounds.AssembleBriefingRequest(
            round_id=story.round_id, unit_id=unit_id, show_sources=True, with_leads=True, read_reason="进驻前准备"
        )
    )
    names = []
    for name, data in ((f"{unit_id}.docx", made.briefing_docx), (f"{unit_id}-leads.docx", made.leads_docx)):
        if data:
            (folder / name).write_bytes(data)
            names.append(name)
    return names
