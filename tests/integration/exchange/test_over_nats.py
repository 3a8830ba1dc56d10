"""The exchange over the real bus: the server may die and lose its disk, and every letter still arrives once."""

from __future__ import annotations

from collections.abc import Callable

from services.chassis.bus.server import BusServer
from services.chassis.clock import SystemClock
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.hooks import Handlers, Hooks
from services.chassis.exchange.model import LetterDraft
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import identities
from tests.fixtures.nats import CountyBus, kill_server
from tests.integration.exchange.progress_for_tests import Progress


async def test_a_bus_that_dies_and_loses_its_disk_costs_no_letter(
    county_bus: CountyBus, bus_server: BusServer, open_sqlite_database: Callable[..., Database]
):
    clock = SystemClock()
    known = identities(["north", "south"], FixedClock(clock.now()))
    progress = Progress()
    handlers = Handlers({"info.request": lambda _tx, letter: progress.handle(letter.content)})
    databases = {body: open_sqlite_database(clock=clock) for body in known}
    async with county_bus.bus("north") as north_bus, county_bus.bus("south") as south_bus:
        hooks = Hooks(receipted=progress.confirm)
        north = Exchange(known["north"], databases["north"], north_bus, clock, Handlers(), hooks=hooks)
        south = Exchange(known["south"], databases["south"], south_bus, clock, handlers)
        for exchange in (north, south):
            await exchange.start()
        contents = [str(number).encode() for number in range(40)]
        misfortunes: dict[int, Callable[[], None]] = {
            15: lambda: kill_server(bus_server),
            30: lambda: _lose_disk(county_bus, bus_server),
        }
        for number, content in enumerate(contents):
            if number in misfortunes:
                await progress.until(lambda number=number: progress.receipted >= number - 5)  # type: ignore[misc]
                misfortunes[number]()
            draft = LetterDraft(("south",), "info.request", content, matter_id="m")
            await databases["north"].writer.run(lambda tx, draft=draft: north.send(tx, draft))  # type: ignore[misc]
        await progress.until(lambda: progress.receipted == len(contents) == len(progress.handled))

        assert progress.handled == contents
        for exchange in (north, south):
            await exchange.stop()


def _lose_disk(county_bus: CountyBus, bus_server: BusServer) -> None:
    """Moved away at once, because the server goes on writing until it is dead."""
    county_bus.config.storage.rename(county_bus.folder / "lost")
    kill_server(bus_server)
