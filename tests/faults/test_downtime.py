"""The downtime table, short: somebody is away for ten seconds or ten days, and nothing that was written is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.faults.downtime import WHO, Absence, Load, suffer
from tests.faults.stores import SQLITE
from tests.faults.trials import RECIPIENT, Setting

LOAD = Load(letters=300, every=0.2)
ABSENCES = [*(Absence(who, 10.0) for who in WHO), Absence(RECIPIENT, 4.0, timedelta(days=10))]


async def test_whoever_is_away_finds_everything_when_they_are_back(setting: Setting):
    rows = await asyncio.gather(*(suffer(setting.ground, setting.stores, one, LOAD) for one in ABSENCES))

    assert [row for row in rows if row.lost or row.twice or row.faults] == []
    assert all(row.created == row.delivered >= LOAD.letters for row in rows)


@pytest.fixture
def database_kind() -> str:
    return SQLITE
