"""Verifying a journal: a sound one is sound, and one changed byte anywhere in it or beside it is found."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from services.chassis.exchange import applying
from services.chassis.exchange.keeping import Why, destroy_content
from services.chassis.exchange.model import Direction, LetterDraft, StoredLetter
from services.chassis.exchange.naming import LetterName, names_among
from services.chassis.exchange.tables import LETTERS
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal import store
from services.chassis.journal.chain import digest
from services.chassis.journal.store import JOURNAL, Head
from services.chassis.journal.verify import Report, verify_chain
from services.chassis.storage import Database, Transaction
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode, identities

NOT_EVIDENCE = {"traceparent"}
"""Of the letters' table: only for telemetry, signed by nobody."""


class UndoError(Exception):
    """Takes back what a test did to the database."""

    def __init__(self, report: Report) -> None:
        self.report = report


async def settle(*nodes: ExchangeNode) -> None:
    for _ in range(4):
        for node in nodes:
            await node.turn()


def refuse_some(letter: StoredLetter) -> Exception | None:
    return ValueError("cannot") if letter.header.matter_id.startswith("bad") else None


async def lived(county: ExchangeCounty) -> ExchangeNode:
    """A node with letters sent and received, receipts, parked letters (one tried twice), and entries of other kinds."""
    county.join("alpha", "beta", "gamma")
    alpha, beta, gamma = [await county.open(body) for body in ("alpha", "beta", "gamma")]
    alpha.fails = refuse_some
    for number in range(3):
        document_number = f"青函〔2026〕{number + 1}号"
        await alpha.send("beta", b"asked %d" % number, matter_id=f"m{number}", document_number=document_number)
        await beta.send("alpha", b"answered %d" % number, matter_id=f"m{number}")
        county.clock.advance(minutes=7)
        await settle(alpha, beta, gamma)
    first = await gamma.send("alpha", "坏".encode(), matter_id="bad1")
    await gamma.send("alpha", b"behind it", matter_id="bad1")
    await gamma.send("alpha", b"bad too", matter_id="bad2")
    await settle(alpha, beta, gamma)
    county.clock.advance(minutes=1)
    await alpha.database.writer.run(lambda tx: applying.retry(tx, first.letter_id, "mended", "p1"))
    await settle(alpha, beta, gamma)
    await alpha.database.writer.run(lambda tx: store.append(tx, "test.noted", b"anything", first.letter_id))
    await alpha.database.writer.run(lambda tx: store.append(tx, "test.happened", "词".encode()))
    return alpha


@pytest.fixture
async def node(exchange_county: ExchangeCounty) -> ExchangeNode:
    return await lived(exchange_county)


def head_of(node: ExchangeNode) -> Head:
    return node.database.reader.read_sync(store.head)


def verified(node: ExchangeNode, *anchors: Head) -> Report:
    return node.database.reader.read_sync(lambda connection: verify_journal(connection, node.identity, anchors))


def after(node: ExchangeNode, damage: Callable[[sa.Connection], object], *anchors: Head) -> Report:
    """What verifying says after `damage`, which is undone."""

    def unit(tx: Transaction) -> None:
        damage(tx.connection)
        raise UndoError(verify_journal(tx.connection, node.identity, anchors))

    with pytest.raises(UndoError) as undone:
        node.database.writer.run_sync(unit)
    return undone.value.report


