"""Which counts may be told apart: those about letters that only named persons may know of never are. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from services.chassis.desk.rights import NAMED_PERSONS_ONLY
from services.chassis.rulebook.book import Rulebook

_THRESHOLD = "suppress_counts_below"


def for_named_persons(book: Rulebook) -> Callable[[str], bool]:
    """Tells of a letter kind whether only named persons may know of such letters.

    A kind that this rulebook does not know might be one: it counts as one.
    """
    known = {kind.id: kind.confidentiality in NAMED_PERSONS_ONLY for kind in book.letter_kinds}
    return lambda kind: known.get(kind, True)


def threshold(book: Rulebook, on: date) -> int:
    """Below how many a count about such letters is withheld: the county's setting (A4.1e)."""
    return book.number(_THRESHOLD, on)


def tellable(count: int, below: int) -> int | None:
    """The count, or None where it is withheld: a small one and none at all look alike, so that neither is told."""
    return count if count >= below else None
