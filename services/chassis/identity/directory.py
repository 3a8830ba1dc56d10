"""The directory of bodies: who has which keys and when, signed by the inspection office, never going back."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property
from typing import Protocol

from services.chassis.clock import check_aware
from services.chassis.identity.errors import (
    BodyUnknownError,
    DirectoryForeignError,
    DirectoryMalformedError,
    DirectoryRolledBackError,
    DirectoryUntrustedError,
    KeyOutOfDateError,
    KeyUnknownError,
    NoCurrentKeyError,
)
from services.chassis.identity.suites import key_id_of, suite_named

_SIGNING_DOMAIN = b"guantong-directory-signature-v1\x00"
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024


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

    def why_not(self, instant: datetime) -> str | None:
        """None when the key is in force at `instant`, else the reason."""
        if self.revoked_at is not None and instant >= self.revoked_at:
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
        return [record for record in self.entry(body).signing_keys if record.why_not(instant) is None]

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
        in_force = [record for record in self.active(body).sealing_keys if record.why_not(now) is None]
        if not in_force:
            raise NoCurrentKeyError(body=body, purpose="sealing")
        return max(in_force, key=lambda record: record.valid_from)

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
    if why is None and record.revoked_at is not None and seen_at >= record.revoked_at:
        why = "revoked"
    if why is not None:
        raise KeyOutOfDateError(key_id=record.key_id, body=entry.body, instant=signed_at.isoformat(), why=why)


class DirectorySigner(Protocol):
    """The part of a key pair that signing a directory needs."""

    @property
    def suite(self) -> str: ...

    @property
    def key_id(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True)
class SignedDirectory:
    """The exact bytes the office signed, and its signature over them."""

    payload: bytes
    suite: str
    signing_key_id: str
    signature: bytes

    @classmethod
    def sign(cls, directory: Directory, key: DirectorySigner) -> SignedDirectory:
        """Sign `directory` with the office's directory key."""
        payload = _encode(directory)
        return cls(payload, key.suite, key.key_id, key.sign(_SIGNING_DOMAIN + payload))

    def to_bytes(self) -> bytes:
        """The file form."""
        fields = {
            "suite": self.suite,
            "signing_key_id": self.signing_key_id,
            "signature": base64.b64encode(self.signature).decode("ascii"),
            "directory": base64.b64encode(self.payload).decode("ascii"),
        }
        return json.dumps(fields, indent=1).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> SignedDirectory:
        """Read the file form, without trusting any of it yet."""
        if len(data) > MAX_DIRECTORY_BYTES:
            raise DirectoryMalformedError(why="larger than any directory")
        try:
            fields = json.loads(data)
            return cls(
                base64.b64decode(fields["directory"], validate=True),
                str(fields["suite"]),
                str(fields["signing_key_id"]),
                base64.b64decode(fields["signature"], validate=True),
            )
        except (KeyError, TypeError, ValueError, binascii.Error, RecursionError) as error:
            raise DirectoryMalformedError(why=type(error).__name__) from error

    def verify(self, trusted: Sequence[KeyRecord]) -> Directory:
        """Check the signature under one of `trusted`, and only then read what was signed.

        Raises:
            DirectoryUntrustedError: when another key signed.
            SignatureInvalidError: when bytes, signature and key do not belong together.
            KeyOutOfDateError: when the key was not in force at the directory's date.
        """
        keys = {record.key_id: record for record in trusted}
        record = keys.get(self.signing_key_id)
        if record is None or record.suite != self.suite:
            raise DirectoryUntrustedError(key_id=self.signing_key_id[:64])
        suite_named(record.suite).verify(record.public, _SIGNING_DOMAIN + self.payload, self.signature)
        directory = _decode(self.payload)
        why = record.why_not(directory.issued_at)
        if why is not None:
            raise KeyOutOfDateError(
                key_id=record.key_id, body="directory", instant=directory.issued_at.isoformat(), why=why
            )
        return directory


def accept(offered: SignedDirectory, current: Directory | None, anchors: Sequence[KeyRecord]) -> Directory:
    """The directory in force after `offered` arrived.

    A first directory is trusted through the county's anchor keys, every later one through the keys that the
    directory in force names. Offering the version in force again changes nothing.

    Raises:
        DirectoryForeignError: another county, or demonstration and real county mixed.
        DirectoryRolledBackError: an older version, or different bytes under the version in force.
    """
    directory = offered.verify(anchors if current is None else current.directory_keys)
    if current is None:
        return directory
    if (directory.county, directory.demo) != (current.county, current.demo):
        raise DirectoryForeignError(
            offered=_county_name(directory),
            current=_county_name(current),
        )
    if directory.version < current.version or (directory.version == current.version and directory != current):
        raise DirectoryRolledBackError(offered=directory.version, current=current.version)
    return directory


def _county_name(directory: Directory) -> str:
    return f"{directory.county} (demo)" if directory.demo else directory.county


def _encode(directory: Directory) -> bytes:
    fields = {
        "county": directory.county,
        "version": directory.version,
        "issued_at": _time_text(directory.issued_at),
        "demo": directory.demo,
        "bodies": [
            {
                "body": entry.body,
                "name_zh": entry.name_zh,
                "status": entry.status.value,
                "signing_keys": [_key_fields(record) for record in entry.signing_keys],
                "sealing_keys": [_key_fields(record) for record in entry.sealing_keys],
            }
            for entry in directory.bodies
        ],
        "directory_keys": [_key_fields(record) for record in directory.directory_keys],
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _decode(payload: bytes) -> Directory:
    try:
        fields = json.loads(payload)
        return Directory(
            str(fields["county"]),
            int(fields["version"]),
            _time(fields["issued_at"]),
            bool(fields["demo"]),
            tuple(
                BodyEntry(
                    str(entry["body"]),
                    str(entry["name_zh"]),
                    BodyStatus(entry["status"]),
                    tuple(_key_record(record) for record in entry["signing_keys"]),
                    tuple(_key_record(record) for record in entry["sealing_keys"]),
                )
                for entry in fields["bodies"]
            ),
            tuple(_key_record(record) for record in fields["directory_keys"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise DirectoryMalformedError(why=type(error).__name__) from error


def _key_fields(record: KeyRecord) -> dict[str, str | None]:
    return {
        "suite": record.suite,
        "public": base64.b64encode(record.public).decode("ascii"),
        "valid_from": _time_text(record.valid_from),
        "valid_to": _time_text(record.valid_to) if record.valid_to else None,
        "revoked_at": _time_text(record.revoked_at) if record.revoked_at else None,
    }


def _key_record(fields: Mapping[str, str | None]) -> KeyRecord:
    public = base64.b64decode(fields["public"] or "", validate=True)
    valid_to, revoked_at = fields["valid_to"], fields["revoked_at"]
    # The id is computed, never read: a directory cannot give one key the name of another.
    return KeyRecord(
        key_id_of(public),
        str(fields["suite"]),
        public,
        _time(fields["valid_from"]),
        None if valid_to is None else _time(valid_to),
        None if revoked_at is None else _time(revoked_at),
    )


def _time_text(instant: datetime) -> str:
    return check_aware(instant).astimezone(UTC).isoformat()


def _time(text: str | None) -> datetime:
    return check_aware(datetime.fromisoformat(str(text))).astimezone(UTC)
