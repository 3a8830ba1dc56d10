"""Measures the pages of the inspection office's gateway: server time with twenty people and a million letters."""

from __future__ import annotations

import asyncio
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from deploy.demo.gateways import addresses
from deploy.demo.offices import PASSWORD
from guantong.node.v1 import people_service_pb2 as people
from guantong.node.v1 import people_service_pb2_grpc as people_rpc
from services.chassis.clock import SystemClock
from services.chassis.config import NodeConfig, read_config
from services.chassis.county.layout import County, open_county
from services.chassis.county.processes import Processes, web
from services.chassis.rpc.client import ClientTls, connect
from services.chassis.storage import Database
from tests.bench.archive import fill
from tests.bench.proc import cpu_seconds, memory_mib

LETTERS = 1_000_000
PEOPLE, LOGINS = 20, ("clerk", "deputy", "reviewer", "leader")
_ROUNDS, _PAUSE = 6, 2.0
"""Each person opens a page, and another after so many seconds, beginning at different times."""
_READY_SECONDS = 120.0
_SERVER_TIME = re.compile(r"app;dur=([\d.]+)")
_MATRIX = re.compile(r'href="(/rounds/[^"/?#]+/matrix)[?#"]')
PAGES = {
    "first page": "/",
    "board": "/board",
    "letters": "/letters",
    "letters that came": "/letters?direction=in",
    "matrix": "",
}


@dataclass
class Taken:
    """Milliseconds of server time of every answer, by page; processor time of the gateway and its node for one."""

    pages: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PAGES})
    memory_mib: float = 0.0
    gateway_cpu_ms: float = 0.0
    node_cpu_ms: float = 0.0

    def rows(self) -> dict[str, dict[str, float]]:
        """As the report has it."""
        found = {name: _row(times) for name, times in self.pages.items() if times}
        each = {"gateway_ms": round(self.gateway_cpu_ms, 1), "node_ms": round(self.node_cpu_ms, 1)}
        return found | {"processor time a page": each, "memory": {"memory_mib": round(self.memory_mib, 1)}}


def measure(letters: int = LETTERS) -> dict[str, dict[str, float]]:
    """Run the demonstration, give its inspection office `letters` old letters, and have people open its pages."""
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(
            [sys.executable, "-m", "deploy.demo", "--check"], cwd=name, check=True, stdout=subprocess.DEVNULL
        )
        return measured_at(Path(name) / "build/demo/county", letters)


def measured_at(folder: Path, letters: int) -> dict[str, dict[str, float]]:
    """The same with the county of a demonstration that was stopped."""
    county = open_county(folder)
    config, processes = read_config(county.folder.config(county.hub)), Processes(county)
    if letters:
        database = Database.open(config.database, SystemClock())
        fill(database, letters)
        database.close()
    names = (*processes.exchange, web(county.hub))
    try:
        processes.start(names)
        processes.wait_ready(names, _READY_SECONDS)
        return asyncio.run(_pages(county, config, processes)).rows()
    finally:
        processes.stop(tuple(reversed(names)))


def lines(measured: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The table."""
    found = [
        f"{f'Page: {name}':<48}p50 {row['p50_ms']:>7.1f} ms   p95 {row['p95_ms']:>7.1f} ms   of {row['count']:.0f}"
        for name, row in measured.items()
        if "p95_ms" in row
    ]
    each, memory = measured["processor time a page"], measured["memory"]["memory_mib"]
    found.append(f"{'Processor time a page':<48}gateway {each['gateway_ms']:.1f} ms   node {each['node_ms']:.1f} ms")
    return [*found, f"{'Gateway, resident':<48}{memory:>9.0f} MiB"]


async def _pages(county: County, config: NodeConfig, processes: Processes) -> Taken:
    address = addresses(county)[county.hub]
    gateway, node = processes.pid(web(county.hub)), processes.pid(county.hub)
    assert gateway is not None
    assert node is not None
    taken = Taken()
    async with _browsers(address, county.hub, config) as browsers:
        rounds = (await browsers[0].get("/rounds")).text
        listed = re.search(r'href="(/rounds/[0-9a-f-]{8,}[^"?#/]*)"', rounds)
        found = _MATRIX.search(rounds) or _MATRIX.search((await browsers[0].get(listed[1])).text if listed else "")
        pages = PAGES | {"matrix": found[1] if found else "/rounds"}
        # Everything is loaded and compiled before the clock runs.
        for path in pages.values():
            await _open(browsers[0], path)
        before = cpu_seconds([gateway]), cpu_seconds([node])
        await asyncio.gather(*(_visit(one, number, pages, taken) for number, one in enumerate(browsers)))
        count = sum(map(len, taken.pages.values()))
        taken.gateway_cpu_ms = (cpu_seconds([gateway]) - before[0]) * 1000 / count
        taken.node_cpu_ms = (cpu_seconds([node]) - before[1]) * 1000 / count
        taken.memory_mib = memory_mib([gateway])
    return taken


@asynccontextmanager
async def _browsers(address: str, body: str, config: NodeConfig) -> AsyncIterator[list[httpx2.AsyncClient]]:
    """People who are signed in, several at a time under one login; each with a page that follows changes."""
    rpc = config.rpc
    browsers, following = list[httpx2.AsyncClient](), list[asyncio.Task[None]]()
    with connect(f"{rpc.host}:{rpc.port}", ClientTls(rpc.authority)) as channel:
        stub = people_rpc.PeopleServiceStub(channel)
        for number in range(PEOPLE):
            asked = people.SignInRequest(login=LOGINS[number % len(LOGINS)], password=PASSWORD)
            session = await asyncio.to_thread(stub.SignIn, asked)
            cookie = f"guantong-session-{body}={session.account.account_id}.{session.token}"
            browsers.append(httpx2.AsyncClient(base_url=address, headers={"cookie": cookie}, timeout=60))
    following = [asyncio.create_task(_follow(one)) for one in browsers]
    try:
        yield browsers
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        for one in browsers:
            await one.aclose()


async def _follow(browser: httpx2.AsyncClient) -> None:
    async with browser.stream("GET", "/live", timeout=None) as events:
        async for _ in events.aiter_bytes():
            pass


async def _visit(browser: httpx2.AsyncClient, number: int, pages: Mapping[str, str], taken: Taken) -> None:
    names = list(pages)
    await asyncio.sleep(_PAUSE * number / PEOPLE)
    for step in range(_ROUNDS * len(names)):
        name, began = names[(number + step) % len(names)], time.perf_counter()
        taken.pages[name].append(await _open(browser, pages[name]))
        await asyncio.sleep(max(0.0, _PAUSE - (time.perf_counter() - began)))


async def _open(browser: httpx2.AsyncClient, path: str) -> float:
    answer = await browser.get(path)
    told = _SERVER_TIME.search(answer.headers.get("server-timing", ""))
    assert answer.status_code == 200, (path, answer.status_code)
    assert told is not None
    return float(told[1])


def _row(times: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {"count": float(len(times)), "p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1)}
