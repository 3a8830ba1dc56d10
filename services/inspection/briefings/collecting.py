"""Collects what accepted replies say about one unit, section by section, each traced to its letter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date
from services.chassis.documents.sheet import Block
from services.chassis.rulebook.book import Rulebook
from services.inspection.board.records import lateness
from services.inspection.briefings.errors import SourceChangedError
from services.inspection.briefings.findings import findings_on
from services.inspection.briefings.records import DutyFinding, Supplied, part_of
from services.inspection.briefings.tables_of_letters import blocks_of
from services.inspection.letters.store import OPINION, REQUEST, RoundLetter, article_of, letters_of
from services.inspection.replies.reading import OPINION as OPINION_CODE
from services.inspection.replies.reading import opinion_digest, opinion_on, section_digest, section_of
from services.inspection.replies.records import Effective, Reply, SectionState, counted, effective
from services.inspection.replies.store import replies_in
from services.inspection.rounds.store import gaps_of
from services.inspection.standing import Findings, OpenContent, Standings
from services.inspection.units.queries import UnitOn

FINDING_CODE = "duty_finding"
"""Stands where a source's section would, for a notice that answers nothing."""
_Said = tuple[SectionState, str, tuple[Block, ...]]
"""State, text, and what stands below the text."""


@dataclass(frozen=True)
class Source:
    """Where a section of a briefing comes from: its letter, its code, and the digest it must have there."""

    letter_id: str
    code: str
    digest: str


@dataclass(frozen=True)
class Collected:
    """Everything asked about one unit with what came, and the letters behind it."""

    supplied: tuple[Supplied, ...]
    findings: tuple[DutyFinding, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Sight:
    """With what eyes a briefing is collected: leads stay closed unless the team's leader is the one who reads."""

    book: Rulebook
    standings: Standings
    open_content: OpenContent
    findings: Findings
    calendar: WorkingCalendar
    now: datetime
    with_leads: bool = False

    @property
    def day(self) -> date:
        """Today in Beijing."""
        return beijing_date(self.now)


@dataclass(frozen=True)
class _Wanted:
    """One section as the rulebook describes it; one that it does not know is for the leader only, to be safe."""

    body: str
    code: str
    title: str
    article: str
    leader_only: bool


@dataclass
class _Walk:
    """One pass over a round's letters; opened contents are kept for the pass."""

    connection: sa.Connection
    sight: Sight
    unit_id: str
    opened: dict[str, bytes | None] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)

    def content(self, letter_id: str) -> bytes | None:
        if letter_id not in self.opened:
            self.opened[letter_id] = self.sight.open_content(self.connection, letter_id)
        return self.opened[letter_id]


def collect(connection: sa.Connection, round_id: str, unit: UnitOn, since: date, sight: Sight) -> Collected:
    """Every section asked about the unit, in the order of the letters, with what came for it; and what congress and
    CPPCC told of it unasked since that day.

    Only accepted replies speak; a body recused from the unit shows as recused, and whoever fills in stands behind it.
    Without the leader's eyes, what is for the leader alone looks the same whatever came.

    Raises:
        SourceChangedError: a letter's section is not the one that was received.

    """
    unit_id = unit.unit_id
    walk = _Walk(connection, sight, unit_id)
    letters = [one for one in letters_of(connection, round_id) if unit_id in one.unit_ids]
    replies = replies_in(connection, [one.matter_id for one in letters])
    supplied: list[Supplied] = []
    for letter in letters:
        supplied += _of_letter(walk, letter, replies[letter.matter_id])
    supplied += _recused(connection, round_id, unit_id, sight)
    supplied.sort(key=lambda one: one.part)
    if not sight.with_leads:
        supplied = [one.for_everybody() for one in supplied]
    findings = tuple(_findings(walk, unit, since))
    return Collected(tuple(supplied), findings, tuple(walk.sources))


def _findings(walk: _Walk, unit: UnitOn, since: date) -> Iterator[DutyFinding]:
    sight = walk.sight
    names = {body.id: sight.book.name_of(body.id, "zh") for body in sight.book.bodies}
    # A body's findings about itself are none.
    told = [one for one in sight.findings(walk.connection, since) if one.sender != unit.body]
    for notice, finding in findings_on(walk.connection, unit, told, names=names, day=sight.day):
        walk.sources.append(Source(notice.letter_id, FINDING_CODE, hashlib.sha256(notice.content).hexdigest()))
        yield finding


