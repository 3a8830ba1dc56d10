"""What everybody's board shows is counted once, and anew as soon as it could be another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from services.chassis.responsiveness.gathering import Period
from services.chassis.responsiveness.remembering import Remembered
from services.chassis.responsiveness.rules import Row
from tests.fixtures.offices import OfficeCounty
from tests.integration.correspondence.letters_for_tests import request


async def test_it_is_counted_again_when_a_matter_changed_or_the_minute_is_over(office_county: OfficeCounty):
    office, _ = await office_county.open("inspection", "audit")
    remembered, counted = Remembered(office.node.database), list[Period]()

    async def ask(first: int = 1) -> None:
        period = Period(date(2026, 1, first), date(2026, 12, 31), office_county.clock.now())

        def count(_: sa.Connection) -> Sequence[Row]:
            counted.append(period)
            return []

        assert await remembered.rows(period, count) == []

    await asyncio.gather(ask(), ask(), ask())
    assert len(counted) == 1
    await ask(first=2)
    assert len(counted) == 2
    await ask()
    assert len(counted) == 2
    office.sends("info.request", "audit", request(office_county.book, "audit"))
    await ask()
    assert len(counted) == 3
    office_county.clock.advance(minutes=1)
    await ask()
    assert len(counted) == 4
