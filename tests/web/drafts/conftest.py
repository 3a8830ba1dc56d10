"""The audit bureau's real node with a drafted reply, and whoever writes, checks and signs it at their browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.chassis.people.grants import Wanted
from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import signed_for
from tests.integration.people.people_for_tests import Office as People
from tests.web.browsing import Browser, Gateways, gateway_before


@dataclass
class Replying:
    """The bureau, its reply's draft, and the two clerks who are named for the matter."""

    gateways: Gateways
    audit: WholeOffice
    county: OfficeCounty
    draft_id: str
    letter_id: str

    browsers: dict[str, Browser] = field(default_factory=dict)

    async def at(self, login: str) -> Browser:
        """That person, signed in once."""
        if login not in self.browsers:
            self.browsers[login] = await self.gateways.at(login)
        return self.browsers[login]

    @property
    def page(self) -> str:
        """The address of the draft's page."""
        return f"/drafts/{self.draft_id}"


@pytest.fixture
async def replying(office_county: OfficeCounty, tmp_path: Path) -> AsyncIterator[Replying]:
    """The bureau has signed for a request, and its node has drafted the reply."""
    _, audit, letter_id = await signed_for(office_county)
    (draft,) = audit.answer_drafts(letter_id)
    staff = await People(audit.node.database, office_county.clock).found()
    for login in ("clerk", "second"):
        hired = await staff.hire(login, Role.CLERK)
        await staff.grant(hired.account_id, Wanted(Role.CLERK, matter_id=letter_id))
    await staff.hire("reviewer", Role.REVIEWER)
    await staff.hire("leader", Role.LEADER, post="局长")
    async with gateway_before(audit, office_county.clock, tmp_path) as gateways:
        yield Replying(gateways, audit, office_county, draft.draft_id, letter_id)
