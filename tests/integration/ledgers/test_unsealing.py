"""Who complained is handed out sealed, to who asked with a reason, after another approved, once, and on record."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import pytest

from services.chassis.journal import store as journal
from services.chassis.ledgers.errors import (
    RowUnknownError,
    UnsealingNotOpenError,
    UnsealingReasonError,
    UnsealingSamePersonError,
)
from services.chassis.ledgers.rows import select_rows
from services.chassis.ledgers.tables import Ledger
from services.chassis.ledgers.unsealing import (
    Unsealing,
    approve_unsealing,
    ask_unsealing,
    hand_out,
    unsealings,
)
from services.chassis.ledgers.vault import VaultEntry, open_half, open_identity
from services.chassis.storage import Database, Transaction
from tests.integration.ledgers.ledgers_for_tests import (
    FIRST_CUSTODIAN,
    ISSUES,
    PETITIONS,
    SECOND_CUSTODIAN,
    csv_bytes,
    read_in,
    with_ledgers,
)

T = TypeVar("T")
HEADER = "编号,受理日期,单位名称,管理权限,诉求,信访人,联系电话"
WHY = "回访核实"


@pytest.fixture
def petitions(database: Database) -> Database:
    with_ledgers(database)
    read_in(
        database, PETITIONS, csv_bytes(HEADER, "X-1,2026-01-05,云岭镇,村组,,张大山,", "X-2,2026-01-06,云岭镇,村组,,,")
    )
    return database


def do(database: Database, unit: Callable[[Transaction], T]) -> T:
    return database.writer.run_sync(unit)


def row_id(database: Database, number: str) -> str:
    rows = database.reader.read_sync(lambda c: select_rows(c, PETITIONS, PETITIONS.c.number == number))
    return rows[0].ref.row_id


def ask(database: Database, ledger: Ledger, target: str) -> Unsealing:
    return do(database, lambda tx: ask_unsealing(tx, ledger, target, WHY, by="handler"))


def asked(database: Database) -> Unsealing:
    return ask(database, PETITIONS, row_id(database, "X-1"))


def take(database: Database, one: Unsealing, by: str) -> VaultEntry:
    return do(database, lambda tx: hand_out(tx, PETITIONS, one.id, by=by))


def test_it_takes_two_persons_at_the_node_and_two_custodians_away_from_it(petitions: Database):
    one = asked(petitions)
    with pytest.raises(UnsealingNotOpenError):
        do(petitions, lambda tx: hand_out(tx, PETITIONS, one.id, by="handler"))
    with pytest.raises(UnsealingSamePersonError):
        do(petitions, lambda tx: approve_unsealing(tx, PETITIONS, one.id, by="handler"))

    do(petitions, lambda tx: approve_unsealing(tx, PETITIONS, one.id, by="leader"))
    entry = do(petitions, lambda tx: hand_out(tx, PETITIONS, one.id, by="handler"))

    halves = open_half(entry, FIRST_CUSTODIAN), open_half(entry, SECOND_CUSTODIAN)
    assert open_identity(entry, *halves) == {"petitioner": "张大山"}


def test_it_is_handed_out_once_and_to_nobody_else(petitions: Database):
    one = asked(petitions)
    do(petitions, lambda tx: approve_unsealing(tx, PETITIONS, one.id, by="leader"))
    for by in ("leader", "stranger"):
        with pytest.raises(UnsealingNotOpenError):
            take(petitions, one, by)
    do(petitions, lambda tx: hand_out(tx, PETITIONS, one.id, by="handler"))

    with pytest.raises(UnsealingNotOpenError):
        do(petitions, lambda tx: hand_out(tx, PETITIONS, one.id, by="handler"))
    with pytest.raises(UnsealingNotOpenError):
        do(petitions, lambda tx: approve_unsealing(tx, PETITIONS, one.id, by="another"))


def test_every_step_is_in_the_journal_without_a_name_of_the_petitioner(petitions: Database):
    one = asked(petitions)
    do(petitions, lambda tx: approve_unsealing(tx, PETITIONS, one.id, by="leader"))
    do(petitions, lambda tx: hand_out(tx, PETITIONS, one.id, by="handler"))

    entries = [e for e in petitions.reader.read_sync(journal.read) if e.kind.startswith("vault.")]
    assert [(entry.kind, json.loads(entry.payload)["by"]) for entry in entries] == [
        ("vault.asked", "handler"),
        ("vault.approved", "leader"),
        ("vault.handed_out", "handler"),
    ]
    (told,) = petitions.reader.read_sync(lambda connection: unsealings(connection, PETITIONS))
    assert (told.asked_by, told.approved_by, told.reason) == ("handler", "leader", WHY)
    assert told.handed_out_at is not None
    assert "张大山" not in repr(told) + repr(entries)


def test_a_petition_without_an_identity_looks_like_one_that_does_not_exist(petitions: Database):
    nameless = row_id(petitions, "X-2")
    for target, ledger in ((nameless, PETITIONS), ("unknown", PETITIONS), (nameless, ISSUES)):
        with pytest.raises(RowUnknownError):
            ask(petitions, ledger, target)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_nobody_asks_without_a_reason(petitions: Database, reason: str):
    target = row_id(petitions, "X-1")
    with pytest.raises(UnsealingReasonError):
        do(petitions, lambda tx: ask_unsealing(tx, PETITIONS, target, reason, by="handler"))
