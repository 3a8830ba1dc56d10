"""Every table decides every case: no state, event and side is left to chance."""

from __future__ import annotations

import pytest

from services.chassis.matters.business import BUSINESS_STATES
from services.chassis.matters.fold import TABLES
from services.chassis.matters.guards import GUARDS
from services.chassis.matters.model import Event, Kind, Side, State


@pytest.mark.parametrize("kind", Kind)
def test_every_state_event_and_side_has_one_row(kind: Kind) -> None:
    table = TABLES[kind]
    assert set(table.rows) == {(state, event, side) for state in table.states for event in Event for side in Side}


@pytest.mark.parametrize("kind", Kind)
def test_a_row_leads_somewhere_or_says_why_not(kind: Kind) -> None:
    table = TABLES[kind]
    for row in table.rows.values():
        assert (row.to is None) == (row.why is not None)
        assert row.to is None or row.to in table.states


@pytest.mark.parametrize("kind", Kind)
def test_every_state_has_the_name_that_the_offices_use(kind: Kind) -> None:
    assert set(BUSINESS_STATES[kind]) == set(TABLES[kind].states)


def test_every_guard_is_used_and_speaks_both_languages() -> None:
    named = {name for table in TABLES.values() for row in table.rows.values() for name in row.guards}
    assert named | {"scan_recorded"} == set(GUARDS)
    assert all(guard.zh and guard.en for guard in GUARDS.values())


def test_late_is_never_a_state() -> None:
    assert not {"late", "overdue", "due_soon", "due"} & {state.value for state in State}
