"""Doing a request once: the same request again gets the stored answer, another under the same id is refused."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from google.protobuf.message import Message

from services.chassis.journal.store import append
from services.chassis.rpc.callers import Caller
from services.chassis.rpc.errors import FieldInvalidError, RequestIdReusedError
from services.chassis.rpc.tables import REQUEST_LOG
from services.chassis.storage.uow import Transaction

R = TypeVar("R", bound=Message)
_REQUEST_ID = re.compile(r"[!-~]{1,64}")
KEPT = timedelta(days=30)
"""How long answers are kept; a caller repeats within minutes, an office that was closed within days."""


def once(tx: Transaction, caller: Caller, request: Message, response_type: type[R], work: Callable[[], R]) -> R:
    """The response to `request`: from the log when it was answered before, otherwise by doing `work` in `tx`.

    Looking before writing is safe here, because units of work run one after another in the node's only writer.
    Fields marked `debug_redact` (passwords, codes) enter neither the digest nor the stored response: the log must
    not become a place to guess or read them. What is done for an absent person is journalled as done for them.

    Raises:
        FieldInvalidError: the request carries no usable `request_id`.
        RequestIdReusedError: the id stands for another request of this caller.

    """
    request_id = _request_id(request)
    method = request.DESCRIPTOR.full_name
    row = tx.connection.execute(
        sa.select(REQUEST_LOG.c.method, REQUEST_LOG.c.salt, REQUEST_LOG.c.request_digest, REQUEST_LOG.c.response).where(
            REQUEST_LOG.c.caller_id == caller.account_id, REQUEST_LOG.c.request_id == request_id
        )
    ).one_or_none()
    if row is not None:
        if row.method != method or not hmac.compare_digest(row.request_digest, _digest(row.salt, request)):
            raise RequestIdReusedError(field="request_id")
        return response_type.FromString(row.response)
    response = work()
    if caller.acting_for:
        acted = {"account_id": caller.account_id, "for_account_id": caller.acting_for, "method": method}
        append(tx, "people.acted_for", json.dumps(acted, sort_keys=True, separators=(",", ":")).encode())
    salt = secrets.token_bytes(16)
    tx.connection.execute(
        sa.insert(REQUEST_LOG).values(
            caller_id=caller.account_id,
            request_id=request_id,
            method=method,
            salt=salt,
            request_digest=_digest(salt, request),
            response=_without_secrets(response).SerializeToString(),
            answered_at=tx.now,
        )
    )
    return response


def forget_old_requests(tx: Transaction) -> int:
    """Drop answers older than `KEPT`; returns how many. Their work stays done."""
    result = tx.connection.execute(sa.delete(REQUEST_LOG).where(REQUEST_LOG.c.answered_at < tx.now - KEPT))
    return result.rowcount


def _request_id(request: Any) -> str:
    request_id: str = request.request_id
    if not _REQUEST_ID.fullmatch(request_id):
        raise FieldInvalidError(field="request_id", problem="1 to 64 printable ASCII characters")
    return request_id


def _digest(salt: bytes, request: Message) -> bytes:
    return hmac.digest(salt, _without_secrets(request).SerializeToString(deterministic=True), hashlib.sha256)


def _without_secrets(original: R) -> R:
    copy = type(original)()
    copy.CopyFrom(original)
    _clear_secrets(copy)
    return copy


def _clear_secrets(part: Message) -> None:
    for field, value in part.ListFields():
        if field.GetOptions().debug_redact:
            part.ClearField(field.name)
        elif field.type == field.TYPE_MESSAGE:
            # No request or response of ours has a map.
            for inner in value if field.is_repeated else [value]:
                _clear_secrets(inner)
