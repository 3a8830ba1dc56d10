"""Turns content messages into what letters carry: exact bytes and the name of their type."""

from __future__ import annotations

from google.protobuf.message import Message


def type_name(message: Message) -> str:
    """The full name that a letter's header states for its content."""
    return str(message.DESCRIPTOR.full_name)


def exact_bytes(message: Message) -> bytes:
    """The message as bytes, the same every time."""
    return message.SerializeToString(deterministic=True)
