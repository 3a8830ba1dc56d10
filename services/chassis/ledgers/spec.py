"""How a body declares a ledger: its columns, in the words of the spreadsheet, and what makes two rows the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

_NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")
_OPEN = frozenset({"P0", "P1", "P2"})
"""Data classes that a role for the whole body is enough for."""
_KEPT_BY_THE_NODE = frozenset(
    {"id", "natural_key", "content_digest", "revision", "import_id", "changed_at", "retired_at", "petition_ref"}
)


class Kind(StrEnum):
    """What a column holds, and so how its cells are read, stored and written."""

    TEXT = "text"
    UNIT = "unit"
    """Name of a unit: compared without spaces and without the difference of full and half width."""
    PERSON = "person"
    """Name of a person, compared like a unit's. Never a petitioner's: that is `PETITIONER`."""
    DATE = "date"
    MONTH = "month"
    INTEGER = "integer"
    DECIMAL = "decimal"
    """A number with at most four decimals: scores, percentages, indicators."""
    MONEY = "money"
    """An amount, held to the fen; the header may say 元 or 万元."""
    ENUM = "enum"
    TAGS = "tags"
    """Several of `choices`, written with 、 between them."""
    BOOLEAN = "boolean"
    PETITIONER = "petitioner"
    """Says who complained. Sealed at import, never in the ledger, never exported."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: `key` for the program, `zh` for the header of the spreadsheet, `en` for English screens."""

    key: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    max_length: int = 2000
    minimum: int | None = None
    maximum: int | None = None
    never_in_drafts: bool = False
    """Free text that may identify a petitioner: kept in the ledger, never selected for a briefing."""
    authority: bool = False
    """Holds the rank or the managing authority of a subject: the jurisdiction stop reads it."""

    @property
    def header(self) -> str:
        """The header that exports write; money says its unit."""
        return f"{self.zh}（元）" if self.kind is Kind.MONEY else self.zh

    @property
    def sealed(self) -> bool:
        """Whether the column goes to the vault instead of the ledger."""
        return self.kind is Kind.PETITIONER


