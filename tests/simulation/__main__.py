"""Runs the simulation by hand: one seed with its log, or as many as asked in several processes."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import count, islice
from pathlib import Path

from tests.simulation.run import Run, simulate
from tests.simulation.world import Tally

_AT_ONCE = 10
_SOAK = Path("build/soak.json")
"""The totals of the last soak; `python -m tests.faults --render` puts them into docs/reliability.md."""


def main() -> int:
    """Simulate; 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the first or only seed")
    parser.add_argument("--nodes", type=int, default=0, help="how many nodes; drawn from the seed when left out")
    parser.add_argument("--runs", type=int, default=None, help="how many seeds, from --seed on")
    parser.add_argument("--seconds", type=float, default=None, help="for how long; until interrupted when left out")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("-v", "--verbose", action="store_true", help="the log of every decision")
    parser.add_argument("--wild", action="store_true", help="runs with many restores")
    asked = parser.parse_args()
    if asked.seed is not None and asked.runs is None and asked.seconds is None:
        return _one(simulate(asked.seed, asked.nodes, wild=asked.wild), verbose=asked.verbose)
    return _many(asked)


def _one(run: Run, *, verbose: bool) -> int:
    if verbose:
        _say("\n".join(run.log))
    _say(f"seed {run.seed}, {run.nodes} nodes, {run.tally}: {run.finding or 'every promise held'}")
    return 1 if run.finding else 0


def _many(asked: argparse.Namespace) -> int:
    began, runs, total, findings = time.monotonic(), 0, Tally(), 0
    with suppress(KeyboardInterrupt):
        for run in _runs(asked, began):
            runs, total = runs + 1, total + run.tally
            if run.finding:
                findings += 1
                _say(f"{run.command}\n    {run.finding[:300]}")
    _record(runs, total, findings)
    _say(
        f"{runs} runs in {time.monotonic() - began:.0f} s: {total.letters} letters, {total.crashes} crashes, "
        f"{total.restores} restores, {total.operator} decisions of operators, {total.lost} letters lost on both sides, "
        f"{findings} findings"
    )
    return 1 if findings else 0


def _record(runs: int, total: Tally, findings: int) -> None:
    totals = {
        "runs": runs,
        "letters": total.letters,
        "crashes": total.crashes,
        "restores_from_old_copies": total.restores,
        "decisions_of_people": total.operator,
        "restored_away_on_both_sides": total.lost,
        "promises_broken": findings,
    }
    _SOAK.parent.mkdir(exist_ok=True)
    _SOAK.write_text(json.dumps(totals, indent=1) + "\n", encoding="utf-8")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _runs(asked: argparse.Namespace, began: float) -> Iterator[Run]:
    seeds: Iterator[int] = count(asked.seed if asked.seed is not None else time.time_ns() % 1_000_000_000)
    if asked.runs is not None:
        seeds = islice(seeds, asked.runs)
    run = partial(_run, nodes=asked.nodes, wild=asked.wild)
    with ProcessPoolExecutor(asked.processes, initializer=_leave_interrupts) as pool:
        while chunk := list(islice(seeds, _AT_ONCE * asked.processes)):
            yield from pool.map(run, chunk)
            if asked.seconds is not None and time.monotonic() - began >= asked.seconds:
                return


def _run(seed: int, nodes: int, *, wild: bool) -> Run:
    """Every second run is a wild one, or all when asked."""
    return simulate(seed, nodes, wild=wild or seed % 2 == 1)


def _leave_interrupts() -> None:
    """The keyboard ends the first process, which ends the others when they have finished their runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
