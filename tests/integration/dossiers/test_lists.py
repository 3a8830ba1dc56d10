"""Lists of matters: the right ones, page by page, at a cost that does not grow with the archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.chassis.dossiers.errors import CursorInvalidError
from services.chassis.dossiers.model import DossierFilter, Head
from services.chassis.dossiers.queries import counts, cursor, find, load, waiting
from services.chassis.dossiers.recording import open_matter, record_act, set_stored_at
from services.chassis.dossiers.rows import header_values, summary_values
from services.chassis.dossiers.tables import MATTERS
from services.chassis.dossiers.turns import Waiting
from services.chassis.matters.may import fresh
from services.chassis.matters.model import Event, Kind, Side, State
from services.chassis.storage import METADATA, Database
from services.chassis.storage.engine import reader_engine, writer_engine
from services.chassis.storage.tables import to_microseconds
from services.chassis.testing.clock import DEFAULT_INSTANT, FixedClock
from tests.integration.dossiers.acts import act, hours, new_matter

MANY, FEW = 50_000, 1_000
BODIES = ("finance", "audit", "petitions", "organization", "publicity", "congress", "cppcc", "discipline")
LETTER_KINDS = ("info.request", "opinion.request", "new_info.notice", "lead.handover")
SUB_UNITS = ("", "", "", "room1", "room2")
LISTS = {
    "all": DossierFilter(),
    "side": DossierFilter(side=Side.ADDRESSEE),
    "state": DossierFilter(state=State.SIGNED_FOR),
    "counterparty": DossierFilter(counterparty="audit"),
    "letter_kind": DossierFilter(letter_kind="new_info.notice"),
    "open_only": DossierFilter(open_only=True),
    "sub_unit": DossierFilter(sub_unit="room1"),
    "to_do": DossierFilter(side=Side.ADDRESSEE, open_only=True, sub_unit="room1"),
    "owed_by_a_body": DossierFilter(side=Side.OPENER, open_only=True, counterparty="audit"),
}


def make(database: Database, clock: FixedClock, *headers: Any) -> None:
    for header in headers:
        clock.advance(minutes=1)
        database.writer.run_sync(partial(open_matter, new=header))
        database.writer.run_sync(partial(record_act, matter_id=header.matter_id, act=act(Event.OPENED, 1)))


async def ids(database: Database, wanted: DossierFilter) -> list[str]:
    return [line.matter_id for line in await database.reader.read(lambda connection: find(connection, wanted))]


async def test_every_filter_finds_what_it_names_and_nothing_else(database: Database, clock: FixedClock) -> None:
    make(
        database,
        clock,
        new_matter("m1"),
        new_matter("m2", addressee="audit", letter_kind="opinion.request", sub_unit="room1"),
        new_matter("m3", opener="audit", addressee="finance", our_side=Side.ADDRESSEE),
    )
    clock.advance(minutes=1)
    database.writer.run_sync(lambda tx: record_act(tx, "m1", act(Event.WITHDRAWN, 2)))
    assert await ids(database, DossierFilter()) == ["m1", "m3", "m2"]
    assert await ids(database, DossierFilter(side=Side.ADDRESSEE)) == ["m3"]
    assert await ids(database, DossierFilter(state=State.WITHDRAWN)) == ["m1"]
    assert await ids(database, DossierFilter(counterparty="audit")) == ["m3", "m2"]
    assert await ids(database, DossierFilter(letter_kind="opinion.request")) == ["m2"]
    assert await ids(database, DossierFilter(open_only=True)) == ["m3", "m2"]
    assert await ids(database, DossierFilter(sub_unit="room1")) == ["m2"]
    assert await ids(database, DossierFilter(side=Side.OPENER, open_only=True, counterparty="finance")) == []


async def test_pages_follow_each_other_without_gap_or_double(database: Database, clock: FixedClock) -> None:
    # The writer gives one instant to all units of one batch, so many lines share their time.
    for group in range(4):
        clock.advance(minutes=1)
        for number in range(5):
            database.writer.run_sync(partial(open_matter, new=new_matter(f"m{group}{number}")))
    seen: list[str] = []
    after = None
    while True:
        page = await database.reader.read(
            partial(_find, wanted=DossierFilter(counterparty="finance"), after=after, limit=3)
        )
        if not page:
            break
        seen += [line.matter_id for line in page]
        after = cursor(page[-1])
    assert seen == [f"m{group}{number}" for group in (3, 2, 1, 0) for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("after", ["", "m1", ":m1", "x:m1", "12:", "-3:m1", "٣:m1", "9" * 40 + ":m1"])
async def test_a_list_goes_on_only_from_a_place_it_gave(sqlite_database: Database, after: str) -> None:
    with pytest.raises(CursorInvalidError):
        await sqlite_database.reader.read(lambda connection: find(connection, DossierFilter(), after))


async def test_a_page_of_whole_matters_needs_one_query_more(database: Database, clock: FixedClock) -> None:
    make(database, clock, new_matter("m1"), new_matter("m2"))
    dossiers = await database.reader.read(lambda connection: load(connection, find(connection, DossierFilter())))
    assert [(one.head.matter_id, one.matter.state) for one in dossiers] == [("m2", State.SENT), ("m1", State.SENT)]
    assert await database.reader.read(lambda connection: load(connection, [])) == []


async def test_counts_tell_how_many_steps_are_owed_and_not_which(database: Database, clock: FixedClock) -> None:
    make(
        database,
        clock,
        new_matter("m1"),
        new_matter("m2"),
        new_matter("m3"),
        new_matter("m4", opener="finance", addressee="inspection", our_side=Side.ADDRESSEE),
        new_matter("m5", opener="audit", addressee="inspection", our_side=Side.ADDRESSEE),
    )
    database.writer.run_sync(lambda tx: set_stored_at(tx, "m1", hours(2)))
    database.writer.run_sync(lambda tx: record_act(tx, "m2", act(Event.SIGNED_FOR, 1, "o1")))
    database.writer.run_sync(lambda tx: record_act(tx, "m3", act(Event.WITHDRAWN, 2)))
    database.writer.run_sync(lambda tx: record_act(tx, "m5", act(Event.SIGNED_FOR, 1, "o1")))
    database.writer.run_sync(lambda tx: record_act(tx, "m5", act(Event.ANSWERED, 2, "o1")))
    found = await database.reader.read(waiting)
    assert found == {
        "finance": Waiting(they_sign_for=1, they_work=1, we_sign_for=1),
        "audit": Waiting(they_settle=1),
    }
    by_state = await database.reader.read(counts)
    assert sum(count.matters for count in by_state) == 4


def _find(connection: sa.Connection, wanted: DossierFilter, after: str | None, limit: int) -> list[Head]:
    return find(connection, wanted, after, limit)


def _fill(engine: sa.Engine, count: int) -> None:
    """A county's years: most matters ended long ago, one in fifty is open. Copies of a first thousand: quick."""
    with engine.begin() as connection:
        METADATA.create_all(connection, [MATTERS])
        connection.execute(sa.insert(MATTERS), _a_thousand_rows())
        names = [column.name for column in MATTERS.columns]
        for copy in range(1, count // FEW):
            later = sa.type_coerce(MATTERS.c.changed_at, sa.BigInteger) + copy * FEW * 60_000_000
            changed: dict[str, Any] = {"matter_id": MATTERS.c.matter_id.concat(f"-{copy:03}"), "changed_at": later}
            row = sa.select(*(changed.get(name, MATTERS.c[name]) for name in names))
            first = sa.func.length(MATTERS.c.matter_id) == len("m0000")
            connection.execute(sa.insert(MATTERS).from_select(names, row.where(first)))
        connection.exec_driver_sql("SELECT 1" if connection.dialect.name == "sqlite" else "ANALYZE matters")


def _a_thousand_rows() -> list[dict[str, object]]:
    summary = summary_values(fresh(Kind.REQUEST))
    rows = []
    for number in range(FEW):
        side = Side.OPENER if number % 3 else Side.ADDRESSEE
        other = BODIES[number * 7 % len(BODIES)]
        is_open = number % 50 == 0
        header = new_matter(
            f"m{number:04}",
            opener="inspection" if side is Side.OPENER else other,
            addressee=other if side is Side.OPENER else "inspection",
            our_side=side,
            letter_kind=LETTER_KINDS[number * 11 % len(LETTER_KINDS)],
            opened_letter_id=f"o{number:04}",
            sub_unit=SUB_UNITS[number // 10 % len(SUB_UNITS)],
        )
        changed_at = DEFAULT_INSTANT + timedelta(minutes=number)
        state = (State.SIGNED_FOR if number % 100 else State.STORED) if is_open else State.SETTLED
        rows.append(
            {**header_values(header), **summary, "state": state.value, "is_open": is_open}
            | {"opened_at": changed_at, "stored_at": changed_at, "changed_at": changed_at}
        )
    return rows


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, sa.Engine]]:
    """A small and a large SQLite archive; nobody analyzed them, as on a node."""
    folder: Path = tmp_path_factory.mktemp("archives")
    engines = {}
    for count in (FEW, MANY):
        url = sa.make_url(f"sqlite:///{folder}/{count}.sqlite")
        writer = writer_engine(url)
        _fill(writer, count)
        writer.dispose()
        engines[count] = reader_engine(url, 1)
    yield engines
    for engine in engines.values():
        engine.dispose()


