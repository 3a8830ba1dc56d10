"""Keys change under traffic over the real bus: every letter arrives once, and nobody is asked to do anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from services.chassis.bus.server import BusServer
from services.chassis.clock import SystemClock
from services.chassis.county.directory import add_key, next_version, revoke
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.hooks import Handlers, Hooks
from services.chassis.exchange.model import LetterDraft
from services.chassis.exchange.verify import verify_journal
from services.chassis.identity.cards import KeyCard
from services.chassis.identity.directory import Directory
from services.chassis.identity.keys import KeyPair, Keyring, Purpose
from services.chassis.identity.signed import SignedDirectory
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import COUNTY, identities
from tests.fixtures.nats import CountyBus, kill_server
from tests.integration.exchange.progress_for_tests import Progress

LETTERS = 60


async def test_a_signing_and_a_sealing_key_are_replaced_and_revoked_while_letters_flow(
    county_bus: CountyBus, bus_server: BusServer, open_sqlite_database: Callable[..., Database]
):
    clock = SystemClock()
    office = KeyPair.generate(Purpose.SIGNING, clock.now())
    known = identities(["north", "south"], FixedClock(clock.now() - timedelta(hours=1)), office=office)
    progress = Progress()
    handlers = Handlers({"info.request": lambda _tx, letter: progress.handle(letter.content)})
    databases = {body: open_sqlite_database(clock=clock) for body in known}
    newest = [known["north"].directory]

    async def replace_key(at: Exchange, body: str, purpose: Purpose, old: str) -> None:
        """The new key is in its owner's folder; the office lists it at once and revokes the old one."""
        now, ring = clock.now(), known[body].keyring
        fresh = KeyPair.generate(purpose, now)
        ring.take_over(Keyring.of(body, *ring.signing, *ring.opening.values(), *ring.storage.values(), fresh))
        card = KeyCard.of(COUNTY, body, fresh, None)

        def change(one: Directory) -> Directory:
            return revoke(add_key(one, card, now - timedelta(minutes=1), None), old, now)

        newest.append(next_version(change(newest[-1]), newest[-1], now))
        content = SignedDirectory.sign(newest[-1], office).to_bytes()
        await databases[at.identity.body].writer.run(lambda tx: at.load_directory(tx, content, "admin-1"))

    async with county_bus.bus("north") as north_bus, county_bus.bus("south") as south_bus:
        hooks = Hooks(receipted=progress.confirm)
        north = Exchange(known["north"], databases["north"], north_bus, clock, Handlers(), hooks=hooks)
        south = Exchange(known["south"], databases["south"], south_bus, clock, handlers)
        for exchange in (north, south):
            await exchange.start()
        (signing,), (sealing,) = known["north"].keyring.signing, known["south"].keyring.opening
        try:
            contents = [str(number).encode() for number in range(LETTERS)]
            for number, content in enumerate(contents):
                draft = LetterDraft(("south",), "info.request", content, matter_id="m")
                await databases["north"].writer.run(lambda tx, draft=draft: north.send(tx, draft))  # type: ignore[misc]
                if number == LETTERS // 3:
                    await replace_key(south, "north", Purpose.SIGNING, signing.key_id)
                elif number == LETTERS // 2:
                    kill_server(bus_server)
                elif number == 2 * LETTERS // 3:
                    await replace_key(south, "south", Purpose.SEALING, sealing)
            await progress.until(lambda: progress.receipted == LETTERS == len(progress.handled))
        finally:
            for exchange in (north, south):
                await exchange.stop()

        assert progress.handled == contents
        assert known["south"].directory.version == 3
        assert known["north"].directory.version >= 2
        assert north.identity.keyring.signing_key(known["north"].directory, clock.now()).key_id != signing.key_id
        for exchange in (north, south):
            report = await databases[exchange.identity.body].reader.read(
                partial(verify_journal, identity=exchange.identity)
            )
            assert report.sound, report.faults
