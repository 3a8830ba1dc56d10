"""What the pages of drafts show: lists, one draft, its sections, its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.language.marking import N_
from gateway.visit import Visit
from gateway.web.colleagues import NameOf
from gateway.web.pages.drafts.slots import OPINIONS, SECTION_STATES
from gateway.web.paper import Block, blocks
from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import drafts_service_pb2 as pb

STATES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        pb.DRAFT_STATE_DRAFTING: ("wait", N_("拟稿")),
        pb.DRAFT_STATE_IN_REVIEW: ("soon", N_("核稿")),
        pb.DRAFT_STATE_TO_SIGN: ("soon", N_("待签发")),
        pb.DRAFT_STATE_RETURNED: ("late", N_("退回修改")),
        pb.DRAFT_STATE_SENT: ("good", N_("已签发")),
        pb.DRAFT_STATE_DISCARDED: ("off", N_("作废")),
    }
)
LIVE = (pb.DRAFT_STATE_DRAFTING, pb.DRAFT_STATE_RETURNED, pb.DRAFT_STATE_IN_REVIEW, pb.DRAFT_STATE_TO_SIGN)
FILTERS = (
    ("live", N_("在办"), LIVE),
    ("drafting", N_("拟稿"), (pb.DRAFT_STATE_DRAFTING,)),
    ("returned", N_("退回修改"), (pb.DRAFT_STATE_RETURNED,)),
    ("review", N_("核稿"), (pb.DRAFT_STATE_IN_REVIEW,)),
    ("sign", N_("待签发"), (pb.DRAFT_STATE_TO_SIGN,)),
    ("sent", N_("已签发"), (pb.DRAFT_STATE_SENT,)),
    ("discarded", N_("作废"), (pb.DRAFT_STATE_DISCARDED,)),
)
_ACTIONS = {
    "create": N_("拟稿"),
    "edit": N_("修改"),
    "submit_for_review": N_("送核"),
    "submit_for_signature": N_("送签"),
    "approve": N_("核定"),
    "return": N_("退回"),
    "mark_stale": N_("台账有变"),
    "sign": N_("签发"),
    "discard": N_("作废"),
}
_TONES = {
    content.SECTION_STATE_UNSPECIFIED: "late",
    content.SECTION_STATE_PROVIDED: "good",
    content.SECTION_STATE_NONE: "off",
    content.SECTION_STATE_NOT_HELD: "off",
    content.SECTION_STATE_ORAL_ONLY: "soon",
}


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft in a list."""

    draft_id: str
    title: str
    to: str
    tone: str
    state: str
    revision: int
    open_sections: int
    stale: bool
    says_nothing: bool
    edited: Timestamp
    by: str
    number: str
    path: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One draft as it is displayed, beside what only its page needs."""

    line: DraftLine
    draft: pb.Draft
    revision: int
    digest: str
    heading: str
    blocks: list[Block]
    articles: tuple[str, ...]
    editable: bool
    destroyed: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to a draft."""

    action: str
    revision: int
    by: str
    time: Timestamp
    words: str


@dataclass(frozen=True, slots=True)
class SectionMark:
    """How one section of one unit stands; for opinions the unit has one mark without a section."""

    unit_id: str
    code: str
    name: str
    tone: str
    state: str
    stale: bool
    excerpt: str


@dataclass(frozen=True, slots=True)
class UnitMark:
    """One unit of a reply: its name and its sections."""

    unit_id: str
    name: str
    sections: tuple[SectionMark, ...]
    open_count: int
    stale_count: int


def draft_line(visit: Visit, draft: pb.Draft, name_of: NameOf) -> DraftLine:
    """One draft of a list."""
    tone, state = STATES.get(draft.state, ("off", ""))
    return DraftLine(
        draft_id=draft.draft_id,
        title=visit.kind_name(draft.address.kind),
        to=", ".join(_addressee(visit, draft.address, one) for one in draft.address.recipients),
        tone=tone,
        state=visit.say(state),
        revision=draft.revision,
        open_sections=draft.unanswered_section_count,
        stale=draft.HasField("stale_since_time"),
        says_nothing=draft.says_nothing,
        edited=draft.edited_time,
        by=name_of(draft.edited_by_account_id),
        number=draft.document_number,
        path=f"/drafts/{draft.draft_id}",
    )


