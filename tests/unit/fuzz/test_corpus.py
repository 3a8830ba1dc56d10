"""Whatever bytes come in where bytes of others come in: only declared errors come out, and what is read can be kept."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from tests.fuzz.corpus import inputs
from tests.fuzz.mutating import mutated
from tests.fuzz.targets import TARGETS, attempt

_SLOW = {"rulebook": 20, "spreadsheet": 60, "node_config": 60, "bus_config": 60}
"""How many changed inputs of a target are tried where one takes longer than most."""
ALL = [(target, name) for target in TARGETS for name in inputs(target)]


@pytest.mark.parametrize(("target", "name"), ALL, ids=[f"{target}/{name}" for target, name in ALL])
def test_the_corpus_comes_to_nothing_but_declared_errors(target: str, name: str):
    attempt(target, inputs(target)[name])


@pytest.mark.parametrize("target", TARGETS)
def test_inputs_near_the_corpus_come_to_nothing_but_declared_errors(target: str):
    """A few of what `make fuzz` tries by the million, always the same ones."""
    rng = random.Random(target)
    pool = list(inputs(target).values())
    for _ in range(_SLOW.get(target, 300)):
        attempt(target, mutated(rng, rng.choice(pool), pool))


def test_every_target_has_inputs_to_begin_with():
    assert [target for target in TARGETS if not inputs(target)] == []


def test_the_whole_corpus_is_read_in_bounded_memory():
    """In a process that may not have more than two gibibytes, as `make fuzz` runs."""
    done = subprocess.run([sys.executable, "-m", "tests.fuzz", "--replay"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"{done.stdout[-200:]} {done.stderr[-2000:]}"
    assert len(done.stdout.splitlines()) == len(ALL)
