"""The list of all faults: which kinds of database each is tried on, what it needs, and how it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TypeVar

from tests.faults import buses, clocks, disks, networks, trials
from tests.faults.nursery import HEEDS_MODES
from tests.faults.points import POINTS
from tests.faults.stores import KINDS, POSTGRESQL, SQLITE
from tests.faults.trials import RECIPIENT, SENDER, Row, Setting

T = TypeVar("T")
MODES, DISK, NETWORK = "processes that heed file modes", "a small disk", "a network namespace"
"""What a fault may need of the machine."""
NODES, BUS, DISKS, NETWORKS = "nodes", "bus", "disks", "networks"
"""Themes."""
POSTGRESQL_STOPPED = "PostgreSQL stopped"
"""Takes the databases of all that are tried beside it."""
MINUTES = (7, -7)


@dataclass(frozen=True)
class Fault:
    """One fault. `run` takes the setting, and what the fault needs when it needs something."""

    name: str
    run: Callable[..., Awaitable[Row]]
    kinds: tuple[str, ...] = KINDS
    needs: str = ""
    theme: str = NODES
    """What is tried side by side with it."""


def kills() -> Iterator[Fault]:
    """SIGKILL at every point of both sides."""
    for point in POINTS:
        for role in (SENDER, RECIPIENT):
            yield Fault(f"{role} killed {point}", partial(trials.killed, role=role, point=point))


def others() -> Iterator[Fault]:
    """Everything else that befalls nodes, bus, disks, databases, clocks and the network."""
    yield Fault("all killed at once", trials.both_at_once)
    for role in (SENDER, RECIPIENT):
        yield Fault(f"{role} stopped and continued", partial(trials.paused, role=role))
    yield from _of_the_bus()
    yield Fault("disk full at the recipient", disks.full, (SQLITE,), DISK, DISKS)
    for role in (SENDER, RECIPIENT):
        yield Fault(
            f"files of the {role} may not grow", partial(disks.files_limited, role=role), (SQLITE,), theme=DISKS
        )
    yield Fault("database locked", disks.locked, (SQLITE,), theme=DISKS)
    yield Fault("database read-only", disks.read_only, (SQLITE,), MODES, DISKS)
    yield Fault(POSTGRESQL_STOPPED, disks.stopped, (POSTGRESQL,), theme=DISKS)
    for minutes in MINUTES:
        yield Fault(f"clock {minutes:+d} minutes", partial(clocks.apart, minutes=minutes))
    for way in networks.WAYS:
        yield Fault(f"proxy, {way}", partial(networks.proxied, way=way), (SQLITE,), theme=NETWORKS)
    for answers_only in (False, True):
        name = "network, answers are lost" if answers_only else "network cut in two"
        yield Fault(name, partial(networks.cut_in_two, answers_only=answers_only), (SQLITE,), NETWORK, NETWORKS)


def _of_the_bus() -> Iterator[Fault]:
    yield Fault("bus killed again and again", buses.killed_again_and_again, theme=BUS)
    yield Fault("bus stopped and continued", buses.paused, (SQLITE,), theme=BUS)
    for damage in buses.DAMAGES:
        yield Fault(f"bus, {damage}", partial(buses.damaged, damage=damage), (SQLITE,), theme=BUS)
    yield Fault("bus, storage removed while it runs", buses.wiped_while_running, (SQLITE,), theme=BUS)
    yield Fault("bus, storage unreadable", buses.unreadable, (SQLITE,), MODES, BUS)
    yield Fault("bus, storage not writable", buses.unwritable, (SQLITE,), MODES, BUS)
    yield Fault("bus, disk full", buses.full, (SQLITE,), DISK, BUS)


class MissingError(Exception):
    """This machine does not give what the fault needs."""


class Runner:
    """Tries faults side by side, each on ground of its own, and remembers what this machine does not give."""

    def __init__(self, setting: Setting, at_once: int) -> None:
        self._setting = setting
        self._at_once = asyncio.Semaphore(at_once)
        self._numbers = count()
        self.missing: list[str] = []
        """Faults that could not be tried, and what they need."""

    async def rows(self, faults: Iterable[Fault]) -> list[Row]:
        """What came of those of `faults` that this kind of database and this machine allow."""
        mine = [fault for fault in faults if self._setting.stores.kind in fault.kinds]
        rows = await asyncio.gather(*(self._try(fault) for fault in mine))
        return [row for row in rows if row is not None]

    async def _try(self, fault: Fault) -> Row | None:
        async with self._at_once:
            try:
                return await _run(fault, self._setting, next(self._numbers))
            except MissingError as error:
                self.missing.append(f"{fault.name}: needs {error}")
                return None
            except (TimeoutError, AssertionError) as error:
                return Row(fault.name, "", self._setting.stores.kind, 0, 0, 0, 0.0, (f"it did not heal: {error!r}",))


async def _run(fault: Fault, setting: Setting, number: int) -> Row:
    if fault.needs == DISK:
        with disks.small_disk(setting.folder / f"disk{number}") as disk:
            return await fault.run(setting, disk=_there(disk, fault.needs))
    if fault.needs == NETWORK:
        with networks.separate_network(number % 64) as wire:
            return await fault.run(setting, wire=_there(wire, fault.needs))
    if fault.needs == MODES and not HEEDS_MODES:
        raise MissingError(fault.needs)
    return await fault.run(setting)


def _there(thing: T | None, name: str) -> T:
    if thing is None:
        raise MissingError(name)
    return thing
