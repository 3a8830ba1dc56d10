"""The audit bureau's real node with a request that came and nobody has signed for, and people at their browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import request
from tests.integration.people.people_for_tests import Office as People
from tests.web.browsing import Browser, Gateways, gateway_before


@dataclass
class Desk:
    """The bureau's gateway; the request's letter and its matter have one id."""

    gateways: Gateways
    office: WholeOffice
    audit: WholeOffice
    county: OfficeCounty
    letter_id: str

    async def at(self, login: str = "clerk", language: str = "zh") -> Browser:
        """That person, signed in."""
        return await self.gateways.at(login, language)

    @property
    def letter(self) -> str:
        """The address of the letter's page."""
        return f"/letters/{self.letter_id}"

    @property
    def matter(self) -> str:
        """The address of its matter's page."""
        return f"/matters/{self.letter_id}"


@pytest.fixture
async def desk(office_county: OfficeCounty, tmp_path: Path) -> AsyncIterator[Desk]:
    """On Monday 2 March 2026 the office has asked the bureau, which has a clerk and a leader."""
    office, audit = await office_county.open("inspection", "audit")
    letter_id = office.sends("info.request", "audit", request(office_county.book, "audit")).letter_id
    await office_county.deliver()
    staff = await People(audit.node.database, office_county.clock).found()
    await staff.hire("clerk", Role.CLERK)
    await staff.hire("leader", Role.LEADER)
    async with gateway_before(audit, office_county.clock, tmp_path) as gateways:
        yield Desk(gateways, office, audit, office_county, letter_id)
