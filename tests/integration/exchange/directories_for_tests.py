"""The office's work for tests of the exchange: next versions of the directory, and new keys in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from services.chassis.county.directory import add_key, next_version, revoke
from services.chassis.identity.cards import KeyCard
from services.chassis.identity.directory import Directory
from services.chassis.identity.keys import KeyPair, Keyring, Purpose
from services.chassis.identity.signed import SignedDirectory
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import COUNTY, ExchangeCounty, ExchangeNode


@dataclass
class DirectoryOffice:
    """The office with the newest directory and its key."""

    clock: FixedClock
    key: KeyPair
    newest: Directory
    issued: list[bytes] = field(default_factory=list)
    """Every version it signed, as files."""

    @classmethod
    def of(cls, county: ExchangeCounty) -> DirectoryOffice:
        assert county.office is not None
        return cls(county.clock, county.office, next(iter(county.known.values())).directory)

    def signs(self, change: Callable[[Directory], Directory] = lambda directory: directory) -> bytes:
        """The file of the next version."""
        self.newest = next_version(change(self.newest), self.newest, self.clock.now())
        self.issued.append(SignedDirectory.sign(self.newest, self.key).to_bytes())
        return self.issued[-1]

    def lists(self, body: str, pair: KeyPair) -> bytes:
        """The next version has a new key of `body`, beside those it has."""
        card = KeyCard.of(COUNTY, body, pair, None)
        return self.signs(lambda directory: add_key(directory, card, self.clock.now(), None))

    def revokes(self, key_id: str) -> bytes:
        """The next version revokes a key."""
        return self.signs(lambda directory: revoke(directory, key_id, self.clock.now()))

    def replaces(self, body: str, pair: KeyPair, revoked: str) -> bytes:
        """The next version has a new key of `body` and revokes another."""
        card = KeyCard.of(COUNTY, body, pair, None)
        now = self.clock.now()
        return self.signs(lambda directory: revoke(add_key(directory, card, now, None), revoked, now))


def new_key(node: ExchangeNode, purpose: Purpose = Purpose.SIGNING) -> KeyPair:
    """A key that the body's node has from now on, and that no directory lists yet."""
    pair = KeyPair.generate(purpose, node.exchange.answers.clock.now())
    ring = node.identity.keyring
    pairs = (*ring.signing, *ring.opening.values(), *ring.storage.values(), pair)
    ring.take_over(Keyring.of(node.identity.body, *pairs))
    return pair


def lose(node: ExchangeNode, key_id: str) -> None:
    """The body has that private key no more."""
    ring = node.identity.keyring
    pairs = (*ring.signing, *ring.opening.values(), *ring.storage.values())
    ring.take_over(Keyring.of(node.identity.body, *(pair for pair in pairs if pair.key_id != key_id)))


async def load(node: ExchangeNode, content: bytes) -> Directory:
    """Somebody loads a directory at this node."""
    return await node.database.writer.run(lambda tx: node.exchange.load_directory(tx, content, "admin-1"))


def signing_key(node: ExchangeNode) -> KeyPair:
    """The key a node signs with now."""
    return node.identity.keyring.signing_key(node.identity.directory, node.exchange.answers.clock.now())
