"""A node's clocks in its database: moved only on record, recomputed when the calendar changes, reminded of once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial
from typing import TypeVar

import pytest

from services.chassis.calendar.dues import DueRule, RuleKind, Suspension, is_late, late_working_days
from services.chassis.calendar.errors import (
    CalendarOutdatedError,
    CalendarTableError,
    CalendarVersionError,
    DueRuleError,
)
from services.chassis.clock import BEIJING
from services.chassis.deadlines.acts import close_deadline, extend, open_deadline, resume, suspend
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.deadlines.checks import Grounds
from services.chassis.deadlines.errors import (
    DeadlineNotFoundError,
    DeadlineReasonError,
    DeadlineRunningError,
    DeadlineStateError,
)
from services.chassis.deadlines.loading import load_overlay, load_table
from services.chassis.deadlines.model import Cause, Deadline, NewDeadline, State
from services.chassis.deadlines.queries import deadlines_of, get_deadline, moves_of
from services.chassis.deadlines.reminders import list_due, take_reminders
from services.chassis.journal import store
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.load import load
from services.chassis.storage import Database, Transaction
from services.chassis.testing.clock import FixedClock

T = TypeVar("T")
FIVE = DueRule(RuleKind.WORKING_DAY, 5)
MONTHS = DueRule(RuleKind.MONTH, 3, roll=True)
TABLE_2027 = b"""
year = 2027
version = 1
source = "notice"
published = 2026-11-04
off = [2027-01-01, 2027-01-02, 2027-01-03, 2027-01-04, 2027-05-01, 2027-05-02, 2027-10-01, 2027-10-02, 2027-10-03]
make_up = []
"""


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load()


def run(database: Database, unit: Callable[[Transaction], T]) -> T:
    return database.writer.run_sync(unit)


def started(database: Database, start: date = date(2026, 3, 2), rule: DueRule = FIVE, matter: str = "m1") -> Deadline:
    new = NewDeadline(matter, "body-a", "info_reply", "A3.2h", rule, start)
    return run(database, lambda tx: open_deadline(tx, new))


def stored(database: Database, deadline: Deadline) -> Deadline:
    return database.reader.read_sync(lambda c: get_deadline(c, deadline.deadline_id))


def journal(database: Database, kind: str) -> list[dict[str, object]]:
    entries = database.reader.read_sync(lambda c: list(store.read(c, after=0, limit=1000)))
    return [json.loads(entry.payload) for entry in entries if entry.kind == kind]


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), BEIJING).astimezone(UTC)


@pytest.mark.article("A3.2h")
def test_a_started_clock_is_stored_with_its_date_and_journalled(database: Database):
    deadline = started(database)

    assert deadline.due_date == deadline.original_due_date == date(2026, 3, 9)
    assert stored(database, deadline) == deadline
    assert database.reader.read_sync(lambda c: deadlines_of(c, "m1")) == [deadline]
    assert [entry["due_date"] for entry in journal(database, "deadline.opened")] == ["2026-03-09"]


def test_starting_the_same_clock_again_gives_the_one_that_runs(database: Database):
    assert started(database) == started(database)
    with pytest.raises(DeadlineRunningError):
        started(database, start=date(2026, 3, 3))
    assert len(journal(database, "deadline.opened")) == 1


def test_each_rule_survives_storage(database: Database):
    rules = [
        MONTHS,
        DueRule(RuleKind.YEAR, 1, month=10, day=31),
        DueRule(RuleKind.NOT_BEFORE, 1),
        DueRule(RuleKind.PROMPTLY),
        DueRule(RuleKind.STATED, stated=date(2026, 3, 20)),
    ]
    for number, rule in enumerate(rules):
        deadline = started(database, rule=rule, matter=f"m{number}")

        assert stored(database, deadline) == deadline
        assert deadline.compute(database.reader.read_sync(calendar_in_force)).rule == rule


def test_a_closed_clock_may_be_started_anew_and_never_moves_again(database: Database, clock: FixedClock):
    first = started(database, start=date(2026, 12, 28))
    closed = run(database, lambda tx: close_deadline(tx, first.deadline_id))
    clock.advance(days=1)

    assert run(database, lambda tx: close_deadline(tx, first.deadline_id)) == closed
    assert run(database, lambda tx: load_table(tx, TABLE_2027, "2027.toml")).moves == ()
    assert stored(database, first).due_date == date(2027, 1, 5)
    assert closed.closed_on == date(2026, 3, 2)
    assert started(database).deadline_id != first.deadline_id
    with pytest.raises(DeadlineStateError):
        run(database, lambda tx: extend(tx, first.deadline_id, 1, Grounds("reason", "head")))


def test_an_extension_moves_the_date_in_the_rules_unit_and_keeps_the_original(database: Database):
    days, months = started(database), started(database, rule=MONTHS, matter="m2")

    run(database, lambda tx: extend(tx, days.deadline_id, 2, Grounds("机密的理由", "分管领导")))
    run(database, lambda tx: extend(tx, days.deadline_id, 1, Grounds("again", "分管领导")))
    run(database, lambda tx: extend(tx, months.deadline_id, 1, Grounds("x", "y")))

    assert stored(database, days).due_date == date(2026, 3, 12)
    assert stored(database, days).original_due_date == date(2026, 3, 9)
    assert stored(database, months).due_date == date(2026, 7, 2)
    moves = database.reader.read_sync(lambda c: moves_of(c, days.deadline_id))
    assert [(move.cause, move.amount, move.explanation, move.to_date) for move in moves] == [
        (Cause.EXTENDED, 2, "机密的理由", date(2026, 3, 11)),
        (Cause.EXTENDED, 1, "again", date(2026, 3, 12)),
    ]
    entry = journal(database, "deadline.moved")[0]
    assert (entry["from_date"], entry["to_date"], entry["approver"]) == ("2026-03-09", "2026-03-11", "分管领导")
    assert "机密" not in str(entry)


@pytest.mark.parametrize(("explanation", "approver"), [(" ", "head"), ("reason", "")])
def test_no_clock_moves_without_a_reason_and_an_approver(database: Database, explanation: str, approver: str):
    deadline = started(database)

    for act in (
        lambda tx: extend(tx, deadline.deadline_id, 1, Grounds(explanation, approver)),
        lambda tx: suspend(tx, deadline.deadline_id, Grounds(explanation, approver)),
    ):
        with pytest.raises(DeadlineReasonError):
            run(database, act)
    assert stored(database, deadline) == deadline


def test_a_stopped_clock_has_no_date_and_gets_its_days_back(database: Database, clock: FixedClock):
    deadline = started(database)
    clock.set(morning(date(2026, 3, 4)))
    stopped = run(database, lambda tx: suspend(tx, deadline.deadline_id, Grounds("awaiting a reply", "head")))
    clock.set(morning(date(2026, 3, 20)))

    assert stopped.due_date is None
    assert stopped.state is State.SUSPENDED
    assert not is_late(stored(database, deadline).due, clock.now())
    assert run(database, lambda tx: load_table(tx, TABLE_2027, "2027.toml")).moves == ()

    resumed = run(database, lambda tx: resume(tx, deadline.deadline_id))

    assert resumed.stops == (Suspension(date(2026, 3, 4), date(2026, 3, 20)),)
    assert resumed.due_date == date(2026, 3, 25)
    assert stored(database, deadline) == resumed
    moves = database.reader.read_sync(lambda c: moves_of(c, deadline.deadline_id))
    assert [move.cause for move in moves] == [Cause.SUSPENDED, Cause.RESUMED]


def test_stopping_and_resuming_on_one_day_changes_nothing_but_the_record(database: Database):
    deadline = started(database)
    run(database, lambda tx: suspend(tx, deadline.deadline_id, Grounds("mistake", "head")))

    assert run(database, lambda tx: resume(tx, deadline.deadline_id)) == deadline
    assert len(journal(database, "deadline.moved")) == 2


def test_acts_that_do_not_apply_are_refused(database: Database, clock: FixedClock):
    deadline = started(database)
    promptly = started(database, rule=DueRule(RuleKind.PROMPTLY), matter="m2")

    with pytest.raises(DeadlineStateError):
        run(database, lambda tx: resume(tx, deadline.deadline_id))
    with pytest.raises(DeadlineStateError):
        run(database, lambda tx: extend(tx, promptly.deadline_id, 1, Grounds("reason", "head")))
    with pytest.raises(DeadlineStateError):
        run(database, lambda tx: suspend(tx, promptly.deadline_id, Grounds("reason", "head")))
    with pytest.raises(DueRuleError):
        run(database, lambda tx: extend(tx, deadline.deadline_id, 0, Grounds("reason", "head")))
    with pytest.raises(DeadlineNotFoundError):
        run(database, lambda tx: close_deadline(tx, "nowhere"))
    clock.set(morning(date(2026, 3, 10)))
    with pytest.raises(DeadlineStateError):
        run(database, lambda tx: suspend(tx, deadline.deadline_id, Grounds("too late for that", "head")))


@pytest.mark.article("A3.2h")
def test_loading_a_year_moves_open_clocks_with_a_journal_entry_for_each(database: Database, clock: FixedClock):
    provisional = started(database, start=date(2026, 12, 28))
    certain = started(database, start=date(2026, 3, 2), matter="m2")
    stays = started(database, start=date(2027, 3, 1), matter="m3")
    clock.set(morning(date(2027, 2, 1)))
    assert provisional.provisional
    assert not is_late(provisional.due, clock.now())

    loaded = run(database, lambda tx: load_table(tx, TABLE_2027, "2027.toml"))

    assert [(m.deadline_id, m.from_date, m.to_date, m.cause) for m in loaded.moves] == [
        (provisional.deadline_id, date(2027, 1, 5), date(2027, 1, 6), Cause.CALENDAR)
    ]
    moved = stored(database, provisional)
    assert (moved.due_date, moved.original_due_date, moved.provisional) == (
        date(2027, 1, 6),
        date(2027, 1, 5),
        False,
    )
    assert is_late(moved.due, clock.now())
    assert late_working_days(moved.due, date(2027, 1, 8), database.reader.read_sync(calendar_in_force)) == 2
    assert stored(database, certain) == certain
    assert (stored(database, stays).due_date, stored(database, stays).provisional) == (stays.due_date, False)
    assert [entry["to_date"] for entry in journal(database, "deadline.moved")] == ["2027-01-06"]
    assert [entry["deadline_id"] for entry in journal(database, "deadline.confirmed")] == [stays.deadline_id]
    assert [entry["year"] for entry in journal(database, "calendar.loaded")] == [2027]


def test_a_loaded_table_is_in_force_at_once_also_within_the_unit(database: Database):
    def load_and_open(tx: Transaction) -> Deadline:
        load_table(tx, TABLE_2027, "2027.toml")
        return open_deadline(tx, NewDeadline("m1", "b", "info_reply", "A3.2h", FIVE, date(2026, 12, 28)))

    assert run(database, load_and_open).due_date == date(2027, 1, 6)


def test_loading_a_table_again_changes_nothing_and_an_older_or_different_one_is_refused(database: Database):
    second = TABLE_2027.replace(b"version = 1", b"version = 2").replace(b"2027-01-04, ", b"")
    assert run(database, lambda tx: load_table(tx, TABLE_2027, "a.toml")).changed
    assert not run(database, lambda tx: load_table(tx, TABLE_2027, "a.toml")).changed
    with pytest.raises(CalendarVersionError):
        run(database, lambda tx: load_table(tx, TABLE_2027.replace(b"2027-01-04, ", b""), "b.toml"))
    assert run(database, lambda tx: load_table(tx, second, "b.toml")).changed
    with pytest.raises(CalendarOutdatedError):
        run(database, lambda tx: load_table(tx, TABLE_2027, "a.toml"))
    with pytest.raises(CalendarTableError):
        run(database, lambda tx: load_table(tx, b"year = 2028", "c.toml"))

    calendar = database.reader.read_sync(calendar_in_force)
    assert calendar.tables[2027].version == 2
    assert sorted(calendar.tables) == [2021, 2022, 2023, 2024, 2025, 2026, 2027]
    assert len(journal(database, "calendar.loaded")) == 2


def test_a_countys_own_days_move_open_clocks(database: Database):
    overlay = 'county = "某县"\nversion = 1\nsource = "x"\noff = [2026-03-05]\nmake_up = []\n'.encode()
    deadline = started(database)

    loaded = run(database, lambda tx: load_overlay(tx, overlay, "county.toml"))

    assert [move.to_date for move in loaded.moves] == [date(2026, 3, 10)]
    assert stored(database, deadline).due_date == date(2026, 3, 10)
    assert not run(database, lambda tx: load_overlay(tx, overlay, "county.toml")).changed
    with pytest.raises(CalendarVersionError):
        run(database, lambda tx: load_overlay(tx, overlay.replace(b"03-05", b"03-06"), "county.toml"))
    assert run(database, lambda tx: load_overlay(tx, overlay.replace(b"version = 1", b"version = 2"), "x")).changed
    with pytest.raises(CalendarOutdatedError):
        run(database, lambda tx: load_overlay(tx, overlay, "county.toml"))


@pytest.mark.article("A3.2h")
def test_each_reminder_is_given_once(database: Database, clock: FixedClock, book: Rulebook):
    deadline = started(database)
    given: dict[int, list[str]] = {}
    for day in range(2, 17):
        today = date(2026, 3, day)
        clock.set(morning(today))
        listed = database.reader.read_sync(partial(list_due, today=today, book=book))
        taken = run(database, lambda tx: take_reminders(tx, book))
        assert listed == taken
        assert run(database, lambda tx: take_reminders(tx, book)) == []
        if taken:
            given[day] = [item.step_key for item in taken]

    assert given == {
        5: ["before-2-working_days"],
        9: ["on-0-working_days"],
        10: ["after-1-working_days"],
        12: ["after-3-working_days"],
    }
    assert stored(database, deadline) == deadline


def test_a_moved_date_is_reminded_of_anew_and_a_closed_clock_never(
    database: Database, clock: FixedClock, book: Rulebook
):
    moved, closed = started(database), started(database, matter="m2")
    clock.set(morning(date(2026, 3, 5)))
    assert len(run(database, lambda tx: take_reminders(tx, book))) == 2
    run(database, lambda tx: extend(tx, moved.deadline_id, 2, Grounds("reason", "head")))
    run(database, lambda tx: close_deadline(tx, closed.deadline_id))
    assert run(database, lambda tx: take_reminders(tx, book)) == []
    clock.set(morning(date(2026, 3, 9)))

    taken = run(database, lambda tx: take_reminders(tx, book))

    assert [(item.deadline.deadline_id, item.step_key) for item in taken] == [
        (moved.deadline_id, "before-2-working_days")
    ]


def test_a_clock_whose_rule_left_the_rulebook_runs_on_unreminded(database: Database, clock: FixedClock, book: Rulebook):
    new = NewDeadline("m1", "b", "rule_of_old", "A3.2h", FIVE, date(2026, 3, 2))
    run(database, lambda tx: open_deadline(tx, new))
    clock.set(morning(date(2026, 3, 9)))

    assert run(database, lambda tx: take_reminders(tx, book)) == []
