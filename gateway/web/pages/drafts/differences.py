"""What changed between two revisions, line by line, with the unchanged left out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_AROUND = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `kind` is same, gone, new or gap."""

    kind: str
    text: str


def difference(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    """The lines that differ, each with a line around it; empty where nothing changed."""
    found: list[Line] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found += _around(before[i:j], first=i == 0, last=j == len(before))
            continue
        found += [Line("gone", text) for text in before[i:j]]
        found += [Line("new", text) for text in after[k:m]]
    return found if any(one.kind in {"gone", "new"} for one in found) else []


def _around(lines: Sequence[str], *, first: bool, last: bool) -> list[Line]:
    head = 0 if first else _AROUND
    tail = 0 if last else _AROUND
    if len(lines) <= head + tail + 1:
        return [Line("same", text) for text in lines]
    return [
        *(Line("same", text) for text in lines[:head]),
        Line("gap", ""),
        *(Line("same", text) for text in (lines[-tail:] if tail else ())),
    ]
