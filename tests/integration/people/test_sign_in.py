"""Signing in: the same answer for every failure, locks that grow, tokens that end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.chassis.errors import GuantongError
from services.chassis.people.accounts import close_account, reset_account
from services.chassis.people.errors import (
    PasswordWeakError,
    PasswordWrongError,
    SignInLockedError,
    SignInRefusedError,
)
from services.chassis.people.passwords import Passwords
from services.chassis.people.records import FREE_ATTEMPTS
from services.chassis.people.sessions import forget_what_ended, sign_out
from services.chassis.people.tables import ACCOUNTS, SESSIONS, SIGN_IN_ATTEMPTS
from services.chassis.rpc.callers import Role
from services.chassis.rpc.errors import NotSignedInError
from services.chassis.testing.clock import FixedClock
from tests.integration.people.people_for_tests import PASSWORD, Office

WRONG = "Not-the-password-1"


async def refusal(office: Office, login: str, password: str = WRONG) -> GuantongError:
    with pytest.raises(GuantongError) as caught:
        await office.gate.sign_in(login, password)
    return caught.value


async def test_who_signs_in_is_known_with_the_roles_that_count(any_office: Office):
    clerk = await any_office.hire("li.si", Role.CLERK, Role.LIAISON)

    assert clerk.roles == {Role.CLERK, Role.LIAISON}
    assert (await any_office.caller(" Li.Si ")).account_id == clerk.account_id


async def test_no_such_login_wrong_password_and_an_account_not_in_use_sound_the_same(office: Office):
    closed, reset = await office.open("closed"), await office.open("reset")
    await office.open("present")
    await office.do(lambda tx: close_account(tx, office.security, closed))
    await office.do(lambda tx: reset_account(tx, office.system, reset))

    answers = [await refusal(office, "present")]
    answers += [await refusal(office, login, PASSWORD) for login in ("nobody", "closed", "reset")]

    assert {type(answer) for answer in answers} == {SignInRefusedError}
    assert len({answer.text("zh") + repr(answer.facts) for answer in answers}) == 1


async def test_a_login_that_nobody_has_is_locked_like_one_that_somebody_has(office: Office):
    await office.open("present")
    answers = {
        login: [type(await refusal(office, login)) for _ in range(FREE_ATTEMPTS + 2)] for login in ("present", "nobody")
    }

    assert answers["present"] == answers["nobody"]
    assert answers["present"] == [SignInRefusedError] * FREE_ATTEMPTS + [SignInLockedError] * 2


async def test_the_right_password_does_not_open_a_locked_login_until_its_time_is_over(
    office: Office, clock: FixedClock
):
    await office.open("present")
    for _ in range(FREE_ATTEMPTS):
        await refusal(office, "present")
    locked = await refusal(office, "present", PASSWORD)
    assert locked.facts == {"retry_seconds": "60"}

    clock.advance(seconds=60)
    await office.gate.sign_in("present", PASSWORD)

    assert isinstance(await refusal(office, "present"), SignInRefusedError)


async def test_guesses_at_the_same_moment_gain_nothing(any_office: Office):
    """Each is counted before its password is looked at."""
    await any_office.open("present")
    answers = await asyncio.gather(*(refusal(any_office, "present") for _ in range(30)))

    assert sum(isinstance(answer, SignInRefusedError) for answer in answers) == FREE_ATTEMPTS


async def test_a_login_nobody_has_is_not_kept_readable(office: Office):
    """What is typed as a login is at times the password."""
    await refusal(office, "my-secret-password")
    rows = await office.do(lambda tx: tx.connection.execute(sa.select(SIGN_IN_ATTEMPTS.c.subject)).scalars().all())

    assert len(rows) == 1
    assert "secret" not in rows[0]


async def test_a_token_ends_when_it_is_not_used(office: Office, clock: FixedClock):
    await office.open("present")
    session = await office.gate.sign_in("present", PASSWORD)
    for _ in range(4):
        clock.advance(minutes=29)
        await office.authenticator.authenticate(session.token)

    clock.advance(minutes=30)
    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(session.token)


async def test_a_token_in_constant_use_ends_after_half_a_day(office: Office, clock: FixedClock):
    await office.open("present")
    session = await office.gate.sign_in("present", PASSWORD)
    opened, last = clock.now(), clock.now()

    async def used_every_few_minutes():
        nonlocal last
        while clock.now() < opened + timedelta(days=2):
            await office.authenticator.authenticate(session.token)
            last = clock.now()
            clock.advance(minutes=7)

    with pytest.raises(NotSignedInError):
        await used_every_few_minutes()

    assert timedelta(hours=11, minutes=50) < last - opened < timedelta(hours=12)


async def test_the_database_holds_neither_tokens_nor_passwords(office: Office):
    await office.open("present")
    session = await office.gate.sign_in("present", PASSWORD)
    rows = await office.do(
        lambda tx: [
            *tx.connection.execute(sa.select(SESSIONS)).all(),
            *tx.connection.execute(sa.select(ACCOUNTS.c.password_hash)).all(),
        ]
    )

    assert session.token not in repr(rows)
    assert PASSWORD not in repr(rows)
    assert session.token not in repr(session)


async def test_signing_out_ends_this_session_alone(office: Office):
    caller = await office.hire("present", Role.CLERK)
    other = await office.gate.sign_in("present", PASSWORD)
    mine = await office.gate.sign_in("present", PASSWORD)
    me = await office.authenticator.authenticate(mine.token)
    await office.do(lambda tx: sign_out(tx, me))

    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(mine.token)
    assert (await office.authenticator.authenticate(other.token)).account_id == caller.account_id


async def test_a_changed_password_ends_every_session_and_the_old_one_is_over(office: Office):
    caller = await office.hire("present", Role.CLERK)
    session = await office.gate.sign_in("present", PASSWORD)
    await office.gate.change_password(caller, PASSWORD, "Another-Pass-7")

    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(session.token)
    assert isinstance(await refusal(office, "present", PASSWORD), SignInRefusedError)
    await office.gate.sign_in("present", "Another-Pass-7")


async def test_a_password_is_changed_only_by_who_knows_it_and_to_a_good_one(office: Office):
    caller = await office.hire("present", Role.CLERK)
    with pytest.raises(PasswordWrongError):
        await office.gate.change_password(caller, WRONG, "Another-Pass-7")
    with pytest.raises(PasswordWeakError):
        await office.gate.change_password(caller, PASSWORD, "present-2026A")

    await office.gate.sign_in("present", PASSWORD)


async def test_a_stolen_token_does_not_help_to_guess_the_password(office: Office):
    caller = await office.hire("present", Role.CLERK)
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(PasswordWrongError):
            await office.gate.confirm(caller, WRONG)

    with pytest.raises(SignInLockedError):
        await office.gate.confirm(caller, PASSWORD)


async def test_sessions_that_ran_out_are_forgotten(office: Office, clock: FixedClock):
    await office.gate.sign_in("system", PASSWORD)
    clock.advance(hours=1)
    await office.do(forget_what_ended)

    assert await office.do(lambda tx: tx.connection.execute(sa.select(SESSIONS)).all()) == []


async def test_the_shipped_cost_of_a_password_is_argon2id_with_64_mib():
    passwords = Passwords()
    stored = await passwords.hash(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=2$")
    assert await passwords.verify(stored, PASSWORD)
    assert not await passwords.verify(stored, WRONG)
    assert not await passwords.verify(None, PASSWORD)
    passwords.close()


async def test_a_password_typed_on_another_machine_is_the_same_password():
    """Composed or decomposed, the text is one."""
    passwords = Passwords(light=True)
    assert await passwords.verify(await passwords.hash("Ame\u0301lie-2026"), "Am\u00e9lie-2026")
    passwords.close()
