"""Fills a node's database with old letters, copies of its own, so that its lists are as long as after many years."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from services.chassis.dossiers.tables import MATTERS
from services.chassis.exchange.tables import LETTERS
from services.chassis.journal.store import JOURNAL
from services.chassis.storage import Database

_A_MATTER = 20
"""Letters of one matter."""
_YEARS = 20
"""Into which the old matters fall, evenly."""
_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count) "
_MODELS = "(SELECT x.*, row_number() OVER () - 1 AS which FROM {source}) AS m ON m.which = n % {models}"
_LETTER_ID, _MATTER_ID = "printf('f%09d', n)", "printf('fm%08d', n / {each})"
_TIMES = ("opened_at", "stored_at", "signed_for_at", "answered_at", "ended_at", "changed_at")
_OLD_LETTER = {
    "place": ":after + n + 1",
    "direction": "'in'",
    "peer": "'archive'",
    "number": "n + 1",
    "digest": "CAST(printf('%032d', n) AS BLOB)",
    "letter_id": _LETTER_ID,
    "matter_id": _MATTER_ID.format(each=_A_MATTER),
    "state": "'applied'",
    "content": "zeroblob(200)",
    "reason": "NULL",
    "parked_at": "NULL",
}
_OLD_ENTRY = {
    "sequence": ":after + n + 1",
    "previous": "zeroblob(32)",
    "kind": "'letter.stored'",
    "letter_id": _LETTER_ID,
}
_OLD_MATTER = {
    "matter_id": _MATTER_ID.format(each=1),
    "opened_letter_id": _LETTER_ID,
    "state": "'settled'",
    "is_open": "0",
} | {name: f"m.{name} - {_YEARS * 31_557_600_000_000} / :count * (n + 1)" for name in _TIMES}
_LETTERS, _ENTRIES, _MATTERS = "letters AS x", "letters AS l JOIN journal AS x ON x.sequence = l.place", "matters AS x"


def fill(database: Database, count: int) -> None:
    """Put `count` letters that came, all handled, and the settled matters that they belonged to behind what is there.

    Every copy has the header of a letter of the node, so a list reads and shows it like one. SQLite only; the chain of
    the journal ends where the copies begin.
    """

    def add(connection: sa.Connection) -> None:
        after = connection.scalar(sa.text("SELECT max(sequence) FROM journal")) or 0
        models = connection.scalar(sa.text("SELECT count(*) FROM letters"))
        matters = connection.scalar(sa.text("SELECT count(*) FROM matters"))
        for table, source, changes, wanted, known in (
            (JOURNAL, _ENTRIES, _OLD_ENTRY, count, models),
            (LETTERS, _LETTERS, _OLD_LETTER, count, models),
            (MATTERS, _MATTERS, _OLD_MATTER, count // _A_MATTER, matters),
        ):
            statement = _copies(table, source, changes, int(known or 0))
            bound = {"count": wanted, "after": after}
            connection.execute(
                sa.text(statement), {name: value for name, value in bound.items() if f":{name}" in statement}
            )

    database.writer.run_sync(lambda tx: add(tx.connection))


def _copies(table: sa.Table, source: str, changes: Mapping[str, str], models: int) -> str:
    names = [column.name for column in table.columns]
    values = ", ".join(changes.get(name, f"m.{name}") for name in names)
    joined = _MODELS.format(source=source, models=models)
    return f"INSERT INTO {table.name} ({', '.join(names)}) {_NUMBERS} SELECT {values} FROM numbers JOIN {joined}"  # noqa: S608 our own names
