"""A person sees where they are signed in and ends what should not be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.chassis.people.records import SessionTimes
from services.chassis.people.sessions import end_others, end_session, list_sessions
from services.chassis.rpc.callers import Role
from services.chassis.rpc.errors import FieldInvalidError, NotSignedInError
from tests.integration.people.people_for_tests import PASSWORD, Office


async def test_sessions_are_listed_and_ended_by_their_owner_alone(any_office: Office):
    office = any_office
    me = await office.hire("li.si", Role.CLERK)
    other = await office.hire("wang.wu", Role.CLERK)
    office.clock.advance(minutes=10)
    there = await office.gate.sign_in("li.si", PASSWORD, "Firefox, Windows")
    mine = await office.do(lambda tx: list_sessions(tx.connection, me, office.clock.now()))
    assert [one.client for one in mine] == ["Firefox, Windows", ""]

    await office.do(lambda tx: end_session(tx, other, mine[0].session_id))
    await office.authenticator.authenticate(there.token)
    await office.do(lambda tx: end_session(tx, me, mine[0].session_id))
    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(there.token)

    await office.gate.sign_in("li.si", PASSWORD)
    await office.gate.sign_in("li.si", PASSWORD)
    assert await office.do(lambda tx: end_others(tx, me)) == 2
    (left,) = await office.do(lambda tx: list_sessions(tx.connection, me, office.clock.now()))
    assert left.session_id == me.session_id


async def test_the_session_that_changes_the_password_goes_on(office: Office):
    await office.hire("li.si", Role.CLERK)
    here, there = [await office.gate.sign_in("li.si", PASSWORD) for _ in range(2)]
    me = await office.authenticator.authenticate(here.token)
    await office.gate.change_password(me, PASSWORD, "Another-Pass-7")

    await office.authenticator.authenticate(here.token)
    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(there.token)


async def test_a_session_is_used_when_it_moves(office: Office):
    me = await office.hire("li.si", Role.CLERK)
    session = await office.gate.sign_in("li.si", PASSWORD)
    office.clock.advance(minutes=20)
    await office.authenticator.authenticate(session.token)
    newest = (await office.do(lambda tx: list_sessions(tx.connection, me, office.clock.now())))[0]
    assert newest.used_at == office.clock.now()
    assert newest.expires_at == office.clock.now() + SessionTimes().idle
    assert newest.opened_at == office.clock.now() - timedelta(minutes=20)


async def test_a_program_calls_itself_something_that_can_be_shown(office: Office):
    await office.open("li.si")
    for client in ("x" * 61, "a\nb"):
        with pytest.raises(FieldInvalidError):
            await office.gate.sign_in("li.si", PASSWORD, client)
