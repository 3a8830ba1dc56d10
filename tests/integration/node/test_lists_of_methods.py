"""What a program's token and an incomplete sign-in may call is a list; every other method, new ones too, is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.message_factory import GetMessageClass

from services.chassis.clock import beijing_date
from services.chassis.people.tokens import WantedToken, create_token
from services.chassis.rpc.callers import Role, Scope
from tests.fixtures.offices import OfficeCounty
from tests.integration.node.test_hostile_callers import OPEN_TO_ANYONE, PACKAGES, Door, methods_of, opened

READING = {
    "PeopleService/GetCaller",
    "MattersService/ListMatters",
    "MattersService/GetMatter",
    "MattersService/ListTasks",
    "MattersService/ExplainDeadline",
    "LettersService/ListLetters",
    "LettersService/OpenLetter",
    "LedgersService/ListLedgers",
    "LedgersService/ListRows",
    "LedgersService/ExportLedger",
    "StatusService/GetStatus",
    "StatusService/GetDirectory",
}
"""Whoever adds one here says that a program may read it: nothing in it is for named persons only."""
WRITING = {"LedgersService/ImportLedger", "LedgersService/RetireRow"}
UNTIL_COMPLETE = {
    "PeopleService/SignOut",
    "PeopleService/GetCaller",
    "SecondFactorService/GetSecondFactor",
    "SecondFactorService/StartSecondFactor",
    "SecondFactorService/ConfirmSecondFactor",
    "SecondFactorService/GiveSecondFactor",
}


async def not_refused(door: Door, body: str, token: str, reason: str) -> set[str]:
    """The methods that are not refused to the token for that reason."""
    found = set()
    for method in (one for package in PACKAGES[body] for one in methods_of(package)):
        # Signing out would end the session that asks.
        if method.name in OPEN_TO_ANYONE | {"SignOut"}:
            continue
        answer = await door.call(method, GetMessageClass(method.input_type)(), token)
        if answer is None or answer.reason != reason:
            found.add(f"{method.containing_service.name}/{method.name}")
    return found


async def token_of(door: Door, role: Role, *scopes: Scope) -> str:
    """An access token of the person with that role."""
    owner = await door.people.authenticator.authenticate(door.tokens[role])
    proof = await door.people.prove(owner)
    last = beijing_date(door.people.clock.now()) + timedelta(days=30)
    wanted = WantedToken("档案系统", scopes, last)
    _, value = await door.people.do(lambda tx: create_token(tx, owner, proof, wanted))
    return value


@pytest.mark.parametrize("body", PACKAGES)
async def test_a_token_may_call_what_is_listed_whatever_its_owner_may_do(
    office_county: OfficeCounty, tmp_path: Path, body: str
):
    (office,) = await office_county.open(body)
    async with opened(office, office_county, tmp_path) as door:
        for role in (Role.LEADER, Role.SECURITY_ADMIN):
            reading = await token_of(door, role, Scope.READ)
            assert await not_refused(door, body, reading, "TOKEN_REFUSED") == READING
        writing = await token_of(door, Role.CLERK, Scope.WRITE_LEDGER)
        assert await not_refused(door, body, writing, "TOKEN_REFUSED") == WRITING
        told = [payload for kind, payload in await door.people.journal() if kind == "people.refused"]
        assert any(b"SignDraft" in one and b'"token_id"' in one and b"TOKEN_REFUSED" in one for one in told)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
async def test_an_administrator_may_only_enrol_until_the_sign_in_is_complete(
    office_county: OfficeCounty, tmp_path: Path, role: Role
):
    (office,) = await office_county.open("audit")
    async with opened(office, office_county, tmp_path, second_factor=True) as door:
        found = await not_refused(door, "petitions", door.tokens[role], "SECOND_FACTOR_NEEDED")
        assert found == UNTIL_COMPLETE - {"PeopleService/SignOut"}
        assert "MattersService/ListTasks" in await not_refused(
            door, "petitions", door.tokens[Role.CLERK], "SECOND_FACTOR_NEEDED"
        )
