"""One order for the acts of a matter, the same on both sides whatever arrived when.

Each writer's acts keep their own order. An act stands after everything its writer had seen. Among acts that crossed,
the opening side's come first. From this follows what the tables rely on: every act of the opening side stands
exactly where it stood when it was written, so it is never overtaken; only the addressee's acts can find the matter
elsewhere than they had thought.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.matters.model import Act, Side


@dataclass(frozen=True)
class Placed:
    """An act in its place, and the acts of the other side before it that its writer had not seen."""

    act: Act
    unseen: tuple[str, ...]


def canonical(acts: Iterable[Act]) -> tuple[Placed, ...]:
    """Put `acts` in order; a letter that is given twice counts once."""
    lines = _lines(acts)
    needs = {side: _needs(lines[side], lines[side.other]) for side in Side}
    taken = {Side.OPENER: 0, Side.ADDRESSEE: 0}
    placed: list[Placed] = []
    while any(taken[side] < len(lines[side]) for side in Side):
        side = _next(lines, needs, taken)
        act = lines[side][taken[side]]
        seen = needs[side][taken[side]]
        across = lines[side.other][seen : taken[side.other]]
        placed.append(Placed(act, tuple(other.letter_id for other in across)))
        taken[side] += 1
    return tuple(placed)


def last_of(acts: Iterable[Act], side: Side) -> str | None:
    """The last letter that `side` wrote in the matter: what the other side names as last seen."""
    line = _lines(acts)[side]
    return line[-1].letter_id if line else None


def _lines(acts: Iterable[Act]) -> dict[Side, list[Act]]:
    once: dict[str, Act] = {}
    for act in sorted(acts, key=lambda act: (act.writer, act.number, act.letter_id, act.event)):
        once.setdefault(act.letter_id, act)
    return {side: [act for act in once.values() if act.writer is side] for side in Side}


def _needs(line: list[Act], across: list[Act]) -> list[int]:
    """How many acts of the other side each act of this side had seen; seeing is never undone."""
    position = {act.letter_id: index + 1 for index, act in enumerate(across)}
    seen = 0
    needs = []
    for act in line:
        seen = max(seen, position.get(act.last_seen or "", 0))
        needs.append(seen)
    return needs


def _next(lines: dict[Side, list[Act]], needs: dict[Side, list[int]], taken: dict[Side, int]) -> Side:
    for side in (Side.OPENER, Side.ADDRESSEE):
        at = taken[side]
        if at < len(lines[side]) and needs[side][at] <= taken[side.other]:
            return side
    # Each side claims to have seen what the other wrote later: impossible among honest nodes, yet it must not
    # stop the fold, and must not make the two sides differ.
    return Side.OPENER
