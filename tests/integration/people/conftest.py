"""The people of a new node."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.integration.people.people_for_tests import Office


@pytest.fixture
async def office(sqlite_database: Database, clock: FixedClock) -> AsyncIterator[Office]:
    made = await Office(sqlite_database, clock).found()
    yield made
    made.passwords.close()


@pytest.fixture
async def any_office(database: Database, clock: FixedClock) -> AsyncIterator[Office]:
    """The same on SQLite and on PostgreSQL."""
    made = await Office(database, clock).found()
    yield made
    made.passwords.close()
