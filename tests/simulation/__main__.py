"""Runs the simulation by hand: one seed with its log, or as many as asked in several processes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count, islice

from tests.simulation.run import Run, simulate

_AT_ONCE = 50


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
        print("\n".join(run.log))
    print(f"seed {run.seed}, {run.nodes} nodes, {run.tally}: {run.finding or 'every promise held'}")
    return 1 if run.finding else 0


def _many(asked: argparse.Namespace) -> int:
    began, runs, letters, crashes, restores, operator, lost = time.monotonic(), 0, 0, 0, 0, 0, 0
    findings: list[Run] = []
    try:
        for run in _runs(asked, began):
            runs += 1
            letters += run.tally.letters
            crashes += run.tally.crashes
            restores += run.tally.restores
            operator += run.tally.operator
            lost += run.tally.lost
            if run.finding:
                findings.append(run)
                print(f"{run.command}\n    {run.finding[:300]}", flush=True)
    except KeyboardInterrupt:
        pass
    took = time.monotonic() - began
    print(
        f"{runs} runs in {took:.0f} s: {letters} letters, {crashes} crashes, {restores} restores, "
        f"{operator} decisions of operators, {lost} letters lost on both sides, {len(findings)} findings"
    )
    return 1 if findings else 0


def _runs(asked: argparse.Namespace, began: float) -> Iterator[Run]:
    seeds: Iterator[int] = count(asked.seed if asked.seed is not None else time.time_ns() % 1_000_000_000)
    if asked.runs is not None:
        seeds = islice(seeds, asked.runs)
    with ProcessPoolExecutor(asked.processes) as pool:
        while chunk := list(islice(seeds, _AT_ONCE * asked.processes)):
            yield from pool.map(partial(simulate, nodes=asked.nodes, wild=asked.wild), chunk, chunksize=_AT_ONCE // 5)
            if asked.seconds is not None and time.monotonic() - began >= asked.seconds:
                return


if __name__ == "__main__":
    sys.exit(main())
