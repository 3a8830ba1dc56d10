"""The bus as operators run it: a process with `bus.toml`, stopped by signals, robust against its own death."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from services.chassis.bus.certificates import status_name
from services.chassis.bus.configuration import BusConfigError, load
from services.chassis.bus.connect import connect_bus, connect_status_board
from services.chassis.bus.nats_bus import NatsBus
from services.chassis.bus.port import BusAlarm, BusAwayError, OutgoingFrame
from services.chassis.bus.process import end_orphan
from services.chassis.bus.status_board import NatsStatusBoard
from services.chassis.clock import SystemClock
from services.chassis.config import BusConfig
from tests.fixtures.nats import BODIES, CountyBus, eventually

ROOT = Path(__file__).parents[3]
LONG = 20.0


def write_config(county: CountyBus, bodies: tuple[str, ...] = BODIES) -> Path:
    """`bus.toml` as an operator would write it, with paths beside the file."""
    file = county.folder / "bus.toml"
    config = county.config
    listed = ", ".join(f'"{body}"' for body in bodies)
    file.write_text(
        f"""
county = "test"
host = "{config.host}"
port = {config.port}
storage = "storage"
authority = "tls/ca.pem"
bodies = [{listed}]
observers = ["north"]
[server]
certificate = "tls/server.pem"
key = "tls/server.key"
[operator]
certificate = "tls/bus.operator.pem"
key = "tls/bus.operator.key"
[status_operator]
certificate = "tls/bus.operator.status.pem"
key = "tls/bus.operator.status.key"
""",
        encoding="utf-8",
    )
    return file


def node_config(county: CountyBus, body: str) -> BusConfig:
    tls = county.folder / "tls"
    return BusConfig(
        url=county.config.url,
        authority=county.config.authority,
        certificate=tls / f"{body}.pem",
        key=tls / f"{body}.key",
        status_certificate=tls / f"{status_name(body)}.pem",
        status_key=tls / f"{status_name(body)}.key",
    )


@asynccontextmanager
async def running(file: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.chassis.bus.server",
        "--config",
        file,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'protos' / 'gen'}"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(LONG):
            await process.wait()


@asynccontextmanager
async def connected(county: CountyBus, body: str) -> AsyncIterator[NatsBus]:
    bus = connect_bus(node_config(county, body), body, county.alarms.append, lambda: (*BODIES, "west"))
    async with asyncio.timeout(LONG):
        await bus.wait_connected()
    yield bus
    await bus.close()


async def fetched(bus: NatsBus) -> list[bytes]:
    """What comes first; the streams may still be in the making."""
    async with asyncio.timeout(LONG):
        while not (frames := await bus.fetch(10, LONG)):
            pass
    return [frame.data for frame in frames]


async def provisioned(bus: NatsBus) -> None:
    """Return once the streams are made: from then on the bus can be asked."""

    async def asked() -> bool:
        try:
            return await bus.fetch(1, 0.5) == []
        except BusAwayError:
            return False

    await eventually(asked)


async def published(bus: NatsBus, frame: OutgoingFrame) -> bool:
    try:
        await bus.publish([frame])
    except BusAwayError:
        return False
    return True


async def test_it_serves_and_ends_when_told_leaving_no_server_behind(county_bus: CountyBus):
    async with running(write_config(county_bus)) as process:
        async with connected(county_bus, "south") as south, connected(county_bus, "north") as north:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(process.wait(), 0.01)
            await provisioned(north)
            await south.publish([OutgoingFrame("north", b"through the process")])
            assert await fetched(north) == [b"through the process"]
        server = int((county_bus.folder / "nats-server.pid").read_text(encoding="ascii"))

        process.terminate()
        async with asyncio.timeout(LONG):
            assert await process.wait() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


async def test_one_that_was_killed_is_followed_by_one_that_works(county_bus: CountyBus):
    """Its nats-server survives it and holds the port; the next one ends that orphan first."""
    file = write_config(county_bus)
    async with running(file) as process, connected(county_bus, "north"):
        process.kill()
        await process.wait()

    async with running(file), connected(county_bus, "south") as south, connected(county_bus, "north") as north:
        await provisioned(north)
        # It may still have been the orphan that answered.
        await eventually(partial(published, south, OutgoingFrame("north", b"after")))
        assert await fetched(north) == [b"after"]


def test_an_orphan_has_let_go_of_the_port_before_the_next_server_asks_for_it(tmp_path: Path):
    """A killed process keeps its port until the kernel has cleared it away, which much memory delays."""
    pid_file = tmp_path / "nats-server.pid"
    program = """
import socket, sys
held, listening = bytearray(1 << 28), socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program, str(pid_file.with_suffix(".json"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as orphan:
        assert orphan.stdout is not None
        port = int(orphan.stdout.readline())
        pid_file.write_text(f"{orphan.pid}\n", encoding="ascii")

        end_orphan(pid_file)

        with socket.create_server(("127.0.0.1", port)):
            assert orphan.wait() == -signal.SIGKILL


async def test_a_body_added_to_the_file_can_connect_after_a_hangup_and_nobody_else_notices(county_bus: CountyBus):
    tls = county_bus.folder / "tls"
    county_bus.authority.issue_client("west", SystemClock().now()).write(tls / "west.pem", tls / "west.key")
    async with running(write_config(county_bus)) as process, connected(county_bus, "north") as north:
        await provisioned(north)
        epoch = await north.wait_epoch(0)

        write_config(county_bus, (*BODIES, "west"))
        process.send_signal(signal.SIGHUP)

        async with connected(county_bus, "west") as west:
            await west.publish([OutgoingFrame("north", b"from the new body")])
            assert await fetched(north) == [b"from the new body"]
            await north.publish([OutgoingFrame("west", b"to the new body")])
            assert await fetched(west) == [b"to the new body"]
        assert await north.wait_epoch(0) == epoch


async def shows(board: NatsStatusBoard, body: str) -> bool:
    return body in await board.read_all()


async def test_a_node_connects_its_board_from_the_same_configuration(running_bus: CountyBus):
    alarms: list[BusAlarm] = []
    south = connect_status_board(node_config(running_bus, "south"), "south", alarms.append)
    north = connect_status_board(node_config(running_bus, "north"), "north", alarms.append, observer=True)
    async with asyncio.timeout(LONG):
        await asyncio.gather(south.wait_connected(), north.wait_connected())
        await south.publish_status(b"all well")
    await eventually(lambda: shows(north, "south"))
    await south.close()
    await north.close()
    assert alarms == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("port =", "port = 'x' #", "port"),
        ('bodies = ["north"', 'bodies = ["no.dots"', "no.dots"),
        ("[operator]", "[operators]", "operator"),
        ("county =", "county", "line"),
    ],
)
def test_a_mistake_in_the_file_is_named(county_bus: CountyBus, old: str, new: str, told: str):
    file = write_config(county_bus)
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BusConfigError, match=told):
        load(file)
