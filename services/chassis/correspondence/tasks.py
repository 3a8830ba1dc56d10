"""The to-do list of a body: whose turn it is in every open matter, and every draft that somebody has to work on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.correspondence.rights import Sight
from services.chassis.deadlines.model import Deadline
from services.chassis.deadlines.queries import running_deadlines
from services.chassis.desk.queries import Viewer, list_drafts
from services.chassis.desk.records import ALLOWED, Draft, DraftState
from services.chassis.desk.records import Action as DraftAction
from services.chassis.desk.rights import reaches_of
from services.chassis.dossiers.model import DossierFilter, Head
from services.chassis.dossiers.queries import find
from services.chassis.dossiers.turns import TURNS, Duty
from services.chassis.matters.model import State
from services.chassis.rpc.callers import BUSINESS_ROLES

_ALL = 100_000
"""More open matters than any body has: the list is sorted as a whole before it is cut into pages."""


class Action(StrEnum):
    """What is to be done next, and by whose role."""

    SIGN_FOR = "sign_for"
    ACCEPT = "accept"
    DRAFT = "draft"
    REVIEW = "review"
    SIGN = "sign"
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


@dataclass(frozen=True)
class Task:
    """One thing to do or to wait for. `day` is when it is due or, without a due date, when it began (Beijing)."""

    action: Action
    day: date
    head: Head | None
    draft_id: str = ""

    @property
    def place(self) -> str:
        """Where it stands in the list: ours before what we wait for, then by day, then always in the same order."""
        matter_id = self.head.matter_id if self.head else ""
        return f"{int(self.action is Action.WAIT)} {self.day.isoformat()} {matter_id} {self.draft_id}"


def list_tasks(connection: sa.Connection, sight: Sight, after: str, limit: int) -> list[Task]:
    """Up to `limit` tasks that the person may know of, behind the `place` named `after`, most urgent first.

    First what this body has to do, then what it waits for; each by the day it is due. What has no due date is owed
    promptly and stands at the day it began; a stopped clock stands at the date it had first.
    """
    heads = find(connection, DossierFilter(open_only=True), limit=_ALL, within=sight.within())
    caller = sight.caller
    viewer = Viewer(caller.account_id, reaches_of(caller, BUSINESS_ROLES), sight.drafts())
    drafts = list_drafts(connection, viewer, ALLOWED[DraftAction.EDIT], limit=_ALL)
    found = sorted(_tasks(heads, drafts, _days(running_deadlines(connection))), key=lambda task: task.place)
    return [task for task in found if task.place > after][:limit]


def _tasks(heads: Sequence[Head], drafts: Sequence[Draft], days: Mapping[str, date]) -> Iterator[Task]:
    of_matter: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        of_matter[draft.address.matter_id].append(draft)
    for head in heads:
        yield from _of_matter(head, of_matter.pop(head.matter_id, []), days.get(head.matter_id))
    for draft in (draft for left in of_matter.values() for draft in left):
        yield _of_draft(draft, None, None)


def _of_matter(head: Head, drafts: Sequence[Draft], due: date | None) -> Iterator[Task]:
    action = _action(head)
    began = head.answered_at if action is Action.SETTLE else None
    day = due or beijing_date(began or head.opened_at)
    if action in _FIRST:
        yield Task(action, day, head, drafts[0].draft_id if drafts else "")
        return
    if action is not Action.DRAFT or not drafts:
        yield Task(action, day, head)
    yield from (_of_draft(draft, head, day) for draft in drafts)


def _of_draft(draft: Draft, head: Head | None, day: date | None) -> Task:
    return Task(_ON_DRAFT[draft.state], day or beijing_date(draft.started_at), head, draft.draft_id)


def _action(head: Head) -> Action:
    turn = TURNS[head.state]
    if turn is None or turn[0] is not head.header.our_side:
        return Action.WAIT
    if turn[1] is Duty.WORK:
        return Action.ACCEPT if head.state is State.SIGNED_FOR else Action.DRAFT
    return Action.SETTLE if turn[1] is Duty.SETTLE else Action.SIGN_FOR


def _days(deadlines: Sequence[Deadline]) -> dict[str, date]:
    """The earliest day of each matter's running clocks."""
    days: dict[str, date] = {}
    for one in deadlines:
        day = one.due_date or one.opens_on or one.original_due_date or one.start
        days[one.matter_id] = min(day, days.get(one.matter_id, day))
    return days