@dataclass(frozen=True, kw_only=True)
class LedgerSpec:
    """A whole ledger. `natural_key` names the columns that say which row of an earlier import this one is.

    `confidentiality` is the data class of its rows, P0 to P3; what holds petitions is P3 whatever it says.
    """

    name: str
    title_zh: str
    title_en: str
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...]
    confidentiality: str = "P2"

    def __post_init__(self) -> None:
        """Refuse a declaration that could not work, at the moment it is written."""
        keys = [column.key for column in self.columns]
        headers = [column.zh for column in self.columns]
        for fault, wrong in (
            ("name", not _NAME.fullmatch(self.name)),
            ("column key", any(not _NAME.fullmatch(key) or key in _KEPT_BY_THE_NODE for key in keys)),
            ("repeated key or header", len(set(keys)) < len(keys) or len(set(headers)) < len(headers)),
            ("natural key", not self.natural_key or not set(self.natural_key) <= set(keys)),
            ("choices", any(_needs_choices(column) != bool(column.choices) for column in self.columns)),
        ):
            if wrong:
                msg = f"ledger {self.name}: {fault} cannot be used"
                raise ValueError(msg)
        if any(self.column(key).sealed or not self.column(key).required for key in self.natural_key):
            msg = f"ledger {self.name}: a natural key is made of required columns that are not sealed"
            raise ValueError(msg)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def column(self, key: str) -> Column:
        """The column of that key."""
        return self._by_key[key]

    @cached_property
    def _by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def kept(self) -> tuple[Column, ...]:
        """Columns that stay in the ledger, in order."""
        return tuple(column for column in self.columns if not column.sealed)

    @cached_property
    def sealed(self) -> tuple[Column, ...]:
        """Columns that go to the vault."""
        return tuple(column for column in self.columns if column.sealed)

    @property
    def named_persons_only(self) -> bool:
        """Whether rows are for named persons only, and reading them takes a reason."""
        return bool(self.sealed) or self.confidentiality not in _OPEN

    @cached_property
    def drafted(self) -> tuple[Column, ...]:
        """Columns that a briefing may use."""
        return tuple(column for column in self.kept if not column.never_in_drafts)

    @cached_property
    def dated_by(self) -> Column | None:
        """The column that dates a row: its first required date, else month, else year. None: rows have no date."""
        required = [column for column in self.columns if column.required]
        for fits in (
            lambda column: column.kind is Kind.DATE,
            lambda column: column.kind is Kind.MONTH,
            lambda column: column.kind is Kind.INTEGER and column.key == "year",
        ):
            if found := next((column for column in required if fits(column)), None):
                return found
        return None

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that a spreadsheet of this ledger may carry, sealed ones included."""
        return tuple(column.header for column in self.columns)


def _needs_choices(column: Column) -> bool:
    return column.kind in {Kind.ENUM, Kind.TAGS}


def text(key: str, zh: str, en: str, *, required: bool = False, free: bool = False, max_length: int = 2000) -> Column:
    """Text; identifiers too. `free` marks free text of a petition ledger: never selected for a briefing."""
    return Column(key=key, zh=zh, en=en, required=required, never_in_drafts=free, max_length=max_length)


def unit(key: str = "unit", zh: str = "单位名称", en: str = "Unit", *, required: bool = True) -> Column:
    """Name of a unit."""
    return Column(key=key, zh=zh, en=en, kind=Kind.UNIT, required=required, max_length=100)


def person(key: str, zh: str, en: str, *, required: bool = False) -> Column:
    """Name of a person who is not a petitioner."""
    return Column(key=key, zh=zh, en=en, kind=Kind.PERSON, required=required, max_length=50)


def day(key: str, zh: str, en: str, *, required: bool = False) -> Column:
    """A civil date."""
    return Column(key=key, zh=zh, en=en, kind=Kind.DATE, required=required)


def month(key: str, zh: str, en: str, *, required: bool = False) -> Column:
    """A calendar month, held as 2026-03."""
    return Column(key=key, zh=zh, en=en, kind=Kind.MONTH, required=required)


def integer(
    key: str,
    zh: str,
    en: str,
    *,
    required: bool = False,
    minimum: int | None = 0,
    maximum: int | None = None,
) -> Column:
    """A whole number, by default not negative."""
    return Column(key=key, zh=zh, en=en, kind=Kind.INTEGER, required=required, minimum=minimum, maximum=maximum)


def decimal(key: str, zh: str, en: str, *, required: bool = False) -> Column:
    """A number with at most four decimals."""
    return Column(key=key, zh=zh, en=en, kind=Kind.DECIMAL, required=required)


def money(key: str, zh: str, en: str, *, required: bool = False) -> Column:
    """An amount in yuan; the spreadsheet's header may add （元） or （万元）."""
    return Column(key=key, zh=zh, en=en, kind=Kind.MONEY, required=required)


def choice(
    key: str, zh: str, en: str, choices: tuple[str, ...], *, required: bool = False, authority: bool = False
) -> Column:
    """One of a list; `authority` makes the jurisdiction stop read it."""
    return Column(key=key, zh=zh, en=en, kind=Kind.ENUM, required=required, choices=choices, authority=authority)


def tags(key: str, zh: str, en: str, choices: tuple[str, ...], *, required: bool = False) -> Column:
    """Several of a list, with 、 between them."""
    return Column(key=key, zh=zh, en=en, kind=Kind.TAGS, required=required, choices=choices)


def yes_no(key: str, zh: str, en: str, *, required: bool = False) -> Column:
    """是 or 否."""
    return Column(key=key, zh=zh, en=en, kind=Kind.BOOLEAN, required=required)


def petitioner(key: str, zh: str, en: str) -> Column:
    """Who complained, or how to find them: sealed at import to the two custodians, never in the ledger."""
    return Column(key=key, zh=zh, en=en, kind=Kind.PETITIONER, max_length=500)
