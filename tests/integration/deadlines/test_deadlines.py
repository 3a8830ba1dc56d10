"""A node's clocks in its database: moved only on record, recomputed when the calendar changes, reminded of once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import TypeVar

import pytest

from services.chassis.calendar.dues import DueRule, RuleKind, Suspension, is_late, late_working_days
from services.chassis.calendar.errors import CalendarOutdatedError, CalendarTableError, CalendarVersionError
from services.chassis.clock import BEIJING
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.deadlines.errors import DeadlineNotFoundError
from services.chassis.deadlines.follow import Clock, Told, follow
from services.chassis.deadlines.loading import load_calendar, load_table
from services.chassis.deadlines.model import Cause, Deadline, State
from services.chassis.deadlines.queries import deadlines_of, get_deadline, moves_of
from services.chassis.deadlines.reminders import Reminder, holding, list_due, take_reminders
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


def stated(start: date = date(2026, 3, 2), rule: DueRule = FIVE) -> Clock:
    return Clock("info_reply", "A3.2h", rule, start)


def followed(database: Database, clock: Clock, matter: str = "m1") -> Deadline:
    """The stored clock after the matter's letters state it so."""
    return run(database, lambda tx: follow(tx, matter, "body-a", [clock]))[0]


def started(database: Database, start: date = date(2026, 3, 2), rule: DueRule = FIVE, matter: str = "m1") -> Deadline:
    return followed(database, stated(start, rule), matter)


def told(clock: Clock, *letters: Told) -> Clock:
    return replace(clock, told=letters)


def stored(database: Database, deadline: Deadline) -> Deadline:
    return database.reader.read_sync(lambda c: get_deadline(c, deadline.deadline_id))


def journal(database: Database, kind: str) -> list[dict[str, object]]:
    entries = database.reader.read_sync(lambda c: list(store.read(c, after=0, limit=1000)))
    return [json.loads(entry.payload) for entry in entries if entry.kind == kind]


def _given(_reminder: Reminder) -> bool:
    return True


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), BEIJING).astimezone(UTC)


@pytest.mark.article("A3.2h")
def test_a_started_clock_is_stored_with_its_date_and_journalled(database: Database):
    deadline = started(database)

    assert deadline.due_date == deadline.original_due_date == date(2026, 3, 9)
    assert stored(database, deadline) == deadline
    assert database.reader.read_sync(lambda c: deadlines_of(c, "m1")) == [deadline]
    assert [entry["due_date"] for entry in journal(database, "deadline.opened")] == ["2026-03-09"]


def test_stating_the_same_again_changes_nothing(database: Database):
    clock = replace(told(stated(), Told(Cause.EXTENDED, "l1", 2)), closed_at=morning(date(2026, 3, 4)))
    deadline = followed(database, clock)
    entries = database.reader.read_sync(lambda c: list(store.read(c, after=0, limit=1000)))

    assert followed(database, clock) == deadline
    assert database.reader.read_sync(lambda c: list(store.read(c, after=0, limit=1000))) == entries


@pytest.mark.parametrize(
    ("restated", "cause", "due"),
    [
        (stated(date(2026, 2, 27)), "start", date(2026, 3, 5)),
        (stated(rule=DueRule(RuleKind.STATED, stated=date(2026, 3, 20))), "rule", date(2026, 3, 20)),
        (stated(date(2026, 3, 6), DueRule(RuleKind.PROMPTLY)), "start", None),
    ],
)
def test_another_start_or_rule_is_stored_and_journalled_with_its_cause(
    database: Database, restated: Clock, cause: str, due: date | None
):
    started(database)

    moved = followed(database, restated)

    assert (moved.start, moved.rule, moved.due_date, moved.original_due_date) == (
        restated.start,
        restated.rule,
        due,
        due,
    )
    assert stored(database, moved) == moved
    (entry,) = journal(database, "deadline.moved")
    assert (entry["cause"], entry["from_date"]) == (cause, "2026-03-09")


