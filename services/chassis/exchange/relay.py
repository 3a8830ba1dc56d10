"""Publishes what is not receipted, in order and in batches, until the receipt arrives: it never gives up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from services.chassis.bus.port import Bus, BusAwayError, BusError, OutgoingFrame
from services.chassis.clock import Clock
from services.chassis.exchange.aside import aside
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction, SentLetter, StoredLetter
from services.chassis.exchange.proof import sealed_frame
from services.chassis.exchange.reading import Most, numbered_above, sendable
from services.chassis.exchange.tracing import PUBLISH, TRACE_HEADER, Tracing
from services.chassis.identity.errors import BodyUnknownError, NoCurrentKeyError
from services.chassis.storage import Database

_RANDOM = random.SystemRandom()
_log = structlog.get_logger("guantong.exchange")


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """How the relay paces itself; seconds by the event loop's clock."""

    batch: int = 256
    batch_bytes: int = 8 * 1024 * 1024
    window: int = 1024
    """Letters to one peer that may be under way without a receipt."""
    resend_after: float = 10.0
    resend_at_most: float = 300.0
    heed_every: float = 1.0
    """A peer that misses a letter says so with every batch; once in this time is heeded."""


@dataclass(slots=True)
class Lane:
    """What this process did for one peer; all of it may be forgotten, the database knows what is receipted."""

    receipted: int = 0
    written: int = 0
    published: int = 0
    resend_at: float = 0.0
    patience: float = 0.0
    blocked_until: float = 0.0
    asked_at: float | None = None
    hurry_at: float | None = None
    """When to publish again whatever else comes or goes meanwhile: the peer greeted."""
    open: bool = False
    """Whether the peer has said, since this process started, that it holds nothing but what we know."""

    @property
    def waiting(self) -> bool:
        """Whether something is written, not published, and may be.

        A node that came back from an old copy gives numbers a second time and does not know it. What it wrote does no
        harm while it stays here; the peer's first receipt shows whether it may go.
        """
        return self.open and self.written > self.published