def _steps(engine: sa.Engine, wanted: DossierFilter, *, behind: bool) -> int:
    """What a page costs SQLite, in hundreds of its machine's steps: exact, and the same on every computer."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with engine.connect() as connection:
        after = cursor(find(connection, wanted, limit=20)[-1]) if behind else None
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(count, 100)
        page = find(connection, wanted, after, 20)
        driver.set_progress_handler(None, 0)
        assert page
    return steps


@pytest.mark.parametrize("behind", [False, True], ids=["first", "next"])
@pytest.mark.parametrize("name", [name for name in LISTS if name not in {"to_do", "owed_by_a_body"}])
def test_a_page_of_a_large_archive_costs_what_it_costs_in_a_small_one(
    archives: dict[int, sa.Engine], name: str, *, behind: bool
) -> None:
    small, large = (_steps(archives[count], LISTS[name], behind=behind and count == MANY) for count in (FEW, MANY))
    assert large <= small * 1.5 + 10


def _statement(wanted: DossierFilter, after: str | None, connection: sa.Connection) -> str:
    """The very statement that `find` runs, caught on its way to the database, with its values in place."""
    caught: list[str] = []

    def catch(_connection: object, clause: Any, *_rest: object) -> None:
        compiled = clause.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        caught.append(str(compiled))

    sa.event.listen(connection.engine, "before_execute", catch)
    find(connection, wanted, after, 20)
    sa.event.remove(connection.engine, "before_execute", catch)
    return caught[-1]


def _plan(connection: sa.Connection, wanted: DossierFilter, after: str | None) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{explain} {_statement(wanted, after, connection)}".replace("%", "%%"))
    return "\n".join(str(row[-1]) for row in rows)


HALFWAY = f"{to_microseconds(DEFAULT_INSTANT + timedelta(minutes=MANY // 2))}:m0150"
AFTER = [None, HALFWAY]


@pytest.mark.parametrize("after", AFTER, ids=["first", "next"])
@pytest.mark.parametrize("name", LISTS)
def test_sqlite_walks_an_index_in_the_order_of_the_list(
    archives: dict[int, sa.Engine], name: str, after: str | None
) -> None:
    with archives[MANY].connect() as connection:
        plan = _plan(connection, LISTS[name], after)
    assert "USING INDEX ix_matters_" in plan
    assert "TEMP B-TREE" not in plan


@pytest.fixture(scope="module")
def postgres_archive(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    cluster = request.getfixturevalue("postgres_cluster")
    url = sa.make_url(cluster.create("archive"))
    writer = writer_engine(url)
    _fill(writer, MANY)
    writer.dispose()
    reader = reader_engine(url, 1)
    yield reader
    reader.dispose()
    cluster.drop("archive")


@pytest.mark.parametrize("after", AFTER, ids=["first", "next"])
@pytest.mark.parametrize("name", LISTS)
def test_postgresql_walks_an_index_in_the_order_of_the_list(
    postgres_archive: sa.Engine, name: str, after: str | None
) -> None:
    with postgres_archive.connect() as connection:
        plan = _plan(connection, LISTS[name], after)
    assert "ix_matters_" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
