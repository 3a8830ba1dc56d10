"""The pages, one folder for each thing people come for; each is a router."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.live.routes import router as live
from gateway.web.pages.session.routes import router as session
from gateway.web.pages.todo.routes import router as todo

ROUTERS: tuple[APIRouter, ...] = (session, live, todo)
