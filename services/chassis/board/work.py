"""Counts what the body owes: what waits for its next step, and what is late, by article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from guantong.exchange.v1 import body_status_pb2 as pb
from services.chassis.board.secrecy import for_named_persons, tellable, threshold
from services.chassis.calendar.dues import Due, DueRule, RuleKind, is_late
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date
from services.chassis.deadlines.queries import RUNNING
from services.chassis.deadlines.rules import closing_time
from services.chassis.deadlines.tables import DEADLINES
from services.chassis.dossiers.tables import MATTERS
from services.chassis.dossiers.turns import TURNS, Duty
from services.chassis.matters.model import Side, State
from services.chassis.rulebook.book import Rulebook


@dataclass(frozen=True)
class Grounds:
    """By what a body counts: its id, the county's rules, the working calendar in force."""

    body: str
    book: Rulebook
    calendar: WorkingCalendar


@dataclass(frozen=True)
class _Turn:
    """Matters of one kind in which the next step is ours; `since` is when the oldest came to be ours."""

    kind: str
    matters: int
    since: datetime


def work_of(connection: sa.Connection, grounds: Grounds, now: datetime) -> pb.Work:
    """What the body owes at `now`. Looks at what is open, however much is archived."""
    today, secret = beijing_date(now), for_named_persons(grounds.book)
    below = threshold(grounds.book, today)
    rows = connection.execute(_OPEN).all()
    turns = list(_turns(rows))
    late: Counter[tuple[str, bool]] = Counter()
    for row in connection.execute(_LATE, {"body": grounds.body, "today": today}):
        if _is_late(row, grounds.book, now):
            late[row.article, secret(row.letter_kind or "")] += row.number
    plain = {article: number for (article, withheld), number in late.items() if not withheld}
    since = [turn.since for turn in turns if not secret(turn.kind)]
    told = pb.Work(
        open_count=sum(row.number for row in rows if not secret(row.letter_kind)),
        waiting_count=sum(turn.matters for turn in turns if not secret(turn.kind)),
        late_count=sum(plain.values()),
        late_by_article=[pb.ArticleCount(article_id=name, count=plain[name]) for name in sorted(plain)],
        named_persons_waiting_count=tellable(sum(turn.matters for turn in turns if secret(turn.kind)), below),
        named_persons_late_count=tellable(late.total() - sum(plain.values()), below),
        withheld_below=below,
    )
    if since:
        told.oldest_waiting_working_days = grounds.calendar.working_days_between(beijing_date(min(since)), today)
    return told


def _turns(rows: Sequence[Any]) -> Iterator[_Turn]:
    for row in rows:
        turn = TURNS[State(row.state)]
        if turn is None or turn[0] is not Side(row.our_side):
            continue
        settling = turn[1] is Duty.SETTLE and row.answered_at is not None
        yield _Turn(row.letter_kind, row.number, row.answered_at if settling else row.opened_at)


def _is_late(row: Any, book: Rulebook, now: datetime) -> bool:
    # Provisional dates are left out by the query; of the rest the rule itself makes no difference.
    due = Due(DueRule(RuleKind.STATED, stated=row.due_date), row.due_date, row.due_date)
    return is_late(due, now, closing_time(book, row.due_date))


# Made once: making a statement takes longer than running it.
_OPEN = (
    sa.select(
        MATTERS.c.letter_kind,
        MATTERS.c.our_side,
        MATTERS.c.state,
        sa.func.count().label("number"),
        sa.func.min(MATTERS.c.opened_at).label("opened_at"),
        sa.func.min(MATTERS.c.answered_at).label("answered_at"),
    )
    .where(MATTERS.c.is_open == sa.bindparam("is_open", value=True))
    .group_by(MATTERS.c.letter_kind, MATTERS.c.our_side, MATTERS.c.state)
)
_LATE = (
    sa.select(DEADLINES.c.article, DEADLINES.c.due_date, MATTERS.c.letter_kind, sa.func.count().label("number"))
    .select_from(sa.outerjoin(DEADLINES, MATTERS, MATTERS.c.matter_id == DEADLINES.c.matter_id))
    .where(
        DEADLINES.c.state.in_(RUNNING),
        DEADLINES.c.due_date <= sa.bindparam("today", type_=sa.Date),
        DEADLINES.c.obliged == sa.bindparam("body"),
        DEADLINES.c.provisional == sa.bindparam("provisional", value=False),
    )
    .group_by(DEADLINES.c.article, DEADLINES.c.due_date, MATTERS.c.letter_kind)
)
