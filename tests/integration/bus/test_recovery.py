"""The bus dies in every way it can: connections come back by themselves and what was confirmed is there."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from services.chassis.bus.certificates import OPERATOR, CertificateAuthority
from services.chassis.bus.connection import BusLogin, Connection, Link
from services.chassis.bus.nats_bus import NatsBus
from services.chassis.bus.port import (
    CONNECTION_FAULT,
    SERVER_DIED,
    STORAGE_REBUILT,
    BusAlarm,
    BusError,
    OutgoingFrame,
)
from services.chassis.bus.server import BusServer
from services.chassis.clock import SystemClock
from tests.fixtures.nats import BODIES, CountyBus, eventually, kill_server

LONG = 20.0


async def drain(bus: NatsBus, wanted: set[bytes]) -> Counter[bytes]:
    """Fetch and acknowledge until everything wanted has come; how often each came."""
    seen: Counter[bytes] = Counter()
    async with asyncio.timeout(LONG):
        while not wanted <= seen.keys():
            with contextlib.suppress(BusError):
                for frame in await bus.fetch(200, 5):
                    seen[frame.data] += 1
                    await frame.ack()
    return seen


async def publish_until_confirmed(bus: NatsBus, frames: list[OutgoingFrame]) -> None:
    """What the exchange does: send again until it worked."""
    async with asyncio.timeout(LONG):
        while True:
            await bus.wait_connected()
            with contextlib.suppress(BusError):
                await bus.publish(frames)
                return
            await asyncio.sleep(0)


async def test_what_was_confirmed_survives_a_power_cut(county_bus: CountyBus, bus_server: BusServer):
    async with county_bus.bus("south") as south, county_bus.bus("north") as north:
        confirmed = {b"%d" % number for number in range(300)}
        await south.publish([OutgoingFrame("north", content) for content in sorted(confirmed)])
        epoch = await north.wait_epoch(0)

        kill_server(bus_server)
        async with asyncio.timeout(LONG):
            await north.wait_epoch(epoch)

        assert set(await drain(north, confirmed)) == confirmed
    assert [alarm.kind for alarm in county_bus.alarms].count(SERVER_DIED) == 1


async def test_the_server_is_killed_again_and_again_under_load_and_nothing_confirmed_is_lost(
    county_bus: CountyBus, bus_server: BusServer
):
    confirmed: set[bytes] = set()

    async def send(bus: NatsBus) -> None:
        for number in range(60):
            frames = [OutgoingFrame("north", b"%d.%d" % (number, part)) for part in range(5)]
            await publish_until_confirmed(bus, frames)
            confirmed.update(frame.data for frame in frames)

    async with county_bus.bus("south") as south, county_bus.bus("north") as north:
        sending = asyncio.create_task(send(south))
        for enough in (50, 150):
            await eventually(partial(lambda enough: len(confirmed) > enough or sending.done(), enough))
            kill_server(bus_server)
            async with asyncio.timeout(LONG):
                await bus_server.wait_ready()
        await sending

        assert set(await drain(north, confirmed)) == confirmed


async def test_wiped_storage_is_rebuilt_told_and_used_again(county_bus: CountyBus, bus_server: BusServer):
    async with county_bus.bus("south") as south, county_bus.bus("north") as north, county_bus.board("south") as board:
        await south.publish([OutgoingFrame("north", b"lost with the storage")])
        epochs = await asyncio.gather(south.wait_epoch(0), north.wait_epoch(0))

        county_bus.wipe_storage()
        async with asyncio.timeout(LONG):
            await asyncio.gather(south.wait_epoch(epochs[0]), north.wait_epoch(epochs[1]))
        await eventually(lambda: [a.kind for a in county_bus.alarms].count(STORAGE_REBUILT) == 2)

        await publish_until_confirmed(south, [OutgoingFrame("north", b"sent again")])
        assert set(await drain(north, {b"sent again"})) == {b"sent again"}
        await board.wait_connected()
        await board.publish_status(b"still here")
    assert bus_server.process.pid is not None


async def test_streams_that_somebody_deleted_are_made_again_while_the_server_runs(running_bus: CountyBus):
    async with running_bus.bus("south") as south, running_bus.bus("north") as north:
        async with running_bus.raw(OPERATOR, inbox="_INBOX_test") as operator:
            assert (await operator.ask("$JS.API.STREAM.DELETE.EXCHANGE"))["success"]
        await publish_until_confirmed(south, [OutgoingFrame("north", b"after")])

        assert set(await drain(north, {b"after"})) == {b"after"}
    await eventually(lambda: STORAGE_REBUILT in {alarm.kind for alarm in running_bus.alarms})


async def test_a_node_may_start_before_the_bus(county_bus: CountyBus):
    south = NatsBus("south", county_bus.login("south"), county_bus.alarms.append, lambda: BODIES)
    with pytest.raises(BusError):
        await south.fetch(1, 0.2)

    async with county_bus.server(), asyncio.timeout(LONG):
        await south.wait_connected()
    await south.close()

    faults = [alarm for alarm in county_bus.alarms if alarm.kind == CONNECTION_FAULT and alarm.body == "south"]
    assert faults
    assert len(faults) < 5, "an outage is told once, not at every attempt"


async def test_a_server_that_is_stopped_and_started_later_finds_its_frames(county_bus: CountyBus):
    async with county_bus.server() as server:
        await server.wait_ready()
        async with county_bus.bus("south") as south:
            await south.publish([OutgoingFrame("north", b"overnight")])

    async with county_bus.server() as server:
        await server.wait_ready()
        async with county_bus.bus("north") as north:
            assert set(await drain(north, {b"overnight"})) == {b"overnight"}


async def test_a_renewed_certificate_is_taken_at_the_next_connection(county_bus: CountyBus, bus_server: BusServer):
    login = county_bus.login("south")
    short = county_bus.authority.issue_client("south", SystemClock().now() - timedelta(days=396, hours=23))
    short.write(login.certificate, login.key)
    async with county_bus.bus("south") as south:
        epoch = await south.wait_epoch(0)
        county_bus.authority.issue_client("south", SystemClock().now()).write(login.certificate, login.key)

        kill_server(bus_server)

        async with asyncio.timeout(LONG):
            await south.wait_epoch(epoch)


async def test_a_flood_pushes_out_only_the_flooders_own_older_frames(county_bus: CountyBus):
    limits = county_bus.config.limits.model_copy(update={"frames_per_pair": 1000})
    county_bus.config = county_bus.config.model_copy(update={"limits": limits})
    async with county_bus.server() as server:
        await server.wait_ready()
        async with county_bus.bus("south") as south, county_bus.bus("east") as east, county_bus.bus("north") as north:
            await east.publish([OutgoingFrame("north", b"one frame of another sender")])
            await south.publish([OutgoingFrame("north", b"%d" % number) for number in range(1500)])

            expected = {b"one frame of another sender", *(b"%d" % number for number in range(500, 1500))}
            assert set(await drain(north, expected)) == expected


async def test_something_else_on_the_port_is_never_spoken_to_in_clear(county_bus: CountyBus):
    """A server that offers no encryption learns nothing, and the node goes on trying."""
    heard: list[bytes] = []
    tried = asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"x","version":"2.15.1","max_payload":1048576,"tls_required":false}\r\n')
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                heard.append(await reader.read(4096))
        writer.close()
        tried.set()

    impostor = await asyncio.start_server(greet, county_bus.config.host, county_bus.config.port)
    south = NatsBus("south", county_bus.login("south"), county_bus.alarms.append, lambda: BODIES)
    async with asyncio.timeout(LONG):
        await tried.wait()
        tried.clear()
        await tried.wait()
    assert not south.connected
    assert all(b"CONNECT" not in said for said in heard)
    impostor.close()
    await impostor.wait_closed()

    async with county_bus.server(), asyncio.timeout(LONG):
        await south.wait_connected()
    await south.close()


async def test_a_server_of_another_county_is_not_believed(county_bus: CountyBus, bus_server: BusServer):
    assert bus_server.process.pid is not None
    foreign = CertificateAuthority.create("another county", SystemClock().now())
    authority = county_bus.folder / "foreign.pem"
    authority.write_bytes(foreign.certificate)
    own = county_bus.login("south")
    alarms: list[BusAlarm] = []

    south = NatsBus("south", BusLogin(own.url, authority, own.certificate, own.key), alarms.append, lambda: BODIES)
    await eventually(lambda: bool(alarms))

    assert not south.connected
    assert "CERTIFICATE_VERIFY_FAILED" in alarms[0].detail
    await south.close()


async def test_a_cancellation_that_strays_out_of_the_library_is_one_more_lost_connection(
    county_bus: CountyBus, bus_server: BusServer
):
    del bus_server
    strays = [asyncio.CancelledError()]

    async def opened(_link: Link) -> None:
        if strays:
            raise strays.pop()

    kept = Connection("south", county_bus.login("south"), county_bus.alarms.append, opened)
    async with asyncio.timeout(LONG):
        await kept.wait_connected()
    assert "CancelledError" in {one.detail for one in county_bus.alarms}
    await kept.close()
    assert not kept.connected
