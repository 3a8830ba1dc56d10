"""Renders recorded figures as the tables of docs/reliability.md, between its markers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.faults.stores import KINDS, POSTGRESQL, SQLITE

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT, RECORD = ROOT / "docs" / "reliability.md", ROOT / "docs" / "reliability.json"
TITLES = {SQLITE: "SQLite", POSTGRESQL: "PostgreSQL"}
Rows = Sequence[Mapping[str, Any]]

THEIRS: Mapping[tuple[str, float], tuple[str, str]] = {
    ("recipient", 10.0): ("0 of 1,486", "–"),
    ("recipient", 60.0): ("0 of 1,478", "–"),
    ("recipient", 300.0): ("**1,276 of 1,509**", "0 of 1,262"),
    ("recipient", 600.0): ("–", "**1,181 of 1,393**"),
}
"""Notifications that Open Notificaties lost, by its own published test: with its default of 5 tries, and tuned to 7."""
_NOT_TESTED = ("–", "–")


def read_record() -> dict[str, Any]:
    """What was recorded last."""
    record: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return record


def write_record(record: Mapping[str, Any]) -> None:
    """Record figures, and put their tables into the document."""
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    DOCUMENT.write_text(filled(DOCUMENT.read_text(encoding="utf-8"), record), encoding="utf-8")


def filled(document: str, record: Mapping[str, Any]) -> str:
    """The document with every marked place filled anew."""
    for name, lines in {
        "machine": _machine(record),
        "downtime": downtime(record["downtime"]),
        "faults": faults(record["faults"]),
        "simulation": simulation(record.get("simulation")),
    }.items():
        text = f"<!-- {name}: made by a command, not by hand -->\n" + "\n".join(lines) + f"\n<!-- end of {name} -->"
        begin, end = f"<!-- {name}: ", f"<!-- end of {name} -->"
        before, _, rest = document.partition(begin)
        document = before + text + rest.partition(end)[2]
    return document


def _machine(record: Mapping[str, Any]) -> Iterator[str]:
    rows = [*record["faults"], *record["downtime"]]
    letters = sum(row.get("letters", row.get("created", 0)) for row in rows)
    lost, twice = (sum(row[name] for row in rows) for name in ("lost", "twice"))
    said = sum(len(row["faults"]) for row in rows)
    yield (
        f"Made on {record['cores']} cores (load {record['load_before']} before), Python {record['python']}, "
        f"{record['nats_server']}, {record['postgresql']}: {len(rows)} runs, {letters:,} letters, "
        f"**{lost} lost, {twice} applied twice**, {said} other faults found by the oracle."
    )
    yield from (f"Not tried on that machine: {missing}." for missing in record["missing"])


def downtime(rows: Rows) -> Iterator[str]:
    """One line for each absence."""
    titles = ("Away", "For", "Database", "Created", "Delivered", "Lost", "Applied twice", "Catch-up")
    yield f"| {' | '.join(titles)} | Theirs lost: default | tuned |"
    yield "|---|---|---|--:|--:|--:|--:|--:|--:|--:|"
    for row in rows:
        theirs = _NOT_TESTED if row["moved_seconds"] else THEIRS.get((row["away"], row["seconds"]), _NOT_TESTED)
        counts = " | ".join(f"{row[name]:,}" for name in ("created", "delivered", "lost", "twice"))
        yield (
            f"| {row['away']} | {_duration(row)} | {TITLES[row['database']]} | {counts} "
            f"| {row['catch_up_seconds']:.1f} s | {theirs[0]} | {theirs[1]} |"
        )


def _duration(row: Mapping[str, Any]) -> str:
    moved = row["moved_seconds"]
    if not moved:
        return f"{row['seconds']:g} s"
    return ("24 h" if moved == 86_400 else f"{moved / 86_400:g} days") + " (clock moved)"


def faults(rows: Rows) -> Iterator[str]:
    """One line for each fault, both databases side by side."""
    columns = " | ".join(f"{TITLES[kind]}: letters | lost | twice | healed in" for kind in KINDS)
    yield f"| Fault | Who | {columns} |"
    yield "|---|---|" + "--:|" * 8
    by_fault: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        by_fault.setdefault((row["fault"], row["where"]), {})[row["database"]] = row
    for (fault, where), found in by_fault.items():
        cells = " | ".join(_cells(found.get(kind)) for kind in KINDS)
        yield f"| {fault} | {where} | {cells} |"


def _cells(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "– | | | "
    return f"{row['letters']} | {row['lost']} | {row['twice']} | {row['heal_seconds']:.1f} s"


def simulation(totals: Mapping[str, Any] | None) -> Iterable[str]:
    """The totals of the last recorded soak."""
    if totals is None:
        return ["No soak is recorded here yet: `make soak`, then `make reliability RENDER=1`."]
    names = [name for name, value in totals.items() if isinstance(value, int | float) and not isinstance(value, bool)]
    head = " | ".join(name.replace("_", " ") for name in names)
    values = " | ".join(f"{totals[name]:,}" for name in names)
    return [f"| {head} |", "|" + "--:|" * len(names), f"| {values} |"]
