"""The attachments' lane on the real bus: whom it lets say and hear what, and that a flood pushes out only itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.chassis.bus.certificates import OPERATOR
from services.chassis.bus.nats_bus import NatsAttachmentBus
from services.chassis.bus.port import OutgoingFrame
from services.chassis.bus.server import BusServer
from tests.fixtures.nats import CountyBus, eventually, kill_server

PARTS = "guantong.attachments.v1"
NOT_TO_BE_SAID = (
    f"{PARTS}.north.east",
    f"{PARTS}.south.north",
    f"{PARTS}.south.south",
    f"{PARTS}.north",
    "$JS.ACK.ATTACHMENTS.north.1.1.1.1700000000000000000.0",
    "$JS.API.CONSUMER.MSG.NEXT.ATTACHMENTS.north",
    "$JS.API.STREAM.INFO.ATTACHMENTS",
    "$JS.API.STREAM.PURGE.ATTACHMENTS",
    "$JS.API.STREAM.MSG.GET.ATTACHMENTS",
    "$JS.API.DIRECT.GET.ATTACHMENTS",
    "$JS.API.CONSUMER.CREATE.ATTACHMENTS",
)


@asynccontextmanager
async def parts(county: CountyBus, body: str) -> AsyncIterator[NatsAttachmentBus]:
    bus = NatsAttachmentBus(body, county.login(body), county.alarms.append, tuple)
    try:
        async with asyncio.timeout(15):
            await bus.wait_connected()
        yield bus
    finally:
        await bus.close()


async def test_a_body_says_parts_in_its_own_name_alone_and_hears_what_is_for_it(running_bus: CountyBus):
    async with running_bus.raw("south") as south:
        for subject in NOT_TO_BE_SAID:
            assert await south.refused(subject), subject
        for subject in (f"{PARTS}.>", f"{PARTS}.south.*", "_INBOX_north.parts.1"):
            assert await south.refused_to_listen(subject), subject


async def test_parts_and_letters_of_one_body_come_by_their_own_connections(running_bus: CountyBus):
    async with (
        running_bus.bus("north") as letters,
        parts(running_bus, "north") as north,
        running_bus.bus("south") as sending,
        parts(running_bus, "south") as south,
    ):
        await south.publish([OutgoingFrame("north", b"part" * 50_000)] * 6)
        await sending.publish([OutgoingFrame("north", b"letter")])
        assert [frame.data for frame in await letters.fetch(10, 5)] == [b"letter"]
        came = await north.fetch(10, 5)
        assert [(frame.claimed_sender, len(frame.data)) for frame in came] == [("south", 200_000)] * 6
        for frame in came:
            await frame.ack()


async def test_a_flood_of_parts_pushes_out_only_its_own_and_nothing_lies_on_the_disk(running_bus: CountyBus):
    async with parts(running_bus, "south") as south, parts(running_bus, "east") as east:
        await east.publish([OutgoingFrame("north", b"from east")])
        for _ in range(10):
            await south.publish([OutgoingFrame("north", b"x" * 200_000)] * 10)
        async with running_bus.raw(OPERATOR) as operator:
            told = await operator.ask("$JS.API.STREAM.INFO.ATTACHMENTS", {"subjects_filter": f"{PARTS}.>"})
        assert told["config"]["storage"] == "memory"
        assert told["state"]["subjects"] == {f"{PARTS}.north.south": 40, f"{PARTS}.north.east": 1}


async def test_a_bus_that_died_has_its_lane_again_and_a_new_epoch_says_so(county_bus: CountyBus, bus_server: BusServer):
    async with parts(county_bus, "north") as north, parts(county_bus, "south") as south:
        await south.publish([OutgoingFrame("north", b"lost")])
        epoch = await north.wait_epoch(0)
        kill_server(bus_server)
        assert await north.wait_epoch(epoch) > epoch

        async def arrived() -> bool:
            try:
                await south.publish([OutgoingFrame("north", b"again")])
                return b"again" in [frame.data for frame in await north.fetch(10, 0.5)]
            except Exception:  # noqa: BLE001 - the bus is away for a while
                return False

        await eventually(arrived)
