"""Counties that live through everything that can happen keep every promise, and a seed tells the whole story again."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

import pytest

from tests.simulation.run import simulate

SEEDS, AT_ONCE = 1_400, 25
"""Each seed is another county in ordinary trouble, and each second one also a county of old copies."""


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_whatever_happens_every_letter_is_stored_once_in_order_and_no_receipt_lies(first: int):
    # A county is full of cycles, and a process that once served as a node looks for them rarely.
    gc.collect()
    runs = [simulate(seed) for seed in range(first, first + AT_ONCE)]
    runs += [simulate(seed, wild=True) for seed in range(first, first + AT_ONCE, 2)]

    for run in [run for run in runs if run.finding][:1]:
        sys.stdout.write("\n".join(run.log))
    assert [f"{run.command}: {run.finding}" for run in runs if run.finding] == []
    assert sum(run.tally.letters for run in runs) > 10 * AT_ONCE
    assert sum(run.tally.restores for run in runs) > AT_ONCE / 2


def test_a_seed_tells_the_same_story_in_every_process():
    """Also where sets are walked in another order."""
    stories = [_told(hash_seed) for hash_seed in ("1", "2")]

    assert stories[0] == stories[1]
    assert stories[0].count("\n") > 100


def _told(hash_seed: str) -> str:
    command = [sys.executable, "-m", "tests.simulation", "--seed", "16", "--nodes", "4", "--wild", "-v"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
