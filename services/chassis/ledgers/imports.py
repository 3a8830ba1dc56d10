"""Imports a prepared spreadsheet into its ledger: all of it or nothing, and the same file twice changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sa

from services.chassis.journal import store as journal
from services.chassis.ledgers.errors import CustodiansMissingError, RowUnknownError
from services.chassis.ledgers.parse import ParsedRow, Prepared
from services.chassis.ledgers.reasons import RowProblem
from services.chassis.ledgers.rows import changes_of
from services.chassis.ledgers.tables import LEDGER_IMPORTS, LEDGER_STATE, PETITIONER_VAULT, Ledger
from services.chassis.ledgers.vault import Custodians, new_petition_ref, seal_identity
from services.chassis.storage.uow import Transaction

IMPORTED = "ledger.imported"
STOPPED = "ledger.jurisdiction_stop"
RETIRED = "ledger.row_retired"

_WHICH = "_row_id"
"""Names the row an update is for; no declared column begins with an underscore."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do. With any problem nothing was written.

    `missing` rows are in the ledger and not in the file: they are kept, because a file may be an extract; taking a
    row out is a separate act.
    """

    ledger: str
    file_digest: str
    row_count: int
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    problems: tuple[RowProblem, ...] = ()
    problem_count: int = 0
    slips: tuple[str, ...] = ()
    import_id: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether the file can be, or was, imported."""
        return not self.problem_count

    @property
    def imported(self) -> bool:
        """Whether the ledger now holds the file's rows."""
        return self.import_id is not None


@dataclass(frozen=True)
class _Known:
    id: str
    content_digest: str
    revision: int
    retired: bool
    petition_ref: str | None


def dry_run(connection: sa.Connection, ledger: Ledger, prepared: Prepared) -> ImportReport:
    """What importing would do, without writing anything."""
    if prepared.problem_count:
        return _refused(prepared)
    return _counted(prepared, _known_rows(connection, ledger))


