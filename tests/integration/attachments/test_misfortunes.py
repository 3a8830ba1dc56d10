"""Whatever dies, fills up or is wiped while an attachment is under way: it arrives whole, proven chunk by chunk."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from services.chassis.attachments.arriving import arrivals
from services.chassis.attachments.model import UseState
from services.chassis.attachments.proof import sealed_frame
from services.chassis.attachments.wire import Chunk, ChunkList
from tests.fixtures.carriers import Carrier, CarrierCounty, settle_lanes, some_bytes
from tests.fixtures.exchanges import CRASH_POINTS, CrashError

DATA = some_bytes(6_000_000)
"""Twenty-three chunks: more than one window."""


async def begun(county: CarrierCounty) -> tuple[Carrier, Carrier, str]:
    """A letter with an attachment has arrived; nothing of the attachment has."""
    alpha, beta = await county.open("alpha"), await county.open("beta")
    file = await alpha.attach(DATA)
    letter_id = (await alpha.send("beta", file)).letter_id
    for one in (alpha, beta, alpha):
        await one.letters()
    return alpha, beta, letter_id


def whole(beta: Carrier, letter_id: str) -> bool:
    (use,) = beta.uses(letter_id).values()
    return use.state is UseState.READY


@pytest.mark.parametrize("occasion", [1, 4])
@pytest.mark.parametrize("point", CRASH_POINTS)
@pytest.mark.parametrize("who", ["alpha", "beta"])
async def test_a_transfer_goes_on_whichever_side_dies_at_whichever_point(
    carrier_county: CarrierCounty, who: str, point: str, occasion: int
):
    county = carrier_county
    alpha, beta, letter_id = await begun(county)
    sides = {"alpha": alpha, "beta": beta}
    crash = county.exchanges.crash
    died = False
    for _ in range(40):
        for body in list(sides):
            crash.at, crash.occasion = (point, occasion) if body == who and not died else (None, 1)
            try:
                await sides[body].step()
                occasion = crash.occasion if crash.at else occasion
            except CrashError:
                died = True
                county.parts.redeliver()
                crash.at = None
                sides[body] = await county.open(body, sides[body])
        county.exchanges.seconds.now += 5
    # Whoever gives writes nothing into its database.
    assert died is not (who == "alpha" and "commit" in point)
    assert whole(sides["beta"], letter_id)
    assert sides["beta"].content_of(letter_id) == DATA


def repeated(county: CarrierCounty) -> None:
    county.parts.copies = 2


def shuffled(county: CarrierCounty) -> None:
    county.parts.shuffle(random.Random(3))


def delivered_again(county: CarrierCounty) -> None:
    county.parts.redeliver_acknowledged()


def some_lost(county: CarrierCounty) -> None:
    county.parts.drop("beta", 3)
    county.parts.drop("alpha", 1)


def wiped(county: CarrierCounty) -> None:
    county.parts.lose_everything()


@pytest.mark.parametrize("misfortune", [repeated, shuffled, delivered_again, some_lost, wiped])
async def test_a_bus_that_repeats_reorders_loses_or_is_wiped_costs_no_chunk(
    carrier_county: CarrierCounty, misfortune: Callable[[CarrierCounty], None]
):
    alpha, beta, letter_id = await begun(carrier_county)
    for number in range(60):
        await alpha.step()
        if number % 5 == 2:
            misfortune(carrier_county)
        await beta.step()
        carrier_county.exchanges.seconds.now += 2 if number < 40 else 10
    assert whole(beta, letter_id)
    assert beta.content_of(letter_id) == DATA


async def test_chunks_that_are_not_what_the_letter_says_are_dropped_and_asked_again(carrier_county: CarrierCounty):
    alpha, beta, letter_id = await begun(carrier_county)
    (use,) = beta.uses(letter_id).values()
    shape, now = use.shape, carrier_county.exchanges.clock.now()
    digests = tuple(bytes([number]) * 32 for number in range(shape.chunks))
    false: list[ChunkList | Chunk] = [
        ChunkList(shape.digest, digests),
        ChunkList(shape.digest, digests[:3]),
        *(Chunk(shape.digest, number, bytes(length)) for number, length in ((0, 5), (1, shape.chunk_size), (900, 9))),
    ]

    def inject() -> None:
        for part in false:
            frame = sealed_frame(alpha.node.identity, "beta", part, now)
            carrier_county.parts.inject("beta", "alpha", frame.data)
        carrier_county.parts.inject("beta", "alpha", b"\x0a\x03abc")

    inject()
    for _ in range(4):
        await beta.step()
        await alpha.step()
        inject()
    await settle_lanes(alpha, beta)
    assert whole(beta, letter_id)
    assert beta.content_of(letter_id) == DATA
    assert beta.lane.fetching.refused_chunks > 0


async def test_a_full_disk_makes_attachments_wait_and_letters_go_on(carrier_county: CarrierCounty):
    alpha, beta, letter_id = await begun(carrier_county)
    full = replace(beta.shelf, keep_free=10**18)
    beta.lane.fetching.shelf = full
    await settle_lanes(alpha, beta)

    assert beta.lane.fetching.full
    assert beta.node.database.reader.read_sync(lambda c: arrivals(c, "alpha", beta.digest_of(letter_id))) == []
    second = await alpha.send("beta")
    await alpha.letters()
    await beta.letters()
    assert beta.node.applied[-1].header.letter_id == second.letter_id

    beta.lane.fetching.shelf = beta.shelf
    carrier_county.exchanges.seconds.now += 5
    await settle_lanes(alpha, beta)
    assert whole(beta, letter_id)


async def test_a_disk_that_fails_in_the_middle_loses_nothing_that_was_noted(carrier_county: CarrierCounty):
    alpha, beta, letter_id = await begun(carrier_county)
    for one in (beta, alpha, beta, beta, alpha, beta):
        await one.step()
    folder = beta.shelf.folder.path
    away = folder.rename(folder.with_name("away"))
    folder.write_text("no folder")
    for _ in range(6):
        await alpha.step()
        await beta.step()
        carrier_county.exchanges.seconds.now += 100
    assert beta.lane.fetching.full
    folder.unlink()
    away.rename(folder)
    carrier_county.exchanges.seconds.now += 1000
    await settle_lanes(alpha, beta)
    assert beta.content_of(letter_id) == DATA


async def test_a_lost_file_is_fetched_again_and_a_file_without_a_key_is_swept_away(carrier_county: CarrierCounty):
    alpha, beta, letter_id = await begun(carrier_county)
    await settle_lanes(alpha, beta)
    (name,) = beta.shelf.folder.names()
    await alpha.send("beta", await alpha.attach(some_bytes(20_000)))
    await settle_lanes(alpha, beta)
    beta.shelf.folder.remove(name)
    stray = beta.shelf.folder.path_of("0" * 32)
    stray.write_bytes(b"left by a crash")

    assert await beta.lane.sweep() == 0
    assert not stray.exists()
    await settle_lanes(alpha, beta)
    assert beta.content_of(letter_id) == DATA

    alpha.shelf.folder.remove(max(alpha.shelf.folder.path.iterdir(), key=lambda one: one.stat().st_size).name)
    assert await alpha.lane.sweep() == 1


@pytest.mark.parametrize("empty", ["no folder", "an empty folder"])
async def test_a_folder_that_is_away_for_a_moment_costs_no_key_and_no_file(carrier_county: CarrierCounty, empty: str):
    alpha, beta, letter_id = await begun(carrier_county)
    await settle_lanes(alpha, beta)
    folder = beta.shelf.folder.path
    away = folder.rename(folder.with_name("away"))
    if empty == "an empty folder":
        folder.mkdir()
    told: list[tuple[str, str, str]] = []
    beta.lane.parts = replace(beta.lane.parts, alarm=lambda *one: told.append(one))
    await beta.lane.sweep()
    assert told == [("attachments_lost", "", "ATTACHMENT_FOLDER_AWAY")]
    assert await beta.lane.ask_once() == 0

    if empty == "an empty folder":
        folder.rmdir()
    away.rename(folder)
    await beta.lane.sweep()
    assert len(told) == 1
    assert beta.content_of(letter_id) == DATA


async def test_a_file_that_comes_back_before_its_new_copy_is_whole_serves_again(carrier_county: CarrierCounty):
    alpha, beta, letter_id = await begun(carrier_county)
    await settle_lanes(alpha, beta)
    (name,) = beta.shelf.folder.names()
    await alpha.send("beta", await alpha.attach(some_bytes(20_000)))
    await settle_lanes(alpha, beta)
    path = beta.shelf.folder.path_of(name)
    aside = path.rename(path.with_name("aside"))
    await beta.lane.sweep()
    (use,) = beta.uses(letter_id).values()
    assert use.state is UseState.LOST
    await beta.lane.ask_once()

    aside.rename(path)
    await beta.lane.sweep()
    await beta.lane.check_once()
    assert whole(beta, letter_id)
    assert path.exists()
    assert beta.content_of(letter_id) == DATA


async def test_a_folder_that_is_lost_for_good_is_fetched_again_when_somebody_says_so(carrier_county: CarrierCounty):
    alpha, beta, letter_id = await begun(carrier_county)
    await settle_lanes(alpha, beta)
    for name in beta.shelf.folder.names():
        beta.shelf.folder.remove(name)
    beta.shelf.folder.path_of("fetch-again").touch()
    await beta.lane.sweep()
    await settle_lanes(alpha, beta)
    assert beta.content_of(letter_id) == DATA