def shown(visit: Visit, found: pb.GetDraftResponse, name_of: NameOf) -> Shown:
    """One draft."""
    return Shown(
        line=draft_line(visit, found.draft, name_of),
        draft=found.draft,
        revision=found.revision or found.draft.revision,
        digest=found.digest.hex(),
        heading=found.lines[0] if found.lines else "",
        blocks=blocks(found.lines[1:]),
        articles=tuple(found.draft.article_ids),
        editable=found.draft.state in LIVE and bool(found.content_type),
        destroyed=not found.content_type,
    )


def steps(visit: Visit, found: pb.GetDraftResponse, name_of: NameOf) -> list[Step]:
    """What was done, newest first."""
    return [
        Step(
            visit.say(_ACTIONS.get(one.action, one.action)),
            one.revision,
            name_of(one.by_account_id),
            one.step_time,
            one.words,
        )
        for one in reversed(found.steps)
    ]


def content_of(found: pb.GetDraftResponse) -> Message:
    """The content of the revision that was read."""
    name = found.content_type.rpartition(".")[2]
    return GetMessageClass(content.DESCRIPTOR.message_types_by_name[name]).FromString(found.content)


def unit_marks(visit: Visit, message: Message, sources: pb.GetDraftSourcesResponse) -> list[UnitMark]:
    """The units of a reply with the state of every section; empty for other contents."""
    names = {one.unit_id: one.name for one in sources.units}
    if isinstance(message, content.OpinionReply):
        return [_opinion_mark(visit, one, names) for one in message.opinions]
    if not isinstance(message, content.InfoReply):
        return []
    titles = {one.code: one.name for one in sources.asked_sections}
    stale = {(one.unit_id, one.code) for one in sources.sections if one.stale}
    return [_unit_mark(visit, unit, (names, titles), stale) for unit in message.units]


def _unit_mark(
    visit: Visit,
    unit: content.UnitReply,
    called: tuple[Mapping[str, str], Mapping[str, str]],
    stale: set[tuple[str, str]],
) -> UnitMark:
    names, titles = called
    marks = tuple(
        SectionMark(
            unit.unit_id,
            one.code,
            titles.get(one.code) or one.code,
            _TONES.get(one.state, "off"),
            visit.say(dict(SECTION_STATES)[str(one.state)]),
            (unit.unit_id, one.code) in stale,
            excerpt(one.text),
        )
        for one in unit.sections
    )
    open_count = sum(one.state == content.SECTION_STATE_UNSPECIFIED for one in unit.sections)
    return UnitMark(
        unit.unit_id, names.get(unit.unit_id) or unit.unit_id, marks, open_count, sum(one.stale for one in marks)
    )


def _opinion_mark(visit: Visit, one: content.UnitOpinion, names: Mapping[str, str]) -> UnitMark:
    tone = "good" if one.kind else "late"
    mark = SectionMark(
        one.unit_id, "", "", tone, visit.say(dict(OPINIONS)[str(one.kind)]), stale=False, excerpt=excerpt(one.text)
    )
    return UnitMark(one.unit_id, names.get(one.unit_id) or one.unit_id, (mark,), int(not one.kind), 0)


def excerpt(text: str, characters: int = 40) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= characters else f"{line[:characters]}…"


def _addressee(visit: Visit, address: pb.Address, body: str) -> str:
    place = f"{body}/{address.recipient_sub_unit}" if address.recipient_sub_unit else body
    return visit.name_of(place)


def states_wanted(name: str) -> Sequence[pb.DraftState.ValueType]:
    """The states that a filter of the list stands for; those still at work where it is unknown."""
    return next((states for known, _, states in FILTERS if known == name), LIVE)
