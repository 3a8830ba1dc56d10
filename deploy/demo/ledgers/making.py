"""Makes the spreadsheets of every body of the county, one file per ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.demo.ledgers import complaints, deliberation, oversight, persons
from deploy.demo.ledgers.sheets import Sheets, write_sheet
from services.chassis.body import load_body

_MAKERS: Mapping[str, Callable[[int], Sheets]] = {
    "inspection": persons.office,
    "discipline": complaints.discipline,
    "organization": persons.organization,
    "publicity": deliberation.publicity,
    "congress": deliberation.congress,
    "cppcc": deliberation.cppcc,
    "petitions": complaints.petitions,
    "finance": oversight.finance,
    "audit": oversight.audit,
    "statistics": oversight.statistics,
}
SEED = 2026


def made_rows(body: str, seed: int = SEED) -> Sheets:
    """The rows of a body's ledgers, in the order of its declaration."""
    made = _MAKERS[body](seed)
    return {ledger.name: made[ledger.name] for ledger in load_body(body).ledgers}


def make_ledgers(folder: Path, seed: int = SEED) -> dict[str, list[tuple[str, Path]]]:
    """Write every ledger of every body below `folder`; the ledgers' names and files, by the body's id."""
    return {body: _write(folder / body, body, seed) for body in _MAKERS}


def _write(folder: Path, body: str, seed: int) -> list[tuple[str, Path]]:
    folder.mkdir(parents=True, exist_ok=True)
    rows = made_rows(body, seed)
    written = []
    for ledger in load_body(body).ledgers:
        path = folder / f"{ledger.name}.xlsx"
        write_sheet(path, ledger.spec, rows[ledger.name])
        written.append((ledger.name, path))
    return written
