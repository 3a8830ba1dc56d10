"""What the pages of rounds show: the round with what may be done next, its letters, and the matrix body by unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateway.language.marking import N_
from gateway.visit import Visit
from gateway.web.vocabulary import STATES as MATTER_STATES
from guantong.inspection.v1 import rounds_service_pb2 as pb

STATES: Mapping[str, str] = MappingProxyType(
    {
        "DRAFT": N_("拟订"),
        "PLAN_SUBMITTED": N_("方案已报"),
        "PLAN_AGREED": N_("方案已定"),
        "TARGETS_FIXED": N_("对象已定"),
        "PREPARING": N_("巡前准备"),
        "ON_SITE": N_("现场巡察"),
        "REPORTING": N_("汇报"),
        "CANCELLED": N_("已取消"),
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "routine": N_("常规"),
        "special": N_("专项"),
        "mobile": N_("机动"),
        "upgraded": N_("提级"),
        "cross": N_("交叉"),
        "look_back": N_("回头看"),
        "linked": N_("上下联动"),
    }
)
_ORDER = ("DRAFT", "PLAN_SUBMITTED", "PLAN_AGREED", "TARGETS_FIXED", "PREPARING", "ON_SITE", "REPORTING")
_LETTERS_FROM = ("TARGETS_FIXED", "PREPARING", "ON_SITE")
_TONES = {
    "not_sent": "off",
    "recused": "off",
    "sent": "wait",
    "stored": "wait",
    "viewed": "wait",
    "signed_for": "wait",
    "accepted": "wait",
    "answered": "soon",
    "returned": "soon",
    "settled": "good",
    "closed": "good",
}
_OVER = frozenset({"settled", "closed", "declined", "withdrawn", "recalled"})
_OWED = frozenset({"sent", "stored", "viewed", "signed_for", "accepted", "returned"})
_CELL_WORDS: Mapping[str, str] = MappingProxyType({"not_sent": N_("未发"), "recused": N_("回避")})
SECTION_STATES: Mapping[str, str] = MappingProxyType(
    {
        "provided": N_("有"),
        "none": N_("无"),
        "not_held": N_("未掌握"),
        "withheld": N_("未予提供"),
        "missing": N_("缺"),
        "recused": N_("回避"),
        "pending": N_("待接受"),
        "destroyed": N_("已销毁"),
        "stopped": N_("涉上级管理干部"),
        "leader_only": N_("组长专用"),
        "agrees": N_("无不同意见"),
        "suggests": N_("提出建议"),
        "objects": N_("有不同意见"),
        "general": N_("总体意见"),
    }
)
SECTION_TONES = {"missing": "late", "pending": "soon", "provided": "good", "objects": "soon", "withheld": "late"}


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in a list."""

    round_id: str
    name: str
    kind: str
    state: str
    tone: str
    site_from: str
    site_to: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a round. `now` is where it stands, `done` what lies behind."""

    name: str
    now: bool
    done: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One body and one unit: how far the letter is. `since` is the last step's time; empty words say nothing."""

    tone: str
    state: str
    since: str
    due: str
    late: str
    provisional: bool
    completion_due: str
    note: str
    sections: tuple[tuple[str, str, str], ...]
    """Tone, name of the state and code of each section answered."""


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One body's row. `owed`: it can be reminded; `answered`: its reply can be accepted or returned."""

    body: str
    name: str
    matter_id: str
    stands_for: str
    article: str
    cells: tuple[Cell | None, ...]
    owed: bool
    answered: bool
    late: bool


def round_line(visit: Visit, one: pb.Round) -> RoundLine:
    """One round."""
    tone = {"CANCELLED": "off", "REPORTING": "good", "DRAFT": "wait"}.get(one.state, "soon")
    return RoundLine(
        one.round_id,
        one.name,
        visit.say(KINDS.get(one.kind, one.kind)),
        visit.say(STATES.get(one.state, one.state)),
        tone,
        one.site_from_date,
        one.site_to_date,
    )


