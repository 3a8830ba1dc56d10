"""Seals who complained so that only two custodians together can read it, neither of whose keys the node holds. Pure."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.chassis.identity.errors import CannotOpenError
from services.chassis.identity.suites import DEFAULT_SUITE, STORAGE_KEY_BYTES, Suite, key_id_of, suite_named
from services.chassis.ledgers.errors import VaultSealError

_BLOCK = 256
Random = Callable[[int], bytes]


@dataclass(frozen=True)
class Custodians:
    """The public sealing keys of the two persons who must act together to see a petitioner's identity."""

    first: bytes
    second: bytes
    suite: str = DEFAULT_SUITE

    def __post_init__(self) -> None:
        """Two keys of one person would not be two persons."""
        if self.first == self.second:
            msg = "the two custodians must have different keys"
            raise ValueError(msg)


@dataclass(frozen=True)
class VaultEntry:
    """A sealed identity. The key is halved by exclusive or: one half alone says nothing about it."""

    petition_ref: str
    suite: str
    first_custodian: str
    second_custodian: str
    first_half: bytes = field(repr=False)
    second_half: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


def new_petition_ref(random: Random = secrets.token_bytes) -> str:
    """A name for a petition that says nothing: not its number, not its time."""
    return random(16).hex()


def seal_identity(
    petition_ref: str, identity: Mapping[str, str], custodians: Custodians, random: Random = secrets.token_bytes
) -> VaultEntry:
    """Seal `identity` for the two custodians; the clear text must not outlive the caller's unit of work."""
    suite = suite_named(custodians.suite)
    key, mask = random(STORAGE_KEY_BYTES), random(STORAGE_KEY_BYTES)
    plain = json.dumps(dict(identity), ensure_ascii=False, sort_keys=True).encode("utf-8")
    # Padded, or the length would tell a short name from a long one.
    plain += b" " * (-len(plain) % _BLOCK)
    return VaultEntry(
        petition_ref,
        custodians.suite,
        key_id_of(custodians.first),
        key_id_of(custodians.second),
        suite.seal(custodians.first, mask, _context(petition_ref, "first")),
        suite.seal(custodians.second, _xor(key, mask), _context(petition_ref, "second")),
        suite.encrypt(key, plain, _context(petition_ref, "identity")),
    )


def open_half(entry: VaultEntry, private: bytes) -> bytes:
    """What one custodian does, away from the node, with the private key: the half sealed to that key.

    Raises:
        VaultSealError: the key is neither custodian's.
    """
    suite = suite_named(entry.suite)
    key_id = key_id_of(suite.sealing_public(private))
    halves = {
        entry.first_custodian: (entry.first_half, "first"),
        entry.second_custodian: (entry.second_half, "second"),
    }
    if key_id not in halves:
        raise VaultSealError
    sealed, which = halves[key_id]
    return _opened(lambda: suite.open(private, sealed, _context(entry.petition_ref, which)))


def open_identity(entry: VaultEntry, half: bytes, other_half: bytes) -> dict[str, str]:
    """What both custodians do together: join their halves and read.

    Raises:
        VaultSealError: the halves are not the two of this entry.
    """
    suite: Suite = suite_named(entry.suite)
    key = _xor(half, other_half)
    plain = _opened(lambda: suite.decrypt(key, entry.sealed, _context(entry.petition_ref, "identity")))
    identity: dict[str, str] = json.loads(plain)
    return identity


def _opened(act: Callable[[], bytes]) -> bytes:
    try:
        return act()
    except CannotOpenError as error:
        raise VaultSealError from error


def _xor(one: bytes, other: bytes) -> bytes:
    if len(one) != len(other):
        raise VaultSealError
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _context(petition_ref: str, part: str) -> bytes:
    return f"guantong-petitioner-vault-v1 {petition_ref} {part}".encode()
