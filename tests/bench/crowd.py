"""Measures one recipient whom many write to: ten senders, a flood beside a quiet sender, a backlog after an outage."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.floods import FLOODS, QUIET
from tests.bench.parties import RECIPIENT, SENDER, make_keys
from tests.bench.ways import BACKLOG, IN_FLIGHT
from tests.fixtures.nats import make_county

_FLOODER = "flooder"
_TEN = tuple(f"sender{number}" for number in range(10))
_LETTERS_OF_EACH, _IN_FLIGHT_OF_EACH = 1_000, 128
_LETTERS_IN_A_FLOOD = 200
_BACKLOG = 50_000


async def measure(runs: int) -> dict[str, dict[str, float]]:
    """Medians of `runs` runs of everything; each run on fresh databases and a fresh bus."""
    found = {"ten senders": [await _ten_senders() for _ in range(runs)]}
    for flood in (QUIET, *FLOODS):
        found[flood] = [await _beside(flood) for _ in range(runs)]
    found[BACKLOG] = [await _catch_up()]
    return {name: _median(measured) for name, measured in found.items()}


def _median(measured: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in measured), 1) for name in measured[0]}


async def _ten_senders() -> dict[str, float]:
    """Letters of all ten per second, from the first commit to the last receipt of each."""
    async with _scene(*_TEN, RECIPIENT) as scene, AsyncExitStack() as stack:
        await scene.join(stack, RECIPIENT, "guantong", "receive")
        senders = [
            await scene.join(stack, body, "guantong", "send", letters=_LETTERS_OF_EACH, in_flight=_IN_FLIGHT_OF_EACH)
            for body in _TEN
        ]
        for sender in senders:
            sender.go()
        measured = [await sender.told() for sender in senders]
    return {
        "per_second": len(_TEN) * _LETTERS_OF_EACH / max(_LETTERS_OF_EACH / one["per_second"] for one in measured),
        "p50_ms": statistics.median(one["p50_ms"] for one in measured),
        "p99_ms": max(one["p99_ms"] for one in measured),
    }


async def _beside(flood: str) -> dict[str, float]:
    """How long one letter at a time takes from its commit to its receipt while another body floods the recipient."""
    async with _scene(SENDER, _FLOODER, RECIPIENT) as scene, AsyncExitStack() as stack:
        await scene.join(stack, RECIPIENT, "guantong", "receive")
        sender = await scene.join(stack, SENDER, "guantong", "send", letters=_LETTERS_IN_A_FLOOD)
        if flood != QUIET:
            (await scene.join(stack, _FLOODER, flood, "flood")).go()
        sender.go()
        measured = await sender.told()
    return {name: measured[name] for name in ("p50_ms", "p99_ms")}


async def _catch_up() -> dict[str, float]:
    """Letters per second that reach a recipient which comes back to a backlog, until the last receipt."""
    async with _scene(SENDER, RECIPIENT) as scene, AsyncExitStack() as stack:
        sender = await scene.join(stack, SENDER, BACKLOG, "send", letters=_BACKLOG, in_flight=IN_FLIGHT)
        await scene.join(stack, RECIPIENT, "guantong", "receive")
        sender.go()
        return {"per_second": (await sender.told())["per_second"], "letters": _BACKLOG}


@dataclass(frozen=True, slots=True)
class _Member:
    """A process that is ready, and waits to be told to go if it is a sender."""

    process: asyncio.subprocess.Process

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")

    async def told(self) -> dict[str, float]:
        assert self.process.stdout is not None
        found: dict[str, float] = json.loads(await self.process.stdout.readline())
        return found


@dataclass(frozen=True, slots=True)
class _Scene:
    """A bus that runs, and keys for everybody."""

    folder: Path

    async def join(
        self, stack: AsyncExitStack, body: str, way: str, task: str, *, letters: int = 0, in_flight: int = 1
    ) -> _Member:
        """Start a process that is one body, and wait until it is ready."""
        arguments = (str(self.folder), way, task, str(letters), str(in_flight), body)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.party",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        stack.push_async_callback(_end, process)
        assert process.stdout is not None
        await process.stdout.readline()
        return _Member(process)


@asynccontextmanager
async def _scene(*bodies: str) -> AsyncIterator[_Scene]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_keys(folder, bodies)
        county = make_county(folder, bodies=bodies)
        (folder / "url").write_text(county.config.url, encoding="ascii")
        async with county.server() as server:
            await server.wait_ready()
            yield _Scene(folder)


async def _end(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()
