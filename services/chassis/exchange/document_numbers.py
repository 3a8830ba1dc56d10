"""Document numbers (发文字号) as they are looked for: series, year and serial, however people write them. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_OPENING, _CLOSING = r"〔\[(【", r"〕\])】"
_WHOLE = re.compile(
    rf"(?P<series>[^\d{_OPENING}]*?)\s*[{_OPENING}]\s*(?P<year>(?:19|20)\d\d)\s*[{_CLOSING}]\s*第?\s*(?P<serial>\d{{1,9}})?\s*号?"
)
_SHORT = re.compile(r"(?P<series>[^\d]*?)\s*第?\s*(?P<serial>\d{1,9})\s*号?")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Parts:
    """A document number in its parts; None where it has none.

    `series` is the designation (机关代字), or the whole of a number that is written in a way of its own.
    """

    series: str | None = None
    year: int | None = None
    serial: int | None = None


def parts_of(number: str) -> Parts:
    """The parts of a letter's document number."""
    text = _plain(number)
    if not text:
        return Parts()
    found = _WHOLE.fullmatch(text)
    if found is None or found["serial"] is None:
        return Parts(text[:_LONGEST])
    return Parts(found["series"][:_LONGEST], int(found["year"]), int(found["serial"]))


def asked_for(text: str) -> Parts:
    """What somebody looks for who writes a number, or a part of one: 青巡办函〔2026〕7号, [2026]7, 7号, 青巡办函."""
    plain = _plain(text)
    found = _WHOLE.fullmatch(plain)
    if found is not None:
        serial = found["serial"]
        return Parts(found["series"] or None, int(found["year"]), int(serial) if serial else None)
    short = _SHORT.fullmatch(plain)
    if short is not None:
        return Parts(short["series"] or None, None, int(short["serial"]))
    return Parts(plain or None)


def _plain(text: str) -> str:
    """Full-width digits and letters as half-width ones."""
    return unicodedata.normalize("NFKC", text).strip()
