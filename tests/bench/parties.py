"""Two bodies for measuring: their keys in files, so that each process can be one of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from services.chassis.clock import SystemClock
from services.chassis.exchange.identity import Identity
from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory
from services.chassis.identity.keys import KeyPair, Keyring, Purpose, write_key_file
from services.chassis.storage import METADATA

SENDER, RECIPIENT = "north", "south"
COUNTY = "371399"
CONTENT = b"x" * 1000

CHANGES = sa.Table("bench_changes", METADATA, sa.Column("id", sa.Integer, primary_key=True), sa.Column("what", sa.Text))
"""Stands for the business change that a letter is written with."""
INSERT_CHANGE = sa.insert(CHANGES)


def make_keys(folder: Path, bodies: Iterable[str] = (SENDER, RECIPIENT), age: timedelta = timedelta(0)) -> None:
    """Keys of the bodies below `folder`, made as long ago as `age`."""
    now = SystemClock().now() - age
    for body in bodies:
        for purpose in Purpose:
            write_key_file(folder / "keys" / body, KeyPair.generate(purpose, now))


def url_file(folder: Path, body: str) -> Path:
    """Where the address of a body's database stands, if it is not to make one of its own."""
    return folder / f"{body}.database"


def identity(folder: Path, body: str, bodies: Iterable[str] = (SENDER, RECIPIENT)) -> Identity:
    """The identity of `body`, with a directory made of the bodies' key files."""
    rings = {name: Keyring.load(name, folder / "keys" / name) for name in bodies}
    entries = [
        BodyEntry(
            name,
            name,
            BodyStatus.ACTIVE,
            tuple(pair.record(pair.created_at) for pair in ring.signing),
            tuple(pair.record(pair.created_at) for pair in ring.opening.values()),
        )
        for name, ring in rings.items()
    ]
    anchor = next(iter(rings.values())).signing[0]
    directory = Directory(
        COUNTY,
        1,
        anchor.created_at,
        demo=False,
        bodies=tuple(entries),
        directory_keys=(anchor.record(anchor.created_at),),
    )
    return Identity(COUNTY, body, rings[body], directory)
