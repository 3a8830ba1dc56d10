"""Receives new information, forwards it to the unit's team leader, and shows it to that leader alone (A3.2j)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.clock import beijing_date
from services.chassis.storage import Transaction
from services.inspection.access.reads import NEW_INFO as SUBJECT
from services.inspection.access.reads import Reader, record_read
from services.inspection.journaling import note
from services.inspection.newinfo.errors import NewInfoNotFoundError, NewInfoWithoutRoundError, NoticeGoneError
from services.inspection.newinfo.records import Action, Entry, Notice, goes_around_the_office
from services.inspection.newinfo.tables import NEW_INFO
from services.inspection.rounds.records import Round, on_site
from services.inspection.rounds.store import rounds_with
from services.inspection.standing import OpenContent
from services.inspection.teams.errors import NoLiveLeaderError
from services.inspection.teams.store import leader_of, may_read_leads


@dataclass(frozen=True)
class Shown:
    """What the leader reads; `message` stays out of every printed form of the object."""

    entry: Entry
    message: content.NewInfo = field(repr=False)


def receive(tx: Transaction, notice: Notice) -> None:
    """Keep that a notice came; the same letter again changes nothing.

    Nothing is refused for its time: outside the on-site stage it is accepted and marked. What concerns the team or
    the office is kept from the office's own lists, should a sender address it here all the same.
    """
    c = NEW_INFO.c
    if tx.connection.execute(sa.select(c.id).where(c.letter_id == notice.letter_id)).first() is not None:
        return
    around = goes_around_the_office(notice.subject)
    values: dict[str, object] = {"from_body": "", "round_id": "", "unit_id": "", "outside_site_stage": False}
    if not around:
        current = _round_of(tx, notice)
        values = {
            "from_body": notice.from_body,
            "round_id": current.round_id if current else "",
            "unit_id": notice.unit_id,
            "outside_site_stage": not (current and _is_on_site(tx, current)),
        }
    new_info_id = tx.new_id()
    tx.connection.execute(
        sa.insert(NEW_INFO).values(
            id=new_info_id,
            letter_id=notice.letter_id,
            around_office=around,
            received_at=notice.received_at,
            leader="",
            **values,
        )
    )
    if not around:
        note(tx, "new_info_received", letter_id=notice.letter_id, new_info=new_info_id)


def forward(tx: Transaction, new_info_id: str, *, by: str) -> Entry:
    """Hand the notice to the leader of the unit's team; it is never opened on the way.

    Forwarding again after the team got another leader hands it to the new one.

    Raises:
        NewInfoNotFoundError: there is no such notice.
        NewInfoWithoutRoundError: the unit is in no round.
        NoLiveLeaderError: the unit's team may not act today.

    """
    entry = get_entry(tx.connection, new_info_id)
    if not entry.round_id:
        raise NewInfoWithoutRoundError
    leader = leader_of(tx.connection, entry.round_id, entry.unit_id, beijing_date(tx.now))
    if leader is None:
        raise NoLiveLeaderError(unit_id=entry.unit_id)
    if leader != entry.leader:
        changes = {"leader": leader, "forwarded_by": by, "forwarded_at": tx.now, "read_at": None, "action": None}
        tx.connection.execute(sa.update(NEW_INFO).where(NEW_INFO.c.id == new_info_id).values(note=None, **changes))
        note(tx, "new_info_forwarded", letter_id=entry.letter_id, new_info=new_info_id, to=leader, by=by)
    return get_entry(tx.connection, new_info_id)


def read(
    tx: Transaction,
    new_info_id: str,
    open_content: OpenContent,
    reader: Reader,
    *,
    action: Action | None = None,
    remark: str = "",
) -> Shown:
    """Show the notice to the leader it was forwarded to, who says why it is opened, and later what was done.

    Raises:
        NewInfoNotFoundError: there is none for this person: not the leader, or outside the authorization's dates.
        ReasonMissingError: no reason is given.
        NoticeGoneError: the content was destroyed.

    """
    entry = get_entry(tx.connection, new_info_id)
    today = beijing_date(tx.now)
    if entry.leader != reader.person_id or not may_read_leads(
        tx.connection, entry.round_id, entry.unit_id, reader.person_id, today
    ):
        raise NewInfoNotFoundError
    data = open_content(tx.connection, entry.letter_id)
    if data is None:
        raise NoticeGoneError
    record_read(tx, SUBJECT, new_info_id, reader)
    changes: dict[str, object] = {} if entry.read_at else {"read_at": tx.now}
    if action is not None:
        changes |= {"action": action.value, "note": remark[:500]}
        note(tx, "new_info_noted", letter_id=entry.letter_id, new_info=new_info_id, action=action.value)
    if changes:
        tx.connection.execute(sa.update(NEW_INFO).where(NEW_INFO.c.id == new_info_id).values(**changes))
    return Shown(get_entry(tx.connection, new_info_id), content.NewInfo.FromString(data))


def get_entry(connection: sa.Connection, new_info_id: str) -> Entry:
    """The notice of that id, as the office sees it.

    Raises:
        NewInfoNotFoundError: there is none, or it went around the office.

    """
    c = NEW_INFO.c
    query = sa.select(NEW_INFO).where(c.id == new_info_id, c.around_office.is_(False))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NewInfoNotFoundError
    return _entry(row)


def list_entries(connection: sa.Connection, round_id: str, limit: int, before: str | None = None) -> tuple[Entry, ...]:
    """Notices of a round, newest first: metadata only. The empty round id lists those that belong to none."""
    c = NEW_INFO.c
    query = sa.select(NEW_INFO).where(c.round_id == round_id, c.around_office.is_(False)).order_by(c.id.desc())
    if before is not None:
        query = query.where(c.id < before)
    return tuple(_entry(row) for row in connection.execute(query.limit(limit)))


def forwarded_to(connection: sa.Connection, person_id: str, day: date) -> tuple[Entry, ...]:
    """What a leader was forwarded and may read on `day`, newest first: with the authorization ends the list."""
    c = NEW_INFO.c
    rows = connection.execute(sa.select(NEW_INFO).where(c.leader == person_id).order_by(c.id.desc())).all()
    places = {(row.round_id, row.unit_id) for row in rows}
    open_places = {place for place in places if may_read_leads(connection, *place, person_id, day)}
    return tuple(_entry(row) for row in rows if (row.round_id, row.unit_id) in open_places)


def _round_of(tx: Transaction, notice: Notice) -> Round | None:
    """The round the notice names, if the unit is in it; otherwise the one on site now; otherwise the last one."""
    rounds = rounds_with(tx.connection, notice.unit_id)
    named = [one for one in rounds if one.round_id == notice.round_id]
    there = [one for one in rounds if _is_on_site(tx, one)]
    return next(iter((*named, *there, *rounds)), None)


def _is_on_site(tx: Transaction, one: Round) -> bool:
    return on_site(one.state, one.site_from, one.site_to, beijing_date(tx.now))


def _entry(row: sa.Row[tuple[object, ...]]) -> Entry:
    return Entry(
        new_info_id=row.id,
        letter_id=row.letter_id,
        from_body=row.from_body,
        round_id=row.round_id,
        unit_id=row.unit_id,
        received_at=row.received_at,
        outside_site_stage=row.outside_site_stage,
        leader=row.leader,
        forwarded_at=row.forwarded_at,
        read_at=row.read_at,
        action=Action(row.action) if row.action else None,
        note=row.note or "",
    )
