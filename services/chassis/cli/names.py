"""Names of bodies and kinds of letters as a person reads them, from the rulebook; loaded when one is asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.chassis.rulebook.book import Rulebook


class Names:
    """The names of one rulebook: the node's own where it lies beside the node's file, else the shipped one."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def of(self, ref: str, language: str) -> str:
        """The name of a body, party or sub-unit; what nobody knows keeps its id."""
        known = {one.id for one in (*self._book.bodies, *self._book.parties)}
        return self._book.name_of(ref, language) if ref.partition("/")[0] in known else ref

    def of_kind(self, kind: str, language: str) -> str:
        """The name of a kind of letter; what nobody knows keeps its id."""
        if not self._book.knows_kind(kind):
            return kind
        found = self._book.kind(kind)
        return found.zh if language == "zh" else found.en

    @cached_property
    def _book(self) -> Rulebook:
        # Reading the rules takes a moment, and most commands name nobody.
        from services.chassis.rulebook.load import load  # noqa: PLC0415

        return load(self._folder)