async def test_two_senders_that_give_one_id_to_two_letters_are_no_fault_of_the_journal(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta", "gamma")
    alpha, beta, gamma = [await exchange_county.open(body) for body in ("alpha", "beta", "gamma")]
    alpha.fails = refuse_some
    draft = LetterDraft(("alpha",), "info.request", b"words", matter_id="good", letter_id="one-id")
    await beta.database.writer.run(lambda tx: beta.exchange.send(tx, replace(draft, recipients=("alpha", "gamma"))))
    await gamma.database.writer.run(lambda tx: gamma.exchange.send(tx, replace(draft, matter_id="bad")))
    await settle(alpha, beta, gamma)

    assert [one.peer for one in alpha.alarms] == ["gamma"]
    for one in (alpha, beta, gamma):
        assert verified(one).faults == ()


async def test_a_journal_that_nobody_touched_is_sound(open_database: Callable[..., Database], clock: FixedClock):
    node = await lived(ExchangeCounty(clock, open_database))
    told: list[tuple[int, int]] = []

    head = head_of(node)
    report = node.database.reader.read_sync(
        lambda connection: verify_journal(connection, node.identity, [head], lambda *at: told.append(at))
    )

    assert report.faults == ()
    assert report.sound
    assert report.anchored
    assert (report.letters, report.head) == (9, head)
    assert told[-1] == (report.entries, report.entries)


async def test_an_empty_journal_is_sound(exchange_county: ExchangeCounty):
    exchange_county.join("alpha")

    report = verified(await exchange_county.open("alpha"))

    assert (report.sound, report.entries, report.head) == (True, 0, Head(0, bytes(32)))


def flipped(value: Any, randomness: random.Random) -> Any:
    """`value` with one bit of it changed."""
    if isinstance(value, int):
        return value ^ (1 << randomness.randrange(40))
    data = bytearray(value.encode() if isinstance(value, str) else value)
    data[randomness.randrange(len(data))] ^= 1 << randomness.randrange(8)
    return bytes(data)


def flip(connection: sa.Connection, column: sa.Column[Any], key: int, randomness: random.Random) -> None:
    """Change one bit in the database itself, past every type and constraint that can be passed."""
    table, primary = column.table, next(iter(column.table.primary_key))
    query = sa.select(sa.type_coerce(column, sa.types.NullType()), sa.func.typeof(column)).where(primary == key)
    value, kind = connection.execute(query).one()
    changed = flipped(value, randomness)
    if kind == "integer":
        new: sa.ColumnElement[Any] = sa.literal(changed, sa.BigInteger)
    else:
        new = sa.literal(changed, sa.LargeBinary)
    if kind == "text":
        new = sa.cast(new, sa.Text)
    statement = sa.update(table).prefix_with("OR REPLACE").where(primary == key).values({column: new})
    assert connection.execute(statement).rowcount == 1


EVERY_COLUMN = [*JOURNAL.c, *(column for column in LETTERS.c if column.name not in NOT_EVIDENCE)]


@pytest.mark.parametrize("column", EVERY_COLUMN, ids=str)
async def test_one_changed_bit_is_found_in_every_column(node: ExchangeNode, column: sa.Column[Any]):
    primary = next(iter(column.table.primary_key))
    keys = node.database.reader.read_sync(lambda c: list(c.scalars(sa.select(primary).where(column.is_not(None)))))
    head, randomness = head_of(node), random.Random(column.name)
    missed = [
        key
        for key in randomness.sample(keys, min(6, len(keys))) * 2
        if after(node, partial(flip, column=column, key=key, randomness=randomness), head).sound
    ]

    assert keys
    assert missed == []


async def test_whatever_one_does_to_rows_is_found(node: ExchangeNode):
    head = head_of(node)
    letters = LETTERS.c.place
    damages = {
        "entry removed": sa.delete(JOURNAL).where(JOURNAL.c.sequence == 5),
        "first entry removed": sa.delete(JOURNAL).where(JOURNAL.c.sequence == 1),
        "last entry removed": sa.delete(JOURNAL).where(JOURNAL.c.sequence == head.sequence),
        "letter's row removed": sa.delete(LETTERS).where(letters == sa.select(sa.func.min(letters)).scalar_subquery()),
        "letter handed to another matter": sa.update(LETTERS).values(matter_id="m-other"),
        "parking hidden": sa.update(LETTERS).values(state="applied", reason=None, attempts=0, parked_at=None),
        "parking made up": sa.update(LETTERS).where(LETTERS.c.state == "applied").values(state="parked", reason="X"),
        "sent letter marked handled": sa.update(LETTERS).where(LETTERS.c.direction == "out").values(state="applied"),
    }

    unseen = [what for what, damage in damages.items() if after(node, lambda c, d=damage: c.execute(d), head).sound]  # type: ignore[misc]

    assert unseen == []


async def test_a_journal_written_anew_after_a_change_is_found_by_an_anchor_and_by_signatures(node: ExchangeNode):
    """Whoever rules the database can chain anew; not sign anew, and not change what was noted elsewhere."""
    head = head_of(node)

    def rewrite(connection: sa.Connection) -> None:
        entries = store.read(connection)
        previous = store.Head(0, bytes(32)).digest
        for entry in entries:
            payload = entry.payload + b"!" if entry.kind == "test.happened" else entry.payload
            new = type(entry)(entry.sequence, previous, entry.kind, entry.written_at, payload)
            values = {"previous": previous, "payload": payload}
            connection.execute(sa.update(JOURNAL).where(JOURNAL.c.sequence == entry.sequence).values(values))
            previous = digest(new)

    assert after(node, rewrite).sound
    assert not after(node, rewrite, head).sound


async def test_destroyed_content_leaves_a_letter_that_still_verifies(node: ExchangeNode):
    letters = await node.database.reader.read(lambda c: names_among(c, sa.true()))
    why = Why("retention_ended", "person-1", "person-2")
    for name in letters:
        await node.database.writer.run(partial(destroy_content, name=name, why=why))

    assert verified(node).sound


async def test_content_that_is_gone_without_a_decision_or_there_against_one_is_found(node: ExchangeNode):
    ours = LETTERS.c.direction == Direction.OUT.value
    kept = await node.database.reader.read(lambda c: c.execute(sa.select(LETTERS).where(ours).limit(1)).one())
    gone = sa.update(LETTERS).where(LETTERS.c.place == kept.place).values(content=None, content_key=None)
    assert {one.reason_en for one in after(node, lambda c: c.execute(gone)).faults} == {
        "the content is gone, and no entry says by whose decision"
    }

    why = Why("retention_ended", "person-1", "person-2")
    await node.database.writer.run(lambda tx: destroy_content(tx, LetterName(kept.letter_id), why))
    columns = ("content", "content_key", "storage_key_id", "salt")
    before = {name: getattr(kept, name) for name in columns}
    back = sa.update(LETTERS).where(LETTERS.c.place == kept.place).values(before)
    assert {one.reason_en for one in after(node, lambda c: c.execute(back)).faults} == {
        "content that was destroyed on record is still here"
    }


async def test_a_key_revoked_later_spoils_nothing_that_was_stored_before(node: ExchangeNode, clock: FixedClock):
    directory = node.identity.directory
    revoked = clock.advance(days=1)
    bodies = tuple(
        replace(one, signing_keys=tuple(replace(key, revoked_at=revoked) for key in one.signing_keys))
        for one in directory.bodies
    )

    node.identity.replace_directory(replace(directory, bodies=bodies))

    assert verified(node).faults == ()


async def test_another_countys_directory_verifies_nothing(node: ExchangeNode, clock: FixedClock):
    strangers = identities(["alpha", "beta", "gamma"], clock)["alpha"].directory
    node.identity.first = strangers

    report = verified(node)

    assert report.letters == 9
    assert report.fault_count >= 9


async def test_faults_say_where_and_why_in_both_languages_and_quote_nothing(node: ExchangeNode):
    damage = sa.update(JOURNAL).where(JOURNAL.c.sequence == 4).values(payload=b"secret words")

    faults = after(node, lambda connection: connection.execute(damage)).faults

    assert {fault.sequence for fault in faults} >= {4, 5}
    for fault in faults:
        assert fault.reason_zh
        assert fault.reason_en
        assert "secret" not in fault.reason_zh + fault.reason_en


async def test_the_chain_alone_can_be_verified_without_keys(node: ExchangeNode):
    head = head_of(node)

    report = node.database.reader.read_sync(lambda connection: verify_chain(connection, anchors=[head]))

    assert (report.sound, report.anchored, report.letters) == (True, True, 0)


async def test_a_ruined_journal_is_reported_without_an_endless_list(sqlite_database: Database):
    def unit(tx: Transaction) -> None:
        for number in range(2500):
            store.append(tx, "test.happened", b"%d" % number)
        tx.connection.execute(sa.update(JOURNAL).values(previous=b"x" * 32))

    await sqlite_database.writer.run(unit)
    report = await sqlite_database.reader.read(verify_chain)

    assert (report.entries, report.fault_count, len(report.faults)) == (2500, 2500, 1000)
