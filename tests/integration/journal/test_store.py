"""The journal in a database: numbered without gaps, chained, and never ahead of a unit that failed."""

from __future__ import annotations

from functools import partial

import pytest

from services.chassis.journal import chain, store
from services.chassis.storage import Database, Transaction


class PlannedError(Exception):
    """Raised by a unit that is meant to fail."""


async def test_entries_are_numbered_without_gaps_and_chained(database: Database):
    for payload in (b"one", b"two", b"three"):
        await database.writer.run(partial(store.append, kind="test.happened", payload=payload))
    entries = await database.reader.read(store.read)
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.payload for entry in entries] == [b"one", b"two", b"three"]
    assert chain.check(entries) == []
    head = await database.reader.read(store.head)
    assert head == store.Head(3, chain.digest(entries[-1]))


async def test_a_unit_that_fails_leaves_no_entry_and_no_gap(database: Database):
    def failing(tx: Transaction):
        store.append(tx, "test.happened", b"lost")
        raise PlannedError

    def two(tx: Transaction):
        store.append(tx, "test.happened", b"kept")
        store.append(tx, "test.happened", b"kept too")

    with pytest.raises(PlannedError):
        await database.writer.run(failing)
    await database.writer.run(two)
    entries = await database.reader.read(store.read)
    assert [entry.payload for entry in entries] == [b"kept", b"kept too"]
    assert chain.check(entries) == []


async def test_a_letters_entries_are_found_by_its_id(database: Database):
    await database.writer.run(lambda tx: store.append(tx, "letter.sent", b"a", "letter-1"))
    await database.writer.run(lambda tx: store.append(tx, "letter.sent", b"b", "letter-2"))
    await database.writer.run(lambda tx: store.append(tx, "letter.recalled", b"c", "letter-1"))
    found = await database.reader.read(lambda connection: store.of_letter(connection, "letter-1"))
    assert [entry.payload for entry in found] == [b"a", b"c"]
