"""Takes letters in: fetch, verify, store in one transaction, acknowledge; then handle what was stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from services.chassis.bus.port import Bus, IncomingFrame
from services.chassis.clock import Clock
from services.chassis.exchange import wire
from services.chassis.exchange.answers import Answers
from services.chassis.exchange.applying import apply_letters, next_places
from services.chassis.exchange.aside import aside
from services.chassis.exchange.directories import directory_in_force, judge
from services.chassis.exchange.errors import DirectoryChangedError, Refusal
from services.chassis.exchange.freshness import Freshness
from services.chassis.exchange.hooks import Alarm, AlarmKind, Handler, Hooks
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import SealedLetter
from services.chassis.exchange.relay import Relay
from services.chassis.exchange.storing import Outcome, store_batch
from services.chassis.exchange.taking import Batch, Refused, claimed_sender, take
from services.chassis.exchange.tracing import Tracing
from services.chassis.identity.directory import BodyStatus
from services.chassis.storage import Database, StorageError

FETCH, APPLY_AT_ONCE = 256, 64
_log = structlog.get_logger("guantong.exchange")


@dataclass(slots=True)
class Inbox:
    """The receiving half of a node's exchange. Each method is one step that may be the last before a crash."""

    identity: Identity
    database: Database
    bus: Bus
    clock: Clock
    tracing: Tracing
    relay: Relay
    answers: Answers
    handler: Handler
    hooks: Hooks
    to_apply: asyncio.Event = field(default_factory=asyncio.Event)
    freshness: Freshness = field(init=False)

    def __post_init__(self) -> None:
        self.freshness = Freshness(self.identity, self.relay.monotonic)

    async def receive_once(self, wait: float = 0.0) -> int:
        """Fetch, store and acknowledge one batch; how many frames it had.

        Raises:
            BusAwayError: the bus is away.
            DatabaseAwayError: nothing was stored or acknowledged; the frames come again.
        """
        frames = self.freshness.released()
        frames += await self.bus.fetch(FETCH, 0.0 if frames else wait)
        if not frames:
            return 0
        try:
            self._follow_up(await self._store_all(frames))
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - one of them is a mistake of ours; the others must not wait for its repair
            await self._store_singly(frames)
        await self._acknowledge(frames)
        return len(frames)

    async def apply_once(self) -> int:
        """Handle a batch of stored letters; how many there were to handle."""
        places = await self.database.reader.read(
            lambda connection: next_places(connection, self.identity.peers, APPLY_AT_ONCE)
        )
        if not places:
            return 0
        parked = await self.database.writer.run(
            lambda tx: apply_letters(tx, self.identity, places, self.handler, self.tracing)
        )
        for one in parked:
            self.hooks.alarm(Alarm(AlarmKind.PARKED, one.peer, one.reason))
        return len(places)

    async def take_again(self, data: bytes, claimed_sender: str) -> Refusal | None:
        """Verify and store a frame out of quarantine as if it came now; why it is still refused, None when it is not.

        A letter is believed once it is stored; one that is only held back or waited for is `NOT_YET`.

        Raises:
            DatabaseAwayError: nothing was stored.
        """
        frame = IncomingFrame(data, {}, claimed_sender, _nothing_to_acknowledge)
        outcome = await self._store_all([frame])
        self._follow_up(outcome)
        if outcome.refusals:
            return outcome.refusals[0]
        letter = isinstance(wire.decode_frame(data), SealedLetter)
        return Refusal.NOT_YET if letter and not outcome.stored and not outcome.repeated else None

    async def _store_all(self, frames: Sequence[IncomingFrame]) -> Outcome:
        """Verify and store; again when a newer directory came into force in between."""
        while True:
            batch = await self._verified(frames)
            try:
                return await self._store(batch)
            except DirectoryChangedError:
                await self._catch_up()

    async def _catch_up(self) -> None:
        known = self.identity.directory
        kept = await self.database.reader.read(lambda connection: directory_in_force(connection, known))
        self.identity.replace_directory(kept)

    async def _verified(self, frames: Sequence[IncomingFrame]) -> Batch:
        """The frames opened under the newest directory, which may be among them."""
        size = sum(len(frame.data) for frame in frames)
        batch = await aside(size, lambda: take(self.identity, frames, self.clock.now()))
        if not batch.directories:
            return self._believable(batch)
        carrying, refused = batch.directories, await self._judge(batch.directories)
        if self.identity.directory.version > batch.directory:
            directories = {id(frame) for frame, _ in carrying}
            rest = [frame for frame in frames if id(frame) not in directories]
            batch = await aside(size, lambda: take(self.identity, rest, self.clock.now()))
        batch.refused += refused
        return self._believable(batch)

    async def _judge(self, carrying: Sequence[tuple[IncomingFrame, bytes]]) -> list[Refused]:
        """Put newer directories in force; returns the frames whose directory is not believed."""
        senders = [claimed_sender(self.identity, frame) for frame, _ in carrying]
        offered = [(peer, content) for peer, (_, content) in zip(senders, carrying, strict=True)]
        before = self.identity.directory
        judged = await self.database.writer.run(partial(judge, identity=self.identity, offered=offered))
        self.answers.ask(judged.ask)
        if self.identity.directory is not before:
            self.directory_changed()
        return [Refused(carrying[place][0], refusal, senders[place]) for place, refusal in judged.refused]

    def directory_changed(self) -> None:
        """A newer directory is in force: everybody hears of it, what could not be sealed or opened is tried again."""
        active = [entry.body for entry in self.identity.directory.bodies if entry.status is BodyStatus.ACTIVE]
        others = [body for body in active if body != self.identity.body]
        # The receipt asks for what was refused because we did not know its key.
        self.answers.owe(receipts=others, gaps=others, hellos=others)
        # Unasked as well: a body that lost its signing key cannot ask for its new one.
        self.answers.pass_on(dict.fromkeys(others, self.identity.directory.version - 1))
        self.relay.send_again()

    async def _store(self, batch: Batch) -> Outcome:
        unit = partial(store_batch, identity=self.identity, batch=batch, tracing=self.tracing, hooks=self.hooks)
        return await self.database.writer.run(unit)

    async def _store_singly(self, frames: Sequence[IncomingFrame]) -> None:
        for frame in frames:
            try:
                self._follow_up(await self._store_all([frame]))
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001 - kept as evidence of the mistake, with an alarm
                _log.error("task_failed", task="store_frame", error=type(error).__name__)
                refused = Refused(frame, Refusal.UNPROCESSABLE, claimed_sender(self.identity, frame))
                directory = self.identity.directory.version
                self._follow_up(await self._store(Batch(refused=[refused], directory=directory)))

    def _follow_up(self, outcome: Outcome) -> None:
        for peer, number in outcome.receipted.items():
            self.relay.receipted(peer, number)
        for peer, is_open in outcome.open.items():
            self.relay.open(peer, is_open=is_open)
        for peer, number in outcome.rejoined.items():
            self.relay.rejoined(peer, number)
        if outcome.resend:
            self.relay.asked_again(outcome.resend)
        self.relay.greeted(outcome.greeted)
        self.answers.date_later(outcome.later_than)
        self.answers.owe(outcome.owed, outcome.gaps, outcome.returning, outcome.greet)
        self.answers.pass_on(outcome.outdated)
        self.answers.ask(outcome.ask)
        self.answers.accuse(outcome.accused)
        # Also what is only repeated: it may have been stored when nobody could be told.
        if outcome.stored or outcome.repeated or outcome.released:
            self.to_apply.set()
        for alarm in outcome.alarms:
            self.hooks.alarm(alarm)

    async def _acknowledge(self, frames: Sequence[IncomingFrame]) -> None:
        held = {id(frame) for _, frame in self.freshness.held} | {id(frame) for frame in self.freshness.left}
        for frame in frames:
            if id(frame) not in held:
                await frame.ack()

    def _believable(self, batch: Batch) -> Batch:
        """The batch without those letters for which the directory in force may be an old one."""
        for receipt in batch.receipts:
            self.freshness.hear(receipt.statement.recipient, receipt.statement.directory_version)
        for hello in batch.hellos:
            self.freshness.hear(hello.statement.sender, hello.statement.directory_version)
        arrived, batch.letters = batch.letters, []
        for one in arrived:
            peer = one.peer(self.identity.body)
            if self.freshness.trusts(peer):
                batch.letters.append(one)
            else:
                self.freshness.hold(peer, one.frame)
        return batch


async def _nothing_to_acknowledge() -> None:
    """The bus has long forgotten it."""
