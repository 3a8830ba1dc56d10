"""Every fault as one function: it strikes a running pair, lets it heal, and gives the row of the table."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tests.faults.oracle import judge
from tests.faults.pairs import Ground, Pair
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
    healed = await pair.heals()
    pair.end()
    verdict = judge(pair)
    return Row(fault, where, pair.stores.kind, verdict.letters, verdict.lost, verdict.twice, round(healed, 1), verdict.faults)


async def killed(ground: Ground, stores: Stores, role: str, point: str, letters: int) -> Row:
    """SIGKILL one side at `point`, start it, kill it again at the same point, and let it live."""
    with ground.pair(stores, letters) as pair:
        victim, other = pair.sides if role == SENDER else pair.sides[::-1]
        other.start()
        for nth in (4, 2):
            victim.start(point, nth)
            died = await victim.dies()
            assert died == point, f"died {died}; its log is {victim.process.log}"
        victim.start()
        return await healed(f"SIGKILL {point}, and again", role, pair)
