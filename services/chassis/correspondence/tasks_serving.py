"""Turns the to-do list into messages: each task with what a page shows of it, and the whole counted by strand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from guantong.node.v1 import matters_service_pb2 as pb
from services.chassis.correspondence.matters_messages_service import Views, Whole, wholes
from services.chassis.correspondence.tasks import Action, Group, Owed, Task, is_late_task
from services.chassis.deadlines.model import Deadline
from services.chassis.matters.model import Side
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rulebook.book import Rulebook

_OWED = {Owed.US: pb.OWED_BY_US, Owed.THEM: pb.OWED_BY_THEM}
_ASKED = {value: owed for owed, value in _OWED.items()}


def wanted_of(request: pb.ListTasksRequest, views: Views) -> Callable[[Task], bool]:
    """Whether a task is among those asked for.

    Raises:
        FieldInvalidError: the rulebook has no such strand.

    """
    book = views.book
    if request.strand and all(strand.id != request.strand for strand in book.strands):
        raise FieldInvalidError(field="strand", problem="no strand of the rulebook")
    owed = _ASKED.get(request.owed_by)

    def wanted(task: Task) -> bool:
        return (
            (owed is None or task.owed is owed)
            and (not request.letter_kind or task.letter_kind == request.letter_kind)
            and (not request.strand or book.strand_of(task.articles(book)) == request.strand)
            and (not request.late or is_late_task(task, book, views.countdown))
        )

    return wanted


def task_messages(connection: sa.Connection, views: Views, tasks: Sequence[Task]) -> list[pb.Task]:
    """The tasks of a page."""
    heads = {task.head.matter_id: task.head for task in tasks if task.head is not None}
    found = {whole.dossier.head.matter_id: whole for whole in wholes(connection, [*heads.values()])}
    matters = {matter_id: views.matter(whole) for matter_id, whole in found.items()}
    return [_message(views, task, found, matters) for task in tasks]


def group_messages(groups: Sequence[Group]) -> list[pb.TaskGroup]:
    """How many there are of each strand and side."""
    return [
        pb.TaskGroup(
            strand=group.strand,
            owed_by=_OWED[group.owed],
            task_count=group.tasks,
            late_count=group.late,
            soon_count=group.soon,
        )
        for group in groups
    ]


def strand_messages(book: Rulebook) -> list[pb.Strand]:
    """The strands, in the rulebook's order."""
    return [pb.Strand(strand=one.id, title_zh=one.zh, title_en=one.en) for one in book.strands]


def _message(views: Views, task: Task, found: dict[str, Whole], matters: dict[str, pb.MatterView]) -> pb.Task:
    book, matter_id = views.book, task.head.matter_id if task.head is not None else ""
    step = views.reminder(found[matter_id]) if task.head is not None and task.action is not Action.WAIT else None
    articles = task.articles(book)
    kind = book.kind(task.letter_kind) if book.knows_kind(task.letter_kind) else None
    clock = task.deadline
    dated = clock is not None and (clock.due_date or clock.opens_on) is not None
    return pb.Task(
        action=task.action.value,
        matter=matters.get(matter_id),
        draft_id=task.draft_id,
        reminder_zh=step.zh if step else "",
        reminder_en=step.en if step else "",
        owed_by=_OWED[task.owed],
        strand=book.strand_of(articles),
        deadline=_shown(clock, matters.get(matter_id)),
        age_working_day_count=None if dated else views.countdown.age(task.began),
        letter_kind=task.letter_kind,
        title_zh=kind.zh if kind else task.letter_kind,
        title_en=kind.en if kind else task.letter_kind,
        article_ids=articles,
        peer=_peer(task),
        sub_unit=_sub_unit(task),
        began_date=task.began.isoformat(),
        letter_id=task.letter_id,
    )


def _shown(clock: Deadline | None, matter: pb.MatterView | None) -> pb.DeadlineView | None:
    if clock is None or matter is None:
        return None
    return next((one for one in matter.deadlines if one.deadline_id == clock.deadline_id), None)


def _peer(task: Task) -> str:
    if task.head is not None:
        return task.head.header.counterparty
    recipients = task.draft.address.recipients if task.draft is not None else ()
    return recipients[0].partition("/")[0] if recipients else ""


def _sub_unit(task: Task) -> str:
    if task.draft is not None:
        return task.draft.standing.sub_unit
    header = task.head.header if task.head is not None else None
    return header.sub_unit if header is not None and header.our_side is Side.ADDRESSEE else ""
