"""The home page."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gateway.visit import SignedIn
from gateway.web.pages.todo.view import lines
from guantong.node.v1 import matters_service_pb2 as pb

router = APIRouter()


@router.get("/", name="todo")
async def todo(visit: SignedIn) -> Response:
    """What is to be done, most urgent first."""
    found = await visit.node.matters.ListTasks(pb.ListTasksRequest(page_size=100))
    return visit.page("todo/list.html", lines=lines(visit, list(found.tasks)))
