"""Builds the board of a round from its letters, their matters' standing, and the replies that came."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.calendar.working import WorkingCalendar
from services.inspection.board.records import RECUSED, Cell, lateness
from services.inspection.letters.store import OPINION, REQUEST, RoundLetter, article_of, letters_of
from services.inspection.replies.records import Reply, SectionState, counted, states_of
from services.inspection.replies.store import replies_in
from services.inspection.rounds.store import gaps_of, unit_ids_of
from services.inspection.standing import LetterStanding, Standings

Asked = Mapping[str, Sequence[str]]
"""Bodies addressed by each kind of letter."""


@dataclass(frozen=True)
class _Known:
    letters: Mapping[tuple[str, str, str], RoundLetter]
    standings: Mapping[str, LetterStanding | None]
    replies: Mapping[str, tuple[Reply, ...]]
    leader_only: Collection[str]
    now: datetime
    calendar: WorkingCalendar


def board(
    connection: sa.Connection,
    round_id: str,
    asked: Asked,
    standings: Standings,
    calendar: WorkingCalendar,
    *,
    leader_only: Collection[str] = (),
    now: datetime,
) -> tuple[Cell, ...]:
    """Every body by every unit, in the order of the bodies asked and of the round's units.

    Of the sections in `leader_only` it is shown that they were answered, never what: that would tell whether there
    are leads. A body recused from a unit has a cell that says so; whoever fills in has a cell of its own behind it.
    """
    letters = letters_of(connection, round_id)
    known = _Known(
        {(letter.kind, letter.body, letter.stands_for): letter for letter in letters},
        {letter.matter_id: standings(connection, letter.matter_id) for letter in letters},
        replies_in(connection, [letter.matter_id for letter in letters]),
        leader_only,
        now,
        calendar,
    )
    unit_ids = unit_ids_of(connection, round_id)
    gaps = {(gap.body, gap.unit_id): gap.substitute for gap in gaps_of(connection, round_id)}
    cells: list[Cell] = []
    for kind in (REQUEST, OPINION):
        for body in asked.get(kind, ()):
            cells += _row(known, kind, body, unit_ids, gaps)
    return tuple(cells)


def _row(
    known: _Known, kind: str, body: str, unit_ids: Iterable[str], gaps: Mapping[tuple[str, str], str]
) -> Iterable[Cell]:
    for unit_id in unit_ids:
        letter = known.letters.get((kind, body, body))
        # A county may ask bodies about themselves: then the letter names the unit, and nobody is recused.
        if (body, unit_id) not in gaps or (letter is not None and unit_id in letter.unit_ids):
            yield _cell(known, kind, body, unit_id, stands_for=body)
            continue
        substitute = gaps[body, unit_id]
        yield Cell(body=body, unit_id=unit_id, article=article_of(kind), state=RECUSED, substitute=substitute)
        if substitute:
            yield _cell(known, kind, substitute, unit_id, stands_for=body)


def _cell(known: _Known, kind: str, body: str, unit_id: str, *, stands_for: str) -> Cell:
    letter = known.letters.get((kind, body, stands_for))
    other = "" if stands_for == body else stands_for
    if letter is None or unit_id not in letter.unit_ids:
        return Cell(body=body, unit_id=unit_id, article=article_of(kind), stands_for=other)
    standing = known.standings[letter.matter_id]
    if standing is None:
        return Cell(body=body, unit_id=unit_id, article=article_of(kind), stands_for=other, matter_id=letter.matter_id)
    found = lateness(standing, known.now, known.calendar)
    came = known.replies[letter.matter_id]
    standing_ones = counted(came, standing.answers)
    return Cell(
        body=body,
        unit_id=unit_id,
        article=article_of(kind),
        state=standing.state,
        matter_id=letter.matter_id,
        stands_for=other,
        standing=standing,
        late=found.late,
        late_working_days=found.working_days,
        sections=_told(states_of(standing_ones, unit_id), known.leader_only),
        uncounted=len(came) - len(standing_ones),
    )


def _told(sections: Mapping[str, str], leader_only: Collection[str]) -> Mapping[str, str]:
    return {code: SectionState.LEADER_ONLY.value if code in leader_only else state for code, state in sections.items()}
