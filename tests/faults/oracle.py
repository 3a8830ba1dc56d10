"""Judges a pair whose processes have ended, by what their databases hold and by nothing the processes claimed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction
from services.chassis.exchange.standing import snapshot
from services.chassis.exchange.tables import CHANNELS, LETTERS
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal.verify import Report
from services.chassis.storage import open_reader
from tests.bench.parties import identity
from tests.faults.pairs import Pair, Side
from tests.faults.party import APPLIED, WRITTEN


@dataclass(frozen=True)
class Held:
    """What one side's database holds."""

    told: tuple[str, ...]
    """Ids of letters that the program was told are committed."""
    changes: int
    """Business changes committed, each in one unit with a letter."""
    written: tuple[Any, ...]
    stored: tuple[Any, ...]
    """Rows of number, letter_id, digest, in the order of the journal."""
    applied: tuple[Any, ...]
    """Rows of number, letter_id, in the order in which letters were handled."""
    receipted: int
    halted: tuple[str, ...]
    quarantined: int
    unhandled: int
    journal: Report


@dataclass(frozen=True)
class Verdict:
    """Counts over both directions; `faults` are sentences, none of which may be said."""

    letters: int
    lost: int
    twice: int
    faults: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not (self.lost or self.twice or self.faults)


def judge(pair: Pair) -> Verdict:
    """The verdict on a pair that has ended."""
    ours, theirs = _held(pair.sender), _held(pair.recipient)
    there, back = _judge(ours, theirs), _judge(theirs, ours)
    faults = (*there.faults, *back.faults)
    return Verdict(there.letters + back.letters, there.lost + back.lost, there.twice + back.twice, faults)


def _judge(sender: Held, recipient: Held) -> Verdict:
    written = {row.letter_id for row in sender.written}
    stored = Counter(row.letter_id for row in recipient.stored)
    applied = Counter(row.letter_id for row in recipient.applied)
    owed = written | set(sender.told)
    lost = sum(1 for one in owed if not (stored[one] and applied[one]))
    twice = sum(1 for one in owed if stored[one] > 1 or applied[one] > 1)
    return Verdict(len(owed), lost, twice, tuple(_faults(sender, recipient, owed)))


def _faults(sender: Held, recipient: Held, owed: set[str]) -> list[str]:
    same = [tuple(row) for row in sender.written] == [tuple(row) for row in recipient.stored]
    numbers = [row.number for row in recipient.stored]
    handled = [row.number for row in recipient.applied]
    journal = sender.journal
    found = {
        "what was told to be committed is not in the sender's database": not set(sender.told)
        <= {row.letter_id for row in sender.written},
        "business changes and letters differ": sender.changes != len(sender.written),
        "the recipient holds what nobody wrote": {row.letter_id for row in recipient.stored} - owed != set(),
        "both sides do not hold the same letters under the same numbers": not same,
        "letters are not stored in order": numbers != list(range(1, len(numbers) + 1)),
        "letters are not handled in order": handled != sorted(handled),
        "the receipt at the sender is not the truth": sender.receipted != len(recipient.stored),
        f"a channel stands still {sender.halted}": bool(sender.halted),
        f"{sender.quarantined} frames are quarantined": sender.quarantined > 0,
        f"{sender.unhandled} letters are not handled": sender.unhandled > 0,
        f"the journal does not verify {[one.reason_en for one in journal.faults[:3]]}": not journal.sound,
    }
    return [sentence for sentence, holds in found.items() if holds]


def _held(side: Side) -> Held:
    known = identity(side.folder, side.body, side.orders.bodies)
    told = side.folder / f"{side.body}.told"
    ids = tuple(told.read_text(encoding="ascii").split()) if told.exists() else ()
    reader = open_reader(side.orders.database, 1)
    try:
        return reader.read_sync(lambda connection: _read(connection, known, ids))
    finally:
        reader.close()


def _read(connection: sa.Connection, known: Identity, told: tuple[str, ...]) -> Held:
    stands = snapshot(connection, known)
    return Held(
        told=told,
        changes=connection.scalar(sa.select(sa.func.count()).select_from(WRITTEN)) or 0,
        written=_letters(connection, Direction.OUT),
        stored=_letters(connection, Direction.IN),
        applied=tuple(connection.execute(sa.select(APPLIED.c.number, APPLIED.c.letter_id).order_by(APPLIED.c.id))),
        receipted=connection.scalar(sa.select(sa.func.sum(CHANNELS.c.receipted))) or 0,
        halted=tuple(channel.halted for channel in stands.channels if channel.halted),
        quarantined=stands.quarantined,
        unhandled=stands.to_handle + stands.parked + stands.waiting,
        journal=verify_journal(connection, known),
    )


def _letters(connection: sa.Connection, direction: Direction) -> tuple[Any, ...]:
    query = sa.select(LETTERS.c.number, LETTERS.c.letter_id, LETTERS.c.digest)
    return tuple(connection.execute(query.where(LETTERS.c.direction == direction.value).order_by(LETTERS.c.place)))
