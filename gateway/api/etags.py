"""Answers that a program has already are not sent again: an entity tag for every answer to a GET."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

_NOT_MODIFIED = 304


class TaggedRoute(APIRoute):
    """A route whose answers to GET carry an ETag, and are left out where the program names it in If-None-Match."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the tag around it."""
        answer = super().get_route_handler()

        async def tagged(request: Request) -> Response:
            response = await answer(request)
            body = getattr(response, "body", b"")
            if request.method != "GET" or response.status_code != 200 or not body:
                return response
            tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "authorization, accept-language"}
            if tag in _named(request.headers.get("if-none-match", "")):
                return Response(status_code=_NOT_MODIFIED, headers=headers)
            response.headers.update(headers)
            return response

        return tagged


def _named(header: str) -> set[str]:
    return {one.strip().removeprefix("W/") for one in header.split(",")}
