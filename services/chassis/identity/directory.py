"""The directory of bodies: who has which keys, and for which time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property

from services.chassis.identity.errors import (
    BodyUnknownError,
    KeyOutOfDateError,
    KeyUnknownError,
    NoCurrentKeyError,
)

NO_PREVIOUS = bytes(32)
"""What the first version names as the one before it."""


class BodyStatus(Enum):
    """Whether letters go to and from a body."""

    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True)
class KeyRecord:
    """A public key with its time of validity: from `valid_from` up to, not including, `valid_to`."""

    key_id: str
    suite: str
    public: bytes
    valid_from: datetime
    valid_to: datetime | None = None
    revoked_at: datetime | None = None

    def is_revoked(self, instant: datetime) -> bool:
        """Whether the key was revoked by `instant`."""
        return self.revoked_at is not None and instant >= self.revoked_at

    def why_not(self, instant: datetime) -> str | None:
        """None when the key is in force at `instant`, else the reason."""
        if self.is_revoked(instant):
            return "revoked"
        if instant < self.valid_from:
            return "not yet valid"
        if self.valid_to is not None and instant >= self.valid_to:
            return "expired"
        return None


@dataclass(frozen=True)
class BodyEntry:
    """One body in the directory, with all keys it ever had."""

    body: str
    name_zh: str
    status: BodyStatus
    signing_keys: tuple[KeyRecord, ...]
    sealing_keys: tuple[KeyRecord, ...]


@dataclass(frozen=True)
class Directory:
    """All bodies of one county at one version."""

    county: str
    version: int
    issued_at: datetime
    demo: bool
    bodies: tuple[BodyEntry, ...]
    directory_keys: tuple[KeyRecord, ...]
    """The keys that may sign the next version."""
    recovery_keys: tuple[KeyRecord, ...] = ()
    """Two of these together may sign a version that every node accepts, whatever became of the directory keys."""
    previous: bytes = NO_PREVIOUS
    """Digest of the version before this one, so that two versions of one number show."""

    def entry(self, body: str) -> BodyEntry:
        """The entry of `body`, active or retired.

        Raises:
            BodyUnknownError: when the directory has none.
        """
        try:
            return self._by_body[body]
        except KeyError:
            raise BodyUnknownError(body=body[:64], version=self.version) from None

    def active(self, body: str) -> BodyEntry:
        """The entry of `body`, which letters go to.

        Raises:
            BodyUnknownError: when there is none or it was retired.
        """
        entry = self.entry(body)
        if entry.status is not BodyStatus.ACTIVE:
            raise BodyUnknownError(body=body, version=self.version)
        return entry

    def signing_keys_in_force(self, body: str, instant: datetime) -> Sequence[KeyRecord]:
        """The signing keys of `body` in force at `instant`."""
        return [record for record in self.entry(body).signing_keys if self._in_force(record, instant)]

    def signer(self, key_id: str) -> tuple[BodyEntry, KeyRecord]:
        """Whose signing key `key_id` is. Validity is for the caller to check with `check_signed_at`.

        Raises:
            KeyUnknownError: when no body has that key.
        """
        try:
            return self._by_signing_key[key_id]
        except KeyError:
            raise KeyUnknownError(key_id=key_id[:64]) from None

    def sealing_key(self, body: str, now: datetime) -> KeyRecord:
        """The key to seal to `body` with now: the one in force that began last.

        Raises:
            NoCurrentKeyError: when none is in force.
        """
        in_force = [record for record in self.active(body).sealing_keys if self._in_force(record, now)]
        if not in_force:
            raise NoCurrentKeyError(body=body, purpose="sealing")
        return max(in_force, key=lambda record: record.valid_from)

    def seen(self, now: datetime) -> datetime:
        """When what came `now` was seen: behind this directory, also by a clock that is late. Revocations count at
        once.
        """
        return max(now, self.issued_at)

    def _in_force(self, record: KeyRecord, instant: datetime) -> bool:
        return record.why_not(instant) is None and not record.is_revoked(self.seen(instant))

    @cached_property
    def _by_body(self) -> Mapping[str, BodyEntry]:
        return {entry.body: entry for entry in self.bodies}

    @cached_property
    def _by_signing_key(self) -> Mapping[str, tuple[BodyEntry, KeyRecord]]:
        return {record.key_id: (entry, record) for entry in self.bodies for record in entry.signing_keys}


def check_signed_at(entry: BodyEntry, record: KeyRecord, signed_at: datetime, seen_at: datetime) -> None:
    """Refuse a key that was not in force when the signer says it signed, or that is revoked by now.

    Revocation counts from the moment we see the signature: a thief chooses the date written into a letter. What
    was stored before the revocation is verified with its time of storing as `seen_at` and stays good.

    Raises:
        KeyOutOfDateError: naming why.
    """
    why = record.why_not(signed_at)
    if why is None and record.is_revoked(seen_at):
        why = "revoked"
    if why is not None:
        raise KeyOutOfDateError(key_id=record.key_id, body=entry.body, instant=signed_at.isoformat(), why=why)
