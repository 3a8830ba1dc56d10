"""What can happen to a county: each function is one decision, drawn from the run's one source of chance."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

from services.chassis.exchange.model import LetterDraft
from tests.simulation import acts
from tests.simulation.crash import POINTS
from tests.simulation.disk import FULL, GONE, UNSURE
from tests.simulation.node import Node
from tests.simulation.world import STEPS, World, peers

Happening = Callable[[World], Awaitable[None]]
_SECTIONS = ("unit/one", "unit/two")


async def write(world: World) -> None:
    """People write one to three letters, in a matter or outside any."""
    node = _any_node(world)
    for _ in range(world.randomness.randint(1, 3)):
        world.write(node, _draft(world, node))


async def work(world: World) -> None:
    """A process takes one step, and may end at any point of it."""
    node = _any_node(world)
    if world.randomness.random() < 0.15:
        node.crash.arm(world.randomness.choice(POINTS), world.randomness.randint(1, 3))
    await world.step(node, world.randomness.choice(STEPS))


async def busy(world: World) -> None:
    """A process does whatever there is to do."""
    node = _any_node(world)
    if world.randomness.random() < 0.1:
        node.crash.arm(world.randomness.choice(POINTS), world.randomness.randint(1, 6))
    await world.turn(node)


async def quiet(world: World) -> None:
    """For a while everything works."""
    for node in world.nodes.values():
        await world.turn(node)


async def time(world: World) -> None:
    """Time passes: moments, minutes, or a day."""
    world.seconds += world.randomness.choice((1, 5, 20, 70, 400, 86_400))
    for node in world.nodes.values():
        await world.step(node, "tick")


async def clock(world: World) -> None:
    """A clock is set, rightly or wrongly."""
    node = _any_node(world)
    node.clock.wrong_by = timedelta(seconds=world.randomness.choice((0, 2, -2, 300, -300, 7200, -7200, 2e6, -2e6)))
    world.note(f"{node.body} clock wrong by {node.clock.wrong_by}")


async def bus(world: World) -> None:
    """The bus loses, repeats, reorders and forgets, or is wiped."""
    network, randomness, node = world.network, world.randomness, _any_node(world)
    what = randomness.choice(("lose", "lose", "repeat", "shuffle", "shuffle", "forget", "wipe"))
    match what:
        case "lose":
            for _ in range(randomness.randint(1, 4)):
                network.lose(node.body, randomness)
        case "repeat":
            network.repeat(node.body, randomness)
        case "shuffle":
            network.shuffle(randomness)
        case "forget":
            network.forget_acknowledgements(randomness, 5)
        case "wipe":
            network.lose_everything()
            _send_again(world)
    world.note(f"bus {what} {node.body}")


async def reach(world: World) -> None:
    """The bus goes and comes, bodies are cut off from it or from each other, and joined again."""
    network, randomness, node = world.network, world.randomness, _any_node(world)
    other = randomness.choice(peers(world.nodes.values(), node))
    what = randomness.choice(("away", "back", "back", "cut", "apart", "joined"))
    match what:
        case "away":
            network.go_away()
        case "back":
            network.come_back()
            _send_again(world)
        case "cut":
            network.cut.add(node.body)
        case "apart":
            network.denied |= {(node.body, other.body), (other.body, node.body)}
        case "joined":
            network.cut.clear()
            network.denied.clear()
    world.note(f"bus {what} {node.body} {other.body}")


async def life(world: World) -> None:
    """A process ends between two steps, or is started again."""
    node = _any_node(world)
    if node.exchange is None:
        await _start(world, node)
        return
    node.stop()
    world.tally.crashes += 1
    world.note(f"{node.body} ends")
    if world.randomness.random() < 0.6:
        await _start(world, node)


async def copy(world: World) -> None:
    """A backup is made."""
    node = _any_node(world)
    node.copies.append(node.disk.image())
    world.note(f"{node.body} copy {len(node.copies)}")


async def restore(world: World) -> None:
    """A node comes back from an older copy; its administrator says so, or nobody knows."""
    node = _any_node(world)
    if not node.copies:
        return
    which = world.randomness.randrange(len(node.copies))
    node.stop()
    world.restore(node, node.copies[which])
    if world.randomness.random() < 0.7:
        # Mostly the later copies are given up with the life that they were of.
        del node.copies[which + 1 :]
    world.note(f"{node.body} restored from copy {which + 1}")
    await _start(world, node)
    if node.exchange is not None and world.randomness.random() < 0.4:
        exchange = node.exchange
        node.database.writer.run_sync(lambda tx: exchange.restored(tx, "the disk failed", "administrator"))
        world.note(f"{node.body} is said to be restored")


async def disk(world: World) -> None:
    """A disk fills, breaks amid a commit, or is well again."""
    node = _any_node(world)
    node.disk.trouble = world.randomness.choice((None, None, FULL, GONE, UNSURE))
    world.note(f"{node.body} disk {node.disk.trouble}")


HAPPENINGS: tuple[tuple[Happening, int], ...] = (
    (write, 20),
    (work, 24),
    (busy, 24),
    (quiet, 6),
    (time, 10),
    (clock, 2),
    (bus, 6),
    (reach, 4),
    (life, 5),
    (copy, 6),
    (restore, 6),
    (disk, 2),
)
"""What happens, and how often against each other."""
WILD = [20.0, 24.0, 24.0, 3.0, 6.0, 2.0, 9.0, 3.0, 3.0, 10.0, 10.0, 1.0]
"""The same where nodes come back from old copies again and again."""
_ALWAYS = frozenset({write, work, busy})


def temper(world: World) -> list[float]:
    """How often each thing happens in this run. Runs differ: what is rare everywhere is never found together."""
    return [
        often * (world.randomness.choice((1, 2)) if what in _ALWAYS else world.randomness.choice((0, 0.5, 1, 1, 4)))
        for what, often in HAPPENINGS
    ]


async def happen(world: World, temper: list[float]) -> None:
    """One thing happens."""
    world.seconds += world.randomness.random()
    (one,) = world.randomness.choices([what for what, _ in HAPPENINGS], temper)
    await one(world)


def _any_node(world: World) -> Node:
    return world.randomness.choice(list(world.nodes.values()))


def _send_again(world: World) -> None:
    """What `Loops` does when the bus comes back."""
    for node in world.nodes.values():
        if node.exchange is not None:
            node.exchange.relay.send_again()


async def _start(world: World, node: Node) -> None:
    if node.disk.trouble is not None:
        node.disk.trouble = None
    await node.start()
    world.note(f"{node.body} starts")


def _draft(world: World, node: Node) -> LetterDraft:
    randomness = world.randomness
    others = [one.body for one in peers(world.nodes.values(), node)]
    with node.disk.begun() as connection:
        matters = acts.known_matters(connection)
    choice = randomness.random()
    facts = json.dumps({"reason": "why", "sections": dict.fromkeys(_SECTIONS, "provided")}).encode()
    if choice < 0.35 and matters:
        matter_id, peer = randomness.choice(matters)
        with node.disk.begun() as connection:
            seen = acts.last_seen(connection, matter_id, peer)
        event = randomness.choice(acts.EVENTS[1:])
        return LetterDraft((peer,), event, facts, matter_id=matter_id, last_seen_letter_id=seen)
    if choice < 0.7:
        matter_id = f"{randomness.choice('nrh')}{len(world.log):04d}{node.body}{node.restores}"
        return LetterDraft((randomness.choice(others),), "opened", facts, matter_id=matter_id, letter_id=matter_id)
    several = randomness.sample(others, randomness.randint(1, min(3, len(others))))
    return LetterDraft(tuple(several), "viewed", facts)
