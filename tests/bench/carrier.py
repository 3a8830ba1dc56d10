"""One of two processes that measure an attachment beside letters: `python -m tests.bench.carrier FOLDER TASK BYTES`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.attachments.adding import take_down
from services.chassis.attachments.checking import Checks
from services.chassis.attachments.keeping import Shelf, keep
from services.chassis.attachments.lane import Lane, LaneParts
from services.chassis.attachments.model import Owner, Reference, UseState, to_message
from services.chassis.attachments.rest import Folder
from services.chassis.attachments.tables import ATTACHMENT_USES
from services.chassis.attachments.uses import hold
from services.chassis.bus.connection import BusLogin
from services.chassis.bus.nats_bus import NatsAttachmentBus, NatsBus
from services.chassis.clock import SystemClock
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.hooks import Hooks
from services.chassis.exchange.model import LetterDraft, SentLetter, StoredLetter
from services.chassis.node.__main__ import settle_memory
from services.chassis.storage import Database, Transaction
from services.chassis.storage.ids import new_id
from tests.bench.parties import CONTENT, RECIPIENT, SENDER, identity
from tests.bench.ways import Receipts

logging.getLogger("asyncio").setLevel(logging.ERROR)
FILE_KIND, LETTER_KIND = "periodic_report", "info.request"
_PIECE = 512 * 1024
_QUIET_LETTERS = 300
_STATE = sa.select(ATTACHMENT_USES.c.state)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A node's letters and attachments, running."""

    database: Database
    exchange: Exchange
    lane: Lane
    receipts: Receipts


@asynccontextmanager
async def carrier(folder: Path, body: str) -> AsyncIterator[Carrier]:
    """The whole of it on the real bus, until it is left."""
    database = Database.open(f"sqlite:///{folder / f'{body}.sqlite'}")
    database.create_all()
    tls = folder / "tls"
    login = BusLogin(
        (folder / "url").read_text(encoding="ascii"), tls / "ca.pem", tls / f"{body}.pem", tls / f"{body}.key"
    )
    bus = NatsBus(body, login, lambda _alarm: None, lambda: (SENDER, RECIPIENT))
    parts_bus = NatsAttachmentBus(body, login, lambda _alarm: None, tuple)
    who, clock, receipts = identity(folder, body), SystemClock(), Receipts()
    shelf = Shelf(Folder(folder / f"attachments-{body}"), who.keyring, keep_free=0)
    lane = Lane(LaneParts(who, database, parts_bus, clock, shelf, Checks()))

    def handle(tx: Transaction, letter: StoredLetter) -> None:
        if letter.header.kind == FILE_KIND:
            lane.await_attachments(tx, letter)

    exchange = Exchange(who, database, bus, clock, handle, hooks=Hooks(receipted=receipts.hook))
    await bus.wait_connected()
    await exchange.start()
    running = asyncio.create_task(lane.run())
    settle_memory()
    try:
        yield Carrier(database, exchange, lane, receipts)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await exchange.stop()
        await parts_bus.close()
        await bus.close()
        database.close()


async def send(folder: Path, size: int) -> None:
    """Letters one after the other, first alone and then beside a large attachment, until told to stop."""
    async with carrier(folder, SENDER) as one:
        file = await _attach(one, size)
        draft = LetterDraft((RECIPIENT,), LETTER_KIND, CONTENT)

        async def letter() -> None:
            await one.receipts.measure(lambda: one.database.writer.run(lambda tx: one.exchange.send(tx, draft)))

        for _ in range(_QUIET_LETTERS):
            await letter()
        quiet = _taken(one)
        before = _memory(reset=True)
        _say({})
        await one.receipts.measure(lambda: one.database.writer.run(lambda tx: _send_file(tx, one, file)))
        stopped = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
        while not stopped.done():
            await letter()
        _say({"quiet": quiet, "beside": _taken(one), "memory_mib": _memory() - before})


async def receive(folder: Path) -> None:
    """Take everything in; tell when the attachment may be opened."""
    async with carrier(folder, RECIPIENT) as one:
        _say({})
        ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        began, before = 0.0, 0.0
        state = ""
        while state != UseState.READY.value and not ended.done():
            await asyncio.sleep(0.02)
            state = await one.database.reader.read(lambda c: str(c.scalar(_STATE) or ""))
            if state and not began:
                began, before = time.perf_counter(), _memory(reset=True)
        _say({"seconds": time.perf_counter() - began, "memory_mib": _memory() - before})
        await ended


async def _attach(one: Carrier, size: int) -> Reference:
    shelf, file = one.lane.parts.shelf, new_id()

    async def pieces() -> AsyncIterator[bytes]:
        left = size - 9
        yield b"%PDF-1.7\n"
        source = random.Random(1)
        while left:
            yield source.randbytes(min(left, _PIECE))
            left -= min(left, _PIECE)

    with shelf.writing(file):
        taken = await take_down(shelf, file, size, pieces())
        await one.database.writer.run(lambda tx: keep(tx, taken))
    return Reference("录音录像.pdf", "application/pdf", taken.shape)


def _send_file(tx: Transaction, one: Carrier, file: Reference) -> SentLetter:
    message = content.Notice(title="通报", attachments=[to_message(file)])
    sent = one.exchange.send(tx, LetterDraft((RECIPIENT,), FILE_KIND, words_of(message), type_name(message)))
    hold(tx, Owner.LETTER, sent.letter_id, file.shape, UseState.READY)
    return sent


def _taken(one: Carrier) -> dict[str, float]:
    """How long the letters took since the last time this was asked."""
    times, one.receipts.milliseconds = one.receipts.milliseconds, []
    return {
        "letters": len(times),
        "p50_ms": statistics.median(times),
        "p99_ms": statistics.quantiles(times, n=100)[98],
        "most_ms": max(times),
    }


def _memory(*, reset: bool = False) -> float:
    """The most memory this process has had since it was reset, in MiB."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _say(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - tells the parent process


if __name__ == "__main__":
    work = send(Path(sys.argv[1]), int(sys.argv[3])) if sys.argv[2] == "send" else receive(Path(sys.argv[1]))
    asyncio.run(work)
    os._exit(0)
