"""A published status is believed in form only; an old one never passes for a new one; what is unknown is never well."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guantong.exchange.v1 import body_status_pb2 as pb
from services.chassis.board.judging import Concern, Evidence, concerns
from services.chassis.board.observing import SILENT_AFTER, Observer
from services.chassis.board.reading import LARGEST, read_status
from services.chassis.board.secrecy import tellable
from services.chassis.bus.port import PublishedStatus
from services.chassis.operations.journal_checks import JournalCheck, is_due
from services.chassis.testing.clock import DEFAULT_INSTANT, FixedClock
from services.chassis.timestamps import timestamp

GROUNDS = pb.Grounds(rulebook_digest="ab", directory_version=3, calendar_years=[2026])


def status(**parts: object) -> pb.BodyStatus:
    check = pb.JournalCheck(check_time=timestamp(DEFAULT_INSTANT), sound=True)
    made = pb.BodyStatus(
        form=1,
        body="audit",
        told_time=timestamp(DEFAULT_INSTANT),
        soundness=pb.Soundness(journal_check=check),
        grounds=GROUNDS,
    )
    made.MergeFrom(pb.BodyStatus(**parts))  # type: ignore[arg-type]  # parts are fields
    return made


HOSTILE = {
    "another body": status(body="finance"),
    "no form": pb.BodyStatus(body="audit"),
    "a count below none": status(work=pb.Work(late_count=-1)),
    "a count nobody has": status(soundness=pb.Soundness(journal_entry_count=1 << 60)),
    "an article that is none": status(work=pb.Work(late_by_article=[pb.ArticleCount(article_id="<script>", count=1)])),
    "a peer that is none": status(peers=[pb.PeerStanding(body="../x")]),
    "too many peers": status(peers=[pb.PeerStanding(body="audit")] * 300),
    "no version": status(version="张三"),
    "no digest": status(grounds=pb.Grounds(rulebook_digest="甲")),
}


@pytest.mark.parametrize("which", HOSTILE)
def test_a_status_of_a_hostile_shape_is_not_read(which: str):
    assert read_status("audit", HOSTILE[which].SerializeToString()) is None


def test_a_status_of_a_time_outside_all_times_is_not_read():
    odd = status()
    odd.told_time.seconds = 1 << 50

    assert read_status("audit", odd.SerializeToString()) is None


def test_a_status_that_is_too_large_is_not_read():
    assert read_status("audit", status().SerializeToString() + b"\0" * LARGEST) is None


@given(st.binary(max_size=300))
def test_whatever_bytes_come_are_read_or_refused(data: bytes):
    found = read_status("audit", data)
    assert found is None or found.body == "audit"


def test_what_a_newer_program_tells_is_read_as_far_as_it_is_known():
    newer = status(form=1).SerializeToString() + b"\xc2\x3e\x03new"

    found = read_status("audit", newer)

    assert found == status(form=1)


@pytest.mark.parametrize(("count", "told"), [(0, None), (1, None), (4, None), (5, 5), (6, 6)])
def test_a_small_count_and_none_look_alike(count: int, told: int | None):
    assert tellable(count, 5) == told


def evidence(observer: Observer) -> Evidence:
    return observer.sight(["audit"])[0].evidence


def published(at: datetime, data: bytes | None = None) -> dict[str, PublishedStatus]:
    return {"audit": PublishedStatus("audit", status().SerializeToString() if data is None else data, at)}


def test_a_body_is_heard_while_its_statuses_come_and_silent_when_they_stop():
    wall = FixedClock()
    observer = Observer(wall, wall)
    assert evidence(observer) is Evidence.NEVER_HEARD
    observer.look(published(wall.now()))
    assert evidence(observer) is Evidence.HEARD
    wall.advance(seconds=SILENT_AFTER.total_seconds())
    observer.look(published(DEFAULT_INSTANT))
    assert evidence(observer) is Evidence.SILENT
    observer.look(published(wall.now()))
    assert evidence(observer) is Evidence.HEARD


def test_what_lay_there_when_the_observer_started_is_old_until_a_new_one_comes():
    wall = FixedClock()
    observer = Observer(wall, wall)
    assert observer.look(published(wall.now() - timedelta(days=1))) == []
    (sight,) = observer.sight(["audit"])
    assert (sight.evidence, sight.heard_age, sight.stored_age) == (Evidence.SILENT, None, timedelta(days=1))
    observer.look(published(wall.now() - timedelta(hours=23)))
    assert evidence(observer) is Evidence.HEARD, "a bus whose clock is wrong still brings new ones"


def test_a_clock_that_goes_back_makes_nothing_new():
    wall = FixedClock()
    observer = Observer(wall, wall)
    observer.look(published(wall.now()))
    wall.advance(hours=-1)

    assert evidence(observer) is Evidence.SILENT


def test_a_status_that_cannot_be_read_is_shown_as_that():
    wall = FixedClock()
    observer = Observer(wall, wall)
    observer.look(published(wall.now(), b"\xff"))

    (sight,) = observer.sight(["audit"])
    assert (sight.evidence, sight.status) == (Evidence.UNREADABLE, None)


def judged(one: pb.BodyStatus | None, seen: Evidence = Evidence.HEARD) -> tuple[Concern, ...]:
    return concerns(seen, one, GROUNDS, DEFAULT_INSTANT)


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (status(), ()),
        (status(soundness=pb.Soundness(journal_check=pb.JournalCheck(entry_count=1))), ()),
        (status(work=pb.Work(late_count=1)), (Concern.LATE,)),
        (status(soundness=pb.Soundness(parked_count=1, alarm_count=2)), (Concern.PARKED, Concern.ALARMS)),
        (status(peers=[pb.PeerStanding(body="finance", halted=True)]), (Concern.HALTED,)),
        (status(grounds=pb.Grounds(directory_version=4)), (Concern.GROUNDS_DIFFER,)),
        (status(told_time=timestamp(DEFAULT_INSTANT + timedelta(minutes=6))), (Concern.CLOCK_DIFFERS,)),
        (status(told_time=timestamp(DEFAULT_INSTANT + timedelta(days=4)), form=1), None),
    ],
)
def test_what_needs_a_person_is_named_most_urgent_first(one: pb.BodyStatus, wanted: tuple[Concern, ...] | None):
    if wanted is None:
        assert judged(one) == (Concern.CLOCK_DIFFERS, Concern.JOURNAL_UNCHECKED)
    else:
        assert judged(one) == wanted


def test_what_was_never_verified_or_not_heard_is_not_well():
    never = pb.BodyStatus(form=1, body="audit", told_time=timestamp(DEFAULT_INSTANT), grounds=GROUNDS)

    assert judged(never) == (Concern.JOURNAL_UNCHECKED,)
    assert judged(status(), Evidence.SILENT) == (Concern.NOT_HEARD,)
    assert judged(None, Evidence.UNREADABLE) == (Concern.NOT_HEARD,)


def at(day: int, hour: int) -> datetime:
    """That hour in Beijing of a day of March 2026."""
    return datetime.fromisoformat(f"2026-03-{day:02}T{hour:02}:00:00+08:00")


@pytest.mark.parametrize(
    ("last", "started", "now", "due"),
    [
        (None, at(2, 9), at(2, 9), False),
        (None, at(2, 9), at(2, 10), True),
        (at(2, 3), at(2, 9), at(2, 22), False),
        (at(2, 3), at(2, 9), at(3, 0), False),
        (at(2, 3), at(2, 9), at(3, 1), True),
        (at(2, 9), at(2, 9), at(4, 8), False),
        (at(2, 9), at(2, 9), at(4, 9), True),
        (at(9, 9), at(2, 9), at(4, 9), True),
    ],
)
def test_the_journal_is_walked_by_night_and_by_day_only_when_it_was_not_for_long(
    last: datetime | None, started: datetime, now: datetime, *, due: bool
):
    check = None if last is None else JournalCheck(last, sound=True, entries=1)

    assert is_due(check, started, now) == due
