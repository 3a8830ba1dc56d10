"""What a node may expect of any bus: the bus in memory and NATS JetStream keep the same promises."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from services.chassis.bus.port import (
    DENIED,
    Bus,
    BusAwayError,
    BusDeniedError,
    FrameTooLargeError,
    IncomingFrame,
    OutgoingFrame,
    SpanFrame,
    UnknownBodyError,
)
from tests.contract.conftest import STRANGER, World
from tests.fixtures.nats import eventually

LONG, SHORT = 10.0, 0.3


def frames(to: str, *contents: bytes) -> list[OutgoingFrame]:
    return [OutgoingFrame(to, content) for content in contents]


async def collect(bus: Bus, number: int) -> list[IncomingFrame]:
    """Fetch and acknowledge until `number` frames came."""
    found: list[IncomingFrame] = []
    async with asyncio.timeout(LONG):
        while len(found) < number:
            found += await bus.fetch(number - len(found), LONG)
    for frame in found:
        await frame.ack()
    return found


def data(found: Sequence[IncomingFrame]) -> list[bytes]:
    return [frame.data for frame in found]


async def test_a_frame_arrives_with_its_headers_and_the_name_of_its_sender(world: World):
    north, south = await world.connect("north"), await world.connect("south")

    await north.publish([OutgoingFrame("south", b"\x00letter\xff", {"traceparent": "00-ab-cd-01"})])
    [frame] = await south.fetch(10, LONG)

    assert (frame.data, frame.claimed_sender) == (b"\x00letter\xff", "north")
    assert dict(frame.headers) == {"traceparent": "00-ab-cd-01"}


async def test_frames_of_one_pair_arrive_in_the_order_they_were_published(world: World):
    north, south = await world.connect("north"), await world.connect("south")
    contents = [b"%d" % number for number in range(1200)]

    await north.publish(frames("south", *contents[:1100]))
    for content in contents[1100:]:
        await north.publish(frames("south", content))

    assert data(await collect(south, 1200)) == contents


async def test_each_body_gets_what_is_addressed_to_it_and_nothing_else(world: World):
    north, south, east = [await world.connect(body) for body in ("north", "south", "east")]

    await north.publish([*frames("south", b"s1"), *frames("east", b"e1"), *frames("south", b"s2")])
    await south.publish(frames("east", b"e2"))

    assert data(await collect(south, 2)) == [b"s1", b"s2"]
    assert {(f.data, f.claimed_sender) for f in await collect(east, 2)} == {(b"e1", "north"), (b"e2", "south")}
    assert await north.fetch(10, SHORT) == []


async def test_what_was_acknowledged_does_not_come_again_and_the_rest_does(world: World):
    north, south = await world.connect("north"), await world.connect("south")
    await north.publish(frames("south", b"1", b"2", b"3"))
    first = [await south.fetch(1, LONG) for _ in range(3)]

    await first[0][0].ack()
    await first[2][0].ack()
    await world.redeliver()

    assert data(await south.fetch(10, LONG)) == [b"2"]


async def test_a_frame_not_acknowledged_comes_again_to_the_next_connection(world: World):
    north, south = await world.connect("north"), await world.connect("south")
    await north.publish(frames("south", b"unread"))
    assert data(await south.fetch(10, LONG)) == [b"unread"]

    await south.close()
    await world.redeliver()
    after_restart = await world.connect("south")

    assert data(await after_restart.fetch(10, LONG)) == [b"unread"]


async def test_frames_wait_for_a_recipient_that_is_not_there(world: World):
    north = await world.connect("north")
    await north.publish(frames("south", b"early"))

    south = await world.connect("south")

    assert data(await south.fetch(10, LONG)) == [b"early"]


async def test_the_same_bytes_published_twice_arrive_twice(world: World):
    """The bus guesses nothing about repeats: whoever sends again means it."""
    north, south = await world.connect("north"), await world.connect("south")

    await north.publish(frames("south", b"same"))
    await north.publish(frames("south", b"same"))

    assert data(await collect(south, 2)) == [b"same", b"same"]


async def test_a_fetch_ends_as_soon_as_something_comes(world: World):
    north, south = await world.connect("north"), await world.connect("south")
    fetching = asyncio.create_task(south.fetch(100, 60))
    assert not fetching.done()

    async with asyncio.timeout(LONG):
        await north.publish(frames("south", b"now"))
        assert data(await fetching) == [b"now"]


async def test_a_fetch_gives_no_more_than_it_was_asked_for_and_none_after_its_time(world: World):
    north, south = await world.connect("north"), await world.connect("south")
    await north.publish(frames("south", b"1", b"2", b"3"))

    assert len(await south.fetch(2, LONG)) == 2
    assert len(await south.fetch(2, LONG)) == 1
    assert await south.fetch(2, SHORT) == []


async def test_a_fetch_that_was_given_up_loses_nothing(world: World):
    north, south = await world.connect("north"), await world.connect("south")
    fetching = asyncio.create_task(south.fetch(5, 60))
    await eventually(lambda: not fetching.done())
    fetching.cancel()
    await asyncio.wait({fetching})

    await north.publish(frames("south", b"kept"))

    assert data(await collect(south, 1)) == [b"kept"]


async def test_the_largest_frame_passes_and_a_larger_one_takes_its_whole_batch_along(world: World):
    north, south = await world.connect("north"), await world.connect("south")
    largest = bytes(north.largest_frame)

    with pytest.raises(FrameTooLargeError):
        await north.publish([*frames("south", b"small"), OutgoingFrame("south", largest + b"!")])
    await north.publish(frames("south", largest))

    assert [len(frame.data) for frame in await collect(south, 1)] == [len(largest)]
    assert await south.fetch(10, SHORT) == []


async def test_a_batch_with_a_refused_recipient_stores_nothing_and_raises_an_alarm(world: World):
    north, south = await world.connect("north"), await world.connect("south")

    with pytest.raises(BusDeniedError):
        await north.publish([*frames("south", b"1", b"2"), *frames(STRANGER, b"3"), *frames("south", b"4")])

    await eventually(lambda: any(a.kind == DENIED and a.body == "north" for a in world.alarms))
    assert await south.fetch(10, SHORT) == []
    await north.publish(frames("south", b"after"))
    assert data(await collect(south, 1)) == [b"after"]


@pytest.mark.parametrize("name", ["", "*", ">", "south.north", "SOUTH", "../south", "南"])
async def test_a_recipient_that_no_bus_could_name_is_refused_before_anything_is_sent(world: World, name: str):
    north = await world.connect("north")

    with pytest.raises(UnknownBodyError):
        await north.publish([OutgoingFrame(name, b"x")])


async def test_an_absent_bus_is_told_as_such_and_the_connection_comes_back_by_itself(world: World):
    north, south = await world.connect("north"), await world.connect("south")
    await north.publish(frames("south", b"before"))

    await world.go_away()
    with pytest.raises(BusAwayError):
        await north.publish(frames("south", b"lost on the way"))
    await world.come_back()
    async with asyncio.timeout(LONG):
        await asyncio.gather(north.wait_connected(), south.wait_connected())
    await north.publish(frames("south", b"after"))

    seen: list[bytes] = []
    async with asyncio.timeout(LONG):
        while b"after" not in seen:
            seen += data(await south.fetch(10, LONG))
    # "lost on the way" may have arrived: an error says that it is not certain, not that it did not happen.
    assert seen[0] == b"before"


async def test_a_new_epoch_tells_that_the_bus_may_have_lost_what_it_held(world: World):
    north = await world.connect("north")
    first = await north.wait_epoch(0)
    waiting = asyncio.create_task(north.wait_epoch(first))

    await world.restart()

    async with asyncio.timeout(LONG):
        assert await waiting != first


async def test_a_closed_connection_says_that_it_is(world: World):
    north = await world.connect("north")

    await north.close()

    assert not north.connected
    with pytest.raises(BusAwayError):
        await north.publish(frames("south", b"x"))
    with pytest.raises(BusAwayError):
        await north.fetch(1, SHORT)


async def test_the_status_board_shows_the_last_status_of_every_body(world: World):
    north, south, east = [await world.board(body) for body in ("north", "south", "east")]

    assert await north.read_all() == {}
    await south.publish_status(b"one")
    await south.publish_status(b"two")
    await east.publish_status(b"three")

    async def shown() -> bool:
        return {body: status.data for body, status in (await north.read_all()).items()} == last

    last = {"south": b"two", "east": b"three"}
    await eventually(shown)
    statuses = await north.read_all()
    assert {status.body for status in statuses.values()} == {"south", "east"}
    assert all(status.stored_at.tzinfo is not None for status in statuses.values())


async def test_spans_reach_the_observer_with_the_name_of_their_body(world: World):
    north, south, east = [await world.board(body) for body in ("north", "south", "east")]

    await south.publish_spans(b"s1")
    await east.publish_spans(b"e1")
    await south.publish_spans(b"s2")

    found: list[SpanFrame] = []
    async with asyncio.timeout(LONG):
        while len(found) < 3:
            found += await north.fetch_spans(10, LONG)
    assert [(frame.body, frame.data) for frame in found] == [("south", b"s1"), ("east", b"e1"), ("south", b"s2")]
    assert await north.fetch_spans(10, SHORT) == []
