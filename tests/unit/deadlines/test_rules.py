"""Every time rule of the shipped rulebook becomes a calendar rule, and its reminders fall on the right days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from services.chassis.calendar.dues import DueRule, RuleKind, compute
from services.chassis.calendar.errors import DueRuleError
from services.chassis.calendar.working import shipped_calendar
from services.chassis.deadlines.model import Deadline, State
from services.chassis.deadlines.reminders import reached, step_date
from services.chassis.deadlines.rules import calendar_rule, closing_time
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.load import load

CAL = shipped_calendar()
DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load()


@pytest.mark.parametrize(
    ("rule_id", "expected"),
    [
        pytest.param("info_reply", DueRule(RuleKind.WORKING_DAY, 5), marks=pytest.mark.article("A3.2h")),
        pytest.param("lead_feedback", DueRule(RuleKind.MONTH, 3, roll=True), marks=pytest.mark.article("A4.3d")),
        pytest.param("concentrated_stage", DueRule(RuleKind.MONTH, 3, roll=True), marks=pytest.mark.article("A5.1b")),
        pytest.param("progress_hearing", DueRule(RuleKind.NOT_BEFORE, 1), marks=pytest.mark.article("A5.2b")),
        ("periodic_report", DueRule(RuleKind.WORKING_DAY, 10)),
        ("young_cadres", DueRule(RuleKind.YEAR, 1)),
        ("audit_plan", DueRule(RuleKind.YEAR, 1, month=10, day=31)),
        ("promptly", DueRule(RuleKind.PROMPTLY)),
    ],
)
def test_a_time_rule_of_the_opinion_becomes_a_calendar_rule(book: Rulebook, rule_id: str, expected: DueRule):
    assert calendar_rule(book.due_rule(rule_id), book, DAY) == expected


def test_every_shipped_time_rule_can_be_computed(book: Rulebook):
    for rule in book.due_rules:
        compute(calendar_rule(rule, book, DAY, stated=date(2026, 3, 20)), DAY, CAL)


def test_a_rule_that_takes_its_date_from_the_letter_needs_one(book: Rulebook):
    rule = book.due_rule("stated_date")

    assert calendar_rule(rule, book, DAY, date(2026, 3, 20)) == DueRule(RuleKind.STATED, stated=date(2026, 3, 20))
    with pytest.raises(DueRuleError, match="states no date"):
        calendar_rule(rule, book, DAY)


def clock_of(rule: DueRule, start: date, rule_id: str = "info_reply") -> Deadline:
    due = compute(rule, start, CAL)
    return Deadline(
        "d", "m", "body", rule_id, "A3.2h", rule, start, due.due_date, due.opens_on, due.provisional,
        due.due_date, 0, (), State.OPEN, datetime(2026, 3, 2, tzinfo=UTC), None,
    )  # fmt: skip


@pytest.mark.article("A3.2h")
def test_the_ladder_of_an_info_reply_counts_in_working_days(book: Rulebook):
    ladder = book.reminders_for(book.due_rule("info_reply"))
    assert ladder is not None

    # Due on the make-up Saturday 10 October 2026.
    assert [step_date(step, date(2026, 10, 10), CAL) for step in ladder.steps] == [
        date(2026, 10, 8),
        date(2026, 10, 10),
        date(2026, 10, 12),
        date(2026, 10, 14),
    ]


@pytest.mark.parametrize(
    ("today", "steps"),
    [
        (date(2026, 3, 4), []),
        (date(2026, 3, 5), ["before-2-working_days"]),
        (date(2026, 3, 9), ["on-0-working_days"]),
        (date(2026, 3, 10), ["after-1-working_days"]),
        (date(2026, 3, 12), ["after-1-working_days", "after-3-working_days"]),
    ],
)
def test_only_what_is_true_today_is_reminded(book: Rulebook, today: date, steps: list[str]):
    ladder = book.reminders_for(book.due_rule("info_reply"))
    assert ladder is not None
    clock = clock_of(DueRule(RuleKind.WORKING_DAY, 5), DAY)

    assert [item.step_key for item in reached(clock, ladder, today, CAL)] == steps


def test_nobody_is_told_of_being_late_on_a_provisional_date(book: Rulebook):
    ladder = book.reminders_for(book.due_rule("info_reply"))
    assert ladder is not None
    clock = clock_of(DueRule(RuleKind.WORKING_DAY, 5), date(2026, 12, 28))

    assert [item.step_key for item in reached(clock, ladder, date(2027, 1, 4), CAL)] == ["before-2-working_days"]
    assert reached(clock, ladder, date(2027, 2, 1), CAL) == []


@pytest.mark.article("A5.2b")
def test_the_office_is_reminded_when_a_hearing_opens_and_warned_when_it_is_not_held(book: Rulebook):
    ladder = book.reminders_for(book.due_rule("progress_hearing"))
    assert ladder is not None
    clock = clock_of(DueRule(RuleKind.NOT_BEFORE, 1), DAY, "progress_hearing")

    assert reached(clock, ladder, date(2026, 4, 1), CAL) == []
    assert [item.step_key for item in reached(clock, ladder, date(2026, 4, 2), CAL)] == ["on-0-days"]
    assert "after-45-days" in [item.step_key for item in reached(clock, ladder, date(2026, 5, 17), CAL)]


def test_a_duty_without_a_number_is_never_reminded_by_date(book: Rulebook):
    ladder = book.reminders_for(book.due_rule("info_reply"))
    assert ladder is not None

    assert reached(clock_of(DueRule(RuleKind.PROMPTLY), DAY), ladder, date(2026, 6, 1), CAL) == []


def test_a_due_day_lasts_to_its_end_unless_the_county_closes_earlier(book: Rulebook):
    settings = [one.model_copy(update={"value": "18:30"}) if one.id == "day_ends_at" else one for one in book.settings]
    closing_early = book.model_copy(update={"settings": tuple(settings)})

    assert closing_time(book, DAY) is None
    assert closing_time(closing_early, DAY) == time(18, 30)
