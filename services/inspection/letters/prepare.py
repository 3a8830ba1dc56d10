"""Prepares a round's letters as drafts: to each body once, about every unit that is not itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.clock import beijing_date
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Transaction
from services.inspection.letters import contents
from services.inspection.letters.errors import QuestionError, ReplyByError, TargetsNotFixedError
from services.inspection.letters.records import UnitQuestion
from services.inspection.letters.sections import People, people_of, sections_wanted
from services.inspection.letters.store import OPINION, REQUEST, RoundLetter, draft_discarded, letters_of, save
from services.inspection.messages import exact_bytes, type_name
from services.inspection.outgoing import Outgoing
from services.inspection.rounds import rules, store
from services.inspection.rounds.records import Addressed, Round, Target, address, targets_are_fixed
from services.inspection.units.queries import UnitOn, units_on


@dataclass(frozen=True)
class Prepared:
    """A letter that waits for the head of the office, and the units left out because the addressee is one of them.

    `letter` is None where every unit of the round is left out: then nothing is sent to that body.
    """

    body: str
    stands_for: str
    letter: RoundLetter | None
    removed: tuple[str, ...]


@dataclass(frozen=True)
class _Desk:
    """What preparing one letter needs beside the letter itself."""

    tx: Transaction
    outgoing: Outgoing
    book: Rulebook
    current: Round
    units: dict[str, UnitOn]
    people: dict[str, People]
    contact: content.Contact
    by: str

    @property
    def day(self) -> date:
        return beijing_date(self.tx.now)


def prepare_opinion_letters(
    tx: Transaction,
    outgoing: Outgoing,
    book: Rulebook,
    round_id: str,
    *,
    reply_by: date,
    contact: content.Contact,
    by: str,
) -> tuple[Prepared, ...]:
    """Draft the letters seeking opinions on the targets (A1.2b); the office sets the date of the reply.

    A letter that exists already is given again instead of a second one.
    """
    desk, targets = _open(tx, outgoing, book, round_id, article="A1.2b", contact=contact, by=by)
    if reply_by <= desk.day:
        raise ReplyByError(day=reply_by)
    present = _present(desk, OPINION)
    made = []
    for one in address(book.recipients_of(OPINION, desk.day), _addressable(book, desk.day, targets)):
        letter = present.get((one.body, one.body))
        if letter is None and one.asked:
            message = contents.opinion_request(
                desk.current,
                [desk.units[target.unit_id] for target in one.asked],
                due=book.due_rule_for(OPINION, desk.day),
                reply_by=reply_by,
                contact=contact,
                day=desk.day,
            )
            letter = _draft(desk, OPINION, one, one.body, message, reply_by=reply_by)
        made.append(Prepared(one.body, one.body, letter, tuple(target.unit_id for target in one.removed)))
    return tuple(made)


def prepare_request_letters(
    tx: Transaction,
    outgoing: Outgoing,
    book: Rulebook,
    round_id: str,
    *,
    questions: Sequence[UnitQuestion] = (),
    contact: content.Contact,
    by: str,
) -> tuple[Prepared, ...]:
    """Draft one request per addressed body (A3.2a), and one more per body chosen to fill a gap.

    Each letter is a matter of its own with a clock of its own. A letter that exists already is given again.

    Raises:
        QuestionError: a question goes to a body that is not asked about that unit.

    """
    desk, targets = _open(tx, outgoing, book, round_id, article="A3.2a", contact=contact, by=by)
    plan = _whom_to_ask(desk, targets)
    asked = {(one.body, target.unit_id) for one, _ in plan for target in one.asked}
    for question in questions:
        if (question.body, question.unit_id) not in asked:
            raise QuestionError(body=question.body, unit_id=question.unit_id)
    present = _present(desk, REQUEST)
    made = []
    for one, stands_for in plan:
        letter = present.get((one.body, stands_for))
        if letter is None and one.asked:
            letter = _request(desk, one, stands_for, questions)
        made.append(Prepared(one.body, stands_for, letter, tuple(target.unit_id for target in one.removed)))
    return tuple(made)


def _open(
    tx: Transaction,
    outgoing: Outgoing,
    book: Rulebook,
    round_id: str,
    *,
    article: str,
    contact: content.Contact,
    by: str,
) -> tuple[_Desk, tuple[Target, ...]]:
    current = store.get_round(tx.connection, round_id)
    if not targets_are_fixed(current.state):
        raise TargetsNotFixedError(state=current.state.value, article=article)
    day = beijing_date(tx.now)
    targets = store.targets_of(tx.connection, round_id)
    names = rules.body_names(book, day)
    units = {one.unit_id: one for one in units_on(tx.connection, [one.unit_id for one in targets], day, names)}
    people = {unit_id: people_of(tx.connection, unit_id, day) for unit_id in units}
    # A unit that became a body after the targets were fixed is recused all the same.
    targets = tuple(replace(one, body=one.body or units[one.unit_id].body) for one in targets)
    return _Desk(tx, outgoing, book, current, units, people, contact, by), targets


def _addressable(book: Rulebook, day: date, targets: Sequence[Target]) -> Sequence[Target]:
    """The targets as addressing sees them: a county may decide to ask bodies about themselves."""
    if not book.flag("request_addresses_self_inspected", day):
        return targets
    return [replace(target, body="") for target in targets]


def _whom_to_ask(desk: _Desk, targets: Sequence[Target]) -> list[tuple[Addressed, str]]:
    """Every letter to write: to whom about which units, and whose sections it asks for."""
    bodies = desk.book.recipients_of(REQUEST, desk.day)
    plan = [(one, one.body) for one in address(bodies, _addressable(desk.book, desk.day, targets))]
    filled: dict[tuple[str, str], list[Target]] = {}
    for gap in store.gaps_of(desk.tx.connection, desk.current.round_id):
        if gap.substitute:
            target = next(one for one in targets if one.unit_id == gap.unit_id)
            filled.setdefault((gap.substitute, gap.body), []).append(target)
    plan += [(Addressed(body, tuple(asked), ()), stands_for) for (body, stands_for), asked in filled.items()]
    return plan


def _request(desk: _Desk, one: Addressed, stands_for: str, questions: Sequence[UnitQuestion]) -> RoundLetter:
    sections = desk.book.sections_for(REQUEST, stands_for, desk.day)
    people = {target.unit_id: desk.people[target.unit_id] for target in one.asked}
    names = {unit_id: desk.units[unit_id].name for unit_id in people}
    wanted = sections_wanted(desk.book, sections, names, people, desk.day)
    first = min((section.period.first for section in wanted if section.period), default=desk.day)
    message = contents.info_request(
        desk.current,
        [(desk.units[unit_id], found.posts_since(first)) for unit_id, found in people.items()],
        wanted,
        [(names[q.unit_id], q.text) for q in questions if q.body == one.body and q.unit_id in names],
        due=desk.book.due_rule_for(REQUEST, desk.day),
        contact=desk.contact,
        day=desk.day,
    )
    return _draft(desk, REQUEST, one, stands_for, message, sections=tuple(section.id for section in sections))


def _draft(
    desk: _Desk,
    kind: str,
    one: Addressed,
    stands_for: str,
    message: Message,
    *,
    sections: tuple[str, ...] = (),
    reply_by: date | None = None,
) -> RoundLetter:
    ref = desk.tx.new_id()
    sub_unit = desk.book.sub_unit_for(kind, one.body, desk.day)
    draft_id = desk.outgoing.draft(
        desk.tx,
        kind,
        recipients=(f"{one.body}/{sub_unit}" if sub_unit else one.body,),
        content=exact_bytes(message),
        content_type=type_name(message),
        article_ids=desk.book.kind(kind, desk.day).articles,
        matter_ref=ref,
    )
    letter = RoundLetter(
        ref=ref,
        matter_id=ref,
        round_id=desk.current.round_id,
        kind=kind,
        body=one.body,
        stands_for=stands_for,
        draft_id=draft_id,
        sections=sections,
        unit_ids=tuple(target.unit_id for target in one.asked),
        reply_by=reply_by,
    )
    save(desk.tx, letter, by=desk.by)
    return letter


def _present(desk: _Desk, kind: str) -> dict[tuple[str, str], RoundLetter]:
    """The letters that exist already; one whose draft was given up makes room for another."""
    found = {}
    for letter in letters_of(desk.tx.connection, desk.current.round_id):
        if letter.kind != kind:
            continue
        if desk.outgoing.is_given_up(desk.tx, letter.draft_id):
            draft_discarded(desk.tx, letter.draft_id)
        else:
            found[letter.body, letter.stands_for] = letter
    return found
