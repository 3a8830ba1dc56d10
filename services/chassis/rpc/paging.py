"""Lists in pages: an opaque, sealed token that says where the next page begins and for which list."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf.message import Message

from services.chassis.rpc.errors import FieldInvalidError, PageTokenInvalidError

T = TypeVar("T")
DEFAULT_SIZE = 50
LARGEST_SIZE = 500
_TAG = 16


@dataclass(frozen=True, slots=True)
class Page:
    """What a list query needs: rows after the cursor (None: from the beginning), at most `size`."""

    size: int
    after: str | None

    @property
    def limit(self) -> int:
        """One more than the page, so that the query itself tells whether another page follows."""
        return self.size + 1


class Paging:
    """Reads and writes page tokens.

    Args:
        key: Makes tokens unforgeable; a cursor may name a row that the caller cannot see. A fresh key per process
            is enough: a list under way at a restart is started again.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def page(self, request: Any) -> Page:
        """The page that `request` (with `page_size` and `page_token`) asks for.

        Raises:
            FieldInvalidError: the size is negative.
            PageTokenInvalidError: the token was made for another list, other filters, or not by this node.

        """
        if request.page_size < 0:
            raise FieldInvalidError(field="page_size", problem="negative")
        size = min(request.page_size or DEFAULT_SIZE, LARGEST_SIZE)
        return Page(size, self._open(request.page_token, request) if request.page_token else None)

    def cut(self, request: Message, page: Page, rows: Sequence[T], cursor: Callable[[T], str]) -> tuple[list[T], str]:
        """The rows of the page and the token of the next, from the rows found with `page.limit`."""
        shown = list(rows[: page.size])
        if len(rows) <= page.size:
            return shown, ""
        return shown, self._seal(cursor(shown[-1]), request)

    def further(self, request: Message, cursor: str) -> str:
        """The token of a page behind `cursor`, for a list that stopped looking before it had a whole page."""
        return self._seal(cursor, request)

    def _seal(self, cursor: str, request: Message) -> str:
        text = json.dumps(cursor).encode()
        return base64.urlsafe_b64encode(self._tag(text, request) + text).decode("ascii")

    def _open(self, token: str, request: Message) -> str:
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii"))
        except (ValueError, binascii.Error) as error:
            raise PageTokenInvalidError from error
        tag, text = raw[:_TAG], raw[_TAG:]
        if not hmac.compare_digest(tag, self._tag(text, request)):
            raise PageTokenInvalidError
        cursor: str = json.loads(text)
        return cursor

    def _tag(self, text: bytes, request: Message) -> bytes:
        filters: Any = type(request)()
        filters.CopyFrom(request)
        filters.page_token = ""
        filters.page_size = 0
        scope = filters.DESCRIPTOR.full_name.encode() + b"\0" + filters.SerializeToString(deterministic=True)
        scope_digest = hashlib.sha256(scope).digest()
        return hmac.digest(self._key, scope_digest + text, "sha256")[:_TAG]
