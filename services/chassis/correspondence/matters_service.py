"""Serves whole matters to the body's own people: lists, one with its ladder, the to-do list, a date explained."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa

from guantong.node.v1 import matters_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2_grpc as rpc
from services.chassis.correspondence.matters_acts_service import MattersActs
from services.chassis.correspondence.matters_messages_service import answer_times, entries, explained, wholes
from services.chassis.correspondence.matters_serving import Matters, deadline_shown_to
from services.chassis.correspondence.rights import Sight
from services.chassis.correspondence.tasks import all_tasks, grouped, page_of
from services.chassis.correspondence.tasks_serving import (
    group_messages,
    strand_messages,
    task_messages,
    wanted_of,
)
from services.chassis.deadlines.explaining import explanation
from services.chassis.dossiers import queries
from services.chassis.dossiers.model import DossierFilter
from services.chassis.duties.handling import on_desk
from services.chassis.matters.model import Side, State
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import BUSINESS_ROLES, Scope
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.server import ServerBuilder

E = TypeVar("E", bound=StrEnum)
ACCESS = ServiceAccess(
    "guantong.node.v1.MattersService",
    BUSINESS_ROLES,
    tokens=dict.fromkeys(("ListMatters", "GetMatter", "ListTasks", "ExplainDeadline"), Scope.READ),
)
"""Which of them may know of which matter, and act in it, is asked where it is read or done."""


def add_matters(builder: ServerBuilder, served: Matters) -> None:
    """Have the server offer matters."""
    builder.add(rpc.add_MattersServiceServicer_to_server, MattersServicer(served), ACCESS)


class MattersServicer(MattersActs):
    """One method per RPC; the contract says what each does."""

    async def ListMatters(self, request: pb.ListMattersRequest, context: object) -> pb.ListMattersResponse:
        page, sight = self._served.paging.page(request), self._sight()
        wanted = DossierFilter(
            side=_chosen(Side, "side", request.side),
            state=_chosen(State, "state", request.state),
            letter_kind=request.letter_kind or None,
        )

        def look(connection: sa.Connection) -> pb.ListMattersResponse:
            found = queries.find(connection, wanted, page.after, page.limit, sight.within())
            heads, token = self._served.paging.cut(request, page, found, queries.cursor)
            views = self._served.views(connection)
            shown = [views.matter(whole) for whole in wholes(connection, heads)]
            return pb.ListMattersResponse(matters=shown, next_page_token=token)

        return await self._served.database.reader.read(look)

    async def GetMatter(self, request: pb.GetMatterRequest, context: object) -> pb.GetMatterResponse:
        sight = self._sight()

        def look(connection: sa.Connection) -> pb.GetMatterResponse:
            sight.demand(connection, request.matter_id, BUSINESS_ROLES, "GetMatter")
            (whole,) = wholes(connection, [queries.get_head(connection, request.matter_id)])
            view = self._served.views(connection).matter(whole)
            return pb.GetMatterResponse(matter=view, timeline=entries(whole.dossier))

        return await self._served.database.reader.read(look)

    async def ListTasks(self, request: pb.ListTasksRequest, context: object) -> pb.ListTasksResponse:
        """Most urgent first: see `all_tasks` for the order."""
        page, sight = self._served.paging.page(request), self._sight()

        def look(connection: sa.Connection) -> pb.ListTasksResponse:
            views, everything = self._served.views(connection), all_tasks(connection, sight)
            if request.mine:
                everything = on_desk(connection, sight.caller, everything)
            found = page_of(everything, wanted_of(request, views), page.after or "", page.limit)
            tasks, token = self._served.paging.cut(request, page, found, lambda task: task.place)
            return pb.ListTasksResponse(
                tasks=task_messages(connection, views, tasks),
                next_page_token=token,
                groups=group_messages(grouped(everything, views.book, views.countdown)),
                strands=strand_messages(views.book),
            )

        return await self._served.database.reader.read(look)

    async def ExplainDeadline(self, request: pb.ExplainDeadlineRequest, context: object) -> pb.ExplainDeadlineResponse:
        sight = self._sight()

        def look(connection: sa.Connection) -> pb.ExplainDeadlineResponse:
            deadline = deadline_shown_to(sight, connection, request.deadline_id)
            matter = queries.get(connection, deadline.matter_id).matter
            done = deadline.closed_at in answer_times(matter)
            view = self._served.views(connection).deadline(deadline, done=done)
            return explained(view, explanation(connection, deadline))

        return await self._served.database.reader.read(look)

    def _sight(self) -> Sight:
        return Sight(current_caller(), self._served.office.book)


def _chosen(kind: type[E], field: str, word: str) -> E | None:
    if not word:
        return None
    try:
        return kind(word)
    except ValueError as error:
        raise FieldInvalidError(field=field, problem=f"one of {', '.join(kind)}") from error
