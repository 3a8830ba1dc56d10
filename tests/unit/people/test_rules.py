"""The rules about people, held against a plainer way of saying the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.clock import BEIJING
from services.chassis.people.errors import PasswordWeakError
from services.chassis.people.passwords import check_password
from services.chassis.people.records import (
    FREE_ATTEMPTS,
    Attempts,
    Delegation,
    SessionTimes,
    conflicting,
    may_stand_together,
)
from services.chassis.rpc.callers import ADMIN_ROLES, BUSINESS_ROLES, Caller, Grant, Role

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOURS = st.integers(0, 12)
SUB_UNITS, MATTERS = ["", "room-1", "room-2"], ["", "m-1", "m-2"]


def hour(number: int) -> datetime:
    return NOON + timedelta(hours=number)


GRANTS = st.builds(
    lambda role, sub_unit, matter, start, length: Grant(
        role, sub_unit or None, matter or None, hour(start), None if length is None else hour(start + length)
    ),
    st.sampled_from(Role),
    st.sampled_from(SUB_UNITS),
    st.sampled_from(MATTERS),
    HOURS,
    st.none() | st.integers(1, 6),
)


@given(held=st.lists(GRANTS, max_size=8), role=st.sampled_from(Role), at=HOURS)
def test_rights_are_role_by_sub_unit_by_matter_by_time(held: list[Grant], role: Role, at: int):
    """Told again as the set of all (role, sub-unit, matter, hour) that some grant spans."""
    spanned = {
        (grant.role, sub_unit, matter, number)
        for grant in held
        for sub_unit, matter, number in product(SUB_UNITS, MATTERS, range(13))
        if (grant.sub_unit or sub_unit) == sub_unit
        and (grant.matter_id or matter) == matter
        and grant.valid_from <= hour(number)
        and not (grant.valid_to and hour(number) >= grant.valid_to)
    }
    counting = tuple(grant for grant in held if grant.counts_at(hour(at)))
    caller = Caller("a", "p", "s", counting)

    for sub_unit, matter in product(SUB_UNITS, MATTERS):
        assert caller.may(frozenset({role}), sub_unit, matter) == ((role, sub_unit, matter, at) in spanned)


@given(one=GRANTS, other=GRANTS)
def test_no_hour_finds_one_person_as_an_administrator_and_anything_else(one: Grant, other: Grant):
    together = any(one.counts_at(hour(number)) and other.counts_at(hour(number)) for number in range(20))
    forbidden = one.role is not other.role and bool({one.role, other.role} & ADMIN_ROLES)

    assert (conflicting([one], other) is not None) == (together and forbidden)


@pytest.mark.parametrize(("one", "other"), list(product(Role, Role)))
def test_working_roles_go_together_and_administrators_stand_alone(one: Role, other: Role):
    both_work = one in BUSINESS_ROLES and other in BUSINESS_ROLES

    assert may_stand_together(one, other) == (both_work or one is other)


@given(uses=st.lists(st.integers(0, 80), max_size=60))
def test_a_session_never_outlives_its_idle_time_nor_its_longest_time(uses: list[int]):
    """However it is used, and although not every use is written down."""
    times = SessionTimes()
    opened = now = NOON
    expires = times.expiry(opened, opened)
    for minutes in uses:
        last, now = now, now + timedelta(minutes=minutes)
        if now >= expires:
            break
        assert now - last < times.idle
        if times.worth_moving(opened, expires, now):
            expires = times.expiry(opened, now)
        assert now < expires <= opened + times.longest
        assert times.idle * 3 / 4 < expires - now <= times.idle or expires == opened + times.longest


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def delegation(first: date, last: date, revoked_at: datetime | None = None) -> Delegation:
    return Delegation("d", "leader", "clerk", first, last, None, None, "外出", revoked_at)


@given(first=DAYS, length=st.integers(0, 40))
def test_a_delegation_counts_from_the_first_to_the_last_instant_of_its_days_in_beijing(first: date, length: int):
    last = first + timedelta(days=length)
    given_days = delegation(first, last)
    begins = datetime.combine(first, time.min, BEIJING)
    ends = datetime.combine(last + timedelta(days=1), time.min, BEIJING)
    moment = timedelta(microseconds=1)

    assert [given_days.counts_at(at.astimezone(UTC)) for at in (begins - moment, begins)] == [False, True]
    assert [given_days.counts_at(at.astimezone(UTC)) for at in (ends - moment, ends)] == [True, False]


def test_a_delegation_day_begins_at_four_in_the_afternoon_utc_of_the_day_before():
    one_day = delegation(date(2026, 3, 2), date(2026, 3, 2))

    assert one_day.counts_at(datetime(2026, 3, 1, 16, 0, tzinfo=UTC))
    assert not one_day.counts_at(datetime(2026, 3, 2, 16, 0, tzinfo=UTC))


def test_a_revoked_delegation_counts_until_the_instant_it_was_revoked():
    revoked = delegation(date(2026, 3, 1), date(2026, 3, 9), NOON)

    assert revoked.counts_at(NOON - timedelta(seconds=1))
    assert not revoked.counts_at(NOON)


@given(sub_unit=st.sampled_from(SUB_UNITS), matter=st.sampled_from(MATTERS), of=st.sampled_from(SUB_UNITS))
def test_a_delegation_reaches_what_its_scope_names(sub_unit: str, matter: str, of: str):
    scoped = replace(delegation(date(2026, 3, 2), date(2026, 3, 2)), sub_unit=of or None)

    assert scoped.covers(sub_unit, matter) == (of in {"", sub_unit})


def test_wrong_passwords_cost_nothing_at_first_then_twice_as_long_each_time_up_to_an_hour():
    attempts, now, waits = Attempts(), NOON, []
    for _ in range(FREE_ATTEMPTS + 9):
        wait = attempts.locked_for(now) or timedelta(0)
        waits.append(int(wait.total_seconds() / 60))
        now += wait
        attempts = attempts.another(now)

    assert waits == [0] * FREE_ATTEMPTS + [1, 2, 4, 8, 16, 32, 60, 60, 60]


@given(gaps=st.lists(st.integers(0, 200), max_size=200))
def test_an_hour_never_sees_more_than_a_handful_of_guesses_once_locking_began(gaps: list[int]):
    """A guesser who tries at any moments whatever: attempts that are looked at stay few."""
    attempts, now, looked_at = Attempts(), NOON, []
    for seconds in gaps:
        now += timedelta(seconds=seconds)
        if attempts.locked_for(now) is None:
            attempts = attempts.another(now)
            looked_at.append(now)

    for start in looked_at:
        assert sum(start <= one < start + timedelta(hours=1) for one in looked_at) <= FREE_ATTEMPTS + 6


def test_a_quiet_day_forgives():
    locked = Attempts(FREE_ATTEMPTS + 20, NOON)

    assert locked.another(NOON + timedelta(days=1, seconds=1)).failures == 1
    assert locked.another(NOON + timedelta(hours=23)).failures == FREE_ATTEMPTS + 21


@pytest.mark.parametrize(
    "password", ["Xunchake-2026", "巡察办Lianxi2026", "correct horse battery staple", "审计局专用口令Ab1!"]
)
def test_a_good_password_is_taken(password: str):
    check_password(password, "li.si")


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("Ab1-xyzqw", "fewer than 10"),
        ("Ab1-" + "xyzqw" * 60, "more than 256"),
        ("Li.Si-2026-Xc", "login"),
        ("aAaAaA1111-", "repeats"),
        ("abcdefghij12", "three of"),
    ],
)
def test_a_password_that_breaks_a_rule_is_refused_with_the_rule(password: str, problem: str):
    with pytest.raises(PasswordWeakError) as caught:
        check_password(password, "li.si")

    assert problem in caught.value.facts["problem"]
    assert password not in caught.value.text("en") + caught.value.text("zh")
