"""Identifiers: time-ordered, 36 characters, with 74 random bits, the same form everywhere."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """A new UUIDv7 as text; later ids sort after earlier ones, so indexes grow at their end."""
    return str(uuid_utils.uuid7())
