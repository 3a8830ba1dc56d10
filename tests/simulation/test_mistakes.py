"""The simulation finds what it is there to find: each of these mistakes within so many seeds."""

from __future__ import annotations

import pytest

from tests.simulation.run import UNEXPECTED, simulate
from tests.simulation.spoilt import MISTAKES, acknowledging_first

WITHIN = 300
"""The mistake that shows most seldom needs some ninety."""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_protocol_is_found(mistake: str):
    spoilt = MISTAKES[mistake]()
    found = next((run for seed in range(WITHIN) if (run := simulate(seed, 2, spoilt, wild=True)).finding), None)

    assert found is not None
    assert not (found.finding or "").startswith(UNEXPECTED)


def test_acknowledging_too_early_loses_nothing():
    """The bus is not the record: a sender goes on until it has the receipt."""
    early = acknowledging_first()

    assert [run.finding for seed in range(20) if (run := simulate(seed, 2, early)).finding] == []
