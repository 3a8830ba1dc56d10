"""The directory of bodies as it is signed and passed on, and which one a node accepts: it never goes back."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from services.chassis.clock import check_aware
from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory, KeyRecord
from services.chassis.identity.errors import (
    DirectoryForeignError,
    DirectoryForkedError,
    DirectoryGapError,
    DirectoryMalformedError,
    DirectoryRolledBackError,
    DirectoryUntrustedError,
    KeyOutOfDateError,
)
from services.chassis.identity.suites import key_id_of, suite_named

_SIGNING_DOMAIN = b"guantong-directory-signature-v1\x00"
_RECOVERY_DOMAIN = b"guantong-directory-recovery-v1\x00"
_DIGEST_DOMAIN = b"guantong-directory-v1\x00"
MAX_DIRECTORY_BYTES = 1024 * 1024
"""Of the file form: some hundred bodies with all keys of some decades."""


class DirectorySigner(Protocol):
    """The part of a key pair that signing a directory needs."""

    @property
    def suite(self) -> str: ...

    @property
    def key_id(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...


_NOT_AS_IT_SHOULD_BE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What reading fields out of JSON raises when they are missing, of another type, or out of all bounds."""


@dataclass(frozen=True)
class DirectorySignature:
    """One signature over a directory."""

    suite: str
    key_id: str
    signature: bytes

    @classmethod
    def make(cls, key: DirectorySigner, message: bytes) -> DirectorySignature:
        """Sign `message`."""
        return cls(key.suite, key.key_id, key.sign(message))

    def fields(self) -> dict[str, str]:
        """As the file form has it."""
        signature = base64.b64encode(self.signature).decode("ascii")
        return {"suite": self.suite, "signing_key_id": self.key_id, "signature": signature}

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> DirectorySignature:
        """Reverse `fields`."""
        signature = base64.b64decode(fields["signature"], validate=True)
        return cls(str(fields["suite"]), str(fields["signing_key_id"]), signature)


@dataclass(frozen=True)
class SignedDirectory:
    """The exact bytes that were signed, with one signature of the office, or two of those who may recover it."""

    payload: bytes
    signature: DirectorySignature
    second: DirectorySignature | None = None

    @classmethod
    def sign(cls, directory: Directory, key: DirectorySigner) -> SignedDirectory:
        """Sign `directory` with the office's directory key."""
        payload = _encode(directory)
        return cls(payload, DirectorySignature.make(key, _SIGNING_DOMAIN + payload))

    @classmethod
    def recover(cls, directory: Directory, first: DirectorySigner, second: DirectorySigner) -> SignedDirectory:
        """Sign `directory` with two recovery keys: the directory key is lost, or in wrong hands."""
        payload = _encode(directory)
        message = _RECOVERY_DOMAIN + payload
        return cls(payload, DirectorySignature.make(first, message), DirectorySignature.make(second, message))

    @property
    def digest(self) -> bytes:
        """What the next version names this one by."""
        return _digest(self.payload)

    def to_bytes(self) -> bytes:
        """The file form."""
        fields: dict[str, object] = {
            **self.signature.fields(),
            "directory": base64.b64encode(self.payload).decode("ascii"),
        }
        if self.second is not None:
            fields["second"] = self.second.fields()
        return json.dumps(fields, indent=1).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> SignedDirectory:
        """Read the file form, without trusting any of it yet."""
        if len(data) > MAX_DIRECTORY_BYTES:
            raise DirectoryMalformedError(why="larger than any directory")
        try:
            fields = read_fields(data)
            second = DirectorySignature.read(fields["second"]) if "second" in fields else None
            payload = base64.b64decode(fields["directory"], validate=True)
            return cls(payload, DirectorySignature.read(fields), second)
        except _NOT_AS_IT_SHOULD_BE as error:
            raise DirectoryMalformedError(why=type(error).__name__) from error

    def stated(self) -> Directory:
        """What the bytes say, believed by nobody yet: for whoever made them.

        Raises:
            DirectoryMalformedError: they are no directory.
        """
        return _decode(self.payload)

    def verify(self, trusted: Sequence[KeyRecord]) -> Directory:
        """Check the signature under one of `trusted`, and only then read what was signed.

        Raises:
            DirectoryUntrustedError: when another key signed.
            SignatureInvalidError: when bytes, signature and key do not belong together.
            KeyOutOfDateError: when the key was not in force at the directory's date.
        """
        record = _check(self.signature, _SIGNING_DOMAIN + self.payload, trusted)
        directory = _decode(self.payload)
        _check_in_force(record, directory.issued_at)
        return directory

    def verify_recovery(self, trusted: Sequence[KeyRecord]) -> Directory:
        """Check both signatures under two different keys of `trusted`; raises as `verify` does."""
        signatures = [self.signature] if self.second is None else [self.signature, self.second]
        records = {_check(one, _RECOVERY_DOMAIN + self.payload, trusted).key_id: one for one in signatures}
        if len(records) < 2:
            raise DirectoryUntrustedError(key_id=self.signature.key_id[:64])
        directory = _decode(self.payload)
        for record in trusted:
            if record.key_id in records:
                _check_in_force(record, directory.issued_at)
        return directory


