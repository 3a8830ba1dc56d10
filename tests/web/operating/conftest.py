"""The inspection office's real node with a letter under way, its gateway before it, and people at their browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import signed_for
from tests.integration.people.people_for_tests import Office as People
from tests.web.browsing import Browser, Gateways, gateway_before


@dataclass
class Desk:
    """The gateway of the office, and the offices of the county behind it."""

    gateways: Gateways
    office: WholeOffice
    audit: WholeOffice
    county: OfficeCounty
    letter_id: str

    async def at(self, login: str, language: str = "zh") -> Browser:
        """That person, signed in."""
        return await self.gateways.at(login, language)


@pytest.fixture
async def desk(office_county: OfficeCounty, tmp_path: Path) -> AsyncIterator[Desk]:
    """The office has asked audit, which has signed for it; a clerk, a leader and the administrators have accounts."""
    office, audit, letter_id = await signed_for(office_county)
    staff = await People(office.node.database, office_county.clock).found()
    await staff.hire("clerk", Role.CLERK)
    await staff.hire("liaison", Role.LIAISON)
    async with gateway_before(office, office_county.clock, tmp_path) as gateways:
        yield Desk(gateways, office, audit, office_county, letter_id)
