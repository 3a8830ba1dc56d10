"""Two exchanges that run by themselves, with what they are told to tell others."""

from __future__ import annotations

import asyncio
from typing import Never

import pytest

from services.chassis.bus.port import BusAwayError
from services.chassis.exchange.errors import DraftInvalidError, LoopEndedError
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.hooks import Alarm, AlarmKind, Handlers, Hooks, Receipted
from services.chassis.exchange.model import LetterDraft, StoredLetter
from services.chassis.storage import Transaction
from services.chassis.testing.bus import MemoryBus
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode, have_met


class Waiter:
    """Lets a test wait for what happens in the writer's thread."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._done = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.seen: list[object] = []

    def note(self, one: object) -> None:
        self.seen.append(one)
        self._left -= 1
        if self._left == 0:
            self._loop.call_soon_threadsafe(self._done.set)

    async def wait(self) -> list[object]:
        async with asyncio.timeout(20):
            await self._done.wait()
        return self.seen


def running(county: ExchangeCounty, node: ExchangeNode, handlers: Handlers, hooks: Hooks | None = None) -> Exchange:
    return Exchange(
        node.identity, node.database, county.bus.bus(node.identity.body), county.clock, handlers, hooks=hooks
    )


async def test_started_exchanges_carry_letters_without_being_told_to(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta")
    nodes = [await exchange_county.open(body) for body in ("alpha", "beta")]
    came, confirmed = Waiter(5), Waiter(1)

    def note_letter(_tx: Transaction, letter: StoredLetter) -> None:
        came.note(letter.content)

    def note_receipt(tx: Transaction, receipted: Receipted) -> None:
        if receipted.up_to == 5:
            tx.after_commit(lambda: confirmed.note(receipted))

    alpha = running(exchange_county, nodes[0], Handlers(), Hooks(receipted=note_receipt))
    beta = running(exchange_county, nodes[1], Handlers({"info.request": note_letter}))
    for exchange in (alpha, beta):
        await exchange.start()
    for number in range(5):
        draft = LetterDraft(("beta",), "info.request", str(number).encode())
        await nodes[0].database.writer.run(lambda tx, draft=draft: alpha.send(tx, draft))  # type: ignore[misc]

    assert await came.wait() == [b"0", b"1", b"2", b"3", b"4"]
    assert isinstance((await confirmed.wait())[0], Receipted)
    assert (await alpha.snapshot()).channels[0].gap == 0
    for exchange in (alpha, beta):
        await exchange.stop()
        await exchange.stop()


async def test_letters_written_while_the_bus_is_away_go_out_by_themselves_when_it_is_back(
    exchange_county: ExchangeCounty,
):
    exchange_county.join("alpha", "beta")
    nodes = [await exchange_county.open(body) for body in ("alpha", "beta")]
    came = Waiter(1)
    alpha = running(exchange_county, nodes[0], Handlers())
    beta = running(exchange_county, nodes[1], Handlers({"info.request": lambda _tx, one: came.note(one.content)}))
    exchange_county.bus.go_away()
    for exchange in (alpha, beta):
        await exchange.start()
    draft = LetterDraft(("beta",), "info.request", b"written without a bus")
    await nodes[0].database.writer.run(lambda tx: alpha.send(tx, draft))
    exchange_county.bus.come_back()

    assert await came.wait() == [b"written without a bus"]
    for exchange in (alpha, beta):
        await exchange.stop()


async def test_a_kind_that_nobody_handles_is_parked_with_an_alarm_and_handled_once_somebody_does(
    exchange_county: ExchangeCounty,
):
    exchange_county.join("alpha", "beta")
    alpha, node = await exchange_county.open("alpha"), await exchange_county.open("beta")
    handlers, alarms, handled = Handlers(), Waiter(1), Waiter(1)
    beta = running(exchange_county, node, handlers, Hooks(alarm=alarms.note))
    have_met(beta)
    sent = await alpha.send("beta", kind="newer.kind")
    await alpha.exchange.relay_once()
    await beta.receive_once()
    await beta.apply_once()

    assert alarms.seen == [Alarm(AlarmKind.PARKED, "alpha", "KIND_UNKNOWN")]
    assert (await beta.snapshot()).parked == 1
    handlers.register("newer.kind", lambda _tx, one: handled.note(one.header.letter_id))
    await node.database.writer.run(lambda tx: beta.retry(tx, sent.letter_id, "mended", "p1"))
    await beta.apply_once()
    assert handled.seen == [sent.letter_id]
    assert (await beta.snapshot()).parked == 0


async def test_a_letter_set_aside_lets_those_behind_it_pass(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta")
    alpha, beta = await exchange_county.open("alpha"), await exchange_county.open("beta")
    beta.fails = lambda one: DraftInvalidError(field="x", problem="y") if one.content == b"bad" else None
    bad = await alpha.send("beta", b"bad", matter_id="m")
    await alpha.send("beta", b"behind", matter_id="m")
    await alpha.turn()
    await beta.turn()
    parked = await beta.database.reader.read(beta.exchange.parked)
    assert [(one.reason, one.waiting) for one in parked] == [("LETTER_INVALID", False), ("", True)]
    await beta.database.writer.run(lambda tx: beta.exchange.set_aside(tx, bad.letter_id, "sent by mistake", "p1"))
    await beta.turn()

    assert [one.content for one in beta.applied] == [b"behind"]
    snapshot = await beta.exchange.snapshot()
    assert (snapshot.parked, snapshot.waiting, snapshot.to_handle) == (0, 0, 0)


async def test_nobody_can_make_another_bodys_letters_wait(exchange_county: ExchangeCounty):
    """A letter that fails blocks its own sender's letters of that matter, whatever matter it claims to belong to."""
    exchange_county.join("alpha", "beta", "gamma")
    alpha, beta, gamma = [await exchange_county.open(body) for body in ("alpha", "beta", "gamma")]
    beta.fails = lambda one: DraftInvalidError(field="x", problem="y") if one.peer == "gamma" else None
    for node in (gamma, alpha):
        await node.send("beta", matter_id="m-of-alpha")
        await node.turn()
        await beta.turn()

    assert [one.peer for one in beta.applied] == ["alpha"]


