"""Nodes of an exchange on migrated databases of either kind, backed up and restored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from services.chassis.backup.restoring import Archive, Found, restore
from services.chassis.backup.sealing import BackupKey
from services.chassis.backup.taking import Source, Taken, take_backup
from services.chassis.destruction.attached import release_attachments
from services.chassis.destruction.carrying_out import Destroying
from services.chassis.destruction.quarantined import forget_quarantined
from services.chassis.destruction.register import Line
from services.chassis.exchange.identity import Identity
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.storage import Database
from services.chassis.storage.filling import filling
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import COUNTY, ExchangeCounty, ExchangeNode

BODY, PEER = "alpha", "beta"


@dataclass
class Office:
    """One node with a peer, a backup key, and folders."""

    clock: FixedClock
    county: ExchangeCounty
    new_url: Callable[[], str]
    folder: Path
    key: KeyPair
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def public(self) -> BackupKey:
        return BackupKey(self.key.suite, self.key.key_id, self.key.public)

    @property
    def identity(self) -> Identity:
        known = self.county.known[BODY]
        return Identity(known.county, known.body, known.keyring, known.directory)

    def migrated(self) -> Database:
        database = self.county.open_database(self.new_url())
        database.migrate()
        return database

    async def open(self, body: str, database: Database | None = None, *, met: bool = True) -> ExchangeNode:
        return await self.county.open(body, database or self.migrated(), met=met)

    def source(self, node: ExchangeNode) -> Source:
        signer = self.identity.keyring.signing_key(self.identity.directory, self.clock.now())
        return Source(COUNTY, BODY, node.database.reader, self.files, signer)

    def back_up(self, node: ExchangeNode, keep: int = 7) -> Taken:
        return take_backup(self.source(node), self.public, self.folder, keep, self.clock.now())

    def archive(self, taken: Taken) -> Archive:
        return Archive(taken.archive, self.key)

    def restored(self, taken: Taken, url: str, *register: Line) -> Found:
        destroying = Destroying((release_attachments, forget_quarantined(self.identity)))
        with filling(url, (), self.clock) as into:
            archive, why = self.archive(taken), "the disk failed"
            return restore(archive, self.identity, into, why, destroying=destroying, register=register)


def make_office(
    clock: FixedClock, open_database: Callable[..., Database], new_url: Callable[[], str], at: Path
) -> Office:
    county = ExchangeCounty(clock, open_database)
    county.join(BODY, PEER)
    at.mkdir()
    return Office(clock, county, new_url, at / "backups", KeyPair.generate(Purpose.SEALING, clock.now()))
