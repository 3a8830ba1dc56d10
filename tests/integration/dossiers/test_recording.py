"""A node's dossiers: every act recorded once and for good, the summary always the fold of the acts."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest
import sqlalchemy as sa

from services.chassis.dossiers.errors import (
    ActConflictError,
    MatterExistsError,
    MatterFullError,
    MatterNotFoundError,
    NotAPartyError,
)
from services.chassis.dossiers.model import Dossier
from services.chassis.dossiers.queries import get, opened_by
from services.chassis.dossiers.recording import MOST_ACTS, open_matter, record_act, set_stored_at
from services.chassis.dossiers.rows import act_values
from services.chassis.dossiers.tables import MATTER_ACTS
from services.chassis.matters.fold import Matter
from services.chassis.matters.model import Act, Event, Rung, Side, State
from services.chassis.storage import Database, Transaction
from services.chassis.testing.clock import FixedClock
from tests.integration.dossiers.acts import act, hours, new_matter

T = TypeVar("T")

CONVERSATION = [
    act(Event.OPENED, 1),
    act(Event.SIGNED_FOR, 1, "o1"),
    act(Event.ACCEPTED, 2, "o1"),
    act(Event.ANSWERED, 3, "o1"),
    act(Event.RETURNED_FOR_COMPLETION, 2, "a3"),
    act(Event.ANSWERED, 4, "o2"),
    act(Event.REPLY_ACCEPTED, 3, "a4"),
]


def run(database: Database, unit: Callable[[Transaction], T]) -> T:
    return database.writer.run_sync(unit)


def record(database: Database, one: Act, body: str | None = None) -> Matter | None:
    return run(database, lambda tx: record_act(tx, "m1", one, body))


async def read(database: Database) -> Dossier:
    return await database.reader.read(lambda connection: get(connection, "m1"))


async def test_a_conversation_is_recorded_and_folded_to_its_end(database: Database, clock: FixedClock) -> None:
    assert run(database, lambda tx: open_matter(tx, new_matter())).state is State.UNOPENED
    for one in CONVERSATION:
        clock.advance(hours=1)
        record(database, one)
    dossier = await read(database)
    assert dossier.header == new_matter()
    assert dossier.matter.state is State.SETTLED
    assert (dossier.head.state, dossier.head.business_state, dossier.head.is_open) == (State.SETTLED, "ACCEPTED", False)
    assert dossier.head.signed_for_at == dossier.matter.standing.reached(Rung.SIGNED_FOR) == hours(1)
    assert dossier.head.answered_at == hours(3)
    assert dossier.head.ended_at == hours(3)
    assert dossier.head.changed_at == clock.now()
    assert [one.letter_id for one in dossier.acts] == ["o1", "a1", "a2", "a3", "o2", "a4", "o3"]
    assert dossier.recorded_at["o1"] == hours(1)
    assert dossier.last_seen == "a4"


async def test_recording_an_act_again_changes_nothing(database: Database, clock: FixedClock) -> None:
    run(database, lambda tx: open_matter(tx, new_matter()))
    first = record(database, CONVERSATION[0])
    before = await read(database)
    clock.advance(days=1)
    assert record(database, CONVERSATION[0]) == first
    assert run(database, lambda tx: open_matter(tx, new_matter())) == first
    assert await read(database) == before


async def test_the_order_of_recording_does_not_matter(database: Database) -> None:
    run(database, lambda tx: open_matter(tx, new_matter()))
    shuffled = random.Random(7).sample(CONVERSATION * 2, k=2 * len(CONVERSATION))
    for one in shuffled:
        record(database, one)
    in_order = run(database, lambda tx: open_matter(tx, new_matter("m2", opened_letter_id="o1")))
    for one in CONVERSATION:
        recorded = run(database, partial(record_act, matter_id="m2", act=one))
        assert recorded is not None
        in_order = recorded
    assert (await read(database)).matter == in_order


async def test_an_act_before_the_opening_is_held_and_counts_from_the_opening_on(database: Database) -> None:
    assert record(database, act(Event.REMINDED, 2, facts={"step": "1"}), "inspection") is None
    assert record(database, act(Event.OPENED, 1), "inspection") is None
    opened = run(database, lambda tx: open_matter(tx, new_matter(our_side=Side.ADDRESSEE)))
    assert (opened.state, opened.standing.reminders) == (State.SENT, 1)
    assert (await read(database)).head.state is State.SENT


async def test_a_held_act_of_a_body_outside_the_matter_never_counts(database: Database) -> None:
    record(database, act(Event.WITHDRAWN, 2), "audit")
    run(database, lambda tx: open_matter(tx, new_matter(our_side=Side.ADDRESSEE)))
    matter = record(database, act(Event.OPENED, 1), "inspection")
    assert matter is not None
    assert matter.state is State.SENT
    assert [one.letter_id for one in (await read(database)).acts] == ["o1"]


async def test_only_the_two_bodies_act_and_each_for_itself(database: Database) -> None:
    run(database, lambda tx: open_matter(tx, new_matter()))
    for stranger in ("audit", "finance"):
        with pytest.raises(NotAPartyError):
            record(database, act(Event.OPENED, 1), stranger)
    assert new_matter().side_of("finance") is Side.ADDRESSEE
    with pytest.raises(NotAPartyError):
        new_matter().side_of("audit")


async def test_a_second_act_under_one_letter_id_is_refused(database: Database) -> None:
    run(database, lambda tx: open_matter(tx, new_matter()))
    record(database, CONVERSATION[0])
    for forged in (
        act(Event.EXTENDED, 1),
        act(Event.OPENED, 2, letter_id="o1"),
        act(Event.OPENED, 1, letter_id="o1", writer=Side.ADDRESSEE),
    ):
        with pytest.raises(ActConflictError):
            record(database, forged)
    assert [one.event for one in (await read(database)).acts] == [Event.OPENED]


async def test_a_matter_is_opened_in_one_way_only(database: Database) -> None:
    run(database, lambda tx: open_matter(tx, new_matter()))
    with pytest.raises(MatterExistsError):
        run(database, lambda tx: open_matter(tx, new_matter(addressee="audit")))
    with pytest.raises(MatterNotFoundError):
        run(database, lambda tx: set_stored_at(tx, "unknown", tx.now))


async def test_the_first_receipt_of_the_opening_letter_stands(database: Database) -> None:
    run(database, lambda tx: open_matter(tx, new_matter()))
    record(database, CONVERSATION[0])
    assert run(database, lambda tx: set_stored_at(tx, "m1", hours(2))).state is State.STORED
    later = run(database, lambda tx: set_stored_at(tx, "m1", hours(9)))
    assert later.standing.reached(Rung.STORED) == hours(2)
    dossier = await read(database)
    assert (dossier.head.state, dossier.head.stored_at) == (State.STORED, hours(2))


async def test_a_letter_to_three_bodies_opens_three_matters(database: Database) -> None:
    for matter_id, body in (("m1", "finance"), ("m2", "audit"), ("m3", "petitions")):
        run(database, partial(open_matter, new=new_matter(matter_id, addressee=body)))
    assert await database.reader.read(lambda connection: opened_by(connection, "o1")) == ["m1", "m2", "m3"]


async def test_what_people_wrote_is_not_kept_beside_the_letter(database: Database) -> None:
    run(database, lambda tx: open_matter(tx, new_matter()))
    for one in CONVERSATION:
        record(database, one)
    kept = [one.facts for one in (await read(database)).acts]
    assert "张三" not in str(kept)
    assert "缺少年度数据" not in str(kept)


async def test_a_unit_that_fails_leaves_no_trace(database: Database) -> None:
    run(database, lambda tx: open_matter(tx, new_matter()))

    def unit(tx: Transaction) -> None:
        record_act(tx, "m1", CONVERSATION[0])
        record_act(tx, "m1", act(Event.EXTENDED, 1))

    with pytest.raises(ActConflictError):
        run(database, unit)
    assert (await read(database)).acts == ()


def test_the_other_side_cannot_fill_a_matter_until_every_letter_costs_a_second(database: Database) -> None:
    """A matter is folded anew with each act; what people of this body still want to say in it, they can."""
    run(database, lambda tx: open_matter(tx, new_matter()))
    many = [act(Event.VIEWED, number, "o1") for number in range(1, MOST_ACTS + 1)]

    def fill(tx: Transaction) -> None:
        tx.connection.execute(sa.insert(MATTER_ACTS), [act_values("m1", one, "finance", tx.now) for one in many])

    run(database, fill)
    with pytest.raises(MatterFullError):
        record(database, act(Event.VIEWED, MOST_ACTS + 1, "o1"), "finance")
    assert record(database, many[0], "finance") is not None
    assert record(database, act(Event.OPENED, 1), "inspection") is not None
