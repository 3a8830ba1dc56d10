"""Measures the exchange between two node processes, the obvious way beside it, and the bus alone."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from tests.bench.parties import make_keys
from tests.bench.proc import cpu_seconds
from tests.bench.ways import IN_FLIGHT, TRACED, Measured
from tests.fixtures.nats import make_county

LETTERS = {"guantong": 10_000, TRACED: 10_000, "obvious": 300, "raw": 20_000}
ONE_BY_ONE = 200


async def measure(runs: int) -> dict[str, dict[str, float]]:
    """Medians of `runs` runs of every way; each run on fresh databases and a fresh bus."""
    found: dict[str, dict[str, float]] = {}
    for way, letters in LETTERS.items():
        found[way] = _median([await _run(way, letters, IN_FLIGHT) for _ in range(runs)])
    for way in ("guantong", "obvious"):
        found[f"{way}, one in flight"] = _median([await _run(way, ONE_BY_ONE, 1) for _ in range(runs)])
    return found


def _median(measured: list[Measured]) -> dict[str, float]:
    return {
        name: round(statistics.median(getattr(one, name) for one in measured), 1)
        for name in ("per_second", "p50_ms", "p99_ms", "cpu_us")
    }


async def _run(way: str, letters: int, in_flight: int) -> Measured:
    with tempfile.TemporaryDirectory() as name:
        return await run(way, letters, in_flight, Path(name))


async def run(way: str, letters: int, in_flight: int, folder: Path) -> Measured:
    """One run in `folder`; each party finds its database there, or the address of one, or makes its own."""
    make_keys(folder)
    county = make_county(folder)
    (folder / "url").write_text(county.config.url, encoding="ascii")
    async with county.server() as server:
        await server.wait_ready()
        async with _process(folder, way, "receive", letters, in_flight) as recipient:
            assert recipient.stdout is not None
            await recipient.stdout.readline()
            others = [recipient.pid, *([server.process.pid] if server.process.pid else [])]
            used_before = cpu_seconds(others)
            async with _process(folder, way, "send", letters, in_flight) as sender:
                assert sender.stdout is not None
                measured = Measured(**json.loads(await sender.stdout.readline()))
                used = cpu_seconds(others) - used_before
                return replace(measured, cpu_us=measured.cpu_us + used / letters * 1e6)


@asynccontextmanager
async def _process(
    folder: Path, way: str, task: str, letters: int, in_flight: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    arguments = (str(folder), way, task, str(letters), str(in_flight))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.party",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
