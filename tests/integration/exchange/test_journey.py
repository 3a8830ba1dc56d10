"""A letter's way between two nodes: stored once, in order, receipted, whatever the bus does to it."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from services.chassis.bus.port import BusAwayError
from services.chassis.exchange.applying import list_parked, retry
from services.chassis.exchange.errors import DraftInvalidError, NotParkedError
from services.chassis.exchange.model import Direction, LetterDraft, LetterState
from services.chassis.exchange.reading import LetterFilter, letter, listed
from services.chassis.exchange.standing import standings
from services.chassis.exchange.wire import decode_journaled
from services.chassis.journal import chain, store
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode

Pair = tuple[ExchangeNode, ExchangeNode]


@pytest.fixture
async def pair(exchange_county: ExchangeCounty) -> Pair:
    exchange_county.join("alpha", "beta", "gamma")
    return await exchange_county.open("alpha"), await exchange_county.open("beta")


async def settle(*nodes: ExchangeNode, rounds: int = 6) -> None:
    for _ in range(rounds):
        for node in nodes:
            await node.turn()


async def standing(node: ExchangeNode, peer: str):
    rows = await node.database.reader.read(lambda connection: standings(connection, node.identity))
    return next(row for row in rows if row.peer == peer)


async def test_a_letter_is_stored_receipted_and_handled_once(pair: Pair):
    alpha, beta = pair
    sent = await alpha.send("beta", b"what the office asks", matter_id="m-1")
    await settle(alpha, beta)

    assert [one.header.letter_id for one in beta.applied] == [sent.letter_id]
    assert beta.applied[0].content == b"what the office asks"
    assert (await standing(alpha, "beta")).gap == 0
    kept = await beta.database.reader.read(lambda c: letter(c, beta.identity.keyring, sent.letter_id))
    assert (kept.state, kept.direction) == (LetterState.APPLIED, Direction.IN)


async def test_both_journals_hold_the_same_signed_bytes(pair: Pair):
    alpha, beta = pair
    await alpha.send("beta")
    await settle(alpha, beta)
    sides = [
        next(e for e in await node.database.reader.read(store.read) if e.kind == kind)
        for node, kind in ((alpha, "letter.sent"), (beta, "letter.stored"))
    ]

    assert sides[0].payload == sides[1].payload
    assert decode_journaled(sides[0].payload).payload
    for node in pair:
        assert chain.check(await node.database.reader.read(store.read)) == []


async def test_a_copy_to_two_bodies_is_two_letters_with_one_id(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta", "gamma")
    nodes = [await exchange_county.open(body) for body in ("alpha", "beta", "gamma")]
    alpha, beta, gamma = nodes
    draft = LetterDraft(("beta", "gamma"), "arrangement.brief", b"to both")
    sent = await alpha.database.writer.run(lambda tx: alpha.exchange.send(tx, draft))
    await settle(*nodes)

    assert [copy.number for copy in sent.copies] == [1, 1]
    assert beta.applied[0].header.letter_id == gamma.applied[0].header.letter_id == sent.letter_id


@pytest.mark.parametrize(
    "misfortune",
    [
        pytest.param(lambda bus: bus.shuffle(random.Random(7)), id="reordered"),
        pytest.param(lambda bus: bus.drop("beta", 3), id="some lost"),
        pytest.param(lambda bus: bus.lose_everything(), id="all lost"),
        pytest.param(lambda bus: bus.redeliver(), id="redelivered"),
    ],
)
async def test_whatever_the_bus_does_each_letter_is_handled_once_in_order(
    exchange_county: ExchangeCounty, pair: Pair, misfortune: Callable[[object], None]
):
    alpha, beta = pair
    for number in range(20):
        await alpha.send("beta", str(number).encode())
        if number % 5 == 4:
            await alpha.exchange.relay_once()
            misfortune(exchange_county.bus)
    for _ in range(4):
        await settle(alpha, beta)
        exchange_county.seconds.now += 400
        alpha.exchange.relay.send_overdue()

    assert [one.content for one in beta.applied] == [str(number).encode() for number in range(20)]
    assert (await standing(alpha, "beta")).gap == 0


async def test_every_frame_may_come_twice_and_again_after_it_was_acknowledged(
    exchange_county: ExchangeCounty, pair: Pair
):
    alpha, beta = pair
    exchange_county.bus.copies = 2
    for number in range(5):
        await alpha.send("beta", str(number).encode())
    await settle(alpha, beta)
    exchange_county.bus.redeliver_acknowledged()
    await settle(alpha, beta)

    assert [one.content for one in beta.applied] == [b"0", b"1", b"2", b"3", b"4"]


async def test_while_the_bus_is_away_letters_wait_and_go_out_when_it_is_back(
    exchange_county: ExchangeCounty, pair: Pair
):
    alpha, beta = pair
    exchange_county.bus.go_away()
    await alpha.send("beta", b"written without a bus")
    with pytest.raises(BusAwayError):
        await alpha.exchange.relay_once()
    exchange_county.bus.come_back()
    alpha.exchange.relay.send_again()
    await settle(alpha, beta)

    assert [one.content for one in beta.applied] == [b"written without a bus"]


async def test_a_refused_peer_delays_no_other(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta", "gamma")
    alpha, gamma = await exchange_county.open("alpha"), await exchange_county.open("gamma")
    exchange_county.bus.denied.add(("alpha", "beta"))
    await alpha.send("beta")
    await alpha.send("gamma")
    await settle(alpha, gamma)

    assert len(gamma.applied) == 1
    assert (await standing(alpha, "beta")).gap == 1


async def test_a_letter_whose_handling_fails_is_parked_and_delays_only_its_matter(pair: Pair):
    alpha, beta = pair
    beta.fails = lambda one: ValueError("a name") if one.content == b"bad" else None
    await alpha.send("beta", b"bad", matter_id="m-1")
    await alpha.send("beta", b"behind", matter_id="m-1")
    await alpha.send("beta", b"other", matter_id="m-2")
    await settle(alpha, beta)

    assert [one.content for one in beta.applied] == [b"other"]
    assert (await standing(alpha, "beta")).gap == 0
    parked = await beta.database.reader.read(list_parked)
    assert [(one.reason, one.waiting) for one in parked] == [("INTERNAL", False), ("", True)]

    beta.fails = lambda _one: None
    letter_id = parked[0].letter.header.letter_id
    await beta.database.writer.run(lambda tx: retry(tx, letter_id, "mended", "p1"))
    await beta.apply_all()
    assert [one.content for one in beta.applied] == [b"other", b"bad", b"behind"]
    with pytest.raises(NotParkedError):
        await beta.database.writer.run(lambda tx: retry(tx, letter_id, "mended", "p1"))


async def test_a_recipient_restored_from_an_older_copy_is_sent_the_rest(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    alpha, beta = pair
    await alpha.send("beta", b"1")
    await settle(alpha, beta)
    clock.advance(hours=1)
    emptied = await exchange_county.open("beta")
    alpha.exchange.greet()
    await settle(alpha, emptied)

    assert [one.content for one in emptied.applied] == [b"1"]


@pytest.mark.parametrize("to", ["nobody", "alpha"])
async def test_a_letter_to_nobody_or_oneself_is_refused_before_it_is_written(pair: Pair, to: str):
    with pytest.raises(DraftInvalidError):
        await pair[0].send(to)


async def test_letters_are_listed_newest_first_without_content(pair: Pair):
    alpha, _ = pair
    for number in range(5):
        await alpha.send("beta", b"secret", matter_id=f"m-{number}")
    page = await alpha.database.reader.read(lambda c: listed(c, LetterFilter(peer="beta"), limit=3))
    rest = await alpha.database.reader.read(
        lambda c: listed(c, LetterFilter(), before=page[-1].journal_sequence, limit=3)
    )

    assert [one.header.number for one in (*page, *rest)] == [5, 4, 3, 2, 1]
    assert all(one.content is None for one in page)


async def test_the_exchange_works_on_both_databases(exchange_county: ExchangeCounty, database: Database):
    exchange_county.join("alpha", "beta")
    alpha = await exchange_county.open("alpha", database)
    beta = await exchange_county.open("beta")
    for number in range(3):
        await alpha.send("beta", str(number).encode())
        await beta.send("alpha", str(number).encode())
    await settle(alpha, beta)

    assert [one.content for one in alpha.applied] == [one.content for one in beta.applied] == [b"0", b"1", b"2"]
