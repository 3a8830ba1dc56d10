"""Every alarm that the code raises has words for people, and words that fit a screen."""

from __future__ import annotations

import pytest

from services.chassis.bus import port
from services.chassis.exchange.hooks import AlarmKind
from services.chassis.operations import watching
from services.chassis.operations.alarms import KINDS, kind_named

RAISED = {
    *(kind.value for kind in AlarmKind),
    *(value for name, value in vars(port).items() if name.isupper() and str(value).startswith("bus_")),
    watching.BUS_AWAY,
    watching.REJOINING,
    watching.HALTED,
    watching.SILENT,
    watching.PARKED,
    watching.QUARANTINED,
}


@pytest.mark.parametrize("kind", sorted(RAISED))
def test_every_kind_says_what_it_is_and_what_to_do(kind: str):
    assert kind in KINDS
    told = KINDS[kind]
    assert 10 <= len(told.zh) <= 100
    assert 20 <= len(told.en) <= 240


def test_a_kind_of_a_newer_part_is_shown_rather_than_hidden():
    assert kind_named("made.up").zh
