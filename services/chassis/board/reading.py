"""Reads what a body published of itself: believed in form only, and only as far as it has the form."""

from __future__ import annotations

import re

from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.exchange.v1 import body_status_pb2 as pb
from services.chassis.bus.port import BODY_ID
from services.chassis.timestamps import instant

LARGEST = 64 * 1024
"""Bytes; a county of a hundred bodies stays well below."""
_MOST_PEERS, _MOST_ARTICLES, _MOST_YEARS = 256, 256, 64
_MOST = 10**9
_ARTICLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_VERSION = re.compile(r"[\w.+-]{0,40}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{0,64}")


def read_status(body: str, data: bytes) -> pb.BodyStatus | None:
    """The status that `body` published, or None when it is too large, no status, of another body or hostile.

    Fields that this program does not know are dropped: a newer program may tell more.
    """
    if len(data) > LARGEST:
        return None
    try:
        status = pb.BodyStatus.FromString(data)
    except DecodeError:
        return None
    status.DiscardUnknownFields()
    return status if status.body == body and status.form >= 1 and _is_sound(status) else None


def _is_sound(status: pb.BodyStatus) -> bool:
    return (
        _VERSION.fullmatch(status.version) is not None
        and _DIGEST.fullmatch(status.grounds.rulebook_digest) is not None
        and len(status.peers) <= _MOST_PEERS
        and len(status.work.late_by_article) <= _MOST_ARTICLES
        and len(status.grounds.calendar_years) <= _MOST_YEARS
        and all(BODY_ID.fullmatch(one.body) for one in status.peers)
        and all(_ARTICLE.fullmatch(one.article_id) for one in status.work.late_by_article)
        and _fits(status)
    )


def _fits(message: Message) -> bool:
    """Whether every number in it is a count that can be added up, and every time a time."""
    for field, value in message.ListFields():
        for one in value if field.is_repeated else (value,):
            if isinstance(one, Timestamp):
                if not _is_time(one):
                    return False
            elif isinstance(one, Message):
                if not _fits(one):
                    return False
            elif isinstance(one, int) and not 0 <= one <= _MOST:
                return False
    return True


def _is_time(stamp: Timestamp) -> bool:
    try:
        instant(stamp)
    except (ValueError, OverflowError):
        return False
    return True
