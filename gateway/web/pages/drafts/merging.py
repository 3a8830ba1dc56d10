"""Two clerks on one draft: what either changed is brought together, and where both did, a person chooses. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.web.pages.drafts.slots import Slot, tidied


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that both wrote: how it was, how it stands now, and what was typed."""

    slot: Slot
    was: str
    theirs: str
    yours: str


@dataclass(frozen=True, slots=True)
class Merged:
    """`values` are the typed ones that do no harm to the newest revision; `clashes` are left to a person."""

    values: Mapping[str, str]
    clashes: tuple[Clash, ...]


def merge(base: Sequence[Slot], newest: Sequence[Slot], typed: Mapping[str, str]) -> Merged:
    """Bring `typed`, made on `base`, into `newest`.

    A place that only the typist changed takes the typed words, one that only others changed keeps theirs. A place that
    is gone in the newest revision is passed over.
    """
    was = {one.path: one.value for one in base}
    values, clashes = {}, []
    for slot in newest:
        if slot.path not in typed:
            continue
        yours, before = tidied(slot, typed[slot.path]), was.get(slot.path, "")
        if yours in {before, slot.value}:
            continue
        if slot.value == before:
            values[slot.path] = yours
        else:
            clashes.append(Clash(slot, before, slot.value, yours))
    return Merged(values, tuple(clashes))
