"""The exact configuration of streams and consumers, given to the server raw because client libraries drop keys."""

from __future__ import annotations

from typing import Any

from services.chassis.bus import subjects
from services.chassis.bus.configuration import BusServerConfig

_SECOND = 1_000_000_000
_DAY = 24 * 3600 * _SECOND
_STATUS_DAYS = 31
_SPAN_HOURS = 6
_LARGEST_STATUS = 256 * 1024

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
