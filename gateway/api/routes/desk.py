"""Operations on the desk: the to-do list, matters with their dates, and who is asking."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api.call import ByToken, Id
from gateway.api.etags import TaggedRoute
from gateway.api.models.matters import (
    Explanation,
    MatterPage,
    MattersQuery,
    WholeMatter,
    explanation,
    matter,
    whole_matter,
)
from gateway.api.models.status import Me, Status, me, status
from gateway.api.models.tasks import TaskPage, TasksQuery, task_page
from gateway.api.problems import problems
from gateway.api.wording import both, brief
from guantong.node.v1 import matters_service_pb2 as pb
from guantong.node.v1 import people_service_pb2 as people_pb
from guantong.node.v1 import status_service_pb2 as status_pb

router = APIRouter(route_class=TaggedRoute)


@router.get(
    "/tasks",
    name="api.listTasks",
    summary=brief("待办", "The to-do list"),
    description=both(
        "先列本单位应办的, 再列等待对方的, 各按紧急程度排列; 规定未给日期的不显示日期, 只显示已历时日。",
        "What this body owes first, then what it waits for, each most urgent first; where the opinion gives no date "
        "there is none, only an age.",
    ),
    responses=problems(),
)
async def list_tasks(call: ByToken, query: Annotated[TasksQuery, Query()]) -> TaskPage:
    """The to-do list."""
    found = await call.node.matters.ListTasks(query.message())
    return task_page(found, call.next(found.next_page_token))


@router.get(
    "/matters",
    name="api.listMatters",
    summary=brief("事项列表", "List matters"),
    description=both("最近变动的在前。", "The one that changed last comes first."),
    responses=problems(),
)
async def list_matters(call: ByToken, query: Annotated[MattersQuery, Query()]) -> MatterPage:
    """A page of matters."""
    found = await call.node.matters.ListMatters(query.message())
    return MatterPage(items=[matter(one) for one in found.matters], next=call.next(found.next_page_token))


@router.get(
    "/matters/{matter_id}",
    name="api.getMatter",
    summary=brief("一个事项", "One matter"),
    description=both("回执阶梯、期限和经过。", "Its ladder, its due dates and its history."),
    responses=problems(404),
)
async def get_matter(call: ByToken, matter_id: Id) -> WholeMatter:
    """One matter."""
    return whole_matter(await call.node.matters.GetMatter(pb.GetMatterRequest(matter_id=matter_id)))


@router.get(
    "/deadlines/{deadline_id}/explanation",
    name="api.explainDeadline",
    summary=brief("期限如何得出", "Why this date"),
    description=both("逐日说明到期日的计算。", "Explains a due date day by day."),
    responses=problems(404, 409),
)
async def explain_deadline(call: ByToken, deadline_id: Id) -> Explanation:
    """How a due date was computed."""
    return explanation(await call.node.matters.ExplainDeadline(pb.ExplainDeadlineRequest(deadline_id=deadline_id)))


@router.get(
    "/status",
    name="api.getStatus",
    summary=brief("节点状态", "How the node fares"),
    description=both(
        "只有计数和时间。令牌持有人须有相应角色。", "Counts and ages only. The token's owner needs a role for it."
    ),
    responses=problems(),
)
async def get_status(call: ByToken) -> Status:
    """The node's status."""
    return status(await call.node.status.GetStatus(status_pb.GetStatusRequest()))


@router.get(
    "/me",
    name="api.getMe",
    summary=brief("令牌持有人", "The token's owner"),
    description=both(
        "令牌属于谁, 此人现有哪些角色。", "Who the token belongs to, and which roles that person has now."
    ),
    responses=problems(),
)
async def get_me(call: ByToken) -> Me:
    """The token's owner."""
    found = await call.node.people.GetCaller(people_pb.GetCallerRequest())
    return me(call.gateway.config.body, found.account)
