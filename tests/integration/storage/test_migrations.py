"""The shipped schema changes: they make exactly the declared tables, twice is once, and never run backwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis.body import load_body, migrations_of
from services.chassis.rulebook.load import load
from services.chassis.storage import METADATA, Database, schema
from services.chassis.storage.engine import writer_engine
from services.chassis.storage.errors import SchemaNewerError

CHASSIS = "chassis"
BODIES = tuple(sorted(body.id for body in load().bodies))
EmptyUrl = Callable[[], str]


def folders_of(part: str) -> tuple[Path, ...]:
    return () if part == CHASSIS else migrations_of(part)


@contextmanager
def looking(url: str) -> Iterator[sa.Connection]:
    engine = writer_engine(sa.make_url(url))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def migrated(url: str, *parts: str) -> Database:
    database = Database.open(url)
    database.migrate([folder for part in parts for folder in folders_of(part)])
    return database


def tables_in(url: str) -> set[str]:
    with looking(url) as connection:
        return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def declared(names: set[str]) -> sa.MetaData:
    """The declarations of these tables alone."""
    part = sa.MetaData(naming_convention=METADATA.naming_convention)
    for name in names & METADATA.tables.keys():
        METADATA.tables[name].to_metadata(part)
    return part


@pytest.fixture(scope="module", autouse=True)
def _all_declared() -> None:
    schema.import_tables("services.chassis")
    for body in BODIES:
        load_body(body)


@pytest.mark.parametrize("part", [CHASSIS, *BODIES])
def test_an_empty_database_becomes_exactly_what_is_declared_and_the_second_time_changes_nothing(
    empty_url: EmptyUrl, part: str
):
    url = empty_url()
    migrated(url, part).close()
    with looking(url) as connection:
        assert schema.differences(connection, declared(tables_in(url))) == []
        before = sorted(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))

    migrated(url, part).close()

    with looking(url) as connection:
        assert schema.differences(connection, declared(tables_in(url))) == []
        assert sorted(connection.scalars(sa.text("SELECT version_num FROM alembic_version"))) == before


def test_every_declared_table_is_made_by_the_chassis_or_one_body(empty_url: EmptyUrl):
    own: dict[str, set[str]] = {}
    for part in (CHASSIS, *BODIES):
        url = empty_url()
        migrated(url, part).close()
        own[part] = tables_in(url) - own.get(CHASSIS, set())

    assert set().union(*own.values()) == shipped_tables()
    assert sum(map(len, own.values())) == len(shipped_tables())


def shipped_tables() -> set[str]:
    """Declared under `services`; tests beside this one may have declared some of their own."""
    return {name for name in METADATA.tables if not name.startswith(("test_", "bench_"))}


def test_a_node_of_a_migrated_database_keeps_its_rows_when_it_migrates_again(empty_url: EmptyUrl):
    url = empty_url()
    database = migrated(url, "audit")
    database.writer.run_sync(lambda tx: tx.connection.execute(_INTO_JOURNAL))
    database.close()
    database = migrated(url, "audit")

    assert database.reader.read_sync(lambda c: c.scalar(sa.text("SELECT count(*) FROM journal"))) == 1
    database.close()


_INTO_JOURNAL = sa.text(
    "INSERT INTO journal (sequence, previous, kind, written_at, payload) VALUES (1, :previous, 'test', 0, :previous)"
).bindparams(sa.bindparam("previous", bytes(32), sa.LargeBinary))


def test_a_database_of_a_newer_program_is_refused_with_what_to_do_and_left_as_it_is(empty_url: EmptyUrl):
    url = empty_url()
    database = migrated(url, "audit")
    newer = sa.text("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    database.writer.run_sync(lambda tx: tx.connection.execute(newer))
    before = tables_in(url)

    with pytest.raises(SchemaNewerError) as caught:
        database.migrate(migrations_of("audit"))

    assert caught.value.reason == "SCHEMA_NEWER"
    assert "ffffffffffff" in caught.value.text("zh")
    assert "升级" in caught.value.text("zh")
    assert "Update" in caught.value.text("en")
    assert tables_in(url) == before
    database.close()
