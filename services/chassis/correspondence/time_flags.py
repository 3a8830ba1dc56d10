"""Tells people what does not fit together among the times and dates of a matter, by the county's tolerances."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

from guantong.node.v1 import matters_service_pb2 as pb
from services.chassis.clock import BEIJING
from services.chassis.matters.evidence import Difference, Flag, Limits
from services.chassis.rulebook.book import Rulebook

_TEXTS: Mapping[Difference, tuple[str, str]] = MappingProxyType(
    {
        Difference.CLOCKS_DIFFER: (
            "该函记载的发出时间为 {stated}，晚于对方节点的送达时间 {counted}：双方时钟不一致。",
            "The letter says it was written at {stated}, after it was stored at {counted}: the two clocks differ.",
        ),
        Difference.SIGNED_LONG_BEFORE_STORED: (
            "签发时间 {stated} 与送达时间 {counted} 相差较大。",
            "It was signed at {stated} and stored at {counted}, which lie far apart.",
        ),
        Difference.CLAIM_NOT_BELIEVED: (
            "该步骤所称时间 {stated} 早于来函发出或晚于登记该步骤的时间，按 {counted} 计算。",
            "The step is stated for {stated}, before its letter was written or after it was told; {counted} counts.",
        ),
        Difference.DATES_DIFFER: (
            "函件载明的期限为 {stated}，按本节点计算为 {counted}。",
            "The letter names {stated} as the due date; by this node's computation it is {counted}.",
        ),
    }
)
_NONE = ("无期限", "no date")


def limits_of(book: Rulebook) -> Limits:
    """How far apart two times may be, by the county's settings."""
    return Limits(
        timedelta(minutes=book.number("clock_difference_minutes")),
        timedelta(days=book.number("stored_after_reply_days")),
    )


def flag_message(flag: Flag) -> pb.TimeFlag:
    """One difference, in both languages."""
    zh, en = _TEXTS[flag.difference]
    stated, counted = _text(flag.stated), _text(flag.counted)
    return pb.TimeFlag(
        difference=flag.difference.value,
        letter_id=flag.letter_id,
        stated=stated,
        counted=counted,
        text_zh=zh.format(stated=stated, counted=counted or _NONE[0]),
        text_en=en.format(stated=stated, counted=counted or _NONE[1]),
    )


def _text(moment: date | None) -> str:
    if isinstance(moment, datetime):
        return moment.astimezone(BEIJING).isoformat(timespec="minutes")
    return "" if moment is None else moment.isoformat()
