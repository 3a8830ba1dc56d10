"""A body's own private keys: made, kept in files only their owner reads, and picked by date."""

from __future__ import annotations

import base64
import binascii
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from services.chassis.clock import check_aware
from services.chassis.identity.directory import Directory, KeyRecord
from services.chassis.identity.errors import (
    KeyFileError,
    KeyFileExposedError,
    KeyUnknownError,
    NoCurrentKeyError,
)
from services.chassis.identity.suites import DEFAULT_SUITE, STORAGE_KEY_BYTES, key_id_of, suite_named


class Purpose(Enum):
    """What a key is for; one key never serves two purposes."""

    SIGNING = "signing"
    """Signs letters, receipts and directories."""
    SEALING = "sealing"
    """Opens what others sealed to this body."""
    STORAGE = "storage"
    """Wraps the per-letter keys under which content rests in the database."""


@dataclass(frozen=True)
class KeyPair:
    """A private key with what belongs to it. `public` is empty for a storage key, which has no other half."""

    purpose: Purpose
    suite: str
    key_id: str
    created_at: datetime
    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def generate(cls, purpose: Purpose, created_at: datetime, suite: str = DEFAULT_SUITE) -> KeyPair:
        """Make a fresh key of `purpose`."""
        algorithms = suite_named(suite)
        if purpose is Purpose.SIGNING:
            private = algorithms.new_signing_key()
        elif purpose is Purpose.SEALING:
            private = algorithms.new_sealing_key()
        else:
            private = os.urandom(STORAGE_KEY_BYTES)
        return cls.from_private(purpose, suite, private, created_at)

    @classmethod
    def from_private(cls, purpose: Purpose, suite: str, private: bytes, created_at: datetime) -> KeyPair:
        """Rebuild a key pair from its private half."""
        algorithms = suite_named(suite)
        if purpose is Purpose.SIGNING:
            public = algorithms.signing_public(private)
        elif purpose is Purpose.SEALING:
            public = algorithms.sealing_public(private)
        else:
            # The id of a storage key must not give away a digest of the key itself.
            return cls(purpose, suite, _storage_key_id(private), check_aware(created_at), b"", private)
        return cls(purpose, suite, key_id_of(public), check_aware(created_at), public, private)

    def record(self, valid_from: datetime, valid_to: datetime | None = None) -> KeyRecord:
        """The public half as the directory lists it."""
        return KeyRecord(self.key_id, self.suite, self.public, check_aware(valid_from), valid_to)

    def sign(self, message: bytes) -> bytes:
        """Sign `message` with this key."""
        return suite_named(self.suite).sign(self.private, message)


def _storage_key_id(private: bytes) -> str:
    return key_id_of(b"guantong-storage-key-id-v1\x00" + private)


