"""Keeps the versions of the directory of bodies that reach a node, by hand or over the bus, to be passed on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import sqlalchemy as sa
import structlog

from services.chassis.errors import GuantongError
from services.chassis.exchange.errors import Refusal
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.tables import DIRECTORIES
from services.chassis.identity.directory import Directory
from services.chassis.identity.errors import (
    DirectoryForeignError,
    DirectoryForkedError,
    DirectoryGapError,
    DirectoryMalformedError,
    DirectoryRolledBackError,
)
from services.chassis.identity.signed import SignedDirectory, accept
from services.chassis.journal import store as journal
from services.chassis.storage import StorageError, Transaction

LOADED = "directory.loaded"
"""Kind of journal entry; the payload names version, digest, and the account that loaded it or the body it came from."""
BUS = "bus:"
"""Before the name of a body that passed a directory on."""
_WITHIN = "exchange.directory"
_AT_ONCE = 32
"""Directories of one body that are looked at in one batch: whoever floods costs us this much and no more."""
_REFUSALS: Mapping[type[GuantongError], Refusal] = MappingProxyType(
    {
        DirectoryMalformedError: Refusal.MALFORMED,
        DirectoryForeignError: Refusal.WRONG_COUNTY,
        DirectoryRolledBackError: Refusal.DIRECTORY_ROLLED_BACK,
        DirectoryForkedError: Refusal.DIRECTORY_FORKED,
    }
)
_log = structlog.get_logger("guantong.exchange")


def directory_in_force(connection: sa.Connection, known: Directory) -> Directory:
    """The newest directory that was loaded behind `known`, or `known` itself; each is checked by the one before it.

    Raises:
        DirectoryUntrustedError: a kept directory was not signed by a key that the one before it names.

    """
    newer = sa.select(DIRECTORIES.c.content).where(DIRECTORIES.c.version > known.version)
    for content in connection.scalars(newer.order_by(DIRECTORIES.c.version)):
        known = accept(SignedDirectory.from_bytes(content), known, ())
    return known


def directory_within(tx: Transaction, identity: Identity) -> Directory:
    """The directory that counts in this unit of work: a neighbor in the same transaction may have loaded a newer one.

    What is signed after it is judged by it, in the journal and by peers, before this process has it in force.
    """
    known = tx.remembered.get(_WITHIN)
    if not isinstance(known, Directory):
        known = tx.remembered[_WITHIN] = directory_in_force(tx.connection, identity.directory)
    return known


def versions_above(connection: sa.Connection, version: int, most: int) -> list[bytes]:
    """The kept versions above `version` as they came, in order, that a node which has that one accepts one by one.

    None behind a version that is not kept, until one that two recovery keys signed.
    """
    newer = sa.select(DIRECTORIES.c.version, DIRECTORIES.c.content).where(DIRECTORIES.c.version > version)
    found: list[bytes] = []
    for row in connection.execute(newer.order_by(DIRECTORIES.c.version)):
        if row.version == version + 1 or SignedDirectory.from_bytes(row.content).second is not None:
            version = row.version
            found.append(row.content)
        if len(found) == most:
            break
    return found


def kept_version(connection: sa.Connection, version: int) -> bytes | None:
    """The kept directory of that version as it came; None when it is not kept."""
    found: bytes | None = connection.scalar(sa.select(DIRECTORIES.c.content).where(DIRECTORIES.c.version == version))
    return found


def newest_version(connection: sa.Connection) -> int:
    """The highest version that is kept; 0 for none."""
    return connection.scalar(_NEWEST) or 0


_NEWEST = sa.select(sa.func.max(DIRECTORIES.c.version))


@dataclass(slots=True)
class Judged:
    """What became of directories that a batch brought."""

    refused: list[tuple[int, Refusal]] = field(default_factory=list)
    """Which ones are not believed, by their place in the batch, and why."""
    ask: set[str] = field(default_factory=set)
    """Who is to send the versions before those it sent."""


def judge(tx: Transaction, identity: Identity, offered: Sequence[tuple[str, bytes]]) -> Judged:
    """Put in force what continues the directory in force, and tell what is not believed.

    `offered` names the body that the bus claims as sender; a directory is authentic by its own signature.
    """
    judged = Judged()
    taken: Counter[str] = Counter()
    for place, (peer, content) in enumerate(offered):
        taken[peer] += 1
        if taken[peer] > _AT_ONCE or _is_kept(tx.connection, content):
            continue
        try:
            load_directory(tx, identity, content, by=f"{BUS}{peer}")
        except DirectoryGapError:
            judged.ask.add(peer)
        except GuantongError as error:
            if isinstance(error, StorageError):
                raise
            judged.refused.append((place, _REFUSALS.get(type(error), Refusal.DIRECTORY_UNTRUSTED)))
    return judged


def _is_kept(connection: sa.Connection, content: bytes) -> bool:
    """Two peers may send us the same version."""
    same = sa.select(DIRECTORIES.c.version).where(DIRECTORIES.c.content == content)
    return connection.scalar(same.limit(1)) is not None


def load_directory(tx: Transaction, identity: Identity, offered: bytes, by: str) -> Directory:
    """Put a newer signed directory in force, at once after the commit and at every later start.

    Offering the one in force again changes nothing.

    Raises:
        DirectoryMalformedError: it is no directory.
        DirectoryUntrustedError, SignatureInvalidError, KeyOutOfDateError: no key of the directory in force signed it.
        DirectoryForeignError: it is another county's, or mixes a demonstration with a real county.
        DirectoryRolledBackError: it is older.
        DirectoryForkedError: it is another one of the version in force, or follows another one.
        DirectoryGapError: versions before it are missing.

    """
    # Not only what this process holds: a neighbor in the same transaction may have loaded a newer one.
    current = directory_within(tx, identity)
    directory = accept(SignedDirectory.from_bytes(offered), current, ())
    if directory.version > current.version:
        row = {"version": directory.version, "content": offered, "loaded_at": tx.now}
        tx.connection.execute(sa.insert(DIRECTORIES).values(row))
        facts = {"version": directory.version, "sha256": hashlib.sha256(offered).hexdigest(), "by": by}
        journal.append(tx, LOADED, json.dumps(facts, sort_keys=True).encode())
        tx.remembered[_WITHIN] = directory
        tx.after_commit(lambda: _put_in_force(identity, directory))
    return directory


def _put_in_force(identity: Identity, directory: Directory) -> None:
    identity.replace_directory(directory)
    try:
        # It may name a key of ours that was made since this process started.
        identity.reread_keys()
    except (GuantongError, OSError) as error:
        _log.error("task_failed", task="reread_keys", error=type(error).__name__)
