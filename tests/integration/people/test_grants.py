"""Roles are given once: ending a grant ends the right, and none beside it goes on counting."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.chassis.people.errors import GrantHeldError
from services.chassis.people.grants import Wanted, revoke_grant
from services.chassis.rpc.callers import Role
from tests.integration.people.people_for_tests import Office


async def test_one_right_is_given_once_at_a_time_within_its_limits(any_office: Office):
    office = any_office
    account_id = await office.open("li.si")
    now = office.clock.now()
    until = Wanted(Role.CLERK, matter_id="M-1", valid_to=now + timedelta(days=10))
    first = await office.grant(account_id, until)

    for again in (until, Wanted(Role.CLERK, matter_id="M-1"), Wanted(Role.CLERK, None, "M-1", now + timedelta(days=9))):
        with pytest.raises(GrantHeldError) as refused:
            await office.grant(account_id, again)
        assert refused.value.facts == {"role": "clerk", "grant_id": first}
    for other in (
        Wanted(Role.CLERK),
        Wanted(Role.REVIEWER, matter_id="M-1"),
        Wanted(Role.CLERK, matter_id="M-2"),
        Wanted(Role.CLERK, matter_id="M-1", valid_from=now + timedelta(days=10)),
    ):
        await office.grant(account_id, other)

    await office.do(lambda tx: revoke_grant(tx, office.security, first))
    ends = now + timedelta(days=5)
    await office.grant(account_id, Wanted(Role.CLERK, matter_id="M-1", valid_to=ends))
