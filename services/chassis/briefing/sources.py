"""Remembers beside a draft what it rested on, and shows the ledger rows behind each of its figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.briefing.compiling import ChangedSection, Compilers, Local, ReplyRequest, changed_since
from services.chassis.briefing.draft import FigureLink, Fingerprint, ReplyDraft, links
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.tables import DRAFT_SOURCES
from services.chassis.ledgers.rows import LedgerRow, RowRef, select_rows
from services.chassis.ledgers.tables import Ledger
from services.chassis.storage.uow import Transaction

_c = DRAFT_SOURCES.c


@dataclass(frozen=True)
class SourceRow:
    """A row behind a figure as it is now. `row` is None when it was withdrawn; `changed` since the draft was made."""

    ref: RowRef
    row: LedgerRow | None
    changed: bool


def remember(tx: Transaction, draft_id: str, draft: ReplyDraft) -> None:
    """Keep what `draft` rests on under the id of the draft it became; compiling again replaces it."""
    mark = draft.fingerprint
    values = {
        "compiled_at": tx.now,
        "fingerprint": {"ledgers": mark.ledgers, "sections": mark.sections},
        "links": [
            [unit.unit_id, one.code, link.place, [[ref.ledger, ref.row_id, ref.revision] for ref in link.rows]]
            for unit in draft.units
            for one in unit.sections
            for link in links(one.draft)
        ],
    }
    tx.connection.execute(sa.delete(DRAFT_SOURCES).where(_c.draft_id == draft_id))
    tx.connection.execute(sa.insert(DRAFT_SOURCES).values(draft_id=draft_id, **values))


def forget(tx: Transaction, draft_id: str) -> None:
    """The draft is gone; what it rested on goes too."""
    tx.connection.execute(sa.delete(DRAFT_SOURCES).where(_c.draft_id == draft_id))


def fingerprint_of(connection: sa.Connection, draft_id: str) -> Fingerprint | None:
    """What the draft rested on; None when it was not compiled from ledgers."""
    kept = connection.scalar(sa.select(_c.fingerprint).where(_c.draft_id == draft_id))
    if kept is None:
        return None
    return Fingerprint(
        tuple((ledger, changes) for ledger, changes in kept["ledgers"]),
        tuple((unit_id, code, digest) for unit_id, code, digest in kept["sections"]),
    )


def stale_sections(
    connection: sa.Connection, draft_id: str, request: ReplyRequest, body: Compilers, local: Local | None = None
) -> tuple[ChangedSection, ...]:
    """The sections of the draft that the ledgers would write differently today."""
    kept = fingerprint_of(connection, draft_id)
    return () if kept is None else changed_since(kept, request, LedgerReader(connection), body, local)


@dataclass(frozen=True)
class SectionLinks:
    """The rows behind each place of one section, as compiled."""

    unit_id: str
    code: str
    figures: tuple[FigureLink, ...]


def all_links(connection: sa.Connection, draft_id: str) -> tuple[SectionLinks, ...]:
    """The rows behind every section of the draft that has any, in the order of the reply."""
    kept = connection.scalar(sa.select(_c.links).where(_c.draft_id == draft_id)) or []
    found: dict[tuple[str, str], list[FigureLink]] = {}
    for unit_id, code, place, refs in kept:
        found.setdefault((unit_id, code), []).append(FigureLink(place, tuple(RowRef(*ref) for ref in refs)))
    return tuple(SectionLinks(*place, tuple(figures)) for place, figures in found.items())


def links_of(connection: sa.Connection, draft_id: str, unit_id: str, code: str) -> tuple[FigureLink, ...]:
    """Which rows stand behind each place of one section, as compiled."""
    kept = connection.scalar(sa.select(_c.links).where(_c.draft_id == draft_id)) or []
    return tuple(
        FigureLink(place, tuple(RowRef(*ref) for ref in refs))
        for unit, section, place, refs in kept
        if (unit, section) == (unit_id, code)
    )


def rows_behind(connection: sa.Connection, ledgers: Iterable[Ledger], refs: Sequence[RowRef]) -> tuple[SourceRow, ...]:
    """The rows themselves, in the order of `refs`, with whether they changed."""
    found: dict[tuple[str, str], LedgerRow] = {}
    for ledger in ledgers:
        wanted = [ref.row_id for ref in refs if ref.ledger == ledger.name]
        for start in range(0, len(wanted), 500):
            rows = select_rows(connection, ledger, ledger.table.c.id.in_(wanted[start : start + 500]))
            found.update({(ledger.name, row.ref.row_id): row for row in rows})
    return tuple(_source(ref, found.get((ref.ledger, ref.row_id))) for ref in refs)


def _source(ref: RowRef, row: LedgerRow | None) -> SourceRow:
    return SourceRow(ref, row, row is None or row.ref.revision != ref.revision)
