"""Between a letter's content and a draft: what a request asks for, and the reply that a draft becomes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.briefing.compiling import ReplyRequest, SectionAsked
from services.chassis.briefing.draft import AnsweredSection, CellKind, ReplyDraft, SectionState, Table, UnitDraft
from services.chassis.briefing.errors import RequestPeriodError, RequestTooLargeError
from services.chassis.briefing.scope import DatedPost, LookBack, UnitScope, Window, window_before

STATES: Mapping[SectionState, content.SectionState.ValueType] = MappingProxyType(
    {
        SectionState.PROVIDED: content.SECTION_STATE_PROVIDED,
        SectionState.NONE: content.SECTION_STATE_NONE,
        SectionState.NOT_HELD: content.SECTION_STATE_NOT_HELD,
        SectionState.ORAL_ONLY: content.SECTION_STATE_ORAL_ONLY,
        # No state: readers refuse it, so a person has to choose one.
        SectionState.TO_WRITE: content.SECTION_STATE_UNSPECIFIED,
    }
)
CELLS: Mapping[CellKind, content.CellKind.ValueType] = MappingProxyType(
    {
        CellKind.TEXT: content.CELL_KIND_UNSPECIFIED,
        CellKind.COUNT: content.CELL_KIND_COUNT,
        CellKind.AMOUNT: content.CELL_KIND_AMOUNT,
        CellKind.DATE: content.CELL_KIND_DATE,
        CellKind.PERCENT: content.CELL_KIND_PERCENT,
    }
)


MOST_ANSWERS = 2_000
"""Units times sections: some hundred units with every section; a county's round has tens of units."""


def request_of(
    message: content.InfoRequest, letter_date: date, look_backs: Mapping[str, LookBack] = MappingProxyType({})
) -> ReplyRequest:
    """What the letter asks for. `look_backs` is the rulebook's period of each section, used where the letter has none.

    Members of a leading group stand in the letter with the posts of its date, so their posts are open on both sides.

    Raises:
        RequestPeriodError: the period of a section is not made of dates.
        RequestTooLargeError: it asks for more answers than can be drafted while other letters wait.
    """
    units, asked = len(message.units), len(message.sections_required)
    if max(units, 1) * max(asked, 1) > MOST_ANSWERS:
        raise RequestTooLargeError(units=units, sections=asked, limit=MOST_ANSWERS)
    sections = tuple(
        SectionAsked(one.code, one.name, one.article_id, _window(one, letter_date, look_backs.get(one.code)))
        for one in message.sections_required
    )
    return ReplyRequest(tuple(_scope(unit) for unit in message.units), sections)


def reply_of(draft: ReplyDraft) -> content.InfoReply:
    """The draft as the content of a reply, for a person to edit."""
    return content.InfoReply(units=[_unit(unit) for unit in draft.units])


def _window(asked: content.SectionRequired, letter_date: date, look_back: LookBack | None) -> Window:
    by_rule = window_before(letter_date, look_back or LookBack())
    first = _day(asked.code, asked.window_from_date) or by_rule.first
    last = _day(asked.code, asked.window_to_date) or by_rule.last
    return Window(first, last, by_rule.plus_open)


def _day(code: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestPeriodError(code=code[:64]) from error


def _scope(unit: content.UnitReference) -> UnitScope:
    return UnitScope(
        unit.unit_id,
        unit.name,
        former_names=tuple(unit.former_names),
        sub_units=tuple(unit.extension_units),
        persons=tuple(DatedPost(person.name, person.post) for person in unit.leading_group),
        body=unit.coordinating_body,
    )


def _unit(unit: UnitDraft) -> content.UnitReply:
    return content.UnitReply(unit_id=unit.unit_id, sections=[_section(one) for one in unit.sections])


def _section(one: AnsweredSection) -> content.Section:
    return content.Section(
        code=one.code,
        state=STATES[one.draft.state],
        text=one.draft.text,
        tables=[_table(table) for table in one.draft.tables],
        window_from_date=one.window.first.isoformat() if one.window.first else "",
        window_to_date=one.window.last.isoformat(),
    )


def _table(table: Table) -> content.Table:
    return content.Table(
        title=table.title,
        columns=[content.TableColumn(key=c.key, title=c.title, kind=CELLS[c.kind]) for c in table.columns],
        rows=[content.TableRow(cells=row.texts(table.columns)) for row in table.rows],
        remark=table.remark,
    )
