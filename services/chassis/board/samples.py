"""Writes down what bodies told, by hour and by day, forgets what is old, and reads it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa

from guantong.exchange.v1 import body_status_pb2 as pb
from services.chassis.board.tables import BOARD_SAMPLES
from services.chassis.clock import BEIJING
from services.chassis.storage import Transaction


class Step(Enum):
    """The span of one sample; days are Beijing's."""

    HOUR = "hour"
    DAY = "day"


KEPT = {Step.HOUR: timedelta(days=14), Step.DAY: timedelta(days=800)}
"""Hours for looking into what happened last week; days for a round and for the same round of last year."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a body told last within the hour or day that began at `began_at`. `oldest` is in working days."""

    body: str
    began_at: datetime
    waiting: int
    late: int
    oldest: int | None
    parked: int
    quarantined: int
    backlog: int
    gap: int
    alarms: int


def keep(tx: Transaction, statuses: Iterable[pb.BodyStatus]) -> None:
    """Write down these statuses for the present hour and day, and forget what is older than it is kept."""
    for status in statuses:
        values = _values(status)
        for step in Step:
            place = {"step": step.value, "began_at": began(step, tx.now), "body": status.body}
            here = [BOARD_SAMPLES.c[name] == value for name, value in place.items()]
            if tx.connection.execute(sa.update(BOARD_SAMPLES).where(*here).values(values)).rowcount == 0:
                tx.connection.execute(sa.insert(BOARD_SAMPLES).values(place | values))
    for step, kept in KEPT.items():
        old = BOARD_SAMPLES.c.step == step.value, BOARD_SAMPLES.c.began_at < tx.now - kept
        tx.connection.execute(sa.delete(BOARD_SAMPLES).where(*old))


def trend(
    connection: sa.Connection, step: Step, since: datetime, until: datetime, bodies: Sequence[str]
) -> list[Sample]:
    """The samples of these bodies from `since` up to `until`, oldest first, by body within one time."""
    wanted = (
        BOARD_SAMPLES.c.step == step.value,
        BOARD_SAMPLES.c.began_at >= began(step, since),
        BOARD_SAMPLES.c.began_at <= until,
        BOARD_SAMPLES.c.body.in_(bodies),
    )
    query = sa.select(BOARD_SAMPLES).where(*wanted).order_by(BOARD_SAMPLES.c.began_at, BOARD_SAMPLES.c.body)
    return [_sample(row) for row in connection.execute(query).mappings()]


def began(step: Step, at: datetime) -> datetime:
    """When the hour or the Beijing day of `at` began."""
    local = at.astimezone(BEIJING)
    if step is Step.HOUR:
        return local.replace(minute=0, second=0, microsecond=0)
    return datetime.combine(local.date(), time(), BEIJING)


def _values(status: pb.BodyStatus) -> dict[str, Any]:
    work, sound = status.work, status.soundness
    return {
        "waiting": work.waiting_count,
        "late": work.late_count,
        "oldest": work.oldest_waiting_working_days if work.HasField("oldest_waiting_working_days") else None,
        "parked": sound.parked_count,
        "quarantined": sound.quarantined_count,
        "backlog": sum(peer.backlog_count for peer in status.peers),
        "gap": sum(peer.gap_count for peer in status.peers),
        "alarms": sound.alarm_count,
    }


def _sample(row: sa.RowMapping) -> Sample:
    return Sample(**{name: row[name] for name in Sample.__slots__})
