"""Runs one county through chaos and back to quiet, from one number: the same number, the same run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from structlog.testing import capture_logs

from services.chassis.exchange.exchange import Exchange
from tests.simulation import chaos, checks
from tests.simulation.world import FindingError, Tally, World

LEAST, MOST = 20, 70
"""Decisions of a run."""
_ROUNDS, _PATIENCE = 80, 15
UNEXPECTED = "unexpected"
"""What the finding begins with when the program failed instead of breaking a promise."""
_MISTAKES = frozenset({"task_failed", "letter_handling_failed"})


@dataclass(frozen=True)
class Run:
    """How one run went."""

    seed: int
    nodes: int
    log: tuple[str, ...]
    tally: Tally
    finding: str | None
    wild: bool = False

    @property
    def command(self) -> str:
        """What replays it."""
        wild = " --wild" if self.wild else ""
        return f"python -m tests.simulation --seed {self.seed} --nodes {self.nodes}{wild} -v"


def simulate(seed: int, nodes: int = 0, exchange_of: type[Exchange] = Exchange, *, wild: bool = False) -> Run:
    """One run; a `wild` one restores old copies more often than anything else goes wrong."""
    with capture_logs() as logged:
        world = World(seed, nodes, exchange_of)
        finding = None
        try:
            asyncio.run(_live(world, wild=wild))
            mistakes = [one for one in logged if one["event"] in _MISTAKES]
            if mistakes:
                finding = f"mistakes were logged: {mistakes}"
        except FindingError as error:
            finding = str(error)
        except Exception as error:  # noqa: BLE001 - whatever the protocol raises that no caller expects is a finding
            finding = f"{UNEXPECTED} {type(error).__name__}: {error}"
    return Run(seed, len(world.nodes), tuple(world.log), world.tally, finding, wild)


async def _live(world: World, *, wild: bool) -> None:
    await world.begin()
    temper = chaos.WILD if wild else chaos.temper(world)
    for _ in range(world.randomness.randint(LEAST, MOST)):
        await chaos.happen(world, temper)
    await heal(world)
    checks.check(world)


async def heal(world: World) -> None:
    """Everything is there again: after a while nothing is under way any more."""
    world.note("healing")
    world.network.cut.clear()
    world.network.denied.clear()
    world.network.come_back()
    for node in world.nodes.values():
        node.disk.trouble = None
        node.crash.disarm()
        node.clock.wrong_by = max(min(node.clock.wrong_by, timedelta(minutes=5)), timedelta(minutes=-5))
        if node.exchange is None:
            await node.start()
        node.running.relay.send_again()
    left: list[str] = []
    at_rest = 0
    for number in range(_ROUNDS):
        world.seconds += 65 if number % 4 == 0 else 11
        for node in world.nodes.values():
            await world.turn(node)
        left = checks.unsettled(world)
        if left and number % 20 == _PATIENCE:
            for node in world.nodes.values():
                world.tally.operator += (decided := node.decide())
                if decided:
                    world.note(f"{node.body} operator decides {decided}")
        at_rest = 0 if left else at_rest + 1
        if at_rest == 2:
            return
    raise FindingError(f"does not come to rest: {left}")
