"""What this node owes to peers besides letters: receipts, hellos, and letters of theirs that they lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from services.chassis.bus.port import Bus, BusAwayError, BusError, OutgoingFrame
from services.chassis.clock import Clock
from services.chassis.exchange import wire
from services.chassis.exchange.directories import versions_above
from services.chassis.exchange.equivocation import report_frames
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction
from services.chassis.exchange.proof import sealed_frame
from services.chassis.exchange.reading import Most, numbered_above, sendable
from services.chassis.exchange.standing import signed_hello, signed_receipt
from services.chassis.identity.errors import BodyUnknownError, NoCurrentKeyError
from services.chassis.storage import Database

_RETURN_AT_ONCE = Most(64)
_DIRECTORIES_AT_ONCE = 8
_log = structlog.get_logger("guantong.exchange")
_SELDOM = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a peer was given back last: behind which letter it asked, how far we gave, and when."""

    after: int
    up_to: int
    at: datetime

    def waits(self, after: int, now: datetime) -> bool:
        """Whether to let the peer wait that asks behind `after` now: a hello is small, and what it asks for is not.

        Not one that goes on behind what it was given, or looks half as far back for what both sides hold.
        """
        goes_on, looks_back = after >= self.up_to, 0 <= after * 2 <= self.after and after < self.after
        return not goes_on and not looks_back and abs(now - self.at) < _SELDOM


@dataclass(slots=True)
class Debts:
    """Who is owed what. Losing it loses nothing: whoever waits for an answer asks again."""

    receipts: set[str] = field(default_factory=set)
    gaps: set[str] = field(default_factory=set)
    """Of those, who is to send again because something is missing."""
    hellos: set[str] = field(default_factory=set)
    returns: dict[str, int] = field(default_factory=dict)
    """Who lost letters of their own, and the last one they have."""
    directories: dict[str, int] = field(default_factory=dict)
    """Who has an older directory than we, and its version."""
    reports: set[str] = field(default_factory=set)
    """Who gave one number to two letters, and is told so."""

    def __bool__(self) -> bool:
        """Whether anything is owed."""
        return bool(self.receipts or self.hellos or self.returns or self.directories or self.reports)


