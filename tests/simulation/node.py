"""One simulated node: a disk that lasts, and a process on it that may end at any point and be started again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from services.chassis.exchange.channels import HISTORIES_DIFFER, LETTERS_LOST
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.hooks import Alarm, Hooks
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import LetterDraft, SentLetter, Signer, StoredLetter
from services.chassis.exchange.standing import standings
from services.chassis.storage import Transaction
from tests.simulation import acts
from tests.simulation.bus import Network, Witness
from tests.simulation.crash import Crash
from tests.simulation.disk import Disk, open_database


@dataclass
class Skewed:
    """A node's clock: the county's time, and how wrong it is."""

    base: Callable[[], datetime]
    wrong_by: timedelta = timedelta()

    def now(self) -> datetime:
        return self.base() + self.wrong_by


@dataclass
class Around:
    """What every node of a run shares."""

    network: Network
    seconds: Callable[[], float]
    make_id: Callable[[], str]
    witness: Witness
    randomness: random.Random
    exchange_of: type[Exchange] = Exchange
    """The protocol, or a spoilt one that the simulation is to find out."""


@dataclass
class Node:
    """One body. `exchange` is None while no process runs."""

    identity: Identity
    disk: Disk
    clock: Skewed
    around: Around
    exchange: Exchange | None = None
    alarms: list[Alarm] = field(default_factory=list)
    copies: list[bytes] = field(default_factory=list)
    """Backups, oldest first."""
    restores: int = 0

    def __post_init__(self) -> None:
        self.crash = Crash(self.around.randomness)
        self.disk.crash = self.crash

    @property
    def body(self) -> str:
        return self.identity.body

    @property
    def running(self) -> Exchange:
        """The process; only asked for where there is one."""
        assert self.exchange is not None
        return self.exchange

    async def start(self) -> None:
        """Start a process on what the disk holds."""
        database = open_database(self.disk, self.clock, self.around.make_id)
        self.database = database
        exchange = self.around.exchange_of(
            self.identity,
            database,
            self.around.network.connect(self.body, self.crash, self.around.witness),
            self.clock,
            self._apply,
            hooks=Hooks(alarm=self.alarms.append, ours=self._again),
            monotonic=self.around.seconds,
        )
        exchange.relay.jitter = lambda: 1.0
        await exchange.prepare()
        self.exchange = exchange

    def stop(self) -> None:
        """The process ends; what it had not committed or acknowledged was never done."""
        self.exchange = None
        self.crash.disarm()
        self.disk.power_off()
        self.around.network.redeliver_to(self.body)

    def write(self, draft: LetterDraft) -> SentLetter:
        """People write a letter."""

        def unit(tx: Transaction) -> SentLetter:
            sent = self.running.send(tx, draft)
            if draft.matter_id:
                self._place(tx, self.running.letter(tx.connection, sent.letter_id))
            return sent

        return self.database.writer.run_sync(unit)

    def _again(self, tx: Transaction, letter: StoredLetter) -> None:
        if letter.header.matter_id:
            self._place(tx, letter)

    def decide(self) -> int:
        """An operator looks, and decides where only a person may; how many channels."""
        identity = self.identity
        with self.disk.begun() as connection:
            halted = {one.peer: one.halted for one in standings(connection, identity) if one.halted}
        if HISTORIES_DIFFER in halted.values():
            self.database.writer.run_sync(
                lambda tx: self.running.restored(tx, "compared both journals", "administrator")
            )
        lost = [peer for peer, why in halted.items() if why == LETTERS_LOST]
        for peer in lost:
            why = Signer("Name", "administrator", self.clock.now()), "both sides were restored"
            self.database.writer.run_sync(
                partial(self.running.continue_channel, peer=peer, why=why, by="administrator")
            )
        return len(lost) + list(halted.values()).count(HISTORIES_DIFFER)

    def _apply(self, tx: Transaction, letter: StoredLetter) -> None:
        acts.record(tx.connection, letter.header, letter.content or b"", self.body)

    def _place(self, tx: Transaction, letter: StoredLetter) -> None:
        acts.place(tx.connection, letter.header, letter.content or b"", self.body)