@dataclass(slots=True)
class Relay:
    """The sending half of a node's exchange."""

    identity: Identity
    database: Database
    bus: Bus
    clock: Clock
    tracing: Tracing
    monotonic: Callable[[], float]
    settings: RelaySettings = field(default_factory=RelaySettings)
    lanes: dict[str, Lane] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    jitter: Callable[[], float] = field(default=lambda: _RANDOM.uniform(0.8, 1.2))

    def lane(self, peer: str) -> Lane:
        """The lane to `peer`."""
        return self.lanes.setdefault(peer, Lane(patience=self.settings.resend_after))

    def begin(self, peer: str, receipted: int, written: int) -> None:
        """What the database knows of `peer` when the node starts."""
        lane = self.lane(peer)
        lane.receipted = lane.published = receipted
        lane.written = max(lane.written, written)
        self.wake.set()

    def written(self, sent: SentLetter) -> None:
        """A letter was committed."""
        for copy in sent.copies:
            self.wrote(copy.recipient, copy.number)

    def wrote(self, peer: str, number: int) -> None:
        """Letters up to this number are committed, whoever was told of it."""
        lane = self.lane(peer)
        lane.written = max(lane.written, number)
        self.wake.set()

    def receipted(self, peer: str, number: int) -> None:
        """The peer's receipt was committed."""
        lane = self.lane(peer)
        if number > lane.receipted:
            lane.patience = self.settings.resend_after
            lane.resend_at = self.monotonic() + lane.patience
        lane.receipted = number
        lane.published = max(lane.published, number)
        self.wake.set()

    def open(self, peer: str, *, is_open: bool) -> None:
        """The peer told where it stands: it may be sent what is written, or the channel stands still."""
        self.lane(peer).open = is_open
        self.wake.set()

    def unmet(self) -> list[str]:
        """Peers that letters wait for only because they have not said where they stand."""
        return [peer for peer, lane in self.lanes.items() if not lane.open and lane.written > lane.published]

    def rejoined(self, peer: str, written: int) -> None:
        """The channel goes on behind what was receipted, up to the letter numbered `written`."""
        lane = self.lane(peer)
        lane.written, lane.published = written, lane.receipted
        self.wake.set()

    def send_again(self) -> None:
        """Publish again everything that is not receipted: the bus may have lost it."""
        for lane in self.lanes.values():
            lane.published = lane.receipted
            lane.blocked_until = 0.0
        self.wake.set()

    def asked_again(self, peers: Iterable[str]) -> None:
        """Publish again what is not receipted to peers that miss something."""
        now = self.monotonic()
        for peer in peers:
            lane = self.lane(peer)
            if lane.asked_at is None or now - lane.asked_at >= self.settings.heed_every:
                lane.asked_at = now
                lane.published = lane.receipted
                self.wake.set()
            else:
                lane.resend_at = min(lane.resend_at, lane.asked_at + self.settings.heed_every)

    def greeted(self, peers: Iterable[str]) -> None:
        """Wait no longer than a moment for the receipts of these peers.

        Whoever greets may just have died with letters of ours in its hands, and does not know of them.
        """
        soon = self.monotonic() + self.settings.heed_every
        for peer in peers:
            lane = self.lane(peer)
            lane.hurry_at = min(lane.hurry_at or soon, soon)

    def send_overdue(self) -> None:
        """Publish again to peers whose receipt is long awaited, each time more patiently; and try refused ones."""
        now = self.monotonic()
        self.wake.set()
        for lane in self.lanes.values():
            if lane.hurry_at is not None and now >= lane.hurry_at:
                lane.hurry_at = None
                lane.published = lane.receipted
            elif lane.published > lane.receipted and now >= lane.resend_at:
                lane.published = lane.receipted
                lane.patience = min(lane.patience * 2, self.settings.resend_at_most)

    async def publish_once(self) -> int:
        """Publish one batch to every peer that something waits for; how many letters that were.

        Raises:
            BusAwayError: the bus is away; nothing is lost, what was not confirmed is published again.

        """
        published = 0
        for peer, lane in list(self.lanes.items()):
            if lane.waiting and self.monotonic() >= lane.blocked_until:
                published += await self._publish_to(peer, lane)
        return published

    async def _publish_to(self, peer: str, lane: Lane) -> int:
        room = min(self.settings.batch, self.settings.window - (lane.published - lane.receipted))
        if room <= 0:
            return 0
        after, most = lane.published, Most(room, self.settings.batch_bytes)
        keyring = self.identity.keyring
        letters = await self.database.reader.read(
            lambda connection: numbered_above(connection, keyring, (Direction.OUT, peer), after=after, most=most)
        )
        if not letters:
            return 0
        try:
            await self.bus.publish(await aside(_size(letters), lambda: self._frames(letters)))
        except BusAwayError:
            raise
        except (BusError, BodyUnknownError, NoCurrentKeyError) as error:
            # This peer alone is refused or cannot be sealed to; the others' letters go on.
            lane.blocked_until = self.monotonic() + lane.patience
            lane.patience = min(lane.patience * 2, self.settings.resend_at_most)
            _log.warning("peer_unreachable", peer=peer, reason=error.reason)
            return 0
        if lane.published == after:
            # Unless a receipt asked meanwhile to begin again further back.
            lane.published = letters[-1].header.number
            # Not all nodes at once, when the bus was away for all of them.
            lane.resend_at = self.monotonic() + lane.patience * self.jitter()
        return len(letters)

    def _frames(self, letters: list[StoredLetter]) -> list[OutgoingFrame]:
        now = self.clock.now()
        frames = []
        for kept in letters:
            with self.tracing.step(PUBLISH, kept.traceparent, kept.peer) as trace:
                headers = {TRACE_HEADER: trace} if trace else {}
                frames.append(OutgoingFrame(kept.peer, sealed_frame(self.identity, sendable(kept), now), headers))
        return frames


def _size(letters: Iterable[StoredLetter]) -> int:
    return sum(len(letter.content or b"") + len(letter.signed.payload) for letter in letters)
