"""What in a body's row needs a person. Pure: what is not known to be well is never shown as well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum

from guantong.exchange.v1 import body_status_pb2 as pb
from services.chassis.timestamps import instant

_CLOCKS_APART = timedelta(minutes=5)
_JOURNAL_CHECKED_WITHIN = timedelta(days=3)


class Evidence(Enum):
    """What is known of a body's being up."""

    HEARD = "heard"
    SILENT = "silent"
    NEVER_HEARD = "never_heard"
    UNREADABLE = "unreadable"


class Concern(Enum):
    """Why a row needs a person, most urgent first."""

    JOURNAL_FAULTY = "journal_faulty"
    NOT_HEARD = "not_heard"
    HALTED = "halted"
    PARKED = "parked"
    QUARANTINED = "quarantined"
    LATE = "late"
    PEER_SILENT = "peer_silent"
    ALARMS = "alarms"
    GROUNDS_DIFFER = "grounds_differ"
    CLOCK_DIFFERS = "clock_differs"
    JOURNAL_UNCHECKED = "journal_unchecked"


def concerns(
    evidence: Evidence, status: pb.BodyStatus | None, ours: pb.Grounds, heard_at: datetime | None
) -> tuple[Concern, ...]:
    """What needs a person, most urgent first.

    Args:
        evidence: What is known of the body's being up.
        status: The last that it told; None when there is none to be read.
        ours: By which tables the observer works.
        heard_at: When the status came, by the observer's clock; None while that is not known.
    """
    found = set(_told(status, ours)) if status is not None else set()
    if evidence is not Evidence.HEARD:
        found.add(Concern.NOT_HEARD)
    elif status is not None and heard_at is not None and _clock_differs(status, heard_at):
        found.add(Concern.CLOCK_DIFFERS)
    return tuple(one for one in Concern if one in found)


def _told(status: pb.BodyStatus, ours: pb.Grounds) -> Iterator[Concern]:
    sound = status.soundness
    check = sound.journal_check
    counted = (
        (Concern.JOURNAL_FAULTY, sound.HasField("journal_check") and not check.sound),
        (Concern.JOURNAL_UNCHECKED, not _checked(status)),
        (Concern.HALTED, any(peer.halted for peer in status.peers)),
        (Concern.PARKED, sound.parked_count),
        (Concern.QUARANTINED, sound.quarantined_count),
        (Concern.LATE, status.work.late_count or status.work.named_persons_late_count),
        (Concern.PEER_SILENT, any(peer.silent for peer in status.peers)),
        (Concern.ALARMS, sound.alarm_count),
        (Concern.GROUNDS_DIFFER, status.grounds != ours),
    )
    return (concern for concern, there in counted if there)


def _checked(status: pb.BodyStatus) -> bool:
    if not status.soundness.HasField("journal_check"):
        return False
    # Both by the body's own clock.
    age = instant(status.told_time) - instant(status.soundness.journal_check.check_time)
    return age <= _JOURNAL_CHECKED_WITHIN


def _clock_differs(status: pb.BodyStatus, heard_at: datetime) -> bool:
    return abs(instant(status.told_time) - heard_at) > _CLOCKS_APART
