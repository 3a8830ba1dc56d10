"""The to-do list of a body: whose turn it is in every open matter, and every draft that somebody has to work on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from types import MappingProxyType

import sqlalchemy as sa

from services.chassis.calendar.dues import is_late
from services.chassis.clock import beijing_date
from services.chassis.correspondence.countdown import Countdown
from services.chassis.correspondence.questions import open_questions
from services.chassis.correspondence.rights import Sight
from services.chassis.deadlines.model import Deadline
from services.chassis.deadlines.model import State as ClockState
from services.chassis.deadlines.queries import running_deadlines
from services.chassis.deadlines.rules import closing_time
from services.chassis.desk.queries import Viewer, list_drafts
from services.chassis.desk.records import ALLOWED, Draft, DraftState
from services.chassis.desk.records import Action as DraftAction
from services.chassis.desk.rights import reaches_of
from services.chassis.dossiers.model import DossierFilter, Head
from services.chassis.dossiers.queries import find
from services.chassis.dossiers.turns import TURNS, Duty
from services.chassis.matters.model import Side, State
from services.chassis.rpc.callers import BUSINESS_ROLES
from services.chassis.rulebook.book import Rulebook

SOON_WORKING_DAYS = 3
_FAR = timedelta(days=40)
"""No three working days reach as far: what lies behind needs no counting."""
_ALL = 100_000
"""More open matters than any body has: the list is sorted as a whole before it is cut into pages."""


class Action(StrEnum):
    """What is to be done next, and by whose role."""

    SIGN_FOR = "sign_for"
    ACCEPT = "accept"
    DRAFT = "draft"
    REVIEW = "review"
    SIGN = "sign"
    CLARIFY = "clarify"
    SETTLE = "settle"
    WAIT = "wait"


_ON_DRAFT: Mapping[DraftState, Action] = MappingProxyType(
    {
        DraftState.DRAFTING: Action.DRAFT,
        DraftState.RETURNED: Action.DRAFT,
        DraftState.IN_REVIEW: Action.REVIEW,
        DraftState.TO_SIGN: Action.SIGN,
    }
)
_FIRST = frozenset({Action.SIGN_FOR, Action.ACCEPT})
"""What comes before anybody looks at the drafted answer."""


class Owed(StrEnum):
    """Whose turn it is."""

    US = "us"
    THEM = "them"


@dataclass(frozen=True)
class Task:
    """One thing to do or to wait for.

    Attributes:
        action: What is to be done.
        began: The Beijing day from which it is owed, or on which a draft without a matter was started.
        head: The matter; None for the draft of a letter that will open one.
        draft: The draft to work on; None where there is none.
        deadline: The nearest of the matter's running clocks; None where none runs.
        letter_id: The letter that asks, where a question is to be answered; else empty.
    """

    action: Action
    began: date
    head: Head | None
    draft: Draft | None = None
    deadline: Deadline | None = None
    letter_id: str = ""

    @property
    def owed(self) -> Owed:
        """Whose turn it is."""
        return Owed.THEM if self.action is Action.WAIT else Owed.US

    @property
    def day(self) -> date:
        """When it is due or, without a due date, when it began (Beijing)."""
        return self.began if self.deadline is None else _day_of(self.deadline)

    @property
    def draft_id(self) -> str:
        """The draft's id; empty where there is none."""
        return self.draft.draft_id if self.draft is not None else ""

    @property
    def letter_kind(self) -> str:
        """The kind of the letter that opened the matter, or of the draft."""
        if self.head is not None:
            return self.head.header.letter_kind
        return self.draft.address.kind if self.draft is not None else ""

    def articles(self, book: Rulebook) -> tuple[str, ...]:
        """The articles it rests on: those its letter names, or else those of its kind."""
        named = self.head.header.article_ids if self.head is not None else ()
        if not named and self.head is None and self.draft is not None:
            named = self.draft.standing.article_ids
        return tuple(named) or (book.kind(self.letter_kind).articles if book.knows_kind(self.letter_kind) else ())

    @property
    def place(self) -> str:
        """Where it stands in the list: ours before what we wait for, then by day, then always in the same order."""
        matter_id = self.head.matter_id if self.head else ""
        return f"{int(self.action is Action.WAIT)} {self.day.isoformat()} {matter_id} {self.draft_id}{self.letter_id}"


def all_tasks(connection: sa.Connection, sight: Sight) -> list[Task]:
    """Everything that the person may know of, most urgent first.

    First what this body has to do, then what it waits for; each by the day it is due. What has no due date is owed
    promptly and stands at the day it began; a stopped clock stands at the date it had first.
    """
    heads = find(connection, DossierFilter(open_only=True), limit=_ALL, within=sight.within())
    caller = sight.caller
    viewer = Viewer(caller.desk_of, reaches_of(caller, BUSINESS_ROLES), sight.drafts())
    drafts = list_drafts(connection, viewer, ALLOWED[DraftAction.EDIT], limit=_ALL)
    tasks = [*_tasks(heads, drafts, _nearest(running_deadlines(connection))), *_questions(connection, heads)]
    return sorted(tasks, key=lambda task: task.place)


