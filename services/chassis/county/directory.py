"""What the office does to the directory of bodies: the next version with one change, signed with its key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from services.chassis.bus.certificates import write_private
from services.chassis.county.layout import CountyError
from services.chassis.identity.cards import KeyCard, same_fingerprint
from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory, KeyRecord
from services.chassis.identity.errors import (
    DirectoryForeignError,
    KeyCardUnconfirmedError,
    KeyTakenError,
    KeyUnknownError,
    NoCurrentKeyError,
)
from services.chassis.identity.keys import KeyPair, Purpose, read_key_file
from services.chassis.identity.signed import SignedDirectory, accept, digest_of

OVERLAP = timedelta(hours=1)
"""A new key begins so long after its version of the directory was made: by then every node that runs has it."""
RETIRES_AFTER = timedelta(days=7)
"""The key before stays valid so long beside the new one: a node whose operator was slow goes on working."""
CLOCKS_APART = timedelta(hours=1)
"""A key that is needed at once begins so long before now: clocks of ten offices differ."""


def keep_version(folder: Path, signed: SignedDirectory, version: int) -> Path:
    """Keep a version in the office's own record; never over another one.

    Raises:
        FileExistsError: there is a file of that version.
    """
    file = folder / f"{version:06d}.json"
    if file.exists():
        raise FileExistsError(17, "exists", str(file))
    write_private(file, signed.to_bytes())
    return file


def versions(folder: Path) -> list[Directory]:
    """Every version in the office's record, each checked by the one before it.

    Raises:
        CountyError: there is none.
        DirectoryMalformedError, DirectoryUntrustedError, DirectoryForkedError, DirectoryGapError: the record was
            changed, or a version is missing.
    """
    found: list[Directory] = []
    for file in sorted(folder.glob("*.json")):
        signed = SignedDirectory.from_bytes(file.read_bytes())
        current = found[-1] if found else None
        found.append(accept(signed, current, () if current else signed.stated().directory_keys))
    if not found:
        raise CountyError(folder=folder.name, problem="no directory here", problem_zh="此处没有单位名录")
    return found


@dataclass(frozen=True)
class Office:
    """The office with its record of directories and the folder of its safe."""

    record: Path
    safe: Path

    def issue(self, now: datetime, change: Callable[[Directory], Directory]) -> tuple[Directory, Path]:
        """Sign the next version, which is the newest one after `change`, and keep it; it is in force nowhere yet.

        Raises:
            NoCurrentKeyError: no key in the safe may sign it.
        """
        current = versions(self.record)[-1]
        directory = next_version(change(current), current, now)
        signed = SignedDirectory.sign(directory, self._key(current, now))
        accept(signed, current, ())
        return directory, keep_version(self.record, signed, directory.version)

    def recover(
        self, now: datetime, persons: tuple[KeyPair, KeyPair], key: KeyRecord, above: int = 0
    ) -> tuple[Directory, Path]:
        """Name a new directory key by the word of two persons; everything else is as the newest version has it.

        `above` is the highest version that any node has in force: a thief may have signed some.

        Raises:
            DirectoryUntrustedError: they are not two of those who may.
        """
        current = versions(self.record)[-1]
        changed = next_version(change_directory_key(current, key), current, now)
        directory = replace(changed, version=max(current.version, above) + 1)
        signed = SignedDirectory.recover(directory, *persons)
        accept(signed, current, ())
        return directory, keep_version(self.record, signed, directory.version)

    def _key(self, current: Directory, now: datetime) -> KeyPair:
        allowed = {record.key_id for record in current.directory_keys if record.why_not(now) is None}
        for file in sorted(self.safe.glob(f"{Purpose.SIGNING.value}-*.key")):
            pair = read_key_file(file)
            if pair.key_id in allowed:
                return pair
        raise NoCurrentKeyError(body=self.safe.name, purpose="directory")


def next_version(changed: Directory, current: Directory, now: datetime) -> Directory:
    """`changed` as the version behind `current`."""
    issued_at = max(now, current.issued_at)
    return replace(changed, version=current.version + 1, issued_at=issued_at, previous=digest_of(current))


def check_card(directory: Directory, card: KeyCard, now: datetime, fingerprint: str) -> None:
    """Whether the office may believe a card.

    Raises:
        DirectoryForeignError: it is of another county.
        KeyCardUnconfirmedError: no key in force vouches for it, and the fingerprint is not its own.
        SignatureInvalidError: it was changed.
    """
    if card.county != directory.county:
        raise DirectoryForeignError(offered=card.county, current=directory.county)
    if not same_fingerprint(fingerprint, card.message) and not card.is_vouched(directory, now):
        raise KeyCardUnconfirmedError(body=card.body)


def add_key(directory: Directory, card: KeyCard, begins: datetime, ends_before: datetime | None) -> Directory:
    """With the key of `card` from `begins` on; the body's keys of that purpose in force end at `ends_before`.

    Raises:
        BodyUnknownError: no active body has that name.
        KeyTakenError: the key is listed already.
    """
    entry = directory.active(card.body)
    if any(record.key_id == card.key_id for record in (*entry.signing_keys, *entry.sealing_keys)):
        raise KeyTakenError(key_id=card.key_id)
    if card.purpose is Purpose.SIGNING:
        keys = (*_ending(entry.signing_keys, ends_before), card.record(begins))
        return _with(directory, replace(entry, signing_keys=keys))
    keys = (*_ending(entry.sealing_keys, ends_before), card.record(begins))
    return _with(directory, replace(entry, sealing_keys=keys))


def revoke(directory: Directory, key_id: str, now: datetime) -> Directory:
    """With that key revoked, whose ever it is.

    Raises:
        KeyUnknownError: nobody has it.
    """
    for entry in directory.bodies:
        signing, sealing = _revoked(entry.signing_keys, key_id, now), _revoked(entry.sealing_keys, key_id, now)
        if (signing, sealing) != (entry.signing_keys, entry.sealing_keys):
            return _with(directory, replace(entry, signing_keys=signing, sealing_keys=sealing))
    if any(record.key_id == key_id for entry in directory.bodies for record in entry.signing_keys):
        return directory
    raise KeyUnknownError(key_id=key_id[:64])


def add_body(directory: Directory, name_zh: str, signing: KeyCard, sealing: KeyCard, now: datetime) -> Directory:
    """With one more body, whose first keys count at once.

    Raises:
        KeyTakenError: the directory has a body of that name.
        KeyCardUnconfirmedError: the cards are of different bodies, or not one for signing and one for sealing.
    """
    if any(entry.body == signing.body for entry in directory.bodies):
        raise KeyTakenError(key_id=signing.body)
    if (signing.body, signing.purpose, sealing.purpose) != (sealing.body, Purpose.SIGNING, Purpose.SEALING):
        raise KeyCardUnconfirmedError(body=signing.body)
    begins = now - CLOCKS_APART
    keys = (signing.record(begins),), (sealing.record(begins),)
    return replace(directory, bodies=(*directory.bodies, BodyEntry(signing.body, name_zh, BodyStatus.ACTIVE, *keys)))


def retire_body(directory: Directory, body: str, now: datetime) -> Directory:
    """With a body that writes nothing new; what it wrote before still verifies.

    Raises:
        BodyUnknownError: no active body has that name.
    """
    entry = directory.active(body)
    return _with(
        directory,
        replace(
            entry,
            status=BodyStatus.RETIRED,
            signing_keys=_ending(entry.signing_keys, now),
            sealing_keys=_ending(entry.sealing_keys, now),
        ),
    )


def change_directory_key(directory: Directory, new: KeyRecord) -> Directory:
    """With `new` as the only key that signs the version after."""
    return replace(directory, directory_keys=(new,))


def _with(directory: Directory, changed: BodyEntry) -> Directory:
    bodies = tuple(changed if entry.body == changed.body else entry for entry in directory.bodies)
    return replace(directory, bodies=bodies)


def _ending(records: Sequence[KeyRecord], at: datetime | None) -> tuple[KeyRecord, ...]:
    """`records`, those that would last longer ending `at`."""
    if at is None:
        return tuple(records)
    return tuple(
        replace(record, valid_to=at) if record.valid_to is None or record.valid_to > at else record
        for record in records
    )


def _revoked(records: Sequence[KeyRecord], key_id: str, now: datetime) -> tuple[KeyRecord, ...]:
    return tuple(
        replace(record, revoked_at=now) if record.key_id == key_id and record.revoked_at is None else record
        for record in records
    )
