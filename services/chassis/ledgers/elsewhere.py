"""Finds who complained in the columns that are not sealed: their name, number or address beside their own row. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from services.chassis.ledgers.deidentify import NUMERALS, Risk, check_text
from services.chassis.ledgers.spec import Kind, LedgerSpec
from services.chassis.ledgers.values import Value

_NUMBERS = frozenset({Risk.ID_NUMBER, Risk.PHONE, Risk.BANK_CARD})
_WRITTEN = frozenset({Kind.TEXT, Kind.UNIT})
_BETWEEN = re.compile(r"[、,，;；/|\s]+")
_AND_OTHERS = re.compile(r"等.{0,6}$")
_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
# What offices write where nobody gave a name, and endings that no name and no exact address has.
_NOBODY = re.compile(
    r"匿名|不详|未知|未署|未留|无名|化名|某|本人|群众|村民|居民|职工|员工|业主|农户|代表|保密|[信来][访信]人|举报人|反映人"
    r"|[镇乡村县市区街路组局厂校院户人们]$"
)
_NO_DIGITS = re.compile(rf"[^\d{NUMERALS}]+")
_SHORTEST_NUMBER = 7
_SHORTEST_TEXT = 6


def columns_with_identity(spec: LedgerSpec, kept: Mapping[str, Value], sealed: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of the columns that repeat something of the row's petitioner, or hold anybody's number in free text.

    The ledger keeps those columns in the clear, so what is sealed beside them would be sealed for nothing.
    """
    tokens = frozenset(token for value in sealed.values() for token in _tokens(value))
    return tuple(
        column.key
        for column in spec.kept
        if column.kind in _WRITTEN and (text := kept.get(column.key)) is not None
        if _repeats(str(text), tokens) or (column.never_in_drafts and _holds_a_number(str(text)))
    )


def _tokens(value: str) -> Iterator[str]:
    """What of a sealed cell would be recognized elsewhere: names, numbers, addresses; not 匿名 and not a mere town."""
    parts = [_AND_OTHERS.sub("", part) for part in _BETWEEN.split(unicodedata.normalize("NFKC", value))]
    # The whole as well: a number or a name typed with spaces falls apart at them.
    return (bare for bare in map(_bare, (*parts, value)) if _tells(bare))


def _tells(bare: str) -> bool:
    if sum(map(str.isdigit, bare)) >= _SHORTEST_NUMBER:
        return True
    return not _NOBODY.search(bare) and (len(bare) >= _SHORTEST_TEXT or _NAME.fullmatch(bare) is not None)


def _repeats(text: str, tokens: Iterable[str]) -> bool:
    bare = _bare(text)
    return any(token in bare for token in tokens)


def _holds_a_number(text: str) -> bool:
    # Most petitions hold no number at all, and the close look is slow.
    if len(_NO_DIGITS.sub("", unicodedata.normalize("NFKC", text))) < _SHORTEST_NUMBER:
        return False
    return any(finding.risk in _NUMBERS for finding in check_text(text))


def _bare(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())