def _of_letter(walk: _Walk, letter: RoundLetter, replies: Sequence[Reply]) -> Iterator[Supplied]:
    standing = walk.sight.standings(walk.connection, letter.matter_id)
    late = standing is not None and lateness(standing, walk.sight.now, walk.sight.calendar).late
    accepted = standing is not None and standing.settled
    given = counted(replies, standing.answers if standing is not None else ())
    answers = effective(given)
    for wanted in _wanted(letter, walk.sight):
        found = answers.get((walk.unit_id, wanted.code))
        one = _supplied(walk, letter, wanted, found, accepted=accepted)
        yield replace(one, late=late, uncounted=len(replies) - len(given))


def _supplied(
    walk: _Walk, letter: RoundLetter, wanted: _Wanted, found: Effective | None, *, accepted: bool
) -> Supplied:
    said: _Said = (SectionState.MISSING, "", ())
    if found is not None:
        said = _said(walk, letter, wanted, found) if accepted else (SectionState.PENDING, "", ())
    state, text, blocks = said
    return Supplied(
        body=letter.body,
        body_name=walk.sight.book.name_of(letter.body, "zh"),
        code=wanted.code,
        title=wanted.title,
        part=part_of(wanted.body, wanted.code),
        article=wanted.article,
        state=state,
        leader_only=wanted.leader_only,
        text=text,
        blocks=blocks,
        answered=beijing_date(found.reply.signed_at) if found else None,
        document_number=found.reply.document_number if found else "",
    )


def _said(walk: _Walk, letter: RoundLetter, wanted: _Wanted, found: Effective) -> _Said:
    """State, text and tables; a section for the leader alone stays closed to everybody else.

    A section that names somebody above the county is not used, in whatever way its reply came to be accepted.
    """
    if found.answer.stopped:
        return SectionState.STOPPED, "", ()
    if letter.kind == OPINION:
        return _opinion(walk, found)
    state = SectionState(found.answer.state)
    if state is not SectionState.PROVIDED or (wanted.leader_only and not walk.sight.with_leads):
        return state, "", ()
    data = walk.content(found.reply.letter_id)
    if data is None:
        return SectionState.DESTROYED, "", ()
    section = section_of(content.InfoReply.FromString(data), walk.unit_id, wanted.code)
    if section is None or section_digest(section) != found.answer.digest:
        raise SourceChangedError(code=wanted.code, letter_id=found.reply.letter_id)
    walk.sources.append(Source(found.reply.letter_id, wanted.code, found.answer.digest.hex()))
    return state, section.text, tuple(blocks_of(section.tables, section.attachments))


def _opinion(walk: _Walk, found: Effective) -> _Said:
    """What the body says of the unit, its answers, and its opinion on all targets, which is marked as such."""
    data = walk.content(found.reply.letter_id)
    if data is None:
        return SectionState.DESTROYED, "", ()
    reply = content.OpinionReply.FromString(data)
    if opinion_digest(reply, walk.unit_id) != found.answer.digest:
        raise SourceChangedError(code=OPINION_CODE, letter_id=found.reply.letter_id)
    told = opinion_on(reply, walk.unit_id)
    words = [*(one.text for one in told.opinions), *(one.text for one in told.answers)]
    texts = [text for text in words if text.strip()]
    if told.general_opinion.strip():
        texts.append(f"总体意见（对全部征求意见对象，不专指本单位）：{told.general_opinion}")
    walk.sources.append(Source(found.reply.letter_id, OPINION_CODE, found.answer.digest.hex()))
    return SectionState(found.answer.state), "\n".join(texts), ()


def _wanted(letter: RoundLetter, sight: Sight) -> Iterable[_Wanted]:
    if letter.kind == OPINION:
        return [_Wanted(letter.body, OPINION_CODE, "对巡察对象的意见", article_of(OPINION), leader_only=False)]
    known = _sections(sight.book)
    return [
        known.get(code) or _Wanted(letter.stands_for, code, code, "-", leader_only=True) for code in letter.sections
    ]


def _sections(book: Rulebook) -> Mapping[str, _Wanted]:
    """Sections by code; the later version of a section wins, but once for the leader only it stays so."""
    known: dict[str, _Wanted] = {}
    for one in book.sections:
        before = known.get(one.id)
        leader_only = one.leader_only or (before is not None and before.leader_only)
        known[one.id] = _Wanted(one.body, one.id, one.zh, one.article, leader_only)
    return known


def _recused(connection: sa.Connection, round_id: str, unit_id: str, sight: Sight) -> Iterator[Supplied]:
    for gap in gaps_of(connection, round_id):
        if gap.unit_id != unit_id:
            continue
        sections = sight.book.sections_for(REQUEST, gap.body, sight.day)
        for section in sections:
            yield Supplied(
                body=gap.body,
                body_name=sight.book.name_of(gap.body, "zh"),
                code=section.id,
                title=section.zh,
                part=part_of(gap.body, section.id),
                article=section.article,
                state=SectionState.RECUSED,
                leader_only=section.leader_only,
            )
