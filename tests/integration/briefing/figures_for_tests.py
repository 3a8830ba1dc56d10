"""One unit, one letter, rows on every edge of the period: what the tests of a body's figures share."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import product

import sqlalchemy as sa

from services.chassis.body import BodyDeclaration
from services.chassis.briefing.compiling import ReplyRequest, SectionAsked, changed_since, compile_reply
from services.chassis.briefing.draft import FigureValue, ReplyDraft, SectionDraft, Table
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.scope import DatedPost, LookBack, UnitScope, Window, window_before
from services.chassis.briefing.wire import reply_of
from services.chassis.ledgers.imports import import_rows, retire_row
from services.chassis.ledgers.parse import prepare
from services.chassis.ledgers.tables import Ledger
from services.chassis.storage import Database
from tests.integration.ledgers.ledgers_for_tests import CUSTODIANS

LETTER_DATE = date(2026, 3, 2)
FIVE_YEARS = window_before(LETTER_DATE, LookBack(60))
EDGES = tuple(date.fromisoformat(day) for day in ("2021-03-01", "2021-03-02", "2024-07-15", "2026-03-02", "2026-03-03"))
"""The day before the period, its first day, one inside, its last day, the day after."""
HERE, FORMERLY, ELSEWHERE = "县水务局", "县水利局", "云岭镇"
UNITS = (HERE, FORMERLY, ELSEWHERE)
MOVED, LONG_GONE, STRANGER = "李某", "孙某", "周某"
"""Now heads the unit and served elsewhere before; left before the period; never had to do with the unit."""
WATER = UnitScope(
    "U-1",
    HERE,
    former_names=(FORMERLY,),
    persons=(DatedPost(MOVED, "局长", date(2023, 7, 1)), DatedPost(LONG_GONE, "局长", None, date(2021, 3, 1))),
)
NOBODY = UnitScope("U-9", "县档案馆")
CANARY = ("金丝雀甲", "13900001234", "金丝雀路一号", "金丝雀原话一字不得外传")
"""Name, telephone, address and words of a petitioner."""
UNIT_SQL = "unit IN ('县水务局', '县水利局')"
DAYS_SQL = "@D >= '2021-03-02' AND @D <= '2026-03-02'"

Row = Mapping[str, object]


def crossed(number_key: str, **choices: Iterable[object]) -> Iterator[Row]:
    """Every combination of the choices, each under a number of its own."""
    for number, values in enumerate(product(*choices.values()), 1):
        yield {number_key: f"N-{number}", **dict(zip(choices, values, strict=True))}


def put(database: Database, ledger: Ledger, *rows: Row) -> None:
    """Import these rows as a spreadsheet; columns that a row leaves out are empty."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(ledger.spec.headers)
    for row in rows:
        assert row.keys() <= {column.key for column in ledger.spec}
        writer.writerow(["" if row.get(column.key) is None else row[column.key] for column in ledger.spec])
    prepared = prepare(ledger.spec, stream.getvalue().encode())
    assert [one.text("en") for one in prepared.problems] == []
    database.writer.run_sync(lambda tx: import_rows(tx, ledger, prepared, by="clerk-1", custodians=CUSTODIANS))


def asked(body: BodyDeclaration, unit: UnitScope = WATER, window: Window = FIVE_YEARS) -> ReplyRequest:
    return ReplyRequest((unit,), tuple(SectionAsked(one.code, "", one.article, window) for one in body.sections))


def drafted(
    database: Database, body: BodyDeclaration, unit: UnitScope = WATER, window: Window = FIVE_YEARS
) -> ReplyDraft:
    wanted = asked(body, unit, window)
    return database.reader.read_sync(lambda connection: compile_reply(wanted, LedgerReader(connection), body))


def values(draft: SectionDraft) -> list[FigureValue]:
    """Every figure of the prose, in order."""
    return [figure.value for paragraph in draft.paragraphs for figure in paragraph.figures]


def table(draft: SectionDraft, title: str) -> Table:
    return next(one for one in draft.tables if one.title == title)


def column(found: Table, title: str) -> list[str]:
    place = [one.title for one in found.columns].index(title)
    return [row.texts(found.columns)[place] for row in found.rows]


def number(database: Database, what: str, ledger: str, *conditions: str) -> int:
    """Plain SQL over the rows in force, written without the code under test."""
    rows = "SELECT @WHAT FROM @LEDGER WHERE retired_at IS NULL".replace("@WHAT", what).replace("@LEDGER", ledger)
    query = " AND ".join((rows, *conditions))
    return int(database.reader.read_sync(lambda connection: connection.scalar(sa.text(query))) or 0)


def days(key: str) -> str:
    """The condition that the day lies in the period."""
    return DAYS_SQL.replace("@D", key)


def text_of(draft: ReplyDraft) -> str:
    """Everything that could leave with the draft."""
    cells = [
        row.texts(one.columns)
        for unit in draft.units
        for s in unit.sections
        for one in s.draft.tables
        for row in one.rows
    ]
    return repr(draft) + str(cells) + reply_of(draft).SerializeToString().decode("utf-8", "replace")


def stale(database: Database, body: BodyDeclaration, draft: ReplyDraft) -> set[str]:
    wanted = asked(body)
    return database.reader.read_sync(
        lambda c: {one.code for one in changed_since(draft.fingerprint, wanted, LedgerReader(c), body)}
    )


def withdraw(database: Database, ledger: Ledger, row_id: str) -> None:
    database.writer.run_sync(lambda tx: retire_row(tx, ledger, row_id, by="clerk-1"))