def test_moves_stand_in_the_order_of_the_letters_whichever_came_first(database: Database):
    extended, stop = Told(Cause.EXTENDED, "l1", 2), (Suspension(date(2026, 3, 4)),)
    clock = told(stated(), extended, Told(Cause.SUSPENDED, "l2", 2, stop))
    at_once, one_by_one = followed(database, clock), followed(database, told(stated(), extended), "m2")
    late = followed(database, told(stated(date(2026, 2, 27))), "m3")
    one_by_one, late = followed(database, clock, "m2"), followed(database, clock, "m3")

    def history(deadline: Deadline) -> list[tuple[Cause, date | None, date | None, int, str]]:
        moves = database.reader.read_sync(lambda c: moves_of(c, deadline.deadline_id))
        return [(move.cause, move.from_date, move.to_date, move.amount, move.letter_id) for move in moves]

    assert history(at_once) == history(one_by_one) == history(late)
    assert history(at_once) == [
        (Cause.EXTENDED, date(2026, 3, 9), date(2026, 3, 11), 2, "l1"),
        (Cause.SUSPENDED, date(2026, 3, 11), None, 0, "l2"),
    ]


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


def test_a_calendar_never_moves_a_closed_clock_and_what_closed_it_may_be_taken_back(
    database: Database, clock: FixedClock
):
    open_clock = stated(date(2026, 12, 28))
    first = followed(database, open_clock)
    closed = followed(database, replace(open_clock, closed_at=clock.now()))

    assert run(database, lambda tx: load_table(tx, TABLE_2027, "2027.toml")).moves == ()
    assert stored(database, first) == closed
    assert (closed.due_date, closed.closed_on) == (date(2027, 1, 5), date(2026, 3, 2))
    again = followed(database, open_clock)
    assert (again.deadline_id, again.state, again.due_date) == (first.deadline_id, State.OPEN, date(2027, 1, 6))
    assert [entry["cause"] for entry in journal(database, "deadline.moved")] == ["reopened"]


def test_an_extension_moves_the_date_in_the_rules_unit_and_keeps_the_original(database: Database):
    days, months = started(database), started(database, rule=MONTHS, matter="m2")

    followed(database, told(stated(), Told(Cause.EXTENDED, "l1", 2)))
    days = followed(database, told(stated(), Told(Cause.EXTENDED, "l1", 2), Told(Cause.EXTENDED, "l2", 3)))
    months = followed(database, told(stated(rule=MONTHS), Told(Cause.EXTENDED, "l3", 1)), "m2")

    assert (days.due_date, days.original_due_date) == (date(2026, 3, 12), date(2026, 3, 9))
    assert months.due_date == date(2026, 7, 2)
    moves = database.reader.read_sync(lambda c: moves_of(c, days.deadline_id))
    assert [(move.cause, move.amount, move.letter_id, move.to_date) for move in moves] == [
        (Cause.EXTENDED, 2, "l1", date(2026, 3, 11)),
        (Cause.EXTENDED, 1, "l2", date(2026, 3, 12)),
    ]
    entry = journal(database, "deadline.moved")[0]
    assert (entry["from_date"], entry["to_date"], entry["amount"]) == ("2026-03-09", "2026-03-11", 2)


def test_a_stopped_clock_has_no_date_and_gets_its_days_back(database: Database, clock: FixedClock):
    stop = Told(Cause.SUSPENDED, "l1", stops=(Suspension(date(2026, 3, 4)),))
    stopped = followed(database, told(stated(), stop))
    clock.set(morning(date(2026, 3, 20)))

    assert (stopped.due_date, stopped.state) == (None, State.SUSPENDED)
    assert not is_late(stored(database, stopped).due, clock.now())
    assert run(database, lambda tx: load_table(tx, TABLE_2027, "2027.toml")).moves == ()

    restart = Told(Cause.RESUMED, "l2", stops=(Suspension(date(2026, 3, 4), date(2026, 3, 20)),))
    resumed = followed(database, told(stated(), stop, restart))

    assert resumed.due_date == date(2026, 3, 25)
    assert stored(database, resumed) == resumed
    moves = database.reader.read_sync(lambda c: moves_of(c, resumed.deadline_id))
    assert [move.cause for move in moves] == [Cause.SUSPENDED, Cause.RESUMED]


