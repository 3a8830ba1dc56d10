"""What a node tells of itself to every observer: counts, ages and versions, never content."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata

import sqlalchemy as sa

from guantong.exchange.v1 import body_status_pb2 as pb
from services.chassis.attachments.uses import waiting_count
from services.chassis.board.work import Grounds, work_of
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import Clock
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.standing import ChannelStanding, snapshot
from services.chassis.journal import store as journal
from services.chassis.operations.journal_checks import JournalCheck, last_check
from services.chassis.operations.keeping import open_count
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Database
from services.chassis.timestamps import timestamp

FORM = 1
"""The form of the message that this program writes."""


@dataclass(frozen=True)
class Told:
    """What the teller works with; `last_backup` tells when the last whole backup was made."""

    database: Database
    identity: Identity
    book: Rulebook
    clock: Clock
    last_backup: Callable[[], datetime | None] = lambda: None


class Teller:
    """Makes the node's status."""

    def __init__(self, told: Told) -> None:
        self._told = told

    async def status(self) -> pb.BodyStatus:
        """The status now.

        Raises:
            DatabaseAwayError: the database does not answer.
        """
        last_backup = await asyncio.to_thread(self._told.last_backup)
        status = await self._told.database.reader.read(self._status)
        if last_backup is not None:
            status.soundness.backup_time.CopyFrom(timestamp(last_backup))
        return status

    def _status(self, connection: sa.Connection) -> pb.BodyStatus:
        told, now = self._told, self._told.clock.now()
        grounds = Grounds(told.identity.body, told.book, calendar_in_force(connection))
        stands = snapshot(connection, told.identity)
        return pb.BodyStatus(
            form=FORM,
            body=told.identity.body,
            told_time=timestamp(now),
            version=metadata.version("guantong"),
            work=work_of(connection, grounds, now),
            soundness=pb.Soundness(
                parked_count=stands.parked,
                quarantined_count=stands.quarantined,
                alarm_count=open_count(connection),
                attachments_waiting_count=waiting_count(connection),
                journal_entry_count=journal.head(connection).sequence,
                journal_check=check_message(last_check(connection)),
            ),
            grounds=grounds_message(told.book, told.identity, grounds.calendar),
            peers=[_peer(channel, now) for channel in stands.channels],
        )


def grounds_message(book: Rulebook, identity: Identity, calendar: WorkingCalendar) -> pb.Grounds:
    """By which tables a node works."""
    return pb.Grounds(
        rulebook_digest=book.fingerprint,
        directory_version=identity.directory.version,
        calendar_years=sorted(calendar.tables),
    )


def check_message(check: JournalCheck | None) -> pb.JournalCheck | None:
    """A journal's last walk as messages carry it."""
    if check is None:
        return None
    return pb.JournalCheck(check_time=timestamp(check.at), sound=check.sound, entry_count=check.entries)


def _peer(channel: ChannelStanding, now: datetime) -> pb.PeerStanding:
    return pb.PeerStanding(
        body=channel.peer,
        gap_count=channel.gap,
        backlog_count=channel.backlog,
        heard_time=None if channel.heard_at is None else timestamp(channel.heard_at),
        silent=channel.silent(now),
        halted=channel.halted is not None,
        receipt_time=None if channel.peer_stored_at is None else timestamp(channel.peer_stored_at),
    )
