"""Whether a clock may be extended, stopped or let run again: with a reason and an approver, and where it stands so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from services.chassis.calendar.dues import DueRule, RuleKind
from services.chassis.calendar.errors import DueRuleError
from services.chassis.deadlines.checks import Grounds, check_extend, check_resume, check_suspend
from services.chassis.deadlines.errors import DeadlineOverdueError, DeadlineReasonError, DeadlineStateError
from services.chassis.deadlines.model import State
from tests.unit.deadlines.test_standing import FRIDAY, RUNNING, at, closed

GROUNDS = Grounds("awaiting a reply", "head")
STOPPED = replace(RUNNING, state=State.SUSPENDED, due_date=None)
UNDATED = replace(RUNNING, rule=DueRule(RuleKind.PROMPTLY), due_date=None)


@pytest.mark.parametrize("grounds", [Grounds(" ", "head"), Grounds("reason", "")])
def test_no_clock_moves_without_a_reason_and_an_approver(grounds: Grounds):
    with pytest.raises(DeadlineReasonError):
        check_extend(RUNNING, 1, grounds)
    with pytest.raises(DeadlineReasonError):
        check_suspend(RUNNING, at(FRIDAY), grounds)


def test_a_running_clock_may_be_extended_and_stopped_until_its_day_and_a_stopped_one_let_run_again():
    check_extend(RUNNING, 1, GROUNDS)
    check_extend(STOPPED, 1, GROUNDS)
    check_suspend(RUNNING, at(FRIDAY), GROUNDS)
    check_resume(STOPPED)


def test_what_does_not_apply_is_refused():
    with pytest.raises(DeadlineStateError):
        check_extend(closed(FRIDAY), 1, GROUNDS)
    with pytest.raises(DeadlineStateError):
        check_extend(UNDATED, 1, GROUNDS)
    with pytest.raises(DueRuleError):
        check_extend(RUNNING, 0, GROUNDS)
    with pytest.raises(DeadlineStateError):
        check_suspend(UNDATED, at(FRIDAY), GROUNDS)
    with pytest.raises(DeadlineStateError):
        check_resume(RUNNING)


def test_an_overdue_clock_is_not_stopped_not_even_on_the_evening_of_its_day():
    overdue = (at(date(2026, 3, 7)), None), (at(FRIDAY, 18), time(17, 30))
    for now, closing in overdue:
        with pytest.raises(DeadlineOverdueError) as refused:
            check_suspend(RUNNING, now, GROUNDS, closing)
        assert refused.value.facts["due_date"] == FRIDAY.isoformat()
    check_suspend(RUNNING, at(FRIDAY, 17), GROUNDS, time(17, 30))
    check_suspend(replace(RUNNING, provisional=True), at(date(2026, 3, 9)), GROUNDS)
