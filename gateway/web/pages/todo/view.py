"""What the to-do list shows of each task."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.visit import Visit
from guantong.node.v1 import matters_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class Line:
    """One task. `due` is empty where the opinion gives no date; then `began` tells the age."""

    action: str
    title: str
    peer: str
    path: str
    due: str
    late: bool


def lines(visit: Visit, tasks: list[pb.Task]) -> list[Line]:
    """The tasks in the node's order, most urgent first."""
    return [_line(visit, task) for task in tasks]


def _line(visit: Visit, task: pb.Task) -> Line:
    matter = task.matter
    due = min((one.due_date for one in matter.deadlines if one.due_date and one.state == "open"), default="")
    return Line(
        action=task.action,
        title=visit.pick(matter.title_zh, matter.title_en),
        peer=visit.name_of(matter.peer) if matter.peer else "",
        path=f"/matters/{matter.matter_id}" if matter.matter_id else f"/drafts/{task.draft_id}",
        due=due,
        late=any(one.late for one in matter.deadlines),
    )