def stages(visit: Visit, state: str) -> list[Stage]:
    """The stages of a round in their order; none is current in a round that was called off."""
    at = _ORDER.index(state) if state in _ORDER else -1
    return [Stage(visit.say(STATES[name]), place == at, place < at) for place, name in enumerate(_ORDER)]


def takes_letters(state: str) -> bool:
    """Whether letters that tell the targets may be drafted."""
    return state in _LETTERS_FROM


def cancellable(state: str) -> bool:
    """Whether the round can still be called off."""
    return state in _ORDER[:5]


def matrix(visit: Visit, board: pb.GetBoardResponse) -> list[BodyRow]:
    """The board as rows of bodies over columns of units. A letter that fills a gap has a row of its own."""
    units = [unit.unit_id for unit in board.units]
    rows: dict[tuple[str, str, str], dict[str, pb.BoardCell]] = {}
    kept: dict[str, list[pb.BoardCell]] = {}
    for cell in board.cells:
        if cell.matter_id or cell.state != "recused":
            rows.setdefault((cell.body, cell.article_id, cell.stands_for), {})[cell.unit_id] = cell
        else:
            kept.setdefault(cell.body, []).append(cell)
    for (body, _article, stands_for), cells in rows.items():
        if not stands_for:
            for cell in kept.get(body, ()):
                cells.setdefault(cell.unit_id, cell)
    return [_row(visit, place, cells, units) for place, cells in rows.items()]


def _row(visit: Visit, place: tuple[str, str, str], cells: Mapping[str, pb.BoardCell], units: Iterable[str]) -> BodyRow:
    body, article, stands_for = place
    sent = [one for one in cells.values() if one.matter_id]
    return BodyRow(
        body=body,
        name=visit.name_of(body),
        matter_id=sent[0].matter_id if sent else "",
        stands_for=visit.name_of(stands_for) if stands_for else "",
        article=article,
        cells=tuple(_cell(visit, cells[unit]) if unit in cells else None for unit in units),
        owed=any(one.state in _OWED for one in sent),
        answered=any(one.state == "answered" for one in sent),
        late=any(one.late for one in sent),
    )


def _cell(visit: Visit, cell: pb.BoardCell) -> Cell:
    word = _CELL_WORDS.get(cell.state) or MATTER_STATES.get(cell.state, cell.state)
    late = (
        visit.say("超期 %(count)s 个工作日", count=cell.late_working_day_count) if cell.late_working_day_count else ""
    )
    over = cell.state in _OVER
    overdue = not over and (cell.late or cell.late_working_day_count > 0)
    return Cell(
        tone="late" if overdue else _TONES.get(cell.state, "off"),
        state=visit.say(word),
        since=_since(visit, cell),
        due=cell.due_date,
        late=late or (visit.say("已超期") if cell.late else ""),
        provisional=cell.provisional,
        completion_due="" if over else cell.completion_due_date,
        note=_note(visit, cell),
        sections=tuple(
            (SECTION_TONES.get(one.state, "off"), visit.say(SECTION_STATES.get(one.state, one.state)), one.code)
            for one in cell.sections
        ),
    )


def _since(visit: Visit, cell: pb.BoardCell) -> str:
    """How long ago the last step was; empty once nothing is owed."""
    if cell.state in {*_OVER, "not_sent", "recused"}:
        return ""
    times = (
        cell.answered_time,
        cell.accepted_time,
        cell.signed_for_time,
        cell.viewed_time,
        cell.stored_time,
        cell.sent_time,
    )
    last = next((one for one in times if one.seconds), None)
    return visit.formats.ago(last, visit.gateway.now())


def _note(visit: Visit, cell: pb.BoardCell) -> str:
    notes = []
    if cell.substitute:
        notes.append(visit.say("由 %(body)s 代为提供", body=visit.name_of(cell.substitute)))
    if cell.mark:
        notes.append(visit.say("纸质") if cell.mark == "paper" else visit.say("视同"))
    if cell.original_due_date and cell.original_due_date != cell.due_date:
        notes.append(visit.say("原定 %(day)s", day=cell.original_due_date))
    if cell.uncounted_reply_count:
        notes.append(visit.say("另有 %(count)s 份答复不计", count=cell.uncounted_reply_count))
    return "; ".join(notes)
