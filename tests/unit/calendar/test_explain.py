"""The explanation a person or a program reads beside a due date."""

from __future__ import annotations

import json
from datetime import date

from services.chassis.calendar.dues import (
    DueRule,
    RuleKind,
    Suspension,
    compute,
    month_due,
    not_before,
    promptly,
    stated_due,
    working_day_due,
    year_end_due,
)
from services.chassis.calendar.explain import REASON_TEXTS, as_json, as_lines, reason_text, summary
from services.chassis.calendar.working import Reason, shipped_calendar

CAL = shipped_calendar()


def test_the_json_object_survives_a_round_trip_and_holds_every_day():
    told = json.loads(json.dumps(as_json(working_day_due(date(2026, 3, 2), 5, CAL))))

    assert told["due_date"] == told["original_due_date"] == "2026-03-09"
    assert told["provisional"] is False
    assert told["start"] == "2026-03-02"
    assert told["rule"] == {"kind": "working_day", "length": 5, "roll": False}
    assert [(day["date"], day["counted"], day["reason"]) for day in told["days"]] == [
        ("2026-03-02", False, "start_day"),
        ("2026-03-03", True, "working_day"),
        ("2026-03-04", True, "working_day"),
        ("2026-03-05", True, "working_day"),
        ("2026-03-06", True, "working_day"),
        ("2026-03-07", False, "weekend"),
        ("2026-03-08", False, "weekend"),
        ("2026-03-09", True, "working_day"),
    ]


def test_a_date_that_is_absent_is_null():
    assert as_json(promptly(date(2026, 3, 2)))["due_date"] is None
    assert as_json(not_before(date(2026, 3, 2), 1))["opens_on"] == "2026-04-02"
    assert as_json(not_before(date(2026, 3, 2), 1))["due_date"] is None


def test_a_provisional_date_says_which_calendar_is_missing_and_that_nobody_is_late():
    due = working_day_due(date(2026, 12, 28), 5, CAL)

    assert as_json(due)["missing_years"] == [2027]
    assert "暂定（2027 年放假安排未载入），不据此认定逾期" in summary(due, "zh")
    assert "provisional (calendar of 2027 not loaded)" in summary(due, "en")
    assert any("（暂定）" in line for line in as_lines(due, "zh"))


def test_lines_number_the_counted_days_and_show_weekday_and_reason():
    lines = as_lines(working_day_due(date(2026, 4, 29), 5, CAL), "zh")

    assert lines[0] == "自 2026-04-29（周三） 起 5 个工作日：2026-05-09（周六）"
    assert lines[1] == "  -  2026-04-29（周三）  起算日，当日不计入"
    assert lines[-1] == "  5  2026-05-09（周六）  调休上班，计入"
    english = as_lines(working_day_due(date(2026, 4, 29), 5, CAL), "en")
    assert english[0] == "5 working days from 2026-04-29 (Wed): 2026-05-09 (Sat)"
    assert english[-1] == "  5  2026-05-09 (Sat)  make-up working day, counted"


def test_a_moved_date_shows_the_original_beside_it():
    stop = Suspension(date(2026, 3, 4), date(2026, 3, 10))
    due = compute(DueRule(RuleKind.WORKING_DAY, 5), date(2026, 3, 2), CAL, extension=1, suspensions=[stop])

    assert as_lines(due, "zh")[1] == "原定期限 2026-03-09（周一）"
    assert as_lines(due, "en")[1] == "Original date 2026-03-09 (Mon)"
    assert as_json(due)["suspensions"] == [{"first_day": "2026-03-04", "resumes_on": "2026-03-10"}]
    assert as_json(due)["extension"] == 1


def test_every_kind_of_rule_has_its_sentence_in_both_languages():
    stopped = compute(
        DueRule(RuleKind.WORKING_DAY, 5), date(2026, 3, 2), CAL, suspensions=[Suspension(date(2026, 3, 4))]
    )
    expected = [
        (month_due(date(2026, 7, 5), 3, CAL), "3 个月：2026-10-08（周四）", "3 months from"),
        (year_end_due(date(2026, 7, 5), CAL), "每年：2026-12-31（周四）", "every year"),
        (stated_due(date(2026, 7, 5), date(2026, 8, 3), CAL), "载明日期：2026-08-03", "stated in the letter"),
        (
            compute(DueRule(RuleKind.STATED, stated=date(2026, 9, 30)), date(2026, 7, 5), CAL, extension=2),
            "延长 2 个工作日：2026-10-09",
            "2 working days after",
        ),
        (not_before(date(2026, 7, 5), 1), "不早于 2026-08-05", "not before 2026-08-05"),
        (promptly(date(2026, 7, 5)), "无固定期限", "no fixed date"),
        (stopped, "恢复前无到期日", "no date until it resumes"),
    ]
    for due, chinese, english in expected:
        assert chinese in summary(due, "zh")
        assert english in summary(due, "en")


def test_every_reason_has_a_text_in_both_languages():
    assert set(REASON_TEXTS) == set(Reason)
    assert reason_text(Reason.WEEKEND, "zh") == "周末"
    assert reason_text(Reason.WEEKEND, "en") == "weekend"
