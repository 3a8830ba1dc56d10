"""The network between a node and the bus: cut, held, cut in one direction, by a proxy and by network namespaces."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

from tests.faults.nursery import Nursery
from tests.faults.pairs import More
from tests.faults.party import for_seconds
from tests.faults.trials import RECIPIENT, Row, Setting, healed, under_load

_CHUNK = 65536


class Proxy:
    """A TCP proxy before the bus, which can refuse, and hold back each direction alone."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._passes = {"requests": asyncio.Event(), "answers": asyncio.Event()}
        self._open: set[asyncio.Task[None]] = set()
        self._refuses = False
        for event in self._passes.values():
            event.set()

    def hold(self, *directions: str) -> None:
        """Let what comes in these directions wait; connections stay open, as with a dead switch in between."""
        for name in directions:
            self._passes[name].clear()

    def cut(self) -> None:
        """Break every connection and take no new one."""
        self._refuses = True
        for task in self._open:
            task.cancel()

    def mend(self) -> None:
        self._refuses = False
        for event in self._passes.values():
            event.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        """The port at which it listens."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            self.cut()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError):
            if self._refuses:
                return
            bus_reader, bus_writer = await asyncio.open_connection("127.0.0.1", self._port)
            with contextlib.closing(bus_writer):
                ways = (self._copy(reader, bus_writer, "requests"), self._copy(bus_reader, writer, "answers"))
                tasks = [asyncio.create_task(way) for way in ways]
                try:
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for one in tasks:
                        one.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, direction: str) -> None:
        while data := await source.read(_CHUNK):
            await self._passes[direction].wait()
            sink.write(data)
            await sink.drain()


WAYS = {
    "connections broken and refused": (),
    "nothing passes": ("requests", "answers"),
    "requests pass, answers do not": ("answers",),
    "answers pass, requests do not": ("requests",),
}


async def proxied(setting: Setting, way: str) -> Row:
    """The recipient reaches the bus through a proxy, which misbehaves for a while under load."""
    with setting.pair() as pair:
        proxy = Proxy(pair.bus.county.config.port)
        async with proxy.running() as port:
            pair.recipient.orders = replace(pair.recipient.orders, bus=f"tls://127.0.0.1:{port}")
            await under_load(pair)
            if WAYS[way]:
                proxy.hold(*WAYS[way])
            else:
                proxy.cut()
            await for_seconds(setting.seconds)
            proxy.mend()
            return await healed(f"proxy: {way}", RECIPIENT, pair)


@dataclass(frozen=True)
class Separate:
    """A network namespace joined to ours by one wire."""

    name: str
    ours: str
    near: str
    far: str

    def cut(self) -> None:
        _ip("link", "set", self.ours, "down")

    def mend(self) -> None:
        _ip("link", "set", self.ours, "up")

    def lose_answers(self) -> None:
        """What comes from the namespace arrives; what goes there is lost."""
        _ip("route", "add", "blackhole", f"{self.far}/32")

    def find_answers(self) -> None:
        _ip("route", "del", "blackhole", f"{self.far}/32")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def separate_network(number: int) -> Iterator[Separate | None]:
    """A namespace with its wire; None where this machine lets nobody make one. `number` is below 64."""
    name = f"gt-faults-{number}"
    wire = Separate(name, f"gtf{number}", f"10.213.77.{4 * number + 1}", f"10.213.77.{4 * number + 2}")
    try:
        _ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        _ip("link", "add", wire.ours, "type", "veth", "peer", "name", "bus0", "netns", name)
        _ip("address", "add", f"{wire.near}/30", "dev", wire.ours)
        _ip("link", "set", wire.ours, "up")
        _ip("-n", name, "address", "add", f"{wire.far}/30", "dev", "bus0")
        _ip("-n", name, "link", "set", "bus0", "up")
        yield wire
    finally:
        _ip("netns", "delete", name)


async def cut_in_two(setting: Setting, wire: Separate, *, answers_only: bool) -> Row:
    """The recipient lives in another network, which is cut off from the bus and the sender for a while under load."""
    far = Nursery(("ip", "netns", "exec", wire.name))
    try:
        with setting.pair(More(addresses=(wire.near,))) as pair:
            port = pair.bus.county.config.port
            pair.recipient.nursery = far
            pair.recipient.orders = replace(pair.recipient.orders, bus=f"tls://{wire.near}:{port}")
            await under_load(pair)
            (wire.lose_answers if answers_only else wire.cut)()
            await for_seconds(setting.seconds)
            (wire.find_answers if answers_only else wire.mend)()
            what = "requests pass, answers do not" if answers_only else "cut in two"
            return await healed(f"network namespaces: {what}", RECIPIENT, pair)
    finally:
        far.close()
