"""An office to back up, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.integration.backup.backups_for_tests import Office, make_office


@pytest.fixture
def office(
    clock: FixedClock, open_database: Callable[..., Database], empty_url: Callable[[], str], tmp_path: Path
) -> Office:
    return make_office(clock, open_database, empty_url, tmp_path / "office")


@pytest.fixture
def sqlite_office(clock: FixedClock, open_sqlite_database: Callable[..., Database], tmp_path: Path) -> Office:
    numbers = iter(range(100))
    return make_office(
        clock, open_sqlite_database, lambda: f"sqlite:///{tmp_path}/empty{next(numbers)}.db", tmp_path / "office"
    )
