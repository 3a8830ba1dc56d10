"""Reads a paged list of a node's services to its end, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_PAGE = 200


def pages(method: Callable[[Any], Any], request: Any, field: str) -> Iterator[Any]:
    """What the list holds; the next page is asked for when somebody wants it."""
    request.page_size = _PAGE
    while True:
        response = method(request)
        yield from getattr(response, field)
        request.page_token = response.next_page_token
        if not request.page_token:
            return
