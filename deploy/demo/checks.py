"""Counts a county's exchange in the nodes' own databases: what was written, stored, receipted, handled, leaked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import sqlalchemy as sa

from deploy.demo.ledgers import CANARY
from services.chassis.config import read_config
from services.chassis.county.layout import County
from services.chassis.desk.tables import DRAFTS
from services.chassis.dossiers.tables import MATTER_ACTS
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.keeping import STORED
from services.chassis.exchange.model import Direction, LetterState
from services.chassis.exchange.standing import standings
from services.chassis.exchange.tables import LETTERS
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal.store import JOURNAL
from services.chassis.node.assemble import read_identity
from services.chassis.storage import open_reader

T = TypeVar("T")
Copy = tuple[str, str, int]
"""Sender, recipient, number."""


@dataclass
class Tally:
    """The exchange of a whole county."""

    written: set[Copy] = field(default_factory=set)
    stored: list[Copy] = field(default_factory=list)
    receipted: int = 0
    unhandled: int = 0
    repeated: int = 0
    """Letters that left more than one trace of one kind at their recipient: journal entry, act, drafted answer."""
    journals: dict[str, int] = field(default_factory=dict)
    """Faults found in each body's journal."""
    entries: int = 0

    @property
    def lost(self) -> int:
        """Letters written that their recipient does not hold."""
        return len(self.written - set(self.stored))

    @property
    def applied_twice(self) -> int:
        """Letters that did something twice, are held twice, or that nobody wrote."""
        return self.repeated + len(self.stored) - len(set(self.stored) & self.written)

    @property
    def settled(self) -> bool:
        """Whether nothing is under way: every letter is stored, receipted and handled."""
        return bool(self.written) and self.receipted == len(self.written) == len(self.stored) and not self.unhandled


def tally(county: County, *, verify: bool = True) -> Tally:
    """Count, and verify every journal unless told not to; the nodes may run."""
    found = Tally()
    for body in county.bodies:
        with _opened(county, body) as (identity, read):
            read(partial(_count_letters, body=body, found=found))
            found.receipted += sum(one.receipted for one in read(partial(standings, identity=identity)))
            if verify:
                report = read(partial(verify_journal, identity=identity))
                found.journals[body] = report.fault_count
                found.entries += report.entries
    return found


def in_flight(county: County) -> set[Copy]:
    """The letters that their senders wrote and nobody has receipted; the nodes may run, or lie dead."""
    found = set()
    for body in county.bodies:
        with _opened(county, body) as (identity, read):
            for one in read(partial(standings, identity=identity)):
                found |= {(body, one.peer, number) for number in range(one.receipted + 1, one.written + 1)}
    return found


def trace_of(county: County, body: str, sender: str, kind: str) -> str | None:
    """The trace context that the body keeps of the last letter of that kind it received from `sender`."""
    query = (
        sa.select(LETTERS.c.traceparent)
        .where(LETTERS.c.direction == Direction.IN.value, LETTERS.c.peer == sender, LETTERS.c.kind == kind)
        .order_by(LETTERS.c.place.desc())
        .limit(1)
    )
    with _opened(county, body) as (_, read):
        return read(lambda connection: connection.scalar(query))


def leaks(folders: Iterable[Path]) -> list[str]:
    """Names of files that hold the canary's identity in clear; it rests sealed everywhere, so there are none."""
    needles = [text.encode() for text in (CANARY.name, CANARY.phone, CANARY.id_card, CANARY.address)]
    files = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.name for path in files if any(needle in path.read_bytes() for needle in needles)]


class _Read(Protocol):
    def __call__(self, work: Callable[[sa.Connection], T], /) -> T: ...


@contextmanager
def _opened(county: County, body: str) -> Iterator[tuple[Identity, _Read]]:
    config = read_config(county.folder.config(body))
    reader = open_reader(config.database)
    try:
        yield read_identity(config), reader.read_sync
    finally:
        reader.close()


def _count_letters(connection: sa.Connection, body: str, found: Tally) -> None:
    for row in connection.execute(sa.select(LETTERS)).mappings():
        if row["direction"] == Direction.OUT.value:
            found.written.add((body, row["peer"], row["number"]))
        else:
            found.stored.append((row["peer"], body, row["number"]))
            found.unhandled += row["state"] != LetterState.APPLIED.value
    came_in = sa.select(LETTERS.c.letter_id).where(LETTERS.c.direction == Direction.IN.value)
    for letter, entries in (
        (JOURNAL.c.letter_id, JOURNAL.c.kind == STORED),
        (MATTER_ACTS.c.letter_id, sa.true()),
        # What a letter makes the recipient draft; a completed reply answers the same letter once more by hand.
        (DRAFTS.c.answers_letter_id, DRAFTS.c.started_by == ""),
    ):
        often = sa.select(letter).where(entries, letter.in_(came_in)).group_by(letter).having(sa.func.count() > 1)
        found.repeated += len(connection.execute(often).all())
