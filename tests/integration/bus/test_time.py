"""Every body may ask the bus what time it is; nobody can have the bus speak elsewhere by asking."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.chassis.bus import subjects
from services.chassis.bus.connection import Link
from services.chassis.bus.telling_time import ask_time
from tests.fixtures.nats import CountyBus


async def test_a_body_learns_how_far_its_clock_is_off(running_bus: CountyBus):
    link = Link("north", lambda _: None)
    await link.open(running_bus.login("north"))
    try:
        assert abs(await ask_time(link, 5.0)) < timedelta(seconds=5)
    finally:
        await link.close()


async def test_an_answer_goes_to_an_inbox_and_nowhere_else(running_bus: CountyBus):
    """The bus process may publish everywhere, and a question names where its answer goes."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with running_bus.raw("north") as asking, running_bus.raw("bus.operator") as hearing:

        async def note(message: object) -> None:
            heard.put_nowait(str(getattr(message, "subject", "")))

        await hearing.client.subscribe(">", cb=note)
        await hearing.client.flush()
        for reply in (subjects.letter("south", "east"), "$JS.API.STREAM.DELETE.EXCHANGE", "_INBOX_north.>"):
            await asking.client.publish(subjects.TIME, b"", reply=reply)
        await asking.client.publish(subjects.TIME, b"", reply="_INBOX_north.here")
        async with asyncio.timeout(10):
            while (subject := await heard.get()) != "_INBOX_north.here":
                assert subject == subjects.TIME or subject.startswith("$JS.API.") or "INBOX" in subject, subject
                assert "DELETE" not in subject
