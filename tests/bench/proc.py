"""What processes cost, by Linux's own accounting: processor time, memory in proportion to who shares it, children."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time that these processes used since they began."""
    ticks = 0
    for pid in pids:
        _, _, rest = (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")
        user, system = rest.split()[11:13]
        ticks += int(user) + int(system)
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mib(pids: Iterable[int]) -> float:
    """Their memory (PSS): a page that several processes share counts once in the sum, not once for each."""
    kib = 0
    for pid in pids:
        for line in (_PROC / str(pid) / "smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                kib += int(line.split()[1])
    return kib / 1024


def with_children(pid: int) -> list[int]:
    """The process and those it started itself."""
    found = [pid]
    for task in (_PROC / str(pid) / "task").iterdir():
        found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    return found
