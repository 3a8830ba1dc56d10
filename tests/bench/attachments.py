"""Measures a large attachment beside live letters: what each costs the other, and the memory of both ends."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.chassis.bus.server import BusServer
from tests.bench.parties import make_keys
from tests.bench.proc import memory_mib
from tests.fixtures.nats import make_county

SIZE = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Carried:
    """MiB per second from the letter's arrival until the file may be opened; milliseconds from a letter's commit to
    its receipt, one letter in flight, without and beside it; growth of memory of both nodes and all of the bus, in MiB.
    """

    mib_per_second: float
    letters_beside: int
    quiet_p50_ms: float
    quiet_p99_ms: float
    beside_p50_ms: float
    beside_p99_ms: float
    beside_most_ms: float
    sender_mib: float
    recipient_mib: float
    bus_mib: float


def measure(runs: int, size: int = SIZE) -> dict[str, float]:
    """Medians of `runs` runs, each on fresh databases and a fresh bus."""
    found = [asyncio.run(carry(size)) for _ in range(runs)]
    return {name: round(statistics.median(getattr(one, name) for one in found), 1) for name in Carried.__slots__}


def lines(measured: dict[str, float]) -> list[str]:
    """The measured row as people read it."""
    row = {name: f"{value:.1f}" for name, value in measured.items()}
    return [
        f"{'200 MiB attachment, one letter in flight beside':<48}{row['mib_per_second']:>9} MiB/s",
        f"{'  letters without it':<48}p50 {row['quiet_p50_ms']:>7} ms   p99 {row['quiet_p99_ms']:>7} ms",
        f"{'  letters beside it':<48}p50 {row['beside_p50_ms']:>7} ms   p99 {row['beside_p99_ms']:>7} ms",
        _memory_line(row),
    ]


def _memory_line(row: dict[str, str]) -> str:
    ends = f"sender {row['sender_mib']} MiB   recipient {row['recipient_mib']} MiB"
    return f"{'  memory it takes':<48}{ends}   bus in all {row['bus_mib']} MiB"


async def carry(size: int) -> Carried:
    """One run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_keys(folder)
        county = make_county(folder)
        (folder / "url").write_text(county.config.url, encoding="ascii")
        async with county.server() as server:
            await server.wait_ready()
            async with _process(folder, "receive", size) as recipient, _process(folder, "send", size) as sender:
                return await _carried(server, recipient, sender, size)


async def _carried(
    server: BusServer, recipient: asyncio.subprocess.Process, sender: asyncio.subprocess.Process, size: int
) -> Carried:
    await _said(recipient)
    await _said(sender)
    came = await _said(recipient)
    bus = memory_mib([server.process.pid] if server.process.pid else [])
    assert sender.stdin is not None
    sender.stdin.write(b"stop\n")
    went = await _said(sender)
    quiet, beside = went["quiet"], went["beside"]
    return Carried(
        size / 1024 / 1024 / came["seconds"],
        beside["letters"],
        quiet["p50_ms"],
        quiet["p99_ms"],
        beside["p50_ms"],
        beside["p99_ms"],
        beside["most_ms"],
        went["memory_mib"],
        came["memory_mib"],
        bus,
    )


async def _said(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout is not None
    return json.loads(await process.stdout.readline())


@asynccontextmanager
async def _process(folder: Path, task: str, size: int) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.carrier",
        str(folder),
        task,
        str(size),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
