"""Measures ten nodes and their bus on this machine: how long until all answer, and what they cost."""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from services.chassis.clock import SystemClock
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.processes import Processes, ProcessesError
from tests.bench.proc import cpu_seconds, memory_mib, with_children

_AT_MOST_SECONDS = 120.0
_SETTLE_SECONDS = 3.0
STARTS = ("first", "second")
"""The first start of a county makes every node's tables; the second finds them."""


@dataclass(frozen=True, slots=True)
class Started:
    """Seconds until the bus takes connections and every node answers as healthy; processor seconds of all until
    then; their memory in MiB a little later, with every connection made.
    """

    processes: int
    ready_seconds: float
    cpu_seconds: float
    memory_mib: float


def measure(runs: int) -> dict[str, dict[str, float]]:
    """Medians of `runs` new counties, each started twice."""
    found: dict[str, list[Started]] = {start: [] for start in STARTS}
    for _ in range(runs):
        for start, started in _run().items():
            found[start].append(started)
    return {start: _median(all_of_it) for start, all_of_it in found.items()}


def _run() -> dict[str, Started]:
    with tempfile.TemporaryDirectory() as name:
        plan = CountyPlan("371399", "青禾县", demo=True, light_passwords=True)
        county = create_county(Path(name) / "county", plan, SystemClock().now())
        processes = Processes(county)
        try:
            return {start: _start(processes) for start in STARTS}
        except ProcessesError:
            # The county's folder goes, and with it what its processes said.
            for said in sorted(county.folder.run.glob("*.err")):
                sys.stderr.write(f"{said.name}:\n{said.read_text(encoding='utf-8', errors='replace')[-2000:]}\n")
            raise


def _start(processes: Processes) -> Started:
    names = processes.exchange
    began = time.perf_counter()
    try:
        processes.start(names)
        processes.wait_ready(names, _AT_MOST_SECONDS)
        took = time.perf_counter() - began
        parents = [pid for name in names if (pid := processes.pid(name)) is not None]
        pids = [pid for parent in parents for pid in with_children(parent)]
        used = cpu_seconds(pids)
        threading.Event().wait(_SETTLE_SECONDS)
        return Started(len(pids), took, used, memory_mib(pids))
    finally:
        processes.stop(tuple(reversed(names)))


def _median(starts: list[Started]) -> dict[str, float]:
    return {name: round(statistics.median(asdict(one)[name] for one in starts), 1) for name in asdict(starts[0])}