class Effect(Enum):
    """What importing a row does."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def effects(connection: sa.Connection, ledger: Ledger, rows: Sequence[ParsedRow]) -> list[Effect]:
    """What importing each of these rows would do."""
    known = _known_rows(connection, ledger) if rows else {}
    return [
        Effect.ADDED
        if row.natural_key not in known
        else Effect.UNCHANGED
        if _is_unchanged(row, known)
        else Effect.CHANGED
        for row in rows
    ]


def import_rows(
    tx: Transaction, ledger: Ledger, prepared: Prepared, *, by: str, custodians: Custodians | None = None
) -> ImportReport:
    """Import `prepared` in this unit of work; `by` is the account that answers for it.

    A file with any bad row is refused whole and the report says why. Sealed columns go to the vault; an empty one
    never overwrites what is sealed already, so that a re-imported export cannot wipe it.

    Raises:
        CustodiansMissingError: the ledger has sealed columns and nobody to seal them to.
    """
    if prepared.problem_count:
        _journal_stops(tx, prepared, by)
        return _refused(prepared)
    if ledger.spec.sealed and custodians is None:
        raise CustodiansMissingError(ledger=ledger.spec.title_zh)
    known = _known_rows(tx.connection, ledger)
    report = _counted(prepared, known)
    import_id = _same_file_again(tx, ledger, prepared, report)
    if import_id is not None:
        return ImportReport(**{**asdict(report), "import_id": import_id})
    report = ImportReport(**{**asdict(report), "import_id": tx.new_id()})
    _record_import(tx, report, by)
    refs = _seal_rows(tx, prepared, known, custodians)
    _write_rows(tx, ledger, prepared, known, refs, import_id=str(report.import_id))
    # The first import tells something even when it is empty: from now on "nothing" is what the ledger says.
    if report.added or report.changed or not changes_of(tx.connection, [ledger.name])[0][1]:
        note_change(tx, ledger.name)
    return report


def retire_row(tx: Transaction, ledger: Ledger, row_id: str, *, by: str) -> None:
    """Withdraw a row that should never have been entered; it stays readable to an auditor and leaves all figures.

    Raises:
        RowUnknownError: there is no such row in force.
    """
    table = ledger.table
    done = tx.connection.execute(
        sa.update(table)
        .where(table.c.id == row_id, table.c.retired_at.is_(None))
        .values(retired_at=tx.now, changed_at=tx.now, revision=table.c.revision + 1)
    )
    if done.rowcount != 1:
        raise RowUnknownError(ledger=ledger.spec.title_zh)
    note_change(tx, ledger.name)
    _journal(tx, RETIRED, {"ledger": ledger.name, "row": row_id, "by": by})


def note_change(tx: Transaction, ledger: str) -> None:
    """Count a change of the ledger of that name, so that drafts compiled before it are looked at again."""
    done = tx.connection.execute(
        sa.update(LEDGER_STATE).where(LEDGER_STATE.c.ledger == ledger).values(changes=LEDGER_STATE.c.changes + 1)
    )
    if done.rowcount == 0:
        tx.connection.execute(sa.insert(LEDGER_STATE).values(ledger=ledger, changes=1))


def _refused(prepared: Prepared) -> ImportReport:
    return ImportReport(
        prepared.spec.name,
        prepared.file_digest,
        len(prepared.rows),
        problems=prepared.problems,
        problem_count=prepared.problem_count,
        slips=prepared.slips,
    )


def _known_rows(connection: sa.Connection, ledger: Ledger) -> dict[str, _Known]:
    c = ledger.table.c
    ref = c.petition_ref if ledger.spec.sealed else sa.null().label("petition_ref")
    query = sa.select(c.natural_key, c.id, c.content_digest, c.revision, c.retired_at, ref)
    return {
        key: _Known(row_id, digest, revision, retired is not None, petition_ref)
        for key, row_id, digest, revision, retired, petition_ref in connection.execute(query)
    }


def _counted(prepared: Prepared, known: Mapping[str, _Known]) -> ImportReport:
    added = sum(row.natural_key not in known for row in prepared.rows)
    unchanged = sum(_is_unchanged(row, known) for row in prepared.rows)
    in_file = {row.natural_key for row in prepared.rows}
    return ImportReport(
        prepared.spec.name,
        prepared.file_digest,
        len(prepared.rows),
        added=added,
        changed=len(prepared.rows) - added - unchanged,
        unchanged=unchanged,
        missing=sum(key not in in_file and not row.retired for key, row in known.items()),
    )


def _is_unchanged(row: ParsedRow, known: Mapping[str, _Known]) -> bool:
    before = known.get(row.natural_key)
    return before is not None and not before.retired and before.content_digest == row.content_digest


def _same_file_again(tx: Transaction, ledger: Ledger, prepared: Prepared, report: ImportReport) -> str | None:
    """The earlier import of the same bytes, if the ledger still says all that they say.

    What is sealed cannot be compared, so a file that brings any is sealed anew.
    """
    if report.added or report.changed or any(row.sealed for row in prepared.rows):
        return None
    imports = LEDGER_IMPORTS.c
    last = tx.connection.execute(
        sa.select(imports.id, imports.file_digest)
        .where(imports.ledger == ledger.name)
        .order_by(imports.imported_at.desc(), imports.id.desc())
        .limit(1)
    ).one_or_none()
    return last.id if last is not None and last.file_digest == prepared.file_digest else None


def _record_import(tx: Transaction, report: ImportReport, by: str) -> None:
    counts = {
        "row_count": report.row_count,
        "added_count": report.added,
        "changed_count": report.changed,
        "unchanged_count": report.unchanged,
        "missing_count": report.missing,
    }
    tx.connection.execute(
        sa.insert(LEDGER_IMPORTS).values(
            id=report.import_id,
            ledger=report.ledger,
            file_digest=report.file_digest,
            imported_by=by,
            imported_at=tx.now,
            **counts,
        )
    )
    facts = {"import": report.import_id, "ledger": report.ledger, "file_digest": report.file_digest, "by": by}
    _journal(tx, IMPORTED, {**facts, **counts})


def _journal_stops(tx: Transaction, prepared: Prepared, by: str) -> None:
    """Keep that originals were sent on, by the numbers of their slips and nothing else."""
    if prepared.slips:
        _journal(tx, STOPPED, {"ledger": prepared.spec.name, "slips": list(prepared.slips), "by": by})


def _seal_rows(
    tx: Transaction, prepared: Prepared, known: Mapping[str, _Known], custodians: Custodians | None
) -> dict[str, str]:
    """Seal what the file says about petitioners; the reference of each row by natural key."""
    refs: dict[str, str] = {}
    entries: list[dict[str, Any]] = []
    replaced: list[str] = []
    for row in prepared.rows:
        before = known.get(row.natural_key)
        old_ref = before.petition_ref if before else None
        if not row.sealed or custodians is None:
            if old_ref is not None:
                refs[row.natural_key] = old_ref
            continue
        refs[row.natural_key] = ref = old_ref or new_petition_ref()
        if old_ref is not None:
            replaced.append(old_ref)
        entries.append({**asdict(seal_identity(ref, row.sealed, custodians)), "sealed_at": tx.now})
    vault = PETITIONER_VAULT
    for start in range(0, len(replaced), 500):
        tx.connection.execute(sa.delete(vault).where(vault.c.petition_ref.in_(replaced[start : start + 500])))
    if entries:
        tx.connection.execute(sa.insert(vault), entries)
    return refs


def _write_rows(
    tx: Transaction,
    ledger: Ledger,
    prepared: Prepared,
    known: Mapping[str, _Known],
    refs: Mapping[str, str],
    *,
    import_id: str,
) -> None:
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    resealed: list[dict[str, Any]] = []
    for row in prepared.rows:
        before = known.get(row.natural_key)
        ref = {"petition_ref": refs.get(row.natural_key)} if ledger.spec.sealed else {}
        mark = {"content_digest": row.content_digest, "import_id": import_id, "changed_at": tx.now, **ref}
        if before is None:
            new.append({**row.values, **mark, "id": tx.new_id(), "natural_key": row.natural_key, "revision": 1})
        elif not _is_unchanged(row, known):
            again = {"revision": before.revision + 1, "retired_at": None, _WHICH: before.id}
            changed.append({**row.values, **mark, **again})
        elif ref and refs.get(row.natural_key) != before.petition_ref:
            # Only the sealed part is new: no figure changes, so the revision stands.
            resealed.append({**ref, _WHICH: before.id})
    if new:
        tx.connection.execute(sa.insert(ledger.table), new)
    for rows in (changed, resealed):
        if rows:
            tx.connection.execute(sa.update(ledger.table).where(ledger.table.c.id == sa.bindparam(_WHICH)), rows)


def _journal(tx: Transaction, kind: str, facts: Mapping[str, object]) -> None:
    journal.append(tx, kind, json.dumps(facts, ensure_ascii=False, sort_keys=True).encode("utf-8"))
