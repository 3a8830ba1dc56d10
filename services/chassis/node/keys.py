"""What a running node does about its own keys: takes up new ones, lets old storage keys go, and sees ends coming."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa

from services.chassis.bus.certificates import RENEW_BEFORE, CertificateError, valid_until
from services.chassis.bus.renewal import files_of
from services.chassis.config import NodeConfig
from services.chassis.destruction.register import FILE_NAME
from services.chassis.errors import Fault, GuantongError
from services.chassis.exchange.identity import Identity
from services.chassis.identity.errors import BodyUnknownError, KeyUnknownError, NoCurrentKeyError
from services.chassis.identity.keys import Keyring, Purpose
from services.chassis.journal import store as journal
from services.chassis.node.rewrapping import lacking, resting
from services.chassis.operations.alarms import Cause
from services.chassis.operations.keeping import follow_causes
from services.chassis.storage import Transaction

REREAD, RETIRED = "keys.reread", "storage_key.retired"
"""Kinds of journal entry; the payloads name keys by their ids, and who said so."""
CERTIFICATE_ENDS, KEY_ENDS, STORAGE_KEY_MISSING = "certificate_ends", "key_ends", "storage_key_missing"
_KEY_WARNING = timedelta(days=14)
_URGENT = timedelta(days=14)


class StorageKeyInUseError(GuantongError):
    """Something still rests under the storage key that is to go."""

    reason: ClassVar[str] = "STORAGE_KEY_IN_USE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Storage key {key_id} is still needed ({why}). Make a newer one and wait until everything is wrapped anew: "
        "guantong keys rotate-storage, then guantong keys show."
    )
    message_zh: ClassVar[str] = (
        "储存密钥 {key_id} 仍在使用（{why}）。请先生成新的储存密钥并等待换封完成: "
        "guantong keys rotate-storage, 然后 guantong keys show。"
    )


def note_reread(tx: Transaction, identity: Identity, by: str) -> None:
    """Take up the key files as they lie in the folder now, on record.

    Raises:
        KeyFileError, KeyFileExposedError: a file cannot be used; nothing changes.
    """
    identity.reread_keys()
    facts = {"keys": list(key_ids(identity.keyring)), "by": by}
    journal.append(tx, REREAD, json.dumps(facts, sort_keys=True).encode())


def retire_storage_key(tx: Transaction, identity: Identity, key_id: str, explanation: str, by: str) -> None:
    """Destroy an old storage key on record. Backups made before need a copy of the keys that has it.

    Raises:
        KeyUnknownError: the node has no such storage key.
        StorageKeyInUseError: it is the newest one, or something still rests under it.
    """
    keyring, folder = identity.keyring, identity.keys
    keyring.storage_key_with(key_id)
    if folder is None:
        raise KeyUnknownError(key_id=key_id[:64])
    why = _needed(tx.connection, keyring, key_id, folder)
    if why:
        raise StorageKeyInUseError(key_id=key_id, why=why)
    facts = {"key": key_id, "by": by, "reason": explanation}
    journal.append(tx, RETIRED, json.dumps(facts, sort_keys=True, ensure_ascii=False).encode())

    def remove() -> None:
        (folder / f"{Purpose.STORAGE.value}-{key_id}.key").unlink(missing_ok=True)
        identity.reread_keys()

    tx.after_commit(remove)


def key_ids(keyring: Keyring) -> Iterable[str]:
    """All keys, by purpose and age."""
    for pairs in (keyring.signing, keyring.opening.values(), keyring.storage.values()):
        for pair in sorted(pairs, key=lambda one: one.created_at):
            yield pair.key_id


def current_signing_key(identity: Identity, now: datetime) -> str:
    """The key the node signs with; empty while there is none in force."""
    try:
        return identity.keyring.signing_key(identity.directory, now).key_id
    except (NoCurrentKeyError, BodyUnknownError):
        return ""


def watch_keys(tx: Transaction, identity: Identity, config: NodeConfig) -> None:
    """Open alarms for certificates and keys that end soon and for storage keys that are missing; close what passed."""
    found = {
        *_certificates(config, tx.now),
        *_own_keys(identity, tx.now),
        *(
            Cause(STORAGE_KEY_MISSING, config.body, f"KEY_{key_id.upper()}")
            for key_id in lacking(tx.connection, identity.keyring)
        ),
    }
    follow_causes(tx, (CERTIFICATE_ENDS, KEY_ENDS, STORAGE_KEY_MISSING), found)


def certificates_of(config: NodeConfig) -> dict[str, Path]:
    """The node's certificates by what they are for."""
    return {name: files.certificate for name, files in files_of(config).items()} | {"authority": config.bus.authority}


def _certificates(config: NodeConfig, now: datetime) -> Iterable[Cause]:
    for name, file in certificates_of(config).items():
        try:
            left = valid_until(file) - now
        except CertificateError:
            yield Cause(CERTIFICATE_ENDS, config.body, f"{name.upper()}_UNREADABLE")
            continue
        if left < timedelta():
            yield Cause(CERTIFICATE_ENDS, config.body, f"{name.upper()}_ENDED")
        elif left < RENEW_BEFORE:
            yield Cause(CERTIFICATE_ENDS, config.body, f"{name.upper()}_{'URGENT' if left < _URGENT else 'SOON'}")


def _own_keys(identity: Identity, now: datetime) -> Iterable[Cause]:
    for name, at in (("NONE_IN_FORCE", now), ("ENDS_SOON", now + _KEY_WARNING)):
        if not current_signing_key(identity, at):
            yield Cause(KEY_ENDS, identity.body, f"SIGNING_{name}")
            return
    try:
        identity.directory.sealing_key(identity.body, now + _KEY_WARNING)
    except (NoCurrentKeyError, BodyUnknownError):
        yield Cause(KEY_ENDS, identity.body, "SEALING_ENDS_SOON")


def _needed(connection: sa.Connection, keyring: Keyring, key_id: str, folder: Path) -> str:
    if keyring.storage_key().key_id == key_id:
        return "newest"
    if count := resting(connection)[key_id]:
        return str(count)
    register = folder.parent / FILE_NAME
    if register.exists() and f'"key": "{key_id}"' in register.read_text(encoding="utf-8"):
        # Its lines prove themselves with the key of their day.
        return FILE_NAME
    return ""