def write_key_file(folder: Path, pair: KeyPair) -> Path:
    """Write the key to `folder` as a file that only its owner can read; never over another one, never half of one.

    Raises:
        FileExistsError: the folder has this key already.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{pair.purpose.value}-{pair.key_id}.key"
    text = json.dumps(
        {
            "purpose": pair.purpose.value,
            "suite": pair.suite,
            "key_id": pair.key_id,
            "created_at": pair.created_at.isoformat(),
            "private": base64.b64encode(pair.private).decode("ascii"),
        },
        indent=1,
    )
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # Not renamed: that would replace a key that is there.
        path.hardlink_to(partial)
    finally:
        partial.unlink()
    _sync_folder(folder)
    return path


def _sync_folder(folder: Path) -> None:
    """A key that others were told of must not be gone after a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def read_key_file(path: Path) -> KeyPair:
    """Read one key file, refusing a file that others can read or whose parts do not belong together."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyFileExposedError(file=path.name, mode=oct(mode))
    try:
        fields = json.loads(path.read_text(encoding="ascii"))
        pair = KeyPair.from_private(
            Purpose(fields["purpose"]),
            fields["suite"],
            base64.b64decode(fields["private"], validate=True),
            datetime.fromisoformat(fields["created_at"]),
        )
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise KeyFileError(file=path.name, why=type(error).__name__) from error
    if pair.key_id != fields.get("key_id"):
        raise KeyFileError(file=path.name, why="key id and key differ")
    return pair


@dataclass
class Keyring:
    """All private keys of one body: signing keys, opening keys (retired ones too) and storage keys.

    One object per node, held by whoever signs, opens or decrypts: `take_over` gives all of them new keys at once.
    """

    body: str
    signing: tuple[KeyPair, ...]
    opening: Mapping[str, KeyPair]
    storage: Mapping[str, KeyPair]

    @classmethod
    def of(cls, body: str, *pairs: KeyPair) -> Keyring:
        """A keyring of `pairs`."""
        return cls(
            body,
            tuple(pair for pair in pairs if pair.purpose is Purpose.SIGNING),
            MappingProxyType({pair.key_id: pair for pair in pairs if pair.purpose is Purpose.SEALING}),
            MappingProxyType({pair.key_id: pair for pair in pairs if pair.purpose is Purpose.STORAGE}),
        )

    @classmethod
    def load(cls, body: str, folder: Path) -> Keyring:
        """Read every key file in `folder`."""
        return cls.of(body, *(read_key_file(path) for path in sorted(folder.glob("*.key"))))

    def take_over(self, newer: Keyring) -> None:
        """Hold the keys of `newer` from now on."""
        self.signing, self.opening, self.storage = newer.signing, newer.opening, newer.storage

    def signing_key(self, directory: Directory, now: datetime) -> KeyPair:
        """The key to sign with at `now`: of our own keys, the one the directory put in force last.

        Raises:
            NoCurrentKeyError: when none of our signing keys is in force.
        """
        own = {pair.key_id: pair for pair in self.signing}
        records = [record for record in directory.signing_keys_in_force(self.body, now) if record.key_id in own]
        if not records:
            raise NoCurrentKeyError(body=self.body, purpose=Purpose.SIGNING.value)
        return own[max(records, key=lambda record: record.valid_from).key_id]

    def signer_again(self, directory: Directory, written_at: datetime, now: datetime) -> tuple[KeyPair, datetime]:
        """The key that signs anew what was written at `written_at`, and the time to write into it.

        A key that was in force then, although it was revoked since: its letters are confirmed when they are sent.
        Where no such key is left here, today's key, and `now`.

        Raises:
            NoCurrentKeyError: none of our signing keys is in force.
        """
        own = {pair.key_id: pair for pair in self.signing}
        then = [
            record
            for record in directory.entry(self.body).signing_keys
            if record.key_id in own and record.why_not(written_at) is None
        ]
        if not then:
            return self.signing_key(directory, now), now
        return own[max(then, key=lambda record: record.valid_from).key_id], written_at

    def opening_key(self, key_id: str) -> KeyPair:
        """The key that opens what was sealed to `key_id`.

        Raises:
            KeyUnknownError: when it is none of ours.
        """
        try:
            return self.opening[key_id]
        except KeyError:
            raise KeyUnknownError(key_id=key_id[:64]) from None

    def storage_key(self) -> KeyPair:
        """The newest storage key: what is written now is wrapped with it.

        Raises:
            NoCurrentKeyError: when the keyring has none.
        """
        if not self.storage:
            raise NoCurrentKeyError(body=self.body, purpose=Purpose.STORAGE.value)
        return max(self.storage.values(), key=lambda pair: pair.created_at)

    def storage_key_with(self, key_id: str) -> KeyPair:
        """The storage key an older row was wrapped with.

        Raises:
            KeyUnknownError: when it is not in the keyring.
        """
        try:
            return self.storage[key_id]
        except KeyError:
            raise KeyUnknownError(key_id=key_id) from None
