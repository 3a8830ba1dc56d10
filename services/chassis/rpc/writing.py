"""The one way from a request that changes something to the unit of work that does it once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import Message

from services.chassis.rpc.callers import Caller
from services.chassis.rpc.idempotency import once
from services.chassis.storage import Database, Transaction

R = TypeVar("R", bound=Message)


async def write_once(
    database: Database,
    caller: Caller,
    request: Message,
    response_type: type[R],
    work: Callable[[Transaction], R],
) -> R:
    """The response to `request` of `caller`: from the log when it was answered before, otherwise by doing `work`.

    Raises:
        FieldInvalidError, RequestIdReusedError: as for `once`.
    """
    return await database.writer.run(lambda tx: once(tx, caller, request, response_type, lambda: work(tx)))