def page_of(tasks: Sequence[Task], wanted: Callable[[Task], bool], after: str, limit: int) -> list[Task]:
    """Up to `limit` of the tasks that are wanted, behind the `place` named `after`."""
    return list(islice((task for task in tasks if task.place > after and wanted(task)), limit))


@dataclass(frozen=True)
class Group:
    """How many tasks of one strand and side there are, how many of them late, and how many due soon."""

    strand: str
    owed: Owed
    tasks: int
    late: int
    soon: int


def grouped(tasks: Sequence[Task], book: Rulebook, countdown: Countdown) -> list[Group]:
    """The tasks counted by strand and side, in the order of both."""
    counts: defaultdict[tuple[str, Owed], Counter[str]] = defaultdict(Counter)
    for task in tasks:
        count = counts[book.strand_of(task.articles(book)), task.owed]
        count["tasks"] += 1
        if is_late_task(task, book, countdown):
            count["late"] += 1
        elif _is_soon(task, countdown):
            count["soon"] += 1
    places = {strand.id: number for number, strand in enumerate(book.strands)}
    order = sorted(counts, key=lambda key: (places.get(key[0], len(places)), key[1] is Owed.THEM))
    return [Group(*key, counts[key]["tasks"], counts[key]["late"], counts[key]["soon"]) for key in order]


def is_late_task(task: Task, book: Rulebook, countdown: Countdown) -> bool:
    """Whether its clock is past its date now; never on a provisional date, and not while it stands still."""
    clock = task.deadline
    if clock is None or clock.state is not ClockState.OPEN or clock.due_date is None:
        return False
    return is_late(clock.due, countdown.now, closing_time(book, clock.due_date))


def _is_soon(task: Task, countdown: Countdown) -> bool:
    clock = task.deadline
    if clock is None or clock.state is not ClockState.OPEN or clock.due_date is None:
        return False
    if clock.due_date > countdown.today + _FAR:
        return False
    left = countdown.remaining(clock.due_date)
    return left is not None and left <= SOON_WORKING_DAYS


def _tasks(heads: Sequence[Head], drafts: Sequence[Draft], clocks: Mapping[str, Deadline]) -> Iterator[Task]:
    of_matter: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        of_matter[draft.address.matter_id].append(draft)
    for head in heads:
        yield from _of_matter(head, of_matter.pop(head.matter_id, []), clocks.get(head.matter_id))
    for draft in (draft for left in of_matter.values() for draft in left):
        yield Task(_ON_DRAFT[draft.state], beijing_date(draft.started_at), None, draft)


def _of_matter(head: Head, drafts: Sequence[Draft], clock: Deadline | None) -> Iterator[Task]:
    action = _action(head)
    began = beijing_date((head.answered_at if action is Action.SETTLE else None) or head.opened_at)
    if action in _FIRST:
        yield Task(action, began, head, drafts[0] if drafts else None, clock)
        return
    if action is not Action.DRAFT or not drafts:
        yield Task(action, began, head, None, clock)
    yield from (Task(_ON_DRAFT[draft.state], began, head, draft, clock) for draft in drafts)


def _questions(connection: sa.Connection, heads: Sequence[Head]) -> Iterator[Task]:
    """What addressees of our letters wait to be told; the date that they owe is not ours."""
    ours = {head.matter_id: head for head in heads if head.header.our_side is Side.OPENER}
    for matter_id, question in open_questions(connection, list(ours)).items():
        yield Task(Action.CLARIFY, question.asked_on, ours[matter_id], letter_id=question.letter_id)


def _action(head: Head) -> Action:
    turn = TURNS[head.state]
    if turn is None or turn[0] is not head.header.our_side:
        return Action.WAIT
    if turn[1] is Duty.WORK:
        return Action.ACCEPT if head.state is State.SIGNED_FOR else Action.DRAFT
    return Action.SETTLE if turn[1] is Duty.SETTLE else Action.SIGN_FOR


def _nearest(deadlines: Sequence[Deadline]) -> dict[str, Deadline]:
    """The earliest of each matter's running clocks."""
    nearest: dict[str, Deadline] = {}
    for one in deadlines:
        known = nearest.get(one.matter_id)
        if known is None or _day_of(one) < _day_of(known):
            nearest[one.matter_id] = one
    return nearest


def _day_of(clock: Deadline) -> date:
    return clock.due_date or clock.opens_on or clock.original_due_date or clock.start