async def test_a_hook_that_fails_leaves_the_receipt_standing(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta")
    node, beta = await exchange_county.open("alpha"), await exchange_county.open("beta")

    def fail(_tx: Transaction, _receipted: Receipted) -> None:
        raise ValueError("a mistake in somebody's hook")

    alpha = running(exchange_county, node, Handlers(), Hooks(receipted=fail))
    draft = LetterDraft(("beta",), "info.request")
    await node.database.writer.run(lambda tx: alpha.send(tx, draft))
    have_met(alpha)
    await alpha.relay_once()
    await beta.turn()
    await alpha.receive_once()

    assert (await alpha.snapshot()).channels[0].gap == 0


async def test_one_refused_peer_delays_no_receipt_to_another(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta", "gamma")
    alpha, beta, gamma = [await exchange_county.open(body) for body in ("alpha", "beta", "gamma")]
    exchange_county.bus.denied.add(("gamma", "alpha"))
    for node in (alpha, beta):
        await node.send("gamma")
        await node.exchange.relay_once()
    await gamma.receive_all()
    await gamma.exchange.receipt_once()
    for node in (alpha, beta):
        await node.receive_all()

    gaps = {node.identity.body: (await node.exchange.snapshot()).channels[-1].gap for node in (alpha, beta)}
    assert gaps == {"alpha": 1, "beta": 0}


async def test_a_receipt_that_the_bus_did_not_take_is_owed_still(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta")
    alpha, beta = await exchange_county.open("alpha"), await exchange_county.open("beta")
    await alpha.send("beta")
    await alpha.exchange.relay_once()
    await beta.receive_all()
    exchange_county.bus.go_away()
    try:
        await beta.exchange.receipt_once()
    except BusAwayError:
        exchange_county.bus.come_back()
    await beta.exchange.receipt_once()
    await alpha.receive_all()

    assert (await alpha.exchange.snapshot()).channels[0].gap == 0


async def test_a_loop_that_a_stray_cancellation_ends_ends_the_exchange_and_not_itself_alone(
    exchange_county: ExchangeCounty,
):
    """A node that publishes and no longer receives would look well; one that has ended is started anew."""
    exchange_county.join("alpha", "beta")
    node = await exchange_county.open("alpha")

    class Straying(MemoryBus):
        async def fetch(self, limit: int, wait: float) -> Never:
            del limit, wait
            raise asyncio.CancelledError

    bus = Straying(exchange_county.bus, "alpha", lambda _alarm: None)
    alpha = Exchange(node.identity, node.database, bus, exchange_county.clock, Handlers())
    with pytest.raises(ExceptionGroup) as ended:
        async with asyncio.timeout(20):
            await alpha.run()

    assert [str(one.reason) for one in ended.value.exceptions if isinstance(one, LoopEndedError)] == [
        "EXCHANGE_LOOP_ENDED"
    ]
