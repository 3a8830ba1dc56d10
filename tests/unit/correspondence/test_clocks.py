"""Clocks as a function of a matter's letters: started by signing for, moved on record, ended by a signed reply."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.calendar.dues import DueRule, RuleKind, Suspension
from services.chassis.correspondence.clocks import Terms, clocks_of
from services.chassis.matters.fold import Matter, fold
from services.chassis.matters.model import Act, Event, Kind, Side
from services.chassis.rulebook.load import load

BOOK = load()
TERMS = Terms(BOOK.due_rule("info_reply"), "A3.2h", BOOK)
STATED = Terms(BOOK.due_rule("stated_date"), "A1.2b", BOOK)
SENT = datetime(2026, 3, 2, 1, tzinfo=UTC)
OPENER, ADDRESSEE = Side.OPENER, Side.ADDRESSEE
SIGNED = {"leader_signed_at": SENT.isoformat()}
ASKED = {**SIGNED, "required_sections": ["u1/s1"]}
REPLY = {"sections": {"u1/s1": "provided"}, "deidentified": True}


def act(number: int, event: Event, side: Side, hours: float, last_seen: str | None, **facts: object) -> Act:
    return Act(f"{side}-{number}", event, side, number, SENT + timedelta(hours=hours), last_seen, facts)


def opened(**facts: object) -> Act:
    return act(1, Event.OPENED, OPENER, 0, None, **ASKED, **facts)


def signed_for(hours: float = 2) -> Act:
    return act(1, Event.SIGNED_FOR, ADDRESSEE, hours, "opener-1", signed_for_by="a clerk")


def answered(hours: float, number: int = 2, seen: str = "opener-1") -> Act:
    when = (SENT + timedelta(hours=hours)).isoformat()
    return act(number, Event.ANSWERED, ADDRESSEE, hours, seen, **REPLY, leader_signed_at=when)


def matter(*acts: Act) -> Matter:
    folded = fold(Kind.REQUEST, acts)
    assert not folded.kept
    return folded


@pytest.mark.article("A3.2h")
def test_no_clock_runs_before_the_letter_is_signed_for():
    assert clocks_of(matter(opened()), TERMS) == ()


@pytest.mark.article("A3.2h")
def test_signing_for_starts_five_working_days():
    (clock,) = clocks_of(matter(opened(), signed_for()), TERMS)

    assert (clock.start, clock.rule) == (date(2026, 3, 2), DueRule(RuleKind.WORKING_DAY, 5))
    assert clock.closed_at is None


def test_the_day_is_the_day_in_beijing():
    (clock,) = clocks_of(matter(opened(), signed_for(hours=15.5)), TERMS)

    assert clock.start == date(2026, 3, 3)


def test_an_answer_ends_the_clock_when_it_was_signed_and_written():
    (clock,) = clocks_of(matter(opened(), signed_for(), answered(24)), TERMS)

    assert clock.closed_at == SENT + timedelta(hours=24)


def test_a_return_leaves_the_first_reply_in_time_and_starts_a_clock_of_its_own():
    returned = act(
        2,
        Event.RETURNED_FOR_COMPLETION,
        OPENER,
        48,
        "addressee-2",
        section_reasons={"u1/s1": "the year is missing"},
        target_date="2026-03-12",
    )
    first, second = clocks_of(matter(opened(), signed_for(), answered(24), returned), TERMS)

    assert first.closed_at == SENT + timedelta(hours=24)
    assert (second.rule, second.closed_at) == (DueRule(RuleKind.STATED, stated=date(2026, 3, 12)), None)

    again = answered(72, number=3, seen="opener-2")
    _, second = clocks_of(matter(opened(), signed_for(), answered(24), returned, again), TERMS)
    assert second.closed_at == SENT + timedelta(hours=72)


def test_extension_stop_and_restart_belong_to_the_clock_that_runs():
    extended = act(2, Event.EXTENDED, OPENER, 5, "addressee-1", reason="snow", approver="head", length=3)
    stopped = act(
        3, Event.SUSPENDED, OPENER, 24, None, reason="files sealed", approver="head", **{"from": "2026-03-03"}
    )
    resumed = act(4, Event.RESUMED, OPENER, 72, None, to="2026-03-05", reason="opened", approver="head")
    (clock,) = clocks_of(matter(opened(), signed_for(), extended, stopped), TERMS)

    assert (clock.extension, clock.stopped) == (3, True)
    assert [one.letter_id for one in clock.told] == ["opener-2", "opener-3"]

    (clock,) = clocks_of(matter(opened(), signed_for(), extended, stopped, resumed), TERMS)
    assert clock.stops == (Suspension(date(2026, 3, 3), date(2026, 3, 5)),)


def test_a_withdrawn_request_owes_nothing():
    withdrawn = act(2, Event.WITHDRAWN, OPENER, 30, "addressee-1", reason="wrong unit", **SIGNED)
    (clock,) = clocks_of(matter(opened(), signed_for(), withdrawn), TERMS)

    assert clock.closed_at == SENT + timedelta(hours=30)


def test_a_letter_that_states_a_date_is_held_to_it_and_one_that_states_none_to_no_date():
    (stated,) = clocks_of(matter(opened(reply_by="2026-03-20"), signed_for()), STATED)
    (unstated,) = clocks_of(matter(opened(), signed_for()), STATED)

    assert stated.rule == DueRule(RuleKind.STATED, stated=date(2026, 3, 20))
    assert unstated.rule == DueRule(RuleKind.PROMPTLY)


@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_both_sides_come_to_the_same_clocks_in_whatever_order_letters_arrive(random, repeats: int):
    acts = [
        opened(),
        signed_for(),
        act(2, Event.EXTENDED, OPENER, 5, "addressee-1", reason="snow", approver="head", length=2),
        act(3, Event.SUSPENDED, OPENER, 24, None, reason="sealed", approver="head", **{"from": "2026-03-03"}),
        act(4, Event.RESUMED, OPENER, 72, None, to="2026-03-05", reason="opened", approver="head"),
        answered(80, seen="opener-4"),
    ]
    shuffled = acts * repeats
    random.shuffle(shuffled)

    assert clocks_of(fold(Kind.REQUEST, shuffled), TERMS) == clocks_of(fold(Kind.REQUEST, acts), TERMS)
