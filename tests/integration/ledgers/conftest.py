"""The ledger services of these tests, on both kinds of database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.integration.ledgers.serving_for_tests import Served, serving_ledgers


@pytest.fixture
async def served(database: Database, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Served]:
    async with serving_ledgers(database, tmp_path, clock) as running:
        yield running
