"""What the to-do list shows: tabs and strands with their counts, and of each task its verb, its matter and its date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from gateway.visit import Visit
from gateway.web.clocks import Clock, clock_of
from gateway.web.vocabulary import ACTIONS
from guantong.node.v1 import matters_service_pb2 as pb
from guantong.node.v1 import operations_service_pb2 as operations

US: Literal["us"] = "us"
THEM: Literal["them"] = "them"
SIDES: Mapping[Literal["us", "them"], pb.OwedBy.ValueType] = {US: pb.OWED_BY_US, THEM: pb.OWED_BY_THEM}
_MAKERS = {"review": "reviewer", "sign": "leader"}
"""What only one role does; others wait for it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list an address asks for."""

    side: Literal["us", "them"] = US
    strand: str = ""
    mine: bool = False
    late: bool = False
    page: str = ""

    def path(self, **changed: object) -> str:
        """The address of the list with something changed."""
        wanted = {"side": self.side, "strand": self.strand, "mine": self.mine, "late": self.late} | changed
        if wanted["side"] == US:
            wanted["side"] = ""
        query = {name: "1" if value is True else value for name, value in wanted.items() if value}
        return f"/?{urlencode(query)}" if query else "/"

    def request(self, size: int) -> pb.ListTasksRequest:
        """What the node is asked for."""
        return pb.ListTasksRequest(
            page_size=size,
            page_token=self.page,
            mine=self.mine,
            strand=self.strand,
            owed_by=SIDES[self.side],
            late=self.late,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One task. Without a clock that has a date, `age` and `began` say how long it has been there."""

    action: str
    doing: str
    ready: bool
    path: str
    title: str
    subject_path: str
    document_number: str
    sub_unit: str
    peer: str
    articles: str
    clock: Clock | None
    age: int | None
    began: str
    reminder: str
    handler: str
    late: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A tab or filter: where it leads, how many it holds, of those the late, and whether it is on."""

    title: str
    path: str
    count: int
    late: int
    on: bool


def lines(visit: Visit, tasks: Iterable[pb.Task]) -> list[Line]:
    """The tasks in the node's order, most urgent first."""
    return [_line(visit, task) for task in tasks]


def tabs(visit: Visit, wanted: Asked, groups: Iterable[pb.TaskGroup]) -> list[Choice]:
    """What this body owes, and what it is owed."""
    found = list(groups)
    titles = {US: visit.say("本单位应办"), THEM: visit.say("等待对方")}
    return [
        Choice(
            titles[side],
            wanted.path(side=side, strand="", late=False),
            sum(one.task_count for one in found if one.owed_by == number),
            sum(one.late_count for one in found if one.owed_by == number),
            wanted.side == side,
        )
        for side, number in SIDES.items()
    ]


def strands(visit: Visit, wanted: Asked, found: pb.ListTasksResponse) -> list[Choice]:
    """The strands of cooperation that hold anything on this side, and "all" before them."""
    ours = [one for one in found.groups if one.owed_by == SIDES[wanted.side]]
    everything = Choice(
        visit.say("全部"),
        wanted.path(strand=""),
        sum(one.task_count for one in ours),
        sum(one.late_count for one in ours),
        not wanted.strand,
    )
    return [everything, *(_strand(visit, wanted, strand, ours) for strand in found.strands)]


def _strand(visit: Visit, wanted: Asked, strand: pb.Strand, ours: list[pb.TaskGroup]) -> Choice:
    held = [one for one in ours if one.strand == strand.strand]
    return Choice(
        visit.pick(strand.title_zh, strand.title_en),
        wanted.path(strand=strand.strand),
        sum(one.task_count for one in held),
        sum(one.late_count for one in held),
        wanted.strand == strand.strand,
    )


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One open alarm, for those who look after the node."""

    text: str
    peer: str
    count: int
    last: object


def alarm_lines(visit: Visit, found: Iterable[operations.Alarm]) -> list[AlarmLine]:
    """Alarms in the node's order, newest first."""
    return [
        AlarmLine(visit.pick(one.text, one.text_en), visit.name_of(one.peer), one.count, one.last_time) for one in found
    ]


def _line(visit: Visit, task: pb.Task) -> Line:
    matter = task.matter
    dated = task.HasField("deadline")
    clock = clock_of(visit, matter.matter_id, task.deadline) if dated else None
    maker = _MAKERS.get(task.action)
    return Line(
        action=task.action,
        doing=visit.say(ACTIONS.get(task.action, task.action)),
        ready=task.action != "wait" and (maker is None or maker in visit.roles),
        path=_next(task),
        title=visit.pick(task.title_zh, task.title_en) or visit.pick(matter.title_zh, matter.title_en),
        subject_path=f"/matters/{matter.matter_id}" if matter.matter_id else f"/drafts/{task.draft_id}",
        document_number=matter.document_number,
        sub_unit=_sub_unit(visit, task.sub_unit),
        peer=visit.name_of(task.peer or matter.peer) if task.peer or matter.peer else "",
        articles="、".join(task.article_ids),
        clock=clock if clock and (clock.due or clock.opens or clock.told) else None,
        age=task.age_working_day_count if task.HasField("age_working_day_count") else None,
        began=task.began_date,
        reminder=visit.pick(task.reminder_zh, task.reminder_en),
        handler=matter.handler_name,
        late=dated and task.deadline.late,
    )


def _next(task: pb.Task) -> str:
    """Where the next step is taken."""
    if task.action in {"sign_for", "accept"} and task.matter.opening_letter_id:
        return f"/letters/{task.matter.opening_letter_id}"
    if task.letter_id:
        return f"/letters/{task.letter_id}"
    if task.draft_id:
        return f"/drafts/{task.draft_id}" + ("/sign" if task.action == "sign" else "")
    return f"/matters/{task.matter.matter_id}"


def _sub_unit(visit: Visit, sub_unit: str) -> str:
    """The name of a sub-unit here; empty where it is the body's own."""
    body = visit.gateway.config.body
    name = visit.name_of(f"{body}/{sub_unit}") if sub_unit else ""
    return "" if name == visit.name_of(body) else name
