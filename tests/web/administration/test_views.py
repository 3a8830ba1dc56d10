"""What administrators type into forms reaches the node as they meant it: whole Beijing days, and the role chosen."""

from __future__ import annotations

import pytest
from starlette.datastructures import FormData

from gateway.auth.forms import Form
from gateway.problems import InputInvalidError
from gateway.web.pages.accounts.view import recorded_post, wanted_grant
from gateway.web.pages.journal.view import Search, begin_of, end_of, usual
from guantong.node.v1 import people_service_pb2 as people


def form(**typed: str) -> Form:
    return Form(FormData(list(typed.items())))


def test_a_role_counts_from_the_first_days_begin_to_the_last_days_end():
    asked = wanted_grant(form(role="1", from_date="2026-03-02", to_date="2026-03-03"), "li.si")

    assert asked.role == people.ROLE_CLERK
    assert asked.valid_from_time.ToJsonString() == "2026-03-01T16:00:00Z"
    assert asked.valid_to_time.ToJsonString() == "2026-03-03T16:00:00Z"


def test_what_is_left_empty_limits_nothing():
    asked = wanted_grant(form(role="3", sub_unit="", matter_id="", from_date="", to_date=""), "li.si")

    assert [field.name for field, _value in asked.ListFields()] == ["account_id", "role"]


def test_a_role_that_nobody_offered_is_none():
    assert wanted_grant(form(role="99"), "li.si").role == people.ROLE_UNSPECIFIED


@pytest.mark.parametrize("day", ["2026-02-30", "3月2日", "2026-3", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_refused_before_anything_is_asked(day: str):
    with pytest.raises(InputInvalidError):
        recorded_post(form(post="科长", from_date=day), "li.si")


def test_a_search_takes_both_days_whole():
    begin, end = begin_of("2026-03-02", "first"), end_of("2026-03-02", "last")

    assert begin is not None
    assert end is not None
    assert end.seconds - begin.seconds == 24 * 3600


def test_the_next_page_asks_for_the_same():
    wanted = Search(first="2026-03-02", kind="people.")

    assert wanted.address("/journal", "x") == "/journal?first=2026-03-02&kind=people.&page=x"
    assert wanted.address("/journal", "") == ""


def test_averages_are_said_with_one_digit():
    assert usual(125) == "1.2"
