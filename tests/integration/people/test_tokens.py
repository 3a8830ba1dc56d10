"""Access tokens: shown once, kept as a digest, dated, and gone with their owner's account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.people.accounts import close_account, release_account, reset_account
from services.chassis.people.errors import ProofOutdatedError, TokenUnknownError
from services.chassis.people.records import AccessToken
from services.chassis.people.tables import ACCESS_TOKENS
from services.chassis.people.tokens import WantedToken, create_token, list_tokens, revoke_token
from services.chassis.rpc.callers import Caller, Role, Scope
from services.chassis.rpc.errors import FieldInvalidError, NotSignedInError, RoleMissingError
from services.chassis.storage import Transaction
from tests.integration.people.people_for_tests import Office

READ = frozenset({Scope.READ})


def today(office: Office) -> date:
    return beijing_date(office.clock.now())


async def made(office: Office, owner: Caller, days: int = 30, name: str = "档案系统") -> tuple[AccessToken, str]:
    proof = await office.prove(owner)
    wanted = WantedToken(name, READ, today(office) + timedelta(days=days))
    return await office.do(lambda tx: create_token(tx, owner, proof, wanted))


async def listed(office: Office, caller: Caller, whose: str | None = None) -> list[AccessToken]:
    return await office.do(lambda tx: list(list_tokens(tx.connection, caller, whose, None, 10)))


async def test_a_token_is_its_owner_marked_as_a_program(any_office: Office):
    office = any_office
    owner = await office.hire("li.si", Role.CLERK, Role.LIAISON)
    kept, value = await made(office, owner)

    caller = await office.authenticator.authenticate(value)

    assert (caller.account_id, caller.roles, caller.scopes) == (owner.account_id, owner.roles, READ)
    assert not caller.in_person
    (shown,) = await listed(office, owner)
    assert (shown.name, shown.used_at) == ("档案系统", office.clock.now())
    assert kept.token_id == caller.session_id


async def test_only_a_digest_is_kept(office: Office):
    _, value = await made(office, await office.hire("li.si", Role.CLERK))
    rows = await office.do(lambda tx: tx.connection.execute(sa.select(ACCESS_TOKENS)).all())
    assert value not in repr(rows)
    assert all(value.encode() not in payload for _, payload in await office.journal())


async def test_a_token_works_to_the_end_of_its_last_day_in_beijing(office: Office):
    _, value = await made(office, await office.hire("li.si", Role.CLERK), days=0)
    office.clock.advance(hours=14, minutes=59)
    await office.authenticator.authenticate(value)
    office.clock.advance(minutes=1)
    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(value)


async def test_a_token_lasts_a_year_at_most_and_is_made_by_who_just_gave_the_password(office: Office):
    owner = await office.hire("li.si", Role.CLERK)
    for days in (-1, 367):
        with pytest.raises(FieldInvalidError):
            await made(office, owner, days)
    with pytest.raises(FieldInvalidError):
        await made(office, owner, name="")
    proof = await office.prove(owner)
    office.clock.advance(minutes=3)
    wanted = WantedToken("x", READ, today(office))
    with pytest.raises(ProofOutdatedError):
        await office.do(lambda tx: create_token(tx, owner, proof, wanted))


def close(tx: Transaction, office: Office, account_id: str) -> None:
    close_account(tx, office.security, account_id)


def reset(tx: Transaction, office: Office, account_id: str) -> None:
    reset_account(tx, office.system, account_id)


@pytest.mark.parametrize("end", [close, reset])
async def test_the_tokens_of_a_closed_or_held_account_stop_at_once(
    office: Office, end: Callable[[Transaction, Office, str], None]
):
    owner = await office.hire("li.si", Role.CLERK)
    _, value = await made(office, owner)
    await office.do(lambda tx: end(tx, office, owner.account_id))
    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(value)


async def test_a_token_does_not_come_back_with_a_released_account(office: Office):
    owner = await office.hire("li.si", Role.CLERK)
    _, value = await made(office, owner)
    await office.do(lambda tx: reset(tx, office, owner.account_id))
    await office.do(lambda tx: release_account(tx, office.security, owner.account_id))
    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(value)


async def test_a_token_is_revoked_by_its_owner_or_the_security_administrator_alone(any_office: Office):
    office = any_office
    owner, other = await office.hire("li.si", Role.CLERK), await office.hire("wang.wu", Role.CLERK)
    (mine, value), (second, _) = await made(office, owner), await made(office, owner)
    with pytest.raises(TokenUnknownError):
        await office.do(lambda tx: revoke_token(tx, other, mine.token_id))
    with pytest.raises(RoleMissingError):
        await listed(office, other, owner.account_id)

    await office.do(lambda tx: revoke_token(tx, owner, mine.token_id))
    await office.do(lambda tx: revoke_token(tx, office.security, second.token_id))

    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(value)
    assert [one.revoked_at for one in await listed(office, office.security, owner.account_id)] == [
        office.clock.now()
    ] * 2


async def test_a_changed_password_tells_how_many_tokens_stand(office: Office):
    owner = await office.hire("li.si", Role.CLERK)
    await made(office, owner)
    _, value = await made(office, owner)
    assert await office.gate.change_password(owner, "Xunchake-2026", "Another-Pass-7") == 2
    await office.authenticator.authenticate(value)
