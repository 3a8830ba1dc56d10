"""Confirmed decisions that an act of a round may rest on."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.visit import Visit
from guantong.node.v1 import decisions_service_pb2 as pb

PLAN, TARGETS, TEAM, GAP = "plan.agree", "targets.fix", "team.authorize", "gap.substitute"


async def confirmed_decisions(visit: Visit) -> list[pb.Decision]:
    """Every decision that counts, newest first."""
    found: list[pb.Decision] = []
    token = ""
    while True:
        page = await visit.node.decisions.ListDecisions(
            pb.ListDecisionsRequest(page_size=500, page_token=token, states=[pb.DECISION_STATE_CONFIRMED])
        )
        found += page.decisions
        token = page.next_page_token
        if not token:
            return found[::-1]


def choices(visit: Visit, decisions: Iterable[pb.Decision], act: str, round_id: str) -> list[tuple[str, str]]:
    """Those on this act and round, as a form offers them."""
    return [
        (one.decision_id, f"{one.text.number} · {visit.name_of(one.text.decided_by)} · {one.text.decided_date}")
        for one in decisions
        if act in one.text.scope.acts and one.text.scope.round_id == round_id
    ]
