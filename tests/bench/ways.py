"""The same job three ways: as this project does it, the obvious way, and the bus alone without the job."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from services.chassis.bus.port import Bus, IncomingFrame, OutgoingFrame
from services.chassis.clock import SystemClock
from services.chassis.exchange import taking
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.hooks import Hooks, Receipted
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction, LetterDraft, SentLetter
from services.chassis.exchange.proof import sealed_frame
from services.chassis.exchange.reading import Most, numbered_above, sendable
from services.chassis.exchange.send import write_letter
from services.chassis.exchange.standing import signed_receipt
from services.chassis.exchange.storing import store_batch
from services.chassis.exchange.tracing import NoTracing, Tracing
from services.chassis.storage import Database, Transaction
from tests.bench.parties import CONTENT, INSERT_CHANGE, RECIPIENT, SENDER

IN_FLIGHT = 1024
_CLOCK = SystemClock()
_DRAFT = LetterDraft((RECIPIENT,), "info.request", CONTENT, matter_id="measured")


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two processes."""

    identity: Identity
    database: Database
    bus: Bus
    tracing: Tracing = field(default_factory=NoTracing)
    waits: bool = False
    """Whether it says that it is ready and waits for its parent before it begins."""

    async def ready(self) -> None:
        """Begin when all are ready."""
        if self.waits:
            print("ready", flush=True)  # noqa: T201 - tells the parent process
            await asyncio.to_thread(sys.stdin.readline)


@dataclass(frozen=True, slots=True)
class Measured:
    """Letters per second from first commit to last receipt, milliseconds from a commit to its receipt, and
    microseconds of processor time per letter, which tell more than the clock where other programs run.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


class Receipts:
    """Times each letter from just before its commit until its receipt is committed."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self.up_to = 0
        self.milliseconds: list[float] = []

    def hook(self, tx: Transaction, receipted: Receipted) -> None:
        tx.after_commit(partial(self.confirm, receipted.up_to))

    def confirm(self, up_to: int) -> None:
        for number in range(self.up_to + 1, up_to + 1):
            future = self._waiting.pop(number, None)
            if future is not None:
                future.set_result(None)
        self.up_to = max(self.up_to, up_to)

    async def until(self, number: int) -> None:
        """Return once the letter of this number is receipted."""
        if number > self.up_to:
            self._waiting[number] = self._loop.create_future()
            await self._waiting[number]

    async def measure(self, send: Callable[[], Awaitable[SentLetter]]) -> None:
        began = time.perf_counter()
        await self.until((await send()).copies[0].number)
        self.milliseconds.append((time.perf_counter() - began) * 1000)


async def _all(receipts: Receipts, letters: int, in_flight: int, send: Callable[[], Awaitable[SentLetter]]) -> Measured:
    left = iter(range(letters))

    async def worker() -> None:
        for _ in left:
            await receipts.measure(send)

    began, used_before = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(min(in_flight, letters))))
    took, used = time.perf_counter() - began, time.process_time() - used_before
    percentiles = statistics.quantiles(receipts.milliseconds, n=100)
    return Measured(letters / took, statistics.median(receipts.milliseconds), percentiles[98], used / letters * 1e6)


async def guantong_send(party: Party, letters: int, in_flight: int) -> Measured:
    """Business change and letter in one unit; everything else is the exchange's own."""
    receipts = Receipts()
    exchange = _exchange(party, Hooks(receipted=receipts.hook))
    await exchange.start()

    def unit(tx: Transaction) -> SentLetter:
        tx.connection.execute(INSERT_CHANGE, {"what": "change"})
        return exchange.send(tx, _DRAFT)

    try:
        if party.waits:
            # They have met once the first letter is receipted.
            await receipts.measure(lambda: party.database.writer.run(unit))
            receipts.milliseconds.clear()
            await party.ready()
        return await _all(receipts, letters, in_flight, lambda: party.database.writer.run(unit))
    finally:
        await exchange.stop()


async def backlog_send(party: Party, letters: int, in_flight: int) -> Measured:
    """Write everything while nobody is there, and measure from then on until the last receipt."""
    receipts = Receipts()
    exchange = _exchange(party, Hooks(receipted=receipts.hook))
    for start in range(0, letters, in_flight):
        await party.database.writer.run(
            lambda tx, start=start: [exchange.send(tx, _DRAFT) for _ in range(min(in_flight, letters - start))]  # type: ignore[misc]
        )
    await party.ready()
    began, used_before = time.perf_counter(), time.process_time()
    await exchange.start()
    try:
        await receipts.until(letters)
    finally:
        await exchange.stop()
    took, used = time.perf_counter() - began, time.process_time() - used_before
    return Measured(letters / took, 0.0, 0.0, used / letters * 1e6)


