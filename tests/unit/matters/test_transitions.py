"""The tables allow exactly these steps. Written down by hand from what the offices agreed, not from the tables."""

from __future__ import annotations

import pytest

from services.chassis.matters.fold import TABLES
from services.chassis.matters.model import Event, Kind, Side, State

# event of side: from states > to state; "=" stands for staying where it is.
NOTICE = """
opened opener: unopened > sent
stored addressee: sent > stored; stored viewed signed_for recalled closed =
viewed addressee: sent stored > viewed; viewed signed_for recalled closed =
signed_for addressee: sent stored viewed > signed_for; signed_for =
deemed_signed_for opener: sent stored viewed > signed_for
asked_back addressee: sent stored viewed signed_for =
clarified opener: sent stored viewed signed_for =
reminded opener: sent stored viewed =
corrected opener: sent stored viewed signed_for recalled closed =
corrected addressee: sent stored viewed signed_for recalled closed =
recalled opener: sent stored viewed signed_for > recalled
deletion_certified addressee: recalled =
closed opener: sent stored viewed > closed
"""

REQUEST = """
opened opener: unopened > sent
stored addressee: sent > stored
stored addressee: stored viewed signed_for accepted answered returned settled declined withdrawn recalled closed =
viewed addressee: sent stored > viewed
viewed addressee: viewed signed_for accepted answered returned settled declined withdrawn recalled closed =
signed_for addressee: sent stored viewed > signed_for; signed_for accepted answered returned =
deemed_signed_for opener: sent stored viewed > signed_for
accepted addressee: signed_for > accepted
declined addressee: sent stored viewed signed_for accepted > declined
answered addressee: signed_for accepted returned declined > answered
supplemented addressee: answered settled =; returned > answered
returned_for_completion opener: answered declined > returned
reply_accepted opener: answered returned > settled
withdrawn opener: sent stored viewed signed_for accepted returned > withdrawn
asked_back addressee: sent stored viewed signed_for accepted returned =
clarified opener: sent stored viewed signed_for accepted returned answered =
reminded opener: sent stored viewed signed_for accepted returned =
extended opener: sent stored viewed signed_for accepted returned =
suspended opener: sent stored viewed signed_for accepted returned =
resumed opener: sent stored viewed signed_for accepted returned answered =
corrected opener: sent stored viewed signed_for accepted answered returned =
corrected opener: settled declined withdrawn recalled closed =
corrected addressee: sent stored viewed signed_for accepted answered returned =
corrected addressee: settled declined withdrawn recalled closed =
recalled opener: sent stored viewed signed_for accepted answered returned > recalled
recalled addressee: answered > accepted; returned =
deletion_certified addressee: recalled =
closed opener: sent stored viewed signed_for accepted answered returned > closed
"""

HANDOVER = """
opened opener: unopened > sent
stored addressee: sent > stored
stored addressee: stored signed_for accepted interim returned final closed not_ours withdrawn recalled =
viewed addressee: sent stored signed_for accepted interim returned final closed not_ours withdrawn recalled =
signed_for addressee: sent stored > signed_for; signed_for accepted interim returned final =
deemed_signed_for opener: sent stored > signed_for
accepted addressee: signed_for > accepted
returned_as_not_ours addressee: signed_for > not_ours
interim_result addressee: accepted interim > interim; returned =
final_result addressee: accepted interim returned > final
supplemented addressee: final closed =; returned > final
returned_for_completion opener: final > returned
withdrawn opener: sent stored signed_for accepted interim returned > withdrawn
asked_back addressee: sent stored signed_for accepted interim returned final =
clarified opener: sent stored signed_for accepted interim returned final =
reminded opener: sent stored signed_for accepted interim returned =
extended opener: sent stored signed_for accepted interim returned =
suspended opener: sent stored signed_for accepted interim returned =
resumed opener: sent stored signed_for accepted interim returned final =
corrected opener: sent stored signed_for accepted interim returned final closed not_ours withdrawn recalled =
corrected addressee: sent stored signed_for accepted interim returned final closed not_ours withdrawn recalled =
recalled opener: sent stored signed_for accepted interim returned final > recalled
recalled addressee: final > accepted; returned =
deletion_certified addressee: recalled =
closed opener: sent stored signed_for accepted interim returned final > closed
"""

AGREED = {Kind.NOTICE: NOTICE, Kind.REQUEST: REQUEST, Kind.HANDOVER: HANDOVER}
ENDS = {
    Kind.NOTICE: {"signed_for", "recalled", "closed"},
    Kind.REQUEST: {"settled", "declined", "withdrawn", "recalled", "closed"},
    Kind.HANDOVER: {"closed", "not_ours", "withdrawn", "recalled"},
}
ARTICLES = {
    (Kind.REQUEST, Event.OPENED): "A3.2a",
    (Kind.REQUEST, Event.SIGNED_FOR): "A3.2h",
    (Kind.REQUEST, Event.ANSWERED): "A3.2h",
    (Kind.HANDOVER, Event.OPENED): "A4.1a",
    (Kind.HANDOVER, Event.SIGNED_FOR): "A4.3d",
    (Kind.HANDOVER, Event.INTERIM_RESULT): "A4.3d",
    (Kind.HANDOVER, Event.FINAL_RESULT): "A4.3d",
}

Step = tuple[str, str, str, str]


def agreed(text: str) -> set[Step]:
    steps: set[Step] = set()
    for line in text.strip().splitlines():
        head, _, moves = line.partition(":")
        event, side = head.split()
        for move in moves.split(";"):
            origins, _, to = move.replace("=", "").partition(">")
            steps |= {(event, side, origin, to.strip() or origin) for origin in origins.split()}
    return steps


@pytest.mark.parametrize("kind", Kind)
def test_a_table_allows_what_was_agreed_and_nothing_else(kind: Kind) -> None:
    rows = TABLES[kind].rows.values()
    allowed = {(str(row.event), str(row.side), str(row.state), str(row.to)) for row in rows if row.to is not None}
    assert allowed == agreed(AGREED[kind])


@pytest.mark.parametrize("kind", Kind)
def test_a_matter_is_over_in_exactly_these_states(kind: Kind) -> None:
    assert {str(state) for state in TABLES[kind].terminal} == ENDS[kind]


@pytest.mark.parametrize("kind", Kind)
def test_every_state_is_reached_and_every_living_one_can_be_left(kind: Kind) -> None:
    table = TABLES[kind]
    moves = {(row.state, row.to) for row in table.rows.values() if row.to not in (None, row.state)}
    assert {to for _origin, to in moves} | {State.UNOPENED} == set(table.states)
    assert {origin for origin, _to in moves} >= set(table.states) - table.terminal


def test_duties_of_the_opinion_name_their_article() -> None:
    for (kind, event), article in ARTICLES.items():
        rows = TABLES[kind].rows.values()
        assert {row.article for row in rows if row.event is event and row.to is not None} == {article}


def test_only_the_side_that_owes_a_step_takes_it() -> None:
    for table in TABLES.values():
        sides: dict[Event, set[Side]] = {}
        for row in table.rows.values():
            if row.to is not None:
                sides.setdefault(row.event, set()).add(row.side)
        shared = {event for event, who in sides.items() if len(who) == 2}
        assert shared <= {Event.CORRECTED, Event.RECALLED}
