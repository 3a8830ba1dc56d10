"""The inspection office's real node with its unit ledger, and its people at their browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty
from tests.integration.inspection.master_data import load_master_data
from tests.integration.people.people_for_tests import Office as People
from tests.web.browsing import Browser, Gateways, gateway_before


@dataclass
class Hub:
    """The office's gateway, and its people's browsers by login."""

    gateways: Gateways
    team_leader_person: str
    browsers: dict[str, Browser] = field(default_factory=dict)

    async def at(self, login: str) -> Browser:
        """That person, signed in once."""
        if login not in self.browsers:
            self.browsers[login] = await self.gateways.at(login)
        return self.browsers[login]


@pytest.fixture
async def hub(office_county: OfficeCounty, tmp_path: Path) -> AsyncIterator[Hub]:
    """Monday 2 March 2026 at the office; `guest` is a liaison officer, who runs no rounds."""
    (office,) = await office_county.open("inspection")
    load_master_data(office.node.database)
    staff = await People(office.node.database, office_county.clock).found()
    for login, role in (("clerk", Role.CLERK), ("deputy", Role.CLERK), ("reviewer", Role.REVIEWER)):
        await staff.hire(login, role)
    await staff.hire("leader", Role.LEADER, post="主任")
    guest = await staff.hire("guest", Role.LIAISON)
    async with gateway_before(office, office_county.clock, tmp_path) as gateways:
        yield Hub(gateways, guest.person_id)
