"""A dated deputy does what the absent person may, as long as the leave lasts, and says for whom."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from guantong.node.v1 import people_service_pb2 as pb
from services.chassis.clock import beijing_date
from services.chassis.people.errors import (
    DeputyUnfitError,
    LeaveUnknownError,
    NotASignerError,
    NothingToStandInForError,
    NotTheDeputyError,
    NotYoursToHandOverError,
)
from services.chassis.people.grants import Wanted, revoke_grant
from services.chassis.people.leaves import WantedLeave, act_for, end_leave, list_leaves, record_leave
from services.chassis.people.records import Leave
from services.chassis.rpc.callers import Caller, Role
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.idempotency import once
from tests.integration.people.people_for_tests import PASSWORD, Office


async def leave(office: Office, by: Caller, absent: Caller, deputy: Caller, days: tuple[int, int] = (0, 4)) -> Leave:
    today = beijing_date(office.clock.now())
    first, last = (today + timedelta(days=number) for number in days)
    wanted = WantedLeave(absent.account_id, deputy.account_id, first, last, "年休假")
    return await office.do(lambda tx: record_leave(tx, by, wanted))


async def stands_in(office: Office, login: str, absent: str) -> tuple[Caller, str]:
    """A fresh session of the deputy's, acting for the absent person, and its token."""
    session = await office.gate.sign_in(login, PASSWORD)
    caller = await office.authenticator.authenticate(session.token)
    await office.do(lambda tx: act_for(tx, caller, absent))
    return await office.authenticator.authenticate(session.token), session.token


async def test_a_deputy_has_the_absent_persons_roles_within_their_limits_and_none_of_their_own(any_office: Office):
    office = any_office
    absent_id = await office.open("absent")
    await office.grant(absent_id, Wanted(Role.CLERK, "room-1"))
    await office.grant(absent_id, Wanted(Role.LEADER))
    absent = await office.caller("absent")
    deputy = await office.hire("deputy", Role.CLERK, Role.REVIEWER)
    await leave(office, absent, absent, deputy)

    acting, _ = await stands_in(office, "deputy", absent_id)

    assert (acting.account_id, acting.acting_for, acting.desk_of) == (deputy.account_id, absent_id, absent_id)
    assert [(grant.role, grant.sub_unit) for grant in acting.grants] == [(Role.CLERK, "room-1")]
    assert not acting.in_person


async def test_a_deputy_whom_the_office_named_may_see_what_the_named_person_may(office: Office):
    absent, deputy = await office.hire("absent", Role.REVIEWER), await office.hire("deputy", Role.CLERK)
    boss = await office.hire("boss", Role.LEADER)
    for by, named in ((absent, False), (boss, True)):
        recorded = await leave(office, by, absent, deputy)
        acting, _ = await stands_in(office, "deputy", absent.account_id)
        assert (acting.named, acting.in_person) == (named, named)
        await office.do(partial(end_leave, caller=by, leave_id=recorded.leave_id))


async def test_it_ends_with_its_last_day_and_the_deputy_is_themselves_again(office: Office):
    absent, deputy = await office.hire("absent", Role.LIAISON), await office.hire("deputy", Role.CLERK)
    await leave(office, absent, absent, deputy, (1, 1))
    with pytest.raises(NotTheDeputyError):
        await stands_in(office, "deputy", absent.account_id)

    office.clock.advance(days=1)
    acting, token = await stands_in(office, "deputy", absent.account_id)
    assert acting.roles == {Role.LIAISON}
    office.clock.advance(minutes=20)
    await office.authenticator.authenticate(token)
    (recorded,) = await office.do(lambda tx: list_leaves(tx.connection, deputy, None, 10))
    await office.do(lambda tx: end_leave(tx, absent, recorded.leave_id))
    after = await office.authenticator.authenticate(token)
    assert after.roles == {Role.CLERK}
    assert after.acting_for == ""

    office.clock.advance(days=1)
    with pytest.raises(NotTheDeputyError):
        await stands_in(office, "deputy", absent.account_id)


async def test_what_the_absent_person_or_the_deputy_loses_the_deputy_loses(office: Office):
    absent = await office.hire("absent", Role.CLERK)
    deputy_id = await office.open("deputy")
    held = await office.grant(deputy_id, Wanted(Role.CLERK))
    deputy = await office.caller("deputy")
    await leave(office, office.security, absent, deputy)
    _, token = await stands_in(office, "deputy", absent.account_id)
    await office.do(lambda tx: revoke_grant(tx, office.security, held))
    assert (await office.authenticator.authenticate(token)).grants == ()


async def test_a_deputy_does_not_sign_not_even_as_a_leader(office: Office):
    absent, deputy = await office.hire("absent", Role.CLERK), await office.hire("boss", Role.LEADER)
    await leave(office, absent, absent, deputy)
    acting, token = await stands_in(office, "boss", absent.account_id)
    with pytest.raises(NotASignerError):
        await office.sign(acting)
    await office.do(lambda tx: act_for(tx, acting, ""))
    assert await office.sign(await office.authenticator.authenticate(token)) == "人boss/科员/"


async def test_every_act_is_journalled_as_done_for_the_absent_person(any_office: Office):
    office = any_office
    absent, deputy = await office.hire("absent", Role.CLERK), await office.hire("deputy", Role.CLERK)
    await leave(office, absent, absent, deputy)
    acting, _ = await stands_in(office, "deputy", absent.account_id)
    request = pb.RecordPostRequest(request_id="r-1")
    for _ in range(2):
        await office.do(lambda tx: once(tx, acting, request, pb.RecordPostResponse, pb.RecordPostResponse))

    (told,) = [payload.decode() for kind, payload in await office.journal() if kind == "people.acted_for"]
    assert f'"account_id":"{deputy.account_id}","for_account_id":"{absent.account_id}"' in told
    assert "RecordPostRequest" in told


async def test_a_leave_is_recorded_by_the_person_a_leader_or_the_security_administrator(office: Office):
    absent, deputy = await office.hire("absent", Role.CLERK), await office.hire("deputy", Role.CLERK)
    other, boss = await office.hire("other", Role.REVIEWER), await office.hire("boss", Role.LEADER)
    for by in (other, deputy, office.system):
        with pytest.raises(NotYoursToHandOverError):
            await leave(office, by, absent, deputy)
    for by in (absent, boss, office.security):
        recorded = await leave(office, by, absent, deputy)
        with pytest.raises(LeaveUnknownError):
            await office.do(partial(end_leave, caller=other, leave_id=recorded.leave_id))
        await office.do(partial(end_leave, caller=by, leave_id=recorded.leave_id))

    def seen(caller: Caller) -> int:
        return office.database.writer.run_sync(lambda tx: len(list_leaves(tx.connection, caller, None, 10)))

    assert [seen(who) for who in (absent, deputy, boss, other)] == [3, 3, 3, 0]


async def test_only_who_works_on_matters_stands_in_and_only_for_who_does(office: Office):
    absent, boss = await office.hire("absent", Role.CLERK), await office.hire("boss", Role.LEADER)
    idle = await office.hire("idle")
    for unfit in (idle, office.system, absent):
        with pytest.raises(DeputyUnfitError):
            await leave(office, office.security, absent, unfit)
    with pytest.raises(NothingToStandInForError):
        await leave(office, boss, boss, absent)
    for days in ((-1, 3), (3, 2), (0, 367)):
        with pytest.raises(FieldInvalidError):
            await leave(office, absent, absent, boss, days)
