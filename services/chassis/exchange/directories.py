"""Keeps newer directories of bodies that are loaded into a running node, so that a restarted one still has them."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa

from services.chassis.exchange.identity import Identity
from services.chassis.exchange.tables import DIRECTORIES
from services.chassis.identity.directory import Directory
from services.chassis.identity.signed import SignedDirectory, accept
from services.chassis.journal import store as journal
from services.chassis.storage import Transaction

LOADED = "directory.loaded"
"""Kind of journal entry; the payload names version, digest and the account that loaded it."""


def directory_in_force(connection: sa.Connection, known: Directory) -> Directory:
    """The newest directory that was loaded behind `known`, or `known` itself; each is checked by the one before it.

    Raises:
        DirectoryUntrustedError: a kept directory was not signed by a key that the one before it names.

    """
    newer = sa.select(DIRECTORIES.c.content).where(DIRECTORIES.c.version > known.version)
    for content in connection.scalars(newer.order_by(DIRECTORIES.c.version)):
        known = accept(SignedDirectory.from_bytes(content), known, ())
    return known


def load_directory(tx: Transaction, identity: Identity, offered: bytes, by: str) -> Directory:
    """Put a newer signed directory in force, at once after the commit and at every later start.

    Offering the one in force again changes nothing.

    Raises:
        DirectoryMalformedError: it is no directory.
        DirectoryUntrustedError, SignatureInvalidError, KeyOutOfDateError: no key of the directory in force signed it.
        DirectoryForeignError: it is another county's, or mixes a demonstration with a real county.
        DirectoryRolledBackError: it is older, or another one of the version in force.

    """
    # Not only what this process holds: a neighbor in the same transaction may have loaded a newer one.
    current = directory_in_force(tx.connection, identity.directory)
    directory = accept(SignedDirectory.from_bytes(offered), current, ())
    if directory.version > current.version:
        row = {"version": directory.version, "content": offered, "loaded_at": tx.now}
        tx.connection.execute(sa.insert(DIRECTORIES).values(row))
        facts = {"version": directory.version, "sha256": hashlib.sha256(offered).hexdigest(), "by": by}
        journal.append(tx, LOADED, json.dumps(facts, sort_keys=True).encode())
        tx.after_commit(lambda: identity.replace_directory(directory))
    return directory
