"""A due date as every page shows it: the day, how long is left in working days, and whether it is certain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gateway.visit import Visit
from guantong.node.v1 import matters_service_pb2 as pb
from services.chassis.clock import beijing_date

_SOON = 3
"""Working days from which on a date is near, as the to-do list counts them."""
COUNTY_SETTING = "county setting"


@dataclass(frozen=True, slots=True)
class Clock:
    """One due date. `due` is empty where the opinion gives none; `opens` is set for milestones alone.

    `tone` and `told` say how it stands, as sign and word.
    """

    deadline_id: str
    path: str
    due: str
    opens: str
    moved_from: str
    article: str
    state: str
    tone: str
    told: str
    provisional: bool


def clock_of(visit: Visit, matter_id: str, view: pb.DeadlineView) -> Clock:
    """What a page shows of one deadline of a matter."""
    tone, told = _standing(visit, view)
    moved = view.original_due_date if view.original_due_date != view.due_date else ""
    return Clock(
        deadline_id=view.deadline_id,
        path=f"/matters/{matter_id}/dates/{view.deadline_id}",
        due=view.due_date,
        opens=view.opens_date,
        moved_from=moved,
        article=article_of(visit, view.article_id),
        state=view.state,
        tone=tone,
        told=told,
        provisional=view.provisional,
    )


def article_of(visit: Visit, article_id: str) -> str:
    """A clause by its id; a rule of the county by that name."""
    return visit.say("本县规定") if article_id == COUNTY_SETTING else article_id


def _standing(visit: Visit, view: pb.DeadlineView) -> tuple[str, str]:
    late = view.late_working_day_count
    if view.state == "met":
        return "good", visit.say("按期完成")
    if view.state == "late_met":
        return "late", visit.say("超期 %(count)s 个工作日完成", count=late)
    if view.state == "suspended":
        return "off", visit.say("已中止")
    if view.state == "closed":
        return "off", visit.say("已结束")
    if view.late:
        return "late", visit.say("已超期 %(count)s 个工作日", count=late) if late else visit.say("已超期")
    return _running(visit, view)


def _running(visit: Visit, view: pb.DeadlineView) -> tuple[str, str]:
    if view.HasField("remaining_working_day_count"):
        left = view.remaining_working_day_count
        if left == 0:
            return "soon", visit.say("今日到期")
        tone = "soon" if left <= _SOON else "wait"
        return tone, visit.say("还有 %(count)s 个工作日", count=left)
    today = beijing_date(visit.gateway.now())
    if view.due_date and view.provisional and date.fromisoformat(view.due_date) < today:
        return "off", visit.say("暂定日期已过, 不计超期")
    return ("wait", "") if view.due_date else ("off", "")
