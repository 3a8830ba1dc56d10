"""Refuses texts that no database of a node could keep, in any field of a request, before a use case sees them."""

from __future__ import annotations

from google.protobuf.message import Message

from services.chassis.rpc.errors import FieldInvalidError


def refuse_zero_bytes(request: Message) -> None:
    """Look at every text of `request`.

    Raises:
        FieldInvalidError: one holds a zero byte, which PostgreSQL keeps in no text and SQLite cuts off.

    """
    for field, value in request.ListFields():
        if field.type not in {field.TYPE_STRING, field.TYPE_MESSAGE}:
            continue
        for part in value if field.is_repeated else (value,):
            if isinstance(part, Message):
                refuse_zero_bytes(part)
            elif "\0" in part:
                raise FieldInvalidError(field=field.name, problem="a zero byte (零字节)")