async def guantong_receive(party: Party) -> None:
    """Store, apply and receipt until the other side closes our input."""
    exchange = _exchange(party, Hooks())
    await exchange.start()
    await _input_closed()
    await exchange.stop()


def _exchange(party: Party, hooks: Hooks) -> Exchange:
    return Exchange(
        party.identity,
        party.database,
        party.bus,
        _CLOCK,
        lambda _tx, _letter: None,
        hooks=hooks,
        tracing=party.tracing,
    )


async def obvious_send(party: Party, letters: int, in_flight: int) -> Measured:
    """One transaction, one publication and one receipt for each letter; the same proofs and the same tables."""
    receipts, turn = Receipts(), asyncio.Lock()
    receiving = asyncio.create_task(_obvious_receipts(party, receipts, turn))

    def unit(tx: Transaction) -> SentLetter:
        tx.connection.execute(INSERT_CHANGE, {"what": "change"})
        return write_letter(tx, party.identity, _DRAFT, NoTracing())

    async def send() -> SentLetter:
        async with turn:
            sent = await party.database.writer.run(unit)
        number, ring = sent.copies[0].number, party.identity.keyring
        (kept,) = await party.database.reader.read(
            lambda c: numbered_above(c, ring, (Direction.OUT, RECIPIENT), after=number - 1, most=Most(1))
        )
        frame = sealed_frame(party.identity, sendable(kept), _CLOCK.now())
        await party.bus.publish([OutgoingFrame(RECIPIENT, frame)])
        return sent

    try:
        # One after the other: with several in flight they would overtake each other, and this way keeps no order.
        return await _all(receipts, letters, min(in_flight, 1), send)
    finally:
        receiving.cancel()


async def _obvious_receipts(party: Party, receipts: Receipts, turn: asyncio.Lock) -> None:
    while True:
        for frame in await party.bus.fetch(1, 5.0):
            async with turn:
                await _store_one(party, frame, Hooks(receipted=receipts.hook))
            await frame.ack()


async def obvious_receive(party: Party) -> None:
    """Store and receipt each letter by itself."""

    async def serve() -> None:
        while True:
            for frame in await party.bus.fetch(1, 5.0):
                await _store_one(party, frame, Hooks())
                await frame.ack()
                now = _CLOCK.now()
                receipt = await party.database.reader.read(
                    lambda c, now=now: signed_receipt(c, party.identity, SENDER, now, resend=False)  # type: ignore[misc]
                )
                await party.bus.publish([OutgoingFrame(SENDER, receipt)])

    serving = asyncio.create_task(serve())
    await _input_closed()
    serving.cancel()


async def _store_one(party: Party, frame: IncomingFrame, hooks: Hooks) -> None:
    batch = taking.take(party.identity, [frame], _CLOCK.now())
    await party.database.writer.run(
        lambda tx: store_batch(tx, identity=party.identity, batch=batch, tracing=NoTracing(), hooks=hooks)
    )


async def raw_send(party: Party, letters: int, in_flight: int) -> Measured:
    """Frames of the same size through the bus, durably, and acknowledged: no database, no proof, no receipts."""
    del in_flight
    began, used_before = time.perf_counter(), time.process_time()
    for start in range(0, letters, 256):
        await party.bus.publish([OutgoingFrame(RECIPIENT, CONTENT)] * min(256, letters - start))
    await party.bus.publish([OutgoingFrame(RECIPIENT, b"last")])
    while not await party.bus.fetch(1, 30.0):
        pass
    took, used = time.perf_counter() - began, time.process_time() - used_before
    return Measured(letters / took, 0.0, 0.0, used / letters * 1e6)


async def raw_receive(party: Party) -> None:
    """Fetch and acknowledge; answer the last frame."""

    async def serve() -> None:
        while True:
            for frame in await party.bus.fetch(256, 5.0):
                await frame.ack()
                if frame.data == b"last":
                    await party.bus.publish([OutgoingFrame(SENDER, b"all")])

    serving = asyncio.create_task(serve())
    await _input_closed()
    serving.cancel()


async def _input_closed() -> None:
    print("ready", flush=True)  # noqa: T201 - tells the parent process
    await asyncio.to_thread(sys.stdin.read)


BACKLOG = "backlog"
"""The way of a sender whose recipient was away."""
TRACED = "guantong, traced"
"""The way whose parties have the telemetry of a node."""

SEND: dict[str, Callable[[Party, int, int], Awaitable[Measured]]] = {
    "guantong": guantong_send,
    TRACED: guantong_send,
    "obvious": obvious_send,
    "raw": raw_send,
    BACKLOG: backlog_send,
}
RECEIVE: dict[str, Callable[[Party], Awaitable[None]]] = {
    "guantong": guantong_receive,
    TRACED: guantong_receive,
    "obvious": obvious_receive,
    "raw": raw_receive,
}
