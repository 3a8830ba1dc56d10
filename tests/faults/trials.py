"""Every fault as one function: it strikes a running pair, lets it heal, and gives the row of the table."""

from __future__ import annotations

import signal
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults.oracle import judge
from tests.faults.pairs import Ground, More, Pair
from tests.faults.party import for_seconds
from tests.faults.stores import Stores

SENDER, RECIPIENT = "sender", "recipient"


@dataclass(frozen=True)
class Row:
    """One row of the fault table: what befell whom, on which database, and what came of it."""

    fault: str
    where: str
    database: str
    letters: int
    lost: int
    twice: int
    heal_seconds: float
    faults: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        return not (self.lost or self.twice or self.faults)

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


async def healed(fault: str, where: str, pair: Pair) -> Row:
    """Wait until the pair has healed, end it, and judge it."""
    seconds = await pair.heals()
    pair.end()
    verdict = judge(pair)
    counts = verdict.letters, verdict.lost, verdict.twice
    return Row(fault, where, pair.stores.kind, *counts, round(seconds, 1), verdict.faults)


@dataclass(frozen=True)
class Setting:
    """Where trials take place: what pairs stand on, their kind of database, and how much and how long they suffer."""

    ground: Ground
    stores: Stores
    letters: int
    seconds: float
    """How long an outage lasts; longer than the bus waits for an acknowledgement."""

    @property
    def folder(self) -> Path:
        return self.ground.folder

    def pair(self, more: More | None = None) -> Pair:
        return self.ground.pair(self.stores, self.letters, more)


async def under_load(pair: Pair) -> None:
    """Start both sides, and return while letters are on their way."""
    pair.start()
    await pair.reaches(pair.sender.orders.letters // 4)


async def killed(setting: Setting, role: str, point: str) -> Row:
    """SIGKILL one side at `point`, start it, kill it again at the same point, and let it live."""
    with setting.pair() as pair:
        victim, other = pair.sides if role == SENDER else pair.sides[::-1]
        other.start()
        for nth in (3, 1):
            victim.start(point, nth)
            died = await victim.dies()
            assert died == point, f"died {died}; its log is {victim.process.log}"
        victim.start()
        return await healed(f"SIGKILL {point}, and again", role, pair)


async def paused(setting: Setting, role: str) -> Row:
    """SIGSTOP one side for longer than the bus waits, then SIGCONT."""
    with setting.pair() as pair:
        await under_load(pair)
        victim = pair.sender if role == SENDER else pair.recipient
        victim.process.send(signal.SIGSTOP)
        await for_seconds(setting.seconds)
        victim.process.send(signal.SIGCONT)
        return await healed(f"SIGSTOP for {setting.seconds:g} s", role, pair)


async def both_at_once(setting: Setting) -> Row:
    """SIGKILL for both sides and the bus at one moment."""
    with setting.pair() as pair:
        await under_load(pair)
        for side in pair.sides:
            side.kill()
        pair.bus.kill()
        pair.bus.start()
        pair.start()
        return await healed("SIGKILL of all at once", "both and the bus", pair)
