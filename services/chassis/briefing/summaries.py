"""Summaries of petitions: written by one person, never copied, told only after a second person has read them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from services.chassis.briefing.errors import (
    SummaryEmptyError,
    SummaryIdentifiesError,
    SummaryNotOpenError,
    SummaryOwnConfirmationError,
)
from services.chassis.briefing.tables import LEDGER_SUMMARIES
from services.chassis.journal import store as journal
from services.chassis.ledgers.deidentify import Finding, Originals, blocked, check_text
from services.chassis.ledgers.errors import RowUnknownError
from services.chassis.ledgers.imports import note_change
from services.chassis.ledgers.rows import free_texts, unit_names
from services.chassis.ledgers.tables import Ledger
from services.chassis.storage.uow import Transaction

CONFIRMED = "ledger.summary_confirmed"
MOST_CHARACTERS = 2000

_s = LEDGER_SUMMARIES.c


class Standing(StrEnum):
    """Where the summary of a row stands."""

    MISSING = "missing"
    WRITTEN = "written"
    CONFIRMED = "confirmed"
    OUTDATED = "outdated"
    """The row changed after it was written: it has to be written and read again."""


@dataclass(frozen=True)
class Summary:
    """One summary as it was written. `warnings` are for the second reader to weigh."""

    id: str
    ledger: str
    row_id: str
    row_revision: int
    text: str = field(repr=False)
    written_by: str
    written_at: datetime
    confirmed_by: str | None = None
    warnings: tuple[Finding, ...] = ()


def write_summary(tx: Transaction, ledger: Ledger, row_id: str, text: str, *, by: str) -> Summary:
    """Keep `text` as the row's summary, to be confirmed; an earlier one no longer counts.

    Raises:
        RowUnknownError: there is no such row in force.
        SummaryEmptyError: it says nothing, or too much.
        SummaryIdentifiesError: it holds a number, a name or words of the petition that lead to a person.
    """
    text = text.strip()
    if not 0 < len(text) <= MOST_CHARACTERS:
        raise SummaryEmptyError(limit=MOST_CHARACTERS)
    revision = _revision(tx.connection, ledger, row_id)
    # Of every petition, not only of its own: words of another one lead to another petitioner.
    names = unit_names(tx.connection, [ledger])
    findings = check_text(text, Originals.shared([text], free_texts(tx.connection, ledger), names))
    if refused := blocked(findings):
        kinds = sorted({finding.risk for finding in refused}, key=lambda risk: risk.name)
        raise SummaryIdentifiesError(
            kinds_zh="、".join(risk.zh for risk in kinds), kinds_en=", ".join(risk.en for risk in kinds)
        )
    _replace_earlier(tx, ledger, row_id)
    summary = Summary(tx.new_id(), ledger.name, row_id, revision, text, by, tx.now, warnings=findings)
    tx.connection.execute(
        sa.insert(LEDGER_SUMMARIES).values(
            id=summary.id,
            ledger=ledger.name,
            row_id=row_id,
            row_revision=revision,
            text=text,
            written_by=by,
            written_at=tx.now,
        )
    )
    return summary


def confirm_summary(tx: Transaction, ledger: Ledger, summary_id: str, *, by: str) -> None:
    """A second person has read the summary beside the row and says it leads to nobody; from now on drafts use it.

    Raises:
        SummaryNotOpenError: there is no such summary to confirm, or the row changed since.
        SummaryOwnConfirmationError: `by` wrote it.
    """
    found = tx.connection.execute(
        sa.select(_s.row_id, _s.row_revision, _s.written_by).where(
            _s.id == summary_id, _s.ledger == ledger.name, _s.replaced_at.is_(None), _s.confirmed_by.is_(None)
        )
    ).one_or_none()
    if found is None or found.row_revision != _current_revision(tx.connection, ledger, found.row_id):
        raise SummaryNotOpenError
    if found.written_by == by:
        raise SummaryOwnConfirmationError
    tx.connection.execute(
        sa.update(LEDGER_SUMMARIES).where(_s.id == summary_id).values(confirmed_by=by, confirmed_at=tx.now)
    )
    note_change(tx, ledger.name)
    facts = {"summary": summary_id, "ledger": ledger.name, "row": found.row_id, "by": by, "writer": found.written_by}
    journal.append(tx, CONFIRMED, json.dumps(facts, sort_keys=True).encode())


def confirmed_texts(connection: sa.Connection, ledger: Ledger, row_ids: Iterable[str]) -> Mapping[str, str]:
    """The confirmed summary of each of these rows, where the row has not changed since."""
    return {
        row_id: summary.text
        for row_id, (standing, summary) in current_summaries(connection, ledger, row_ids).items()
        if standing is Standing.CONFIRMED
    }


def current_summaries(
    connection: sa.Connection, ledger: Ledger, row_ids: Iterable[str]
) -> Mapping[str, tuple[Standing, Summary]]:
    """The summary of each of these rows that has one, and where it stands: what clerks still have to write or read."""
    found: dict[str, tuple[Standing, Summary]] = {}
    wanted = sorted(set(row_ids))
    for start in range(0, len(wanted), 500):
        for row in connection.execute(_current(ledger).where(_s.row_id.in_(wanted[start : start + 500]))):
            if row.row_revision != row.current_revision:
                standing = Standing.OUTDATED
            else:
                standing = Standing.CONFIRMED if row.confirmed_by else Standing.WRITTEN
            found[row.row_id] = standing, _summary(row)
    return found


def _current(ledger: Ledger) -> sa.Select[Any]:
    rows = ledger.table.c
    return (
        sa.select(LEDGER_SUMMARIES, rows.revision.label("current_revision"))
        .join(ledger.table, rows.id == _s.row_id)
        .where(_s.ledger == ledger.name, _s.replaced_at.is_(None), rows.retired_at.is_(None))
    )


def _summary(row: sa.Row[Any]) -> Summary:
    return Summary(
        row.id,
        row.ledger,
        row.row_id,
        row.row_revision,
        row.text,
        row.written_by,
        row.written_at,
        row.confirmed_by,
        check_text(row.text),
    )


def _replace_earlier(tx: Transaction, ledger: Ledger, row_id: str) -> None:
    earlier = (_s.ledger == ledger.name, _s.row_id == row_id, _s.replaced_at.is_(None))
    told = tx.connection.scalar(sa.select(sa.func.count()).where(*earlier, _s.confirmed_by.is_not(None)))
    tx.connection.execute(sa.update(LEDGER_SUMMARIES).where(*earlier).values(replaced_at=tx.now))
    if told:
        note_change(tx, ledger.name)


def _revision(connection: sa.Connection, ledger: Ledger, row_id: str) -> int:
    revision = _current_revision(connection, ledger, row_id)
    if revision is None:
        raise RowUnknownError(ledger=ledger.spec.title_zh)
    return revision


def _current_revision(connection: sa.Connection, ledger: Ledger, row_id: str) -> int | None:
    rows = ledger.table.c
    found: int | None = connection.scalar(sa.select(rows.revision).where(rows.id == row_id, rows.retired_at.is_(None)))
    return found
