"""What the words of a search may name: a document number, a letter's id, kinds, bodies, sub-units. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.chassis.exchange.document_numbers import Parts, asked_for
from services.chassis.rulebook.book import Rulebook

LONGEST = 100
_ID = re.compile(r"[0-9A-Za-z-]{6,64}")


@dataclass(frozen=True, slots=True)
class Words:
    """What a search looks for: letters that any of this names.

    Attributes:
        number: A document number or a part of it with a serial number; None where the words are none.
        series: Designations of document numbers.
        id_begins: How the letter's id begins; empty where the words cannot be an id.
        kinds: Kinds of letters.
        bodies: Bodies other than our own.
        sub_units: Body and sub-unit; the body is empty for a sub-unit of our own.
    """

    number: Parts | None = None
    series: tuple[str, ...] = ()
    id_begins: str = ""
    kinds: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    sub_units: tuple[tuple[str, str], ...] = ()


def words_of_search(text: str, book: Rulebook, ours: str) -> Words:
    """What `text` may name at the node of the body `ours`, by the rulebook's names in both languages."""
    text = text.strip()
    asked, folded = asked_for(text), text.casefold()

    def named(*names: str) -> bool:
        return any(folded in name.casefold() for name in names)

    prefixes = {body.document_prefix for body in book.bodies if text in body.document_prefix}
    return Words(
        number=asked if asked.serial is not None else None,
        series=tuple(sorted(prefixes | ({asked.series} if asked.serial is None and asked.series else set()))),
        id_begins=text if _ID.fullmatch(text) else "",
        kinds=tuple(sorted({kind.id for kind in book.letter_kinds if named(kind.zh, kind.en, kind.id)})),
        bodies=tuple(sorted({one.id for one in book.bodies if one.id != ours and named(one.zh, one.en, one.id)})),
        sub_units=tuple(
            sorted(
                {
                    ("" if body.id == ours else body.id, unit.id)
                    for body in book.bodies
                    for unit in body.sub_units
                    if named(unit.zh, unit.en)
                }
            )
        ),
    )
