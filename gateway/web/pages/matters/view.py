"""What pages show of whole matters: lines of a list, and one matter with its ladder, dates, history and letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.visit import Visit
from gateway.web.clocks import Clock, clock_of
from gateway.web.ladder import Rung, rungs
from gateway.web.pages.letters import view as letters
from gateway.web.vocabulary import DRAFT_STATES, ENDED, EVENTS, MATTER_KINDS, SIDES, STATES
from guantong.node.v1 import drafts_service_pb2 as drafts
from guantong.node.v1 import letters_service_pb2
from guantong.node.v1 import matters_service_pb2 as pb

_UNREACHED = frozenset({"sent", "stored", "viewed"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which matters an address asks for."""

    side: str = ""
    state: str = ""
    kind: str = ""
    page: str = ""

    def path(self, **changed: str) -> str:
        """The address of the list with something changed; from its first page."""
        wanted = asdict(self) | {"page": ""} | changed
        query = {name: value for name, value in wanted.items() if value}
        return f"/matters?{urlencode(query)}" if query else "/matters"

    def request(self, size: int) -> pb.ListMattersRequest:
        """What the node is asked for."""
        return pb.ListMattersRequest(
            state=self.state, side=self.side, letter_kind=self.kind, page_size=size, page_token=self.page
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One matter in a list."""

    path: str
    title: str
    peer: str
    side: str
    document_number: str
    state: str
    tone: str
    clocks: list[Clock]
    handler: str
    updated: Timestamp
    flagged: bool
    late: bool


def lines(visit: Visit, found: Iterable[pb.MatterView]) -> list[Line]:
    """The matters in the node's order, last changed first."""
    return [line(visit, one) for one in found]


def line(visit: Visit, one: pb.MatterView) -> Line:
    """One matter of a list."""
    return Line(
        path=f"/matters/{one.matter_id}",
        title=visit.pick(one.title_zh, one.title_en),
        peer=visit.name_of(one.peer),
        side=visit.say(SIDES.get(one.side, one.side)),
        document_number=one.document_number,
        state=visit.say(STATES.get(one.state, one.state)),
        tone="off" if one.state in ENDED else "wait",
        clocks=[clock_of(visit, one.matter_id, clock) for clock in one.deadlines],
        handler=one.handler_name,
        updated=one.updated_time,
        flagged=bool(one.flags),
        late=any(clock.late for clock in one.deadlines),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a matter's history; `overridden` says why it has no effect."""

    time: Timestamp
    event: str
    body: str
    path: str
    overridden: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft of the matter."""

    path: str
    title: str
    state: str
    stale: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One matter with everything its page shows."""

    line: Line
    matter_id: str
    kind: str
    opened: Timestamp
    opening_path: str
    sub_unit: str
    articles: str
    strand: str
    rungs: list[Rung]
    flags: list[str]
    history: list[Entry]
    letters: list[letters.Line]
    letters_more: bool
    drafts: list[DraftLine]
    ours: bool
    may_record: bool
    reminds: bool
    settles: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """What was fetched for one matter."""

    found: pb.GetMatterResponse
    letters: letters_service_pb2.ListLettersResponse
    drafts: Sequence[drafts.Draft]


def shown(visit: Visit, whole: Whole) -> Shown:
    """One matter for its page."""
    one = whole.found.matter
    strand = next((strand for strand in visit.gateway.book.strands if strand.id == one.strand), None)
    body = visit.gateway.config.body
    addressee = one.peer if one.side == "opener" else body
    return Shown(
        line=line(visit, one),
        matter_id=one.matter_id,
        kind=visit.say(MATTER_KINDS.get(one.matter_kind, one.matter_kind)),
        opened=one.opened_time,
        opening_path=f"/letters/{one.opening_letter_id}" if one.opening_letter_id else "",
        sub_unit=visit.name_of(f"{addressee}/{one.sub_unit}") if one.sub_unit else "",
        articles="、".join(one.article_ids),
        strand=strand.title(visit.language) if strand else "",
        rungs=rungs(visit, one.ladder, whole=True),
        flags=[visit.pick(flag.text_zh, flag.text_en) for flag in one.flags],
        history=[_entry(visit, entry) for entry in whole.found.timeline],
        letters=letters.lines(visit, whole.letters.letters),
        letters_more=bool(whole.letters.next_page_token),
        drafts=[_draft(visit, draft) for draft in whole.drafts if draft.address.matter_id == one.matter_id],
        ours=one.side == "opener",
        may_record=one.side == "opener" and one.state in _UNREACHED,
        reminds=one.side == "opener" and one.state in _UNREACHED | {"signed_for", "accepted", "returned", "interim"},
        settles=one.side == "opener" and one.state in {"answered", "final"} and visit.gateway.is_hub,
    )


def _entry(visit: Visit, entry: pb.TimelineEntry) -> Entry:
    return Entry(
        time=entry.time,
        event=visit.say(EVENTS.get(entry.event, entry.event)),
        body=visit.name_of(entry.body),
        path=f"/letters/{entry.letter_id}" if entry.letter_id else "",
        overridden=visit.pick(entry.overridden_reason, entry.overridden_reason_en),
    )


def _draft(visit: Visit, draft: drafts.Draft) -> DraftLine:
    return DraftLine(
        path=f"/drafts/{draft.draft_id}",
        title=visit.kind_name(draft.address.kind),
        state=visit.say(DRAFT_STATES.get(draft.state, "")),
        stale=draft.HasField("stale_since_time"),
    )