def test_a_deadline_of_another_id_is_not_found(database: Database):
    with pytest.raises(DeadlineNotFoundError):
        database.reader.read_sync(lambda c: get_deadline(c, "nowhere"))


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
        return follow(tx, "m1", "b", [stated(date(2026, 12, 28))])[0]

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

    loaded = run(database, lambda tx: load_calendar(tx, overlay, "county.toml"))

    assert [move.to_date for move in loaded.moves] == [date(2026, 3, 10)]
    assert stored(database, deadline).due_date == date(2026, 3, 10)
    assert not run(database, lambda tx: load_calendar(tx, overlay, "county.toml")).changed
    with pytest.raises(CalendarVersionError):
        run(database, lambda tx: load_calendar(tx, overlay.replace(b"03-05", b"03-06"), "county.toml"))
    assert run(database, lambda tx: load_calendar(tx, overlay.replace(b"version = 1", b"version = 2"), "x")).changed
    with pytest.raises(CalendarOutdatedError):
        run(database, lambda tx: load_calendar(tx, overlay, "county.toml"))
    assert run(database, lambda tx: load_calendar(tx, TABLE_2027, "2027.toml")).changed
    with pytest.raises(CalendarTableError):
        run(database, lambda tx: load_calendar(tx, b"\xff county", "x"))


@pytest.mark.article("A3.2h")
def test_each_reminder_is_given_once(database: Database, clock: FixedClock, book: Rulebook):
    deadline = started(database)
    given: dict[int, list[str]] = {}
    for day in range(2, 17):
        today = date(2026, 3, day)
        clock.set(morning(today))
        listed = database.reader.read_sync(partial(list_due, today=today, book=book))
        taken = run(database, lambda tx: take_reminders(tx, book, _given))
        assert listed == taken
        assert run(database, lambda tx: take_reminders(tx, book, _given)) == []
        if taken:
            given[day] = [item.step_key for item in taken]

    assert given == {
        5: ["before-2-working_days"],
        9: ["on-0-working_days"],
        10: ["after-1-working_days"],
        12: ["after-3-working_days"],
    }
    assert stored(database, deadline) == deadline


def test_what_nobody_gave_is_given_later_and_holds_as_long_as_it_is_true(
    database: Database, clock: FixedClock, book: Rulebook
):
    deadline = started(database)
    calendar = database.reader.read_sync(calendar_in_force)
    days = (date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 10))
    held = [holding(deadline, book, day, calendar) for day in days]
    clock.set(morning(date(2026, 3, 9)))

    assert [step and step.when for step in held] == [None, "before", "before", "on", "after"]
    assert run(database, lambda tx: take_reminders(tx, book, lambda _reminder: False)) == []
    assert [item.step.when for item in run(database, lambda tx: take_reminders(tx, book, _given))] == ["on"]
    closed = followed(database, replace(stated(), closed_at=clock.now()))
    assert holding(closed, book, date(2026, 3, 9), calendar) is None


def test_a_moved_date_is_reminded_of_anew_and_a_closed_clock_never(
    database: Database, clock: FixedClock, book: Rulebook
):
    moved = started(database)
    started(database, matter="m2")
    clock.set(morning(date(2026, 3, 5)))
    assert len(run(database, lambda tx: take_reminders(tx, book, _given))) == 2
    followed(database, told(stated(), Told(Cause.EXTENDED, "l1", 2)))
    followed(database, replace(stated(), closed_at=clock.now()), "m2")
    assert run(database, lambda tx: take_reminders(tx, book, _given)) == []
    clock.set(morning(date(2026, 3, 9)))

    taken = run(database, lambda tx: take_reminders(tx, book, _given))

    assert [(item.deadline.deadline_id, item.step_key) for item in taken] == [
        (moved.deadline_id, "before-2-working_days")
    ]


def test_a_clock_whose_rule_left_the_rulebook_runs_on_unreminded(database: Database, clock: FixedClock, book: Rulebook):
    followed(database, replace(stated(), rule_id="rule_of_old"))
    clock.set(morning(date(2026, 3, 9)))

    assert run(database, lambda tx: take_reminders(tx, book, _given)) == []
