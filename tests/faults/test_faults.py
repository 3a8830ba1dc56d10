"""Whatever dies, stops, fills up, is damaged or cut off: every committed letter is stored and handled exactly once.

The same faults with shipped settings, more letters and longer outages are tried by `make reliability`.
"""

from __future__ import annotations

import pytest

from tests.faults import matrix
from tests.faults.matrix import BUS, DISKS, NETWORKS, NODES, Fault, Runner
from tests.faults.points import POINTS
from tests.faults.trials import Setting

AT_ONCE = 4


async def all_clean(setting: Setting, faults: list[Fault]) -> None:
    """Try the faults, and skip afterwards, with the reason, when this machine did not allow one of them."""
    runner = Runner(setting, AT_ONCE)
    rows = await runner.rows(faults)

    assert [row for row in rows if not row.clean] == []
    assert all(row.letters >= setting.letters for row in rows)
    if runner.missing:
        pytest.skip("; ".join(runner.missing))


@pytest.mark.parametrize("point", POINTS)
async def test_a_node_killed_twice_at_a_point_of_a_letters_way_loses_and_repeats_nothing(setting: Setting, point: str):
    """The sender and, in another county, the recipient; the second time while it recovers from the first."""
    await all_clean(setting, [fault for fault in matrix.kills() if fault.name.endswith(f"killed {point}")])


@pytest.mark.parametrize("theme", [NODES, BUS, DISKS, NETWORKS])
async def test_misfortune_loses_and_repeats_nothing(setting: Setting, theme: str):
    faults = [fault for fault in matrix.others() if fault.theme == theme and setting.stores.kind in fault.kinds]
    if not faults:
        pytest.skip("tried on the other kind of database; the fault does not touch this one")
    await all_clean(setting, faults)
