"""The board as the demonstration prints and reports it: one line per body and units that stand alike, every date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import pairwise

from rich import box
from rich.table import Table

from guantong.inspection.v1 import rounds_service_pb2 as rounds
from services.chassis.cli.words import STATES
from services.chassis.clock import BEIJING
from services.chassis.rulebook.book import Rulebook

RECUSED = "recused"
_STATES = {**STATES, "not_sent": ("未发", "not sent"), RECUSED: ("回避", "recused")}
STEPS = ("sent", "stored", "viewed", "signed_for", "accepted", "answered")
_COLUMNS = (
    *("单位\nbody", "对象\nunits", "发出\nsent", "送达\nstored", "查看\nviewed", "签收\nsigned for", "受理\naccepted"),
    *("答复\nanswered", "期限\ndue", "逾期\nlate", "状态\nstate", "条款\narticle"),
)
_LEGEND = (
    ("送达: 对方已存入自己的日志; 签收: 起算期限; 受理: 认领承办", "stored, signed for (starts the clock), taken on"),
    ("逾期: 以首次答复为准, 按工作日计; 补: 退回后另定的补充期限", "late by the first reply; 补: date for completion"),
)


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """One body and one unit. Times are instants in Beijing and dates, in ISO form; empty where it has not happened."""

    body: str
    unit: str
    article: str
    state: str
    sent: str = ""
    stored: str = ""
    viewed: str = ""
    signed_for: str = ""
    accepted: str = ""
    answered: str = ""
    due: str = ""
    completion_due: str = ""
    late: bool = False
    late_working_days: int = 0
    substitute: str = ""

    def alike(self) -> tuple[object, ...]:
        """Everything but the unit."""
        return tuple(getattr(self, one.name) for one in fields(self) if one.name != "unit")


def rows_of(answer: rounds.GetBoardResponse) -> list[BoardRow]:
    """The board's cells in their order."""
    return [
        BoardRow(
            body=cell.body,
            unit=cell.unit_id,
            article=cell.article_id,
            state=cell.state,
            **{step: _instant(cell, f"{step}_time") for step in STEPS},
            due=cell.due_date,
            completion_due=cell.completion_due_date,
            late=cell.late,
            late_working_days=cell.late_working_day_count,
            substitute=cell.substitute,
        )
        for cell in answer.cells
    ]


def requests_of(rows: Iterable[BoardRow]) -> list[dict[str, object]]:
    """For the report: per body and request its dates and state once, with the units that stand so."""
    return [
        {
            "body": group[0].body,
            "units": [row.unit for row in group],
            **{one.name: getattr(group[0], one.name) for one in fields(BoardRow) if one.name not in {"body", "unit"}},
        }
        for group in _groups(rows)
    ]


def table_of(rows: Sequence[BoardRow], book: Rulebook, title: str) -> Table:
    """The board for people; nothing is told by color alone."""
    units = {row.unit: number for number, row in enumerate({row.unit: row for row in rows}.values(), 1)}
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in _COLUMNS:
        table.add_column(column, no_wrap=True)
    last = ""
    for group in _groups(rows):
        row = group[0]
        if last and last != row.body:
            table.add_section()
        table.add_row(*_cells(row, book, _numbers([units[one.unit] for one in group]), first=last != row.body))
        last = row.body
    return table


def notes_of(rows: Sequence[BoardRow], names: Mapping[str, str], book: Rulebook) -> list[tuple[str, str]]:
    """What stands below the board: which unit has which number, who is recused and why, what the words mean."""
    numbered = "  ".join(f"{number} {names[unit]}" for number, unit in enumerate({row.unit: 0 for row in rows}, 1))
    notes = [(f"对象: {numbered}", "the units")]
    for row in rows:
        if row.state == RECUSED:
            fills = book.body(row.substitute).zh if row.substitute else "尚未确定"
            whose = f"缺口: {book.body(row.body).zh}不提供{names[row.unit]}的情况"
            notes.append(
                (
                    f"{whose}: 该单位即其自身, 应当回避; 替代单位: {fills}",
                    f"gap: {row.body} is this unit itself and is not asked about it (A3.2a)",
                )
            )
    return [*notes, *_LEGEND]


def late_text(row: BoardRow) -> str:
    """How late, by which article; a dash when not."""
    return f"逾期{row.late_working_days}日" if row.late else "-"


def _groups(rows: Iterable[BoardRow]) -> list[list[BoardRow]]:
    """Rows of one body that stand alike, in the order of their first."""
    found: dict[tuple[object, ...], list[BoardRow]] = {}
    for row in rows:
        found.setdefault(row.alike(), []).append(row)
    places = {group[0].body: place for place, group in reversed(list(enumerate(found.values())))}
    return sorted(found.values(), key=lambda group: places[group[0].body])


def _cells(row: BoardRow, book: Rulebook, units: str, *, first: bool) -> list[str]:
    due = _short(row.due) + (f"\n补{_short(row.completion_due)}" if row.completion_due else "")
    return [
        f"{book.body(row.body).zh}\n{row.body}" if first else "",
        units,
        *(_short(getattr(row, step)) for step in STEPS),
        due,
        late_text(row) if row.due else "",
        "\n".join(_STATES[row.state]),
        row.article,
    ]


def _short(date_or_instant: str) -> str:
    """Month and day."""
    return date_or_instant[5:10]


def _numbers(numbers: Sequence[int]) -> str:
    """1, 2, 3, 5 as "1-3, 5"."""
    starts = [numbers[0], *(later for earlier, later in pairwise(numbers) if later != earlier + 1)]
    ends = [*(earlier for earlier, later in pairwise(numbers) if later != earlier + 1), numbers[-1]]
    return ", ".join(f"{start}-{end}" if end > start else str(start) for start, end in zip(starts, ends, strict=True))


def _instant(cell: rounds.BoardCell, name: str) -> str:
    if not cell.HasField(name):  # type: ignore[arg-type]  # one of the cell's times
        return ""
    at: datetime = getattr(cell, name).ToDatetime(tzinfo=UTC)
    return at.astimezone(BEIJING).isoformat(timespec="seconds")