def read_fields(data: bytes) -> Any:
    """The JSON that `data` is.

    Raises:
        ValueError, RecursionError: it is none, names a key twice, or has characters in it that no file and no database
            takes.

    """
    fields = json.loads(data, object_pairs_hook=_each_key_once)
    # Half a character, written as an escape, is read as if it were one.
    json.dumps(fields, ensure_ascii=False).encode()
    return fields


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Readers differ in which of two they take, and would believe different keys under one signature."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError
    return fields


def accept(offered: SignedDirectory, current: Directory | None, anchors: Sequence[KeyRecord]) -> Directory:
    """The directory in force after `offered` arrived.

    A first directory is trusted through the county's anchor keys. Every later one is exactly the next version, names
    the digest of the one in force, and is signed by a key that the one in force names. Only two recovery keys
    together may leave versions out, start from another version than the one in force, or change the recovery keys.
    Offering the version in force again changes nothing.

    Raises:
        DirectoryForeignError: another county, or demonstration and real county mixed.
        DirectoryRolledBackError: an older version.
        DirectoryForkedError: the office's key signed two different versions of one number.
        DirectoryGapError: versions between are missing.
        DirectoryUntrustedError, SignatureInvalidError, KeyOutOfDateError: it is not signed as it has to be.
    """
    if current is None:
        return offered.verify(anchors)
    if offered.digest == digest_of(current):
        return current
    recovers = offered.second is not None
    trusted = offered.verify_recovery(current.recovery_keys) if recovers else offered.verify(current.directory_keys)
    if (trusted.county, trusted.demo) != (current.county, current.demo):
        raise DirectoryForeignError(offered=_county_name(trusted), current=_county_name(current))
    if trusted.version < current.version:
        raise DirectoryRolledBackError(offered=trusted.version, current=current.version)
    if trusted.version == current.version:
        raise DirectoryForkedError(version=trusted.version)
    if not recovers:
        _check_next(trusted, current, offered)
    return trusted


def _check_next(offered: Directory, current: Directory, signed: SignedDirectory) -> None:
    if offered.version > current.version + 1:
        raise DirectoryGapError(offered=offered.version, current=current.version)
    if offered.previous != digest_of(current):
        raise DirectoryForkedError(version=current.version)
    if offered.recovery_keys != current.recovery_keys:
        # Or a thief of the directory key could take away the one way to stop them.
        raise DirectoryUntrustedError(key_id=signed.signature.key_id)


def digest_of(directory: Directory) -> bytes:
    """What the next version names `directory` by: the digest of the very bytes that were signed."""
    known = directory.__dict__.get(_REMEMBERED)
    return known if isinstance(known, bytes) else _digest(_encode(directory))


_REMEMBERED = "_signed_digest"


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(_DIGEST_DOMAIN + payload).digest()


def _check(signature: DirectorySignature, message: bytes, trusted: Sequence[KeyRecord]) -> KeyRecord:
    keys = {record.key_id: record for record in trusted}
    record = keys.get(signature.key_id)
    if record is None or record.suite != signature.suite:
        raise DirectoryUntrustedError(key_id=signature.key_id[:64])
    suite_named(record.suite).verify(record.public, message, signature.signature)
    return record


def _check_in_force(record: KeyRecord, instant: datetime) -> None:
    # Whoever has a revoked key chooses the date that they write into a directory.
    why = "revoked" if record.revoked_at is not None else record.why_not(instant)
    if why is not None:
        raise KeyOutOfDateError(key_id=record.key_id, body="directory", instant=instant.isoformat(), why=why)


def _county_name(directory: Directory) -> str:
    return f"{directory.county} (demo)" if directory.demo else directory.county


def _encode(directory: Directory) -> bytes:
    fields = {
        "county": directory.county,
        "version": directory.version,
        "previous": directory.previous.hex(),
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
        "recovery_keys": [_key_fields(record) for record in directory.recovery_keys],
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _decode(payload: bytes) -> Directory:
    try:
        fields = read_fields(payload)
        directory = Directory(
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
            tuple(_key_record(record) for record in fields["recovery_keys"]),
            bytes.fromhex(fields["previous"]),
        )
    except _NOT_AS_IT_SHOULD_BE as error:
        raise DirectoryMalformedError(why=type(error).__name__) from error
    # A newer program may have written more into it than this one reads: the digest is of its bytes, not of ours.
    directory.__dict__[_REMEMBERED] = _digest(payload)
    return directory


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
