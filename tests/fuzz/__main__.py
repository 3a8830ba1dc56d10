"""`python -m tests.fuzz --seconds 60` looks for inputs that make a reader fail, and keeps each in the corpus.

Atheris drives it where it is installed, guided by what the code does with an input; else a mutator of our own does.
Memory and the time of one input are bounded: an input that takes more of either is a finding too.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import random
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence

from tests.fuzz.bounds import bound_memory, in_time
from tests.fuzz.corpus import inputs, keep
from tests.fuzz.mutating import mutated
from tests.fuzz.targets import TARGETS, attempt

_ENOUGH = 10
"""Findings of one target after which the next is tried."""


def main() -> None:
    """Fuzz every target, or one, for a share of the time each; ends with 1 when there were findings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--target", choices=sorted(TARGETS))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--plain", action="store_true", help="the mutator, even where atheris is installed")
    parser.add_argument("--replay", action="store_true", help="only what the corpus holds")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    names = [arguments.target] if arguments.target else sorted(TARGETS)
    share = arguments.seconds / len(names)
    if arguments.replay:
        bound_memory()
        _replay(names)
        return
    guided = importlib.util.find_spec("atheris") is not None and not arguments.plain
    if not guided:
        # Atheris bounds it itself: its own tables take room.
        bound_memory()
    driver = "atheris" if guided else f"the mutator, seed {arguments.seed}"
    _say(f"{len(names)} targets, {share:.0f} s each, by {driver}")
    found = [_run_guided(name, share) if guided else _plain(name, share, arguments.seed) for name in names]
    sys.exit(1 if any(found) else 0)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _replay(names: Sequence[str]) -> None:
    for name in names:
        for file, data in inputs(name).items():
            _say(f"{name} {file}")
            with in_time():
                attempt(name, data)


def _plain(name: str, seconds: float, seed: int) -> int:
    rng = random.Random(f"{seed} {name}")
    pool = list(inputs(name).values()) or [b""]
    before, until, tried = len(pool), time.monotonic() + seconds, 0
    found: set[str] = set()
    while time.monotonic() < until and len(found) < _ENOUGH:
        data = mutated(rng, rng.choice(pool), pool)
        tried += 1
        try:
            with in_time():
                attempt(name, data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding; one from each place is enough
            where = f"{type(error).__name__} {traceback.extract_tb(error.__traceback__)[-1]}"
            if where not in found:
                found.add(where)
                _say(f"{name}: {keep(name, data).name}\n{traceback.format_exc(limit=-6)}")
    _say(f"{name:<20}{tried:>9} inputs from {before} of the corpus, {len(found)} findings")
    return len(found)


def _run_guided(name: str, seconds: float) -> int:
    command = (sys.executable, "-m", "tests.fuzz.guided", name, str(max(1, int(seconds))))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    last = [line for line in done.stderr.splitlines() if line.startswith(("stat::", "Done", "#"))][-1:]
    _say(f"{name:<20}{'' if done.returncode == 0 else 'FINDING '}{' '.join(last)}\n{done.stdout}")
    return int(done.returncode != 0)


if __name__ == "__main__":
    main()
