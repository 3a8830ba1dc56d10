"""What surrounds every request: headers that keep browsers safe, a limit on size, a span, the last door for errors."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import TooLargeError, unexpected
from gateway.state import Gateway
from services.chassis.errors import GuantongError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline, in no frame."""
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}
_LARGEST_WITHOUT_FILES = 8 * 2**20
"""Forms that cannot carry a file are short; reading a long one byte by byte would keep everybody else waiting."""
_ONE_YEAR = "max-age=31536000"
ErrorPage = Callable[[Request, GuantongError], ASGIApp]
"""Turns an error into the answer to a request."""


class Visited(Protocol):
    """One request, until it is known how it ended."""

    def ended(self, page: str, method: str, status: int) -> None:
        """Note the page's name, the HTTP method and status."""
        ...


class Visits(Protocol):
    """Traces requests."""

    def visiting(self) -> AbstractContextManager[Visited]:
        """A span around one request."""
        ...


class Guard:
    """The outermost layer of the application."""

    def __init__(
        self, app: FastAPI, *, error_page: ErrorPage, largest: int, secure: bool, visits: Visits | None
    ) -> None:
        self._app = app
        self.gateway: Gateway = app.state.gateway
        self._error_page = error_page
        self._largest = largest
        self._headers = _HEADERS | ({"strict-transport-security": _ONE_YEAR} if secure else {})
        self._visits = visits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._visits is None:
            await self._answer(scope, receive, send)
        else:
            with self._visits.visiting() as visited:
                status = await self._answer(scope, receive, send)
                page = getattr(scope.get("route"), "name", None) or "none"
                visited.ended(page, scope["method"], status)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> int:
        began, status, answered = time.perf_counter(), 0, False

        async def guarded(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
                headers.setdefault("server-timing", f"app;dur={(time.perf_counter() - began) * 1000:.1f}")
            await send(message)
            answered = message["type"] == "http.response.body" and not message.get("more_body")

        try:
            await self._app(scope, _limited(scope, receive, self._largest), guarded)
        except Exception as error:
            if answered:
                # The framework raises again what it had answered with our page.
                return status
            known = error if isinstance(error, GuantongError) else unexpected(error)
            if status:
                raise
            scope.setdefault("app", self._app)
            await self._error_page(Request(scope), known)(scope, receive, guarded)
        return status


def _limited(scope: Scope, receive: Receive, largest: int) -> Receive:
    headers = dict(scope["headers"])
    announced, taken = headers.get(b"content-length", b"0"), 0
    if headers.get(b"content-type", b"").lower().startswith(b"application/x-www-form-urlencoded"):
        largest = min(largest, _LARGEST_WITHOUT_FILES)

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > largest or int(announced or 0) > largest:
            raise TooLargeError(mib=largest // 2**20)
        return message

    return counted
