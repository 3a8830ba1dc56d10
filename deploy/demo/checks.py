"""What the demonstration proves: every letter once at its recipient, every journal whole, no canary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from deploy.demo.ledgers import CANARY
from services.chassis.config import read_config
from services.chassis.county.layout import County
from services.chassis.exchange.model import Direction, LetterState
from services.chassis.exchange.standing import standings
from services.chassis.exchange.tables import LETTERS
from services.chassis.exchange.verify import verify_journal
from services.chassis.node.assemble import read_identity
from services.chassis.storage import open_reader

Copy = tuple[str, str, int]
"""Sender, recipient, number."""


@dataclass
class Tally:
    """The exchange of a whole county, counted in every node's own database."""

    written: set[Copy] = field(default_factory=set)
    stored: list[Copy] = field(default_factory=list)
    receipted: int = 0
    unhandled: int = 0
    journals: dict[str, int] = field(default_factory=dict)
    """Faults found in each body's journal."""
    entries: int = 0

    @property
    def lost(self) -> int:
        """Letters written that their recipient does not hold."""
        return len(self.written - set(self.stored))

    @property
    def applied_twice(self) -> int:
        """Letters that a recipient holds more than once, or that nobody wrote."""
        return len(self.stored) - len(set(self.stored) & self.written)

    @property
    def sound(self) -> bool:
        """Nothing lost, nothing twice, everything receipted and handled, every journal whole."""
        whole = not any(self.journals.values())
        done = self.receipted == len(self.written) and not self.unhandled
        return whole and done and not self.lost and not self.applied_twice


def tally(county: County) -> Tally:
    """Count and verify; the nodes may run."""
    found = Tally()
    for body in county.bodies:
        _count(county, body, found)
    return found


def trace_of(county: County, body: str, letter_id: str) -> str | None:
    """The trace context that the body keeps of a letter it received."""
    reader = open_reader(read_config(county.folder.config(body)).database)
    try:
        query = sa.select(LETTERS.c.traceparent).where(LETTERS.c.letter_id == letter_id)
        found: str | None = reader.read_sync(lambda connection: connection.scalar(query))
        return found
    finally:
        reader.close()


def leaks(folders: Iterable[Path]) -> list[str]:
    """Names of files that hold the canary's identity in clear; it rests sealed everywhere, so there are none."""
    needles = [text.encode() for text in (CANARY.name, CANARY.phone, CANARY.id_card, CANARY.address)]
    files = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.name for path in files if any(needle in path.read_bytes() for needle in needles)]


def _count(county: County, body: str, found: Tally) -> None:
    config = read_config(county.folder.config(body))
    identity = read_identity(config)
    reader = open_reader(config.database)
    try:
        rows = reader.read_sync(lambda c: c.execute(sa.select(LETTERS)).mappings().all())
        channels = reader.read_sync(lambda c: standings(c, identity))
        report = reader.read_sync(lambda c: verify_journal(c, identity))
    finally:
        reader.close()
    for row in rows:
        if row["direction"] == Direction.OUT.value:
            found.written.add((body, row["peer"], row["number"]))
        else:
            found.stored.append((row["peer"], body, row["number"]))
            found.unhandled += row["state"] != LetterState.APPLIED.value
    found.receipted += sum(channel.receipted for channel in channels)
    found.journals[body] = report.fault_count
    found.entries += report.entries
