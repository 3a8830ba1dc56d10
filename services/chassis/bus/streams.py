"""The exact configuration of streams and consumers, given to the server raw because client libraries drop keys."""

from __future__ import annotations

from typing import Any

from services.chassis.bus import subjects
from services.chassis.bus.configuration import BusServerConfig
from services.chassis.bus.sizes import LARGEST_PART

_SECOND = 1_000_000_000
_DAY = 24 * 3600 * _SECOND
_STATUS_DAYS = 31
_SPAN_HOURS = 6
_LARGEST_STATUS = 256 * 1024
_SPANS_PER_BODY, _LARGEST_SPANS = 2_000, 512 * 1024
"""Batches of spans that wait of one body: whoever floods the stream pushes out its own."""
_PARTS_PER_PAIR = 40
"""More than a recipient asks one sender for at once. A flood pushes out only its own older parts."""
_PART_SECONDS = 600

Settings = dict[str, Any]


def letters(config: BusServerConfig) -> Settings:
    """Every frame waits for its one recipient and goes when acknowledged."""
    return _stream(config, subjects.LETTERS, subjects.ALL_LETTERS) | {
        "retention": "workqueue",
        "discard": "old",
        "max_msgs_per_subject": config.limits.frames_per_pair,
        # A quarter of the disk stays for status and spans and for the server's own files.
        "max_bytes": config.limits.storage_bytes * 3 // 4,
        "max_age": config.limits.days * _DAY,
        "allow_atomic": True,
    }


def attachments(config: BusServerConfig) -> Settings:
    """Parts of attachments under way, in memory: they take no disk from letters, and what is lost is asked again."""
    return _stream(config, subjects.ATTACHMENTS, subjects.ALL_ATTACHMENTS) | {
        "retention": "workqueue",
        "storage": "memory",
        "discard": "old",
        "max_msgs_per_subject": _PARTS_PER_PAIR,
        "max_msg_size": LARGEST_PART,
        "max_bytes": config.limits.attachment_bytes,
        "max_age": _PART_SECONDS * _SECOND,
        "allow_atomic": True,
    }


def status(config: BusServerConfig) -> Settings:
    """The last status of each body. It answers nothing, so no answer can be sent under another's name."""
    return _stream(config, subjects.STATUS, subjects.ALL_STATUSES) | {
        "max_msgs_per_subject": 1,
        "max_msg_size": _LARGEST_STATUS,
        "max_age": _STATUS_DAYS * _DAY,
        "allow_direct": True,
        "no_ack": True,
    }


def spans(config: BusServerConfig) -> Settings:
    """Trace spans on their way to the observers."""
    return _stream(config, subjects.SPANS, subjects.ALL_SPANS) | {
        "max_msgs_per_subject": _SPANS_PER_BODY,
        "max_msg_size": _LARGEST_SPANS,
        "max_age": _SPAN_HOURS * 3600 * _SECOND,
        "max_bytes": config.limits.storage_bytes // 8,
        "discard": "old",
        "no_ack": True,
    }


def letter_consumer(config: BusServerConfig, to: str, sender: str) -> Settings:
    """What `to` fetches of `sender`: never given up, whatever the number of deliveries."""
    again_after = [int(seconds * _SECOND) for seconds in config.delivery.again_after]
    return _consumer(config, subjects.letter_lane(to, sender), subjects.letter(to, sender)) | {
        "ack_policy": "explicit",
        "ack_wait": again_after[0],
        "backoff": again_after,
        "max_deliver": -1,
        "max_ack_pending": config.delivery.unacknowledged,
    }


def attachment_consumer(config: BusServerConfig, body: str) -> Settings:
    """What `body` fetches of attachments; a part that was fetched and not acknowledged comes again, or ages away."""
    return _consumer(config, body, subjects.attachments_to(body)) | {
        "ack_policy": "explicit",
        "ack_wait": int(config.delivery.again_after[0] * _SECOND),
        "max_deliver": -1,
        "max_ack_pending": _PARTS_PER_PAIR,
    }


def span_consumer(config: BusServerConfig, observer: str) -> Settings:
    """Every observer gets every span once; one lost on the way is not missed."""
    return _consumer(config, observer, subjects.ALL_SPANS) | {"ack_policy": "none"}


def _stream(config: BusServerConfig, name: str, subject: str) -> Settings:
    return {
        "name": name,
        "subjects": [subject],
        "retention": "limits",
        "storage": "file",
        "num_replicas": config.replicas,
        "duplicate_window": 120 * _SECOND,
        "max_consumers": -1,
        "max_msgs": -1,
        # A sender must not be able to erase what others wrote.
        "allow_rollup_hdrs": False,
    }


def _consumer(config: BusServerConfig, name: str, subject: str) -> Settings:
    return {
        "durable_name": name,
        "name": name,
        "filter_subject": subject,
        "deliver_policy": "all",
        "replay_policy": "instant",
        "num_replicas": config.replicas,
        "max_waiting": 64,
    }
