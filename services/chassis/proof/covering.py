"""Which receipts cover our letters of a matter, and what ties each letter to the receipt: nothing but digests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from guantong.exchange.v1 import receipt_pb2
from services.chassis.exchange import wire
from services.chassis.exchange.model import Direction
from services.chassis.exchange.proof import header_digest
from services.chassis.exchange.receipts import RECEIPTED
from services.chassis.exchange.tables import LETTERS
from services.chassis.journal.store import JOURNAL
from services.chassis.proof.file import Link

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Receipted:
    """A receipt of the journal: where it stands there, and what it says."""

    row: Any
    peer: str
    up_to: int
    chain_digest: bytes


@dataclass(slots=True)
class Channel:
    """Our letters of one matter to one body, by number, with their places in the journal."""

    peer: str
    places: dict[int, int] = field(default_factory=dict)
    covered: dict[int, Receipted] = field(default_factory=dict)
    """The first receipt behind each letter that covers it."""

    def take(self, receipt: Receipted) -> None:
        """Note the letters that this receipt is the first to cover."""
        for number, place in self.places.items():
            if number <= receipt.up_to and place < receipt.row.sequence:
                self.covered.setdefault(number, receipt)

    @property
    def is_covered(self) -> bool:
        """Whether every letter has its receipt."""
        return len(self.covered) == len(self.places)


def cover(connection: sa.Connection, channels: Mapping[str, Channel]) -> None:
    """Find for each letter the first receipt behind it that covers it; none where the peer gave none."""
    waiting = [place for channel in channels.values() for place in channel.places.values()]
    after = min(waiting, default=0)
    while waiting and (rows := _some_receipts(connection, after)):
        for row in rows:
            said = wire.decode_receipt(receipt_pb2.Receipt.FromString(row.payload).statement)
            if said.recipient in channels:
                channels[said.recipient].take(Receipted(row, said.recipient, said.up_to_number, said.chain_digest))
        if all(channel.is_covered for channel in channels.values()):
            return
        after = rows[-1].sequence


def tie(connection: sa.Connection, channel: Channel, body: str) -> list[Link]:
    """The links from the letters of a channel to their receipts. A receipt to which no chain of digests leads, because
    letters between are lost, covers nothing that could be shown.
    """
    if not channel.covered:
        return []
    steps = list(_steps(connection, channel.peer, min(channel.covered), max(r.up_to for r in channel.covered.values())))
    runs = {step.number: step.run for step in steps}
    digests = {step.number: step.digest for step in steps}
    for number, receipt in list(channel.covered.items()):
        shown = digests.get(receipt.up_to) == receipt.chain_digest and runs[number] == runs[receipt.up_to]
        if not shown:
            del channel.covered[number]
    wanted = {n for number, receipt in channel.covered.items() for n in range(number + 1, receipt.up_to + 1)}
    return [
        Link(body, channel.peer, step.number, step.after, step.header_digest)
        for step in steps
        if step.number in wanted and step.number not in channel.places
    ]


@dataclass(frozen=True, slots=True)
class _Step:
    """A letter of a channel: which one it follows, its digests, and the run of letters that follow each other."""

    number: int
    after: int
    digest: bytes
    header_digest: bytes
    run: int


def _steps(connection: sa.Connection, peer: str, first: int, last: int) -> Iterator[_Step]:
    after, before, run = 0, b"", 0
    for row in _channel_rows(connection, peer, first, last):
        signed = wire.decode_journaled(row.payload)
        if wire.decode_header(signed.payload).previous_digest != before:
            run += 1
        yield _Step(row.number, after, row.digest, header_digest(signed.payload, signed.suite), run)
        after, before = row.number, row.digest


def _channel_rows(connection: sa.Connection, peer: str, first: int, last: int) -> Iterable[Any]:
    query = (
        sa.select(LETTERS.c.number, LETTERS.c.digest, JOURNAL.c.payload)
        .join(JOURNAL, JOURNAL.c.sequence == LETTERS.c.place)
        .where(LETTERS.c.direction == Direction.OUT.value, LETTERS.c.peer == peer, LETTERS.c.number <= last)
        .order_by(LETTERS.c.number)
        .limit(_BATCH)
    )
    above = first - 1
    while rows := connection.execute(query.where(LETTERS.c.number > above)).all():
        yield from rows
        above = rows[-1].number


def _some_receipts(connection: sa.Connection, after: int) -> list[Any]:
    query = sa.select(JOURNAL).where(JOURNAL.c.sequence > after, JOURNAL.c.kind == RECEIPTED)
    return list(connection.execute(query.order_by(JOURNAL.c.sequence).limit(_BATCH)))
