"""The list of all faults: which kinds of database each is tried on, what it needs, and how it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from tests.faults import buses, disks, networks, trials
from tests.faults.points import POINTS
from tests.faults.stores import KINDS, POSTGRESQL, SQLITE
from tests.faults.trials import RECIPIENT, SENDER, Row, Setting

T = TypeVar("T")
MODES, DISK, NETWORK = "processes that heed file modes", "a small disk", "a network namespace"
"""What a fault may need of the machine."""
MINUTES = (7, -7)


@dataclass(frozen=True)
class Fault:
    """One fault. `run` takes the setting, and what the fault needs when it needs something."""

    name: str
    run: Callable[..., Awaitable[Row]]
    kinds: tuple[str, ...] = KINDS
    needs: str = ""


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
    yield Fault("disk full at the recipient", disks.full, (SQLITE,), DISK)
    for role in (SENDER, RECIPIENT):
        yield Fault(f"files of the {role} may not grow", partial(disks.files_limited, role=role), (SQLITE,))
    yield Fault("database locked", disks.locked, (SQLITE,))
    yield Fault("database read-only", disks.read_only, (SQLITE,), MODES)
    yield Fault("PostgreSQL stopped", disks.stopped, (POSTGRESQL,))
    for minutes in MINUTES:
        yield Fault(f"clock {minutes:+d} minutes", partial(trials.clocks_apart, minutes=minutes))
    for way in networks.WAYS:
        yield Fault(f"proxy, {way}", partial(networks.proxied, way=way), (SQLITE,))
    for answers_only in (False, True):
        name = "network, answers are lost" if answers_only else "network cut in two"
        yield Fault(name, partial(networks.cut_in_two, answers_only=answers_only), (SQLITE,), NETWORK)


def _of_the_bus() -> Iterator[Fault]:
    yield Fault("bus killed again and again", buses.killed_again_and_again)
    yield Fault("bus stopped and continued", buses.paused, (SQLITE,))
    for damage in buses.DAMAGES:
        yield Fault(f"bus, {damage}", partial(buses.damaged, damage=damage), (SQLITE,))
    yield Fault("bus, storage removed while it runs", buses.wiped_while_running, (SQLITE,))
    yield Fault("bus, storage unreadable", buses.unreadable, (SQLITE,), MODES)
    yield Fault("bus, storage not writable", buses.unwritable, (SQLITE,), MODES)
    yield Fault("bus, disk full", buses.full, (SQLITE,), DISK)


class MissingError(Exception):
    """This machine does not give what the fault needs."""


async def run(fault: Fault, setting: Setting, number: int = 0) -> Row:
    """Try `fault`; `number` tells networks that exist at the same time apart.

    Raises:
        MissingError: this machine has not what it needs, which the error names.
    """
    if fault.needs == DISK:
        with disks.small_disk(setting.folder / f"disk{number}") as disk:
            return await fault.run(setting, disk=_there(disk, fault.needs))
    if fault.needs == NETWORK:
        with networks.separate_network(number) as wire:
            return await fault.run(setting, wire=_there(wire, fault.needs))
    return await fault.run(setting)


def _there(thing: T | None, name: str) -> T:
    if thing is None:
        raise MissingError(name)
    return thing
