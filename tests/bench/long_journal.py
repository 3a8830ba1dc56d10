"""Measures what a letter costs at nodes that have handled a million, against nodes that begin."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from services.chassis.clock import SystemClock
from services.chassis.storage import METADATA, Database
from services.chassis.storage.tables import to_microseconds
from tests.bench.exchange import run
from tests.bench.parties import RECIPIENT, SENDER, url_file
from tests.bench.ways import IN_FLIGHT
from tests.fixtures.postgres import PostgresCluster, binaries

ROWS = 1_000_000
_LETTERS = 5_000
_A_MATTER = 20
"""Letters of one matter among the million."""
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows)",
    "postgresql": "WITH numbers(n) AS (SELECT * FROM generate_series(1, CAST(:rows AS bigint)))",
}
_BYTES = {"sqlite": "zeroblob({})", "postgresql": "decode(repeat('00', {}), 'hex')"}
_DIGEST = {"sqlite": "CAST(printf('%032d', n) AS BLOB)", "postgresql": "convert_to(lpad(n::text, 32, '0'), 'UTF8')"}
_JOURNAL = """
INSERT INTO journal (sequence, previous, kind, written_at, payload, letter_id)
{numbers} SELECT n, {digest}, :entry, :at, {payload}, 'filled-' || n FROM numbers
"""
_LETTERS_TABLE = """
INSERT INTO letters (place, direction, peer, number, digest, letter_id, kind, matter_id, state, stored_at, salt,
                     content, content_key, storage_key_id, attempts)
{numbers} SELECT n, :direction, :peer, n, {digest}, 'filled-' || n, 'info.request', 'matter-' || (n / {a_matter}),
                 :state, :at, {salt}, {content}, {salt}, 'filled', 0 FROM numbers
"""


def measure(runs: int) -> dict[str, dict[str, float]]:
    """Medians of `runs` runs with an empty and with a long journal at both ends, on SQLite and, where it is installed,
    on PostgreSQL. `more` is by how many percent a letter costs more processor time at the long one.
    """
    found = {}
    for dialect in ("sqlite", *(("postgresql",) if binaries() else ())):
        rows = {0: [], ROWS: []}  # type: dict[int, list[dict[str, float]]]
        # In turns: whatever else this machine does meanwhile, it does to both.
        for _ in range(runs):
            for filled, measured in rows.items():
                measured.append(_one(dialect, filled))
        empty, long = (_median(measured) for measured in rows.values())
        found[f"{dialect}, empty journal"] = empty
        found[f"{dialect}, a million entries"] = long | {"more": round((long["cpu_us"] / empty["cpu_us"] - 1) * 100, 1)}
    return found


def _median(measured: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in measured), 1) for name in measured[0]}


def _one(dialect: str, filled: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name, _urls(Path(name), dialect) as urls:
        for body, url in urls.items():
            _fill(url, dialect, body, filled)
            url_file(Path(name), body).write_text(url, encoding="utf-8")
        measured = asyncio.run(run("guantong", _LETTERS, IN_FLIGHT, Path(name)))
    return {name: getattr(measured, name) for name in ("per_second", "p50_ms", "p99_ms", "cpu_us")}


@contextlib.contextmanager
def _urls(folder: Path, dialect: str) -> Iterator[dict[str, str]]:
    bodies = (SENDER, RECIPIENT)
    if dialect == "sqlite":
        yield {body: f"sqlite:///{folder / f'{body}.sqlite'}" for body in bodies}
        return
    installed = binaries()
    assert installed is not None
    cluster = PostgresCluster(installed)
    cluster.start()
    try:
        yield {body: cluster.create(body) for body in bodies}
    finally:
        cluster.delete()


def _fill(url: str, dialect: str, body: str, rows: int) -> None:
    """Give a node the history of a channel of `rows` letters, all receipted and handled; digests lead nowhere."""
    database = Database.open(url)
    database.create_all()
    sending = body == SENDER
    parameters = {
        "rows": rows,
        "entry": "letter.sent" if sending else "letter.stored",
        "direction": "out" if sending else "in",
        "peer": RECIPIENT if sending else SENDER,
        "state": "sent" if sending else "applied",
        "at": to_microseconds(SystemClock().now()),
    }
    pieces = {
        "numbers": _NUMBERS[dialect],
        "digest": _DIGEST[dialect],
        "payload": _BYTES[dialect].format(400),
        "salt": _BYTES[dialect].format(32),
        "content": _BYTES[dialect].format(200),
        "a_matter": _A_MATTER,
    }
    if rows:
        database.writer.run_sync(lambda tx: tx.connection.execute(sa.text(_JOURNAL.format(**pieces)), parameters))
        database.writer.run_sync(lambda tx: tx.connection.execute(sa.text(_LETTERS_TABLE.format(**pieces)), parameters))
        receipted = {"peer": parameters["peer"], "receipted": rows if sending else 0}
        channels = METADATA.tables["channels"]
        database.writer.run_sync(lambda tx: tx.connection.execute(sa.insert(channels).values(receipted)))
        database.writer.run_sync(lambda tx: tx.connection.execute(sa.text("ANALYZE")))
    database.close()
