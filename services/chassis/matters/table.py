"""How a transition table is written down and looked up; a table that leaves a cell open does not build."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.chassis.matters.guards import GUARDS
from services.chassis.matters.model import COUNTY_SETTING, Crossing, Event, Kind, Row, Side, State
from services.chassis.matters.reasons import LASTING, Why


@dataclass(frozen=True)
class Table:
    """A complete table: one row for every state, event and side."""

    kind: Kind
    states: tuple[State, ...]
    terminal: frozenset[State]
    rows: Mapping[tuple[State, Event, Side], Row]

    def row(self, state: State, event: Event, side: Side) -> Row:
        """The one row that decides."""
        return self.rows[state, event, side]


def move(
    states: Iterable[State],
    event: Event,
    side: Side,
    to: State,
    *guards: str,
    article: str = COUNTY_SETTING,
    crossing: Crossing = Crossing.SAME,
) -> list[Row]:
    """Rows that lead from each of `states` to `to`."""
    return [Row(state, event, side, to, guards, article, None, crossing) for state in states]


def stay(
    states: Iterable[State],
    event: Event,
    side: Side,
    *guards: str,
    article: str = COUNTY_SETTING,
    crossing: Crossing = Crossing.SAME,
) -> list[Row]:
    """Rows that count and leave the state as it is."""
    return [Row(state, event, side, state, guards, article, None, crossing) for state in states]


def no(states: Iterable[State], event: Event, side: Side, why: Why, crossing: Crossing | None = None) -> list[Row]:
    """Rows that are not possible, with the reason, and what becomes of an act that crosses into them."""
    if crossing is None:
        # The opening side's acts are placed before whatever it had not seen, so only the addressee's can lose.
        losing = side is Side.ADDRESSEE and why not in LASTING
        crossing = Crossing.OVERRIDDEN if losing else Crossing.SAME
    return [Row(state, event, side, None, (), COUNTY_SETTING, why, crossing) for state in states]


def build(
    kind: Kind,
    states: Sequence[State],
    terminal: Iterable[State],
    events: Mapping[Event, frozenset[Side]],
    rows: Iterable[Row],
) -> Table:
    """Complete the table with what is impossible for every kind, and refuse gaps and doubles.

    `events` says which sides have which events; the rest are not possible for this kind or for that side.
    """
    cells: dict[tuple[State, Event, Side], Row] = {}
    general = _general(states, events)
    for row in [*general, *rows]:
        cell = (row.state, row.event, row.side)
        if cell in cells:
            msg = f"{kind}: two rows for {cell}"
            raise ValueError(msg)
        unknown = [name for name in row.guards if name not in GUARDS]
        if unknown:
            msg = f"{kind}: {cell} names unknown guards {unknown}"
            raise ValueError(msg)
        cells[cell] = row
    missing = [cell for cell in _cells(states) if cell not in cells]
    if missing:
        msg = f"{kind}: no row for {missing}"
        raise ValueError(msg)
    return Table(kind, tuple(states), frozenset(terminal), cells)


def _cells(states: Sequence[State]) -> list[tuple[State, Event, Side]]:
    return [(state, event, side) for state in states for event in Event for side in Side]


def _general(states: Sequence[State], events: Mapping[Event, frozenset[Side]]) -> list[Row]:
    rows: list[Row] = []
    for event in Event:
        for side in Side:
            if event not in events:
                rows += no(states, event, side, Why.NOT_THIS_KIND)
            elif side not in events[event]:
                rows += no(states, event, side, Why.WRONG_SIDE)
            elif event is Event.OPENED:
                opened = [state for state in states if state is not State.UNOPENED]
                rows += no(opened, event, side, Why.ALREADY_OPENED)
            else:
                rows += no([State.UNOPENED], event, side, Why.NOT_OPENED)
    return rows
