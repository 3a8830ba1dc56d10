"""A node's exchange as one thing: letters in, letters out, receipts both ways, until it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import sqlalchemy as sa

from services.chassis.bus.port import Bus
from services.chassis.clock import Clock
from services.chassis.exchange import applying, equivocation, keeping, quarantine, reading, receipts, recovering
from services.chassis.exchange.answers import Answers
from services.chassis.exchange.directories import load_directory
from services.chassis.exchange.heads import heads
from services.chassis.exchange.hooks import Handler, Hooks
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.inbox import Inbox
from services.chassis.exchange.loops import Loops
from services.chassis.exchange.model import Direction, LetterDraft, SentLetter, Signer, StoredLetter
from services.chassis.exchange.naming import LetterName
from services.chassis.exchange.relay import Relay, RelaySettings
from services.chassis.exchange.send import write_letter
from services.chassis.exchange.standing import Snapshot, snapshot, standings
from services.chassis.exchange.tracing import NoTracing, Tracing
from services.chassis.identity.directory import BodyStatus, Directory
from services.chassis.storage import Database, Transaction

_GREET_SECONDS, _MEET_SECONDS = 60.0, 10.0


class Exchange:
    """Sends and receives for one node: `start` and `stop` it, or take each step alone, as tests do.

    Args:
        identity: The node's body, keys and directory.
        database: The node's own.
        bus: Its connection to the bus.
        clock: What is written into letters and receipts.
        handler: What is done with stored letters, mostly `Handlers`; what it raises parks the letter.
        hooks: Who is told of receipts and alarms.
        tracing: Where spans go; nowhere when left out.
        settings: How fast letters are published and sent again.
        monotonic: Seconds for pacing; those of the event loop when left out.
    """

    def __init__(
        self,
        identity: Identity,
        database: Database,
        bus: Bus,
        clock: Clock,
        handler: Handler,
        *,
        hooks: Hooks | None = None,
        tracing: Tracing | None = None,
        settings: RelaySettings | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self.identity = identity
        self._database = database
        self._tracing = tracing or NoTracing()
        self._monotonic = monotonic or (lambda: asyncio.get_running_loop().time())
        self._hooks = hooks or Hooks()
        self._greet_at: float | None = None
        self._meet_at = 0.0
        self.answers = Answers(identity, database, bus, clock)
        self.relay = Relay(identity, database, bus, clock, self._tracing, self._monotonic, settings or RelaySettings())
        self.inbox = Inbox(
            identity, database, bus, clock, self._tracing, self.relay, self.answers, handler, self._hooks
        )
        self._loops = Loops(bus, self.relay, self.inbox, self.answers, self.tick)
        self._running: asyncio.Task[None] | None = None

    def send(self, tx: Transaction, draft: LetterDraft) -> SentLetter:
        """Write a letter in the caller's unit of work; it goes out once that is committed.

        Raises:
            DraftInvalidError: no peer could accept such a letter.
            ChannelHaltedError: an operator has to decide about the channel first.
        """
        sent = write_letter(tx, self.identity, draft, self._tracing)
        tx.after_commit(lambda: self.relay.written(sent))
        return sent

    async def start(self) -> None:
        """Begin to work in the background; returns at once, also while bus or database are away."""
        if self._running is None:
            self._running = asyncio.create_task(self.run(), name="exchange")

    async def stop(self) -> None:
        """End the background work; what is under way is done again after the next start."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def run(self) -> None:
        """Work until cancelled, or until this process may not write to its database any more."""
        await self._loops.patiently("prepare", self.prepare)
        await self._loops.run()

    async def prepare(self) -> None:
        """Read where every channel stands: what the relay has to know before its first step."""
        for one in await self._database.reader.read(lambda connection: standings(connection, self.identity)):
            self.relay.begin(one.peer, one.receipted, one.written)
        body = self.identity.body
        self.answers.accuse(await self._database.reader.read(lambda connection: equivocation.accused(connection, body)))
        self.inbox.to_apply.set()

    async def relay_once(self) -> int:
        """Publish one batch to every peer that something waits for; how many letters."""
        return await self.relay.publish_once()

    async def receive_once(self, wait: float = 0.0) -> int:
        """Fetch, verify, store and acknowledge one batch; how many frames."""
        return await self.inbox.receive_once(wait)

    async def apply_once(self) -> int:
        """Handle one batch of stored letters; how many."""
        return await self.inbox.apply_once()

    async def receipt_once(self) -> int:
        """Send the receipts that are owed, and whatever else peers wait for; how many frames."""
        return await self.answers.answer_once()

    async def tick(self) -> None:
        """Now and then: what waits long is sent again, and peers are told and asked where both stand."""
        self.relay.send_overdue()
        now = self._monotonic()
        if self._greet_at is None or now >= self._greet_at:
            self._greet_at = now + _GREET_SECONDS
            self.greet()
            await self._sweep()
        if now >= self._meet_at:
            self._meet_at = now + _MEET_SECONDS
            # The hello that asked for a first word, or its answer, may have met a database that was away.
            self.answers.owe(hellos=self.relay.unmet())
        # What could not be answered before is tried again.
        self.answers.owe()

    def greet(self) -> None:
        """Have every active peer told how far we wrote; it answers how far it stored."""
        active = (entry.body for entry in self.identity.directory.bodies if entry.status is BodyStatus.ACTIVE)
        self.answers.owe(hellos=(body for body in active if body != self.identity.body))

    def load_directory(self, tx: Transaction, offered: bytes, by: str) -> Directory:
        """Put a newer signed directory in force here; it goes on to every peer.

        Raises:
            DirectoryMalformedError, DirectoryUntrustedError, DirectoryForeignError, DirectoryRolledBackError,
            DirectoryForkedError, DirectoryGapError: why it is not accepted.
        """
        directory = load_directory(tx, self.identity, offered, by)
        tx.after_commit(self.inbox.directory_changed)
        return directory

    async def _sweep(self) -> None:
        """Find what a commit stored whose end nobody heard of: the database went away while it answered."""
        peers = self.identity.peers
        written = await self._database.reader.read(lambda connection: heads(connection, Direction.OUT, peers))
        for peer, number in written.items():
            self.relay.wrote(peer, number)
        self.inbox.to_apply.set()

    async def snapshot(self) -> Snapshot:
        """Where every channel stands, and how much waits for people."""
        return await self._database.reader.read(lambda connection: snapshot(connection, self.identity))

    def letter(self, connection: sa.Connection, letter_id: str) -> StoredLetter:
        """A letter with its content.

        Raises:
            LetterUnknownError: this node holds no such letter.
        """
        return reading.letter(connection, self.identity.keyring, letter_id)

    def letters(
        self, connection: sa.Connection, wanted: reading.LetterFilter, before: int | None = None, limit: int = 50
    ) -> list[StoredLetter]:
        """A page of letters, newest first, without content, placed before `before`."""
        return reading.listed(connection, wanted, before, limit)

    def content(self, connection: sa.Connection, letter_id: str) -> bytes:
        """The content of a letter.

        Raises:
            LetterUnknownError: this node holds no such letter.
            ContentDestroyedError: it was destroyed on record.
        """
        return reading.content(connection, self.identity.keyring, letter_id)

    def parked(self, connection: sa.Connection, after: int = 0, limit: int = 50) -> list[applying.ParkedLetter]:
        """A page of parked and waiting letters, oldest first, without content, placed behind `after`."""
        return applying.list_parked(connection, after, limit)

    def quarantine(
        self, connection: sa.Connection, before: str | None = None, limit: int = 50, *, decided_too: bool = False
    ) -> list[quarantine.Quarantined]:
        """A page of what was not believed, newest first, before the id `before`."""
        return quarantine.list_quarantine(connection, before, limit, decided_too=decided_too)

    def retry(self, tx: Transaction, letter_id: str, explanation: str, by: str) -> None:
        """Have a parked letter, and those of its matter that wait behind it, handled again, on record.

        Raises:
            NotParkedError: no letter of that id is parked.
        """
        applying.retry(tx, letter_id, explanation, by)
        tx.after_commit(self.inbox.to_apply.set)

    def set_aside(self, tx: Transaction, letter_id: str, explanation: str, by: str) -> None:
        """Decide, on record, that a parked letter is not to be handled; it stays stored and receipted.

        Raises:
            NotParkedError: no letter of that id is parked.
        """
        applying.set_aside(tx, letter_id, explanation, by)
        tx.after_commit(self.inbox.to_apply.set)

    def destroy_content(self, tx: Transaction, name: LetterName, why: keeping.Why) -> None:
        """Destroy a letter's content on record, decided by two persons; header and signature still verify.

        Raises:
            LetterUnknownError: this node holds no such letter.
        """
        keeping.destroy_content(tx, name, why)

    def restored(self, tx: Transaction, explanation: str, by: str) -> None:
        """Say, on record, that this node came back from a copy that may be old.

        Nothing new goes to any peer until that peer has told where it stands and given back what this node lost.
        """
        for peer in self.identity.peers:
            receipts.hold_channel(tx, peer, explanation, by)
        tx.after_commit(self._hold_all)

    def continue_channel(self, tx: Transaction, peer: str, why: tuple[Signer, str], by: str) -> int:
        """Decide, on record, that the channel to `peer` goes on behind what the peer holds, though letters are lost.

        A signed letter tells the peer of the gap, who decided and why; returns its number. The numbers left out are
        never given again.

        Raises:
            ChannelGoesOnError: the channel does not stand still.
        """
        rejoined = recovering.continue_channel(tx, self.identity, peer, why, by)
        for letter in reading.at_places(tx.connection, self.identity.keyring, rejoined.places):
            self._hooks.ours(tx, letter)

        def go_on() -> None:
            self.relay.rejoined(peer, rejoined.written)
            self.relay.open(peer, is_open=True)

        tx.after_commit(go_on)
        return rejoined.continued_at

    def _hold_all(self) -> None:
        for peer in self.identity.peers:
            self.relay.open(peer, is_open=False)
        self.greet()
