"""Stops what concerns persons managed above the county: it may be neither entered nor passed on. Pure."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

from services.chassis.ledgers.values import same_name

AUTHORITIES = ("县管", "单位管", "乡镇管", "村组")
"""Managing authorities of persons a county may keep records on."""
RANKS = ("乡科级正职", "乡科级副职", "股级及以下", "村组干部", "其他")
"""Ranks of persons a county may keep records on."""

# Department, bureau and county rank, spelled with or without the words for full and deputy; managed by city,
# province, or the centre. County-level towns' cadres are 乡科级 and pass.
_ABOVE = re.compile(
    r"(?:市|州|省|自治区|中央?|上级)(?:委)?(?:直接)?管(?:理)?(?:干部)?"
    r"|(?:县处|正处|副处|处|厅局|正厅|副厅|地厅|厅|司局|省部|部)级.*"
    r"|(?:正|副)(?:县|处|厅)(?:级|职)?.*"
    r"|(?:四|三|二|一)级(?:调研员|巡视员).*|(?:调研员|巡视员)"
)
_SEVERAL = re.compile(r"[、,，;；/\s]+")


def above_county(authority: str) -> bool:
    """Whether a managing authority or a rank, as written in a ledger or a reply, is above the county.

    A cell may name several subjects; one of them is enough.
    """
    return any(_ABOVE.fullmatch(same_name(part)) for part in _SEVERAL.split(authority))


def stopped(subjects: Iterable[Iterable[str | None]]) -> tuple[int, ...]:
    """The positions, counted from 0, of subjects above the county; each subject gives its authority and its rank.

    Used for replies, where a position is all that the refusal may name.
    """
    return tuple(
        position
        for position, words in enumerate(subjects)
        if any(above_county(word) for word in words if word is not None)
    )


def routing_slip(file_digest: str, row: int) -> str:
    """The number written on the paper slip with which the original goes to the competent level.

    It follows from the file and the row alone, so a dry run and the import name the same slip, and nothing about
    the row has to be kept to know it again.
    """
    digest = hashlib.sha256(f"guantong-routing-slip-v1 {file_digest} {row}".encode()).digest()
    return "ZB-" + base64.b32encode(digest[:5]).decode("ascii")
