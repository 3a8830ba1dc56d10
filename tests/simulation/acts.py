"""What a simulated body makes of letters: every letter of a matter is an act, kept beside it in the same unit."""

from __future__ import annotations

import json

import sqlalchemy as sa

from services.chassis.exchange.continuing import CONTINUES
from services.chassis.exchange.model import Direction, LetterHeader
from services.chassis.exchange.tables import LETTERS
from services.chassis.matters.fold import Matter, fold
from services.chassis.matters.model import Act, Event, Kind, Side
from services.chassis.storage import Instant

_SIMULATED = sa.MetaData()
ACTS = sa.Table(
    "simulated_acts",
    _SIMULATED,
    sa.Column("letter_id", sa.String, primary_key=True),
    sa.Column("peer", sa.String, primary_key=True),
    sa.Column("matter_id", sa.String, nullable=False),
    sa.Column("event", sa.String, nullable=False),
    sa.Column("ours", sa.Boolean, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("last_seen", sa.String, nullable=False),
    sa.Column("facts", sa.String, nullable=False),
    sa.Column("order", sa.Integer, nullable=False),
)
"""An act recorded twice breaks the primary key: nothing may be applied twice."""
MATTER_KINDS = {"n": Kind.NOTICE, "r": Kind.REQUEST, "h": Kind.HANDOVER}
EVENTS = tuple(Event)


def record(connection: sa.Connection, header: LetterHeader, content: bytes, own: str) -> None:
    """Keep what a letter does."""
    connection.execute(_RECORD, _row(header, content, own))


def place(connection: sa.Connection, header: LetterHeader, content: bytes, own: str) -> None:
    """Keep what a letter of ours does that came back or got another number."""
    row = _row(header, content, own)
    connection.execute(_FORGET, {"which": row["letter_id"], "whose": row["peer"]})
    connection.execute(_RECORD, row)


def known_matters(connection: sa.Connection) -> list[tuple[str, str]]:
    """Matter and peer of every matter that has acts, in order."""
    query = sa.select(ACTS.c.matter_id, ACTS.c.peer).where(ACTS.c.matter_id != "").distinct()
    return [tuple(row) for row in connection.execute(query.order_by(ACTS.c.matter_id, ACTS.c.peer))]


def last_seen(connection: sa.Connection, matter_id: str, peer: str) -> str:
    """The peer's last letter of the matter."""
    query = sa.select(ACTS.c.letter_id).where(
        ACTS.c.matter_id == matter_id, ACTS.c.peer == peer, ACTS.c.ours.is_(sa.false())
    )
    return connection.scalar(query.order_by(ACTS.c.number.desc()).limit(1)) or ""


def matter(connection: sa.Connection, matter_id: str, peer: str) -> Matter:
    """The matter as this side folds it."""
    query = sa.select(ACTS).where(ACTS.c.matter_id == matter_id, ACTS.c.peer == peer).order_by(ACTS.c.order)
    rows = list(connection.execute(query))
    ours_opened = next((row.ours for row in rows if row.letter_id == matter_id), None)
    kind = MATTER_KINDS[matter_id[0]]
    return fold(kind, [_act(row, ours_opened=ours_opened) for row in rows])


def matters(connection: sa.Connection, peer: str) -> dict[str, Matter]:
    """Every matter with `peer`, as this side folds it."""
    return {matter_id: matter(connection, matter_id, peer) for matter_id, of in known_matters(connection) if of == peer}


def sent(connection: sa.Connection) -> set[tuple[str, str]]:
    """Letter and recipient of everything of ours that this database holds, withdrawn or not."""
    query = sa.select(LETTERS.c.letter_id, LETTERS.c.peer).where(
        LETTERS.c.direction == Direction.OUT.value, LETTERS.c.kind != CONTINUES
    )
    return {(row.letter_id, row.peer) for row in connection.execute(query)}


def applied(connection: sa.Connection, peer: str) -> list[tuple[str, str, int]]:
    """Letter, matter and number of what the peer wrote, in the order in which it was applied."""
    query = sa.select(ACTS.c.letter_id, ACTS.c.matter_id, ACTS.c.number)
    query = query.where(ACTS.c.peer == peer, ACTS.c.ours.is_(sa.false())).order_by(ACTS.c.order)
    return [tuple(row) for row in connection.execute(query)]


_RECORD = sa.insert(ACTS).values(order=sa.select(sa.func.coalesce(sa.func.max(ACTS.c.order), 0) + 1).scalar_subquery())
_FORGET = sa.delete(ACTS).where(ACTS.c.letter_id == sa.bindparam("which"), ACTS.c.peer == sa.bindparam("whose"))


def _row(header: LetterHeader, content: bytes, own: str) -> dict[str, object]:
    ours = header.sender == own
    return {
        "letter_id": header.letter_id,
        "peer": header.recipient if ours else header.sender,
        "matter_id": header.matter_id,
        "event": header.kind,
        "ours": ours,
        "number": header.number,
        "at": header.written_at,
        "last_seen": header.last_seen_letter_id,
        "facts": content.decode(),
    }


def _act(row: sa.Row[tuple[object, ...]], *, ours_opened: bool | None) -> Act:
    """One act. Where restores took the opening letter from both sides, whoever writes did not open the matter."""
    return Act(
        letter_id=row.letter_id,
        event=Event(row.event),
        writer=Side.OPENER if ours_opened is not None and row.ours == ours_opened else Side.ADDRESSEE,
        number=row.number,
        at=row.at,
        last_seen=row.last_seen or None,
        facts=json.loads(row.facts or "{}"),
    )