@dataclass(slots=True)
class Answers:
    """Collects what is owed and sends it: one receipt covers everything stored before it."""

    identity: Identity
    database: Database
    bus: Bus
    clock: Clock
    owed: Debts = field(default_factory=Debts)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    later_than: dict[str, datetime] = field(default_factory=dict)
    """What receipts for these peers must be dated later than."""
    lately: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """What was done for whom at whose mere word, and when: not again and again."""
    given_back: dict[str, GivenBack] = field(default_factory=dict)
    """What each peer was given back last."""

    def ask(self, peers: Iterable[str]) -> None:
        """Tell these peers which directory we have, so that they send what we lack; each now and then only."""
        self.owe(hellos=[peer for peer in peers if self._seldom("ask", peer)])

    def pass_on(self, versions: Mapping[str, int]) -> None:
        """Send each of these peers the versions of the directory behind the one it has; now and then only."""
        self.owed.directories.update(
            {peer: version for peer, version in versions.items() if self._seldom(f"from {version}", peer)}
        )
        self.owe()

    def accuse(self, peers: Iterable[str]) -> None:
        """Send each of these peers the proofs that it gave one number to two letters; now and then only."""
        self.owed.reports.update(peer for peer in peers if self._seldom("accuse", peer))
        self.owe()

    def date_later(self, than: Mapping[str, datetime]) -> None:
        """Date the next receipts for these peers later than they ask, whatever our clock says: or they do not count."""
        for peer, instant in than.items():
            self.later_than[peer] = max(instant, self.later_than.get(peer, instant))

    def _seldom(self, what: str, peer: str) -> bool:
        now, last = self.clock.now(), self.lately.get((what, peer))
        if last is not None and abs(now - last) < _SELDOM:
            return False
        self.lately = {about: at for about, at in self.lately.items() if abs(now - at) < _SELDOM}
        self.lately[what, peer] = now
        return True

    def owe(
        self,
        receipts: Iterable[str] = (),
        gaps: Iterable[str] = (),
        returns: Mapping[str, int] | None = None,
        hellos: Iterable[str] = (),
    ) -> None:
        """Remember to answer these peers, and wake whoever answers."""
        self.owed.receipts.update(receipts)
        self.owed.gaps.update(gaps)
        self.owed.hellos.update(hellos)
        self.owed.returns.update(returns or {})
        if self.owed:
            self.wake.set()

    async def answer_once(self) -> int:
        """Send what is owed; how many frames. What the bus does not take is owed still.

        Raises:
            BusAwayError: the bus is away.
        """
        # What comes in while this is under way is owed anew.
        owed, self.owed = self.owed, Debts()
        if not owed:
            return 0
        now = self.clock.now()
        try:
            sent = await self._publish(
                await self.database.reader.read(lambda connection: self._statements(connection, owed, now))
            )
            for peer, version in owed.directories.items():
                sent += await self._pass_on(peer, version)
            if owed.returns:
                # One peer's at a time: receipts for the others do not wait for it.
                peer, after = next(iter(owed.returns.items()))
                sent += await self._give_back(peer, after, now)
                del owed.returns[peer]
                self.owe(returns=owed.returns | self.owed.returns)
        except BaseException:
            self.owed.directories.update(owed.directories)
            self.owed.reports.update(owed.reports)
            self.owe(owed.receipts, owed.gaps, owed.returns, owed.hellos)
            raise
        return sent

    def _statements(self, connection: sa.Connection, owed: Debts, now: datetime) -> list[OutgoingFrame]:
        receipts = self._for_each(
            owed.receipts,
            lambda peer: signed_receipt(
                connection,
                self.identity,
                peer,
                now,
                later_than=self.later_than.get(peer),
                resend=peer in owed.gaps,
            ),
        )
        hellos = self._for_each(owed.hellos, lambda peer: signed_hello(connection, self.identity, peer, now))
        reports = [OutgoingFrame(*one) for one in report_frames(connection, self.identity.body, sorted(owed.reports))]
        return receipts + hellos + reports

    def _for_each(self, peers: Iterable[str], make: Callable[[str], bytes]) -> list[OutgoingFrame]:
        """A frame for each peer; numbers and dates that one of them made up keep no other from theirs."""
        made = []
        for peer in sorted(peers):
            try:
                made.append(OutgoingFrame(peer, make(peer)))
            except ValueError as error:
                _log.error("task_failed", task="answer", error=type(error).__name__)
        return made

    async def _pass_on(self, peer: str, version: int) -> int:
        """Send a peer the versions it lacks, in order; once it has them it says so, and is sent on."""
        contents = await self.database.reader.read(
            lambda connection: versions_above(connection, version, _DIRECTORIES_AT_ONCE)
        )
        frames = [OutgoingFrame(peer, wire.frame_of_directory(content)) for content in contents]
        return await self._publish(frames) if frames else 0

    async def _give_back(self, peer: str, after: int, now: datetime) -> int:
        """Send a peer its own letters again, as we hold them: it lost them, and each one it keeps makes it ask on."""
        keyring, last = self.identity.keyring, self.given_back.get(peer)
        if last is not None and last.waits(after, now):
            return 0
        letters = await self.database.reader.read(
            lambda connection: numbered_above(
                connection, keyring, (Direction.IN, peer), after=after, most=_RETURN_AT_ONCE
            )
        )
        try:
            frames = [
                OutgoingFrame(peer, sealed_frame(self.identity, sendable(letter), now, to=peer)) for letter in letters
            ]
        except (BodyUnknownError, NoCurrentKeyError) as error:
            _log.warning("peer_unreachable", peer=peer, reason=error.reason)
            return 0
        sent = await self._publish(frames)
        up_to = letters[-1].header.number if letters else after
        self.given_back[peer] = GivenBack(after, up_to, now)
        return sent

    async def _publish(self, frames: Sequence[OutgoingFrame]) -> int:
        try:
            await self.bus.publish(frames)
        except BusAwayError:
            raise
        except BusError:
            # One peer is refused; it delays no other, and asks again once it can be reached.
            return sum([await self._publish_one(frame) for frame in frames])
        return len(frames)

    async def _publish_one(self, frame: OutgoingFrame) -> int:
        try:
            await self.bus.publish([frame])
        except BusAwayError:
            raise
        except BusError as error:
            _log.warning("peer_unreachable", peer=frame.to, reason=error.reason)
            return 0
        return 1
