"""Rows to words and back: how a header, a summary and an act stand in the tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from services.chassis.dossiers.facts import reduce_facts
from services.chassis.dossiers.model import Head, NewMatter
from services.chassis.matters.business import business_state
from services.chassis.matters.fold import Matter
from services.chassis.matters.model import Act, Event, Kind, Medium, Rung, Side, State

Values = dict[str, object]


def header_values(new: NewMatter) -> Values:
    """The columns that the opening fixes."""
    return {
        "matter_id": new.matter_id,
        "kind": new.kind.value,
        "letter_kind": new.letter_kind,
        "opener": new.opener,
        "addressee": new.addressee,
        "our_side": new.our_side.value,
        "counterparty": new.counterparty,
        "opened_letter_id": new.opened_letter_id,
        "document_number": new.document_number,
        "article_ids": list(new.article_ids),
        "sub_unit": new.sub_unit,
        "subject_ref": dict(new.subject_ref),
    }


def summary_values(matter: Matter) -> Values:
    """The columns that follow from the acts."""
    standing = matter.standing
    return {
        "state": matter.state.value,
        "business_state": business_state(matter),
        "is_open": not matter.over,
        "signed_for_at": standing.reached(Rung.SIGNED_FOR),
        "answered_at": standing.reached(Rung.ANSWERED),
        "ended_at": standing.reached(Rung.CLOSED),
        "suspended": standing.suspended,
    }


def act_values(matter_id: str, act: Act, body: str | None, recorded_at: datetime) -> Values:
    """The columns of an act, its facts reduced to what is kept."""
    return {
        "matter_id": matter_id,
        "letter_id": act.letter_id,
        "event": act.event.value,
        "writer": act.writer.value,
        "number": act.number,
        "at": act.at,
        "last_seen": act.last_seen,
        "facts": reduce_facts(act.facts),
        "on_behalf": act.on_behalf,
        "medium": act.medium.value,
        "body": body,
        "recorded_at": recorded_at,
    }


def head_of(row: sa.RowMapping) -> Head:
    """The line of a list."""
    header = NewMatter(
        matter_id=row["matter_id"],
        kind=Kind(row["kind"]),
        letter_kind=row["letter_kind"],
        opener=row["opener"],
        addressee=row["addressee"],
        our_side=Side(row["our_side"]),
        opened_letter_id=row["opened_letter_id"],
        document_number=row["document_number"],
        article_ids=tuple(row["article_ids"]),
        sub_unit=row["sub_unit"],
        subject_ref=row["subject_ref"],
    )
    return Head(
        header=header,
        opened_at=row["opened_at"],
        stored_at=row["stored_at"],
        state=State(row["state"]),
        business_state=row["business_state"],
        is_open=row["is_open"],
        signed_for_at=row["signed_for_at"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        suspended=row["suspended"],
        changed_at=row["changed_at"],
    )


def act_of(row: sa.RowMapping) -> Act:
    """The act as it was recorded."""
    return Act(
        letter_id=row["letter_id"],
        event=Event(row["event"]),
        writer=Side(row["writer"]),
        number=row["number"],
        at=row["at"],
        last_seen=row["last_seen"],
        facts=row["facts"],
        on_behalf=row["on_behalf"],
        medium=Medium(row["medium"]),
    )


def as_kept(act: Act) -> Act:
    """The act as it will be read back."""
    return replace(act, facts=reduce_facts(act.facts))


def count_in(header: NewMatter, rows: Iterable[sa.RowMapping]) -> list[sa.RowMapping]:
    """The rows whose act belongs to the matter: one that came before the opening may be of a body not in it."""
    return [row for row in rows if row["body"] in (None, header.body_of(Side(row["writer"])))]


def acts_in(header: NewMatter, rows: Iterable[sa.RowMapping]) -> list[Act]:
    """The acts of the matter among the rows."""
    return [act_of(row) for row in count_in(header, rows)]
