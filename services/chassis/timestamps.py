"""Instants as messages carry them, and back: aware datetimes in UTC on this side, protobuf timestamps on the other."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp


def timestamp(at: datetime) -> Timestamp:
    """An instant as messages carry it."""
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def instant(stamp: Timestamp) -> datetime:
    """The instant that a message states, in UTC; an absent field reads as 1970.

    Raises:
        ValueError, OverflowError: it lies outside the years 1 to 9999, or was not made by a protobuf library.

    """
    return stamp.ToDatetime(tzinfo=UTC)
