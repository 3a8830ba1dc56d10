"""Schema changes: a start makes those that are missing, and finds out cheaply that none is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis.body import load_body, migrations_of
from services.chassis.storage import Database
from services.chassis.storage.engine import writer_engine
from services.chassis.storage.versions import CHASSIS, is_current, last_versions
from tests.fixtures.postgres import PostgresCluster

NEXT = '''"""One more table."""

import sqlalchemy as sa
from alembic import op

revision: str = "ffff00000001"
down_revision: str | None = {after!r}
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table("one_more", sa.Column("id", sa.Integer(), primary_key=True))
'''
BODY = "audit"


@pytest.fixture
def empty_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'node.db'}"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
    yield cluster.create("without_tables")
    cluster.drop("without_tables")


def _stands_at_the_end(url: str, *folders: Path) -> bool:
    engine = writer_engine(sa.make_url(url))
    with engine.connect() as connection:
        found = is_current(connection, (CHASSIS, *folders))
    engine.dispose()
    return found


def test_a_database_is_current_once_it_was_migrated_and_no_more_when_a_change_is_added(empty_url: str, tmp_path: Path):
    load_body(BODY)
    shipped = migrations_of(BODY)
    assert not _stands_at_the_end(empty_url, *shipped)

    database = Database.open(empty_url)
    database.migrate(shipped)
    assert _stands_at_the_end(empty_url, *shipped)

    (added,) = last_versions((CHASSIS, *shipped))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "ffff00000001_one_more.py").write_text(NEXT.format(after=added), encoding="utf-8")
    assert not _stands_at_the_end(empty_url, *shipped, tmp_path / "more")

    database.migrate((*shipped, tmp_path / "more"))
    assert _stands_at_the_end(empty_url, *shipped, tmp_path / "more")
    database.close()


def test_a_start_without_a_missing_change_does_not_load_what_only_other_starts_need(tmp_path: Path):
    """Ten nodes on one machine pay ten times for every library."""
    url = f"sqlite:///{tmp_path / 'node.db'}"
    start = f"""
import sys
import services.chassis.node.__main__
from services.chassis.body import load_body, migrations_of
from services.chassis.storage import Database
load_body("{BODY}")
database = Database.open("{url}")
database.migrate(migrations_of("{BODY}"))
database.close()
print(*sorted({{"alembic", "docx", "openpyxl", "opentelemetry.exporter", "typst"}} & set(sys.modules)))
"""

    def run() -> str:
        return subprocess.run([sys.executable, "-c", start], check=True, capture_output=True, text=True).stdout.strip()

    assert run() == "alembic"
    assert run() == ""
