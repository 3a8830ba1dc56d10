"""What the wordings of all letters share: dates, numbered headings, tables and names as county offices write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.documents.sheet import Block, Heading, Paragraph, Table

_DIGITS = "零一二三四五六七八九"
_TEN = 10


@dataclass(frozen=True)
class Answered:
    """The letter that is answered or acted on: how it is cited, and what it asked where that is at hand."""

    title: str = ""
    number: str = ""
    request: content.InfoRequest | content.OpinionRequest | None = None

    @property
    def cited(self) -> str:
        """《title》(number), as far as known."""
        title = f"《{self.title}》" if self.title else "来函"
        return f"{title}({self.number})" if self.number else title


@dataclass(frozen=True)
class Context:
    """What a wording needs beside the content.

    Attributes:
        answered: The letter it is about.
        names: Names of units and sections by id, for ids that the answered letter does not name.
    """

    answered: Answered = field(default_factory=Answered)
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def unit(self, unit_id: str) -> str:
        """The unit's name, or its id where nobody knows the name."""
        request = self.answered.request
        asked = {unit.unit_id: unit.name for unit in request.units} if request is not None else {}
        return asked.get(unit_id) or self.names.get(unit_id) or unit_id

    def section(self, code: str) -> str:
        """The section's name, or its code where nobody knows the name."""
        request = self.answered.request
        wanted = request.sections_required if isinstance(request, content.InfoRequest) else []
        return {one.code: one.name for one in wanted}.get(code) or self.names.get(code) or code


@dataclass(frozen=True)
class Worded:
    """A letter in words: title, blocks, and whom to call."""

    title: str
    blocks: tuple[Block, ...]
    contact: str = ""


def zh_number(number: int) -> str:
    """A number up to 99 as headings write it: 一, 十二, 二十."""
    tens, ones = divmod(number, _TEN)
    head = "" if tens == 0 else ("" if tens == 1 else _DIGITS[tens]) + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def zh_date(text: str) -> str:
    """2026-03-02 as 2026年3月2日; anything else as it stands, since it is what the sender signed."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.year}年{day.month}月{day.day}日"


def zh_month(text: str) -> str:
    """2026-03 as 2026年3月."""
    year, _, month = text.partition("-")
    return f"{year}年{int(month)}月" if year.isdigit() and month.isdigit() else text


def period(first: str, last: str) -> str:
    """A period in words, or nothing when there is none."""
    if not first and not last:
        return ""
    if not first or not last:
        return f"{zh_date(first)}以来" if first else f"截至{zh_date(last)}"
    return f"{zh_date(first)}至{zh_date(last)}"


def paragraphs(text: str) -> list[Block]:
    """Running text, one paragraph per line that says something."""
    return [Paragraph(line.strip()) for line in text.splitlines() if line.strip()]


def part(number: int, title: str, *blocks: Block) -> list[Block]:
    """A numbered part: 一、title, then its blocks; nothing at all when it would be empty."""
    return [Heading(f"{zh_number(number)}、{title}"), *blocks] if blocks else []


def parts(*named: tuple[str, Sequence[Block]]) -> list[Block]:
    """Parts numbered in order; those without blocks are left out and not counted."""
    present = [(title, blocks) for title, blocks in named if blocks]
    return [block for n, (title, blocks) in enumerate(present, 1) for block in part(n, title, *blocks)]


def table(message: content.Table) -> list[Block]:
    """A table of a letter with its title before it and its remark below."""
    blocks: list[Block] = [Paragraph(message.title)] if message.title else []
    width = len(message.columns)
    if width:
        rows = [[*row.cells[:width], *[""] * (width - len(row.cells))] for row in message.rows]
        blocks.append(Table([column.title for column in message.columns], rows))
    return [*blocks, *paragraphs(message.remark)]


def unit_list(units: Iterable[content.UnitReference]) -> list[Block]:
    """The units by number, with Party organization and what else is included."""
    rows = [
        [str(n), unit.name, unit.party_organization, "、".join(unit.extension_units)] for n, unit in enumerate(units, 1)
    ]
    return [Table(["序号", "单位名称", "党组织", "延伸单位"], rows)] if rows else []


def people_list(units: Iterable[content.UnitReference]) -> list[Block]:
    """The members of leading groups that are asked about."""
    rows = [[unit.name, person.name, person.post] for unit in units for person in unit.leading_group]
    return [Table(["单位名称", "姓名", "职务"], rows)] if rows else []


def contact_line(contact: content.Contact) -> str:
    """Whom to call, on one line."""
    return "  ".join(text for text in (contact.name, contact.post, contact.phone) if text)


def person_line(person: content.Person) -> str:
    """A person with the post they acted in."""
    return "".join(text for text in (person.post, person.name) if text)
