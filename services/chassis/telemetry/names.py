"""The registry of everything telemetry may say: what is not listed here is dropped and counted.

Logs, spans and metrics leave the department: they may hold counts, ages, bodies' ids and reasons of errors, never a
name, a subject, a matter, a kind of letter or any content. So every event, span and metric is listed with its keys,
and every key with the form of its values; a value of another form is dropped like an unknown key. Whoever needs a
new one adds it here, where a reviewer sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

Value = str | int | float | bool | list[str]
_Form = Callable[[object], bool]

_MOST_PLACES = 16


def _text(pattern: str) -> _Form:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _number(value: object) -> bool:
    return isinstance(value, int | float)


def _places(value: object) -> bool:
    return isinstance(value, list) and len(value) <= _MOST_PLACES and all(map(_PLACE, value))


_PLACE = _text(r"[\w.<>-]{1,80}:\d{1,6}( [\w.<>]{1,80})?")
_WORD = _text(r"[a-z][a-z0-9_.-]{0,62}")
_REASON = _text(r"[A-Z][A-Z0-9_]{0,63}")

KEYS: Mapping[str, _Form] = MappingProxyType(
    {
        "body": _WORD,
        "peer": _WORD,
        "kind": _WORD,
        "step": _WORD,
        "task": _WORD,
        "source": _WORD,
        "state": _WORD,
        "what": _WORD,
        "reason": _REASON,
        "code": _REASON,
        "error": _text(r"[A-Za-z_][\w.]{0,80}"),
        "where": _places,
        "method": _text(r"/?[\w.]{1,100}/\w{1,60}"),
        "incident": _text(r"[0-9a-f-]{8,36}"),
        # The bus's own words about subjects and sockets; printable ASCII, so at least no Chinese name or sentence.
        "detail": _text(r"[ -~]{0,200}"),
        "version": _text(r"[\w.+-]{1,40}"),
        "count": _number,
        "port": _number,
        "seconds": _number,
    }
)
"""Every key with the form of its values. `kind` is of alarms and drops, never of letters."""


def _events(*lines: tuple[str, str]) -> Mapping[str, frozenset[str]]:
    return MappingProxyType({name: frozenset(keys.split()) for name, keys in lines})


LIBRARY_MESSAGE = "library_message"
UNREGISTERED = "unregistered_event"

EVENTS = _events(
    ("node_started", "version port seconds"),
    ("node_stopping", ""),
    ("upkeep_waits", "reason"),
    ("node_stopped", "seconds"),
    ("backup_taken", "count"),
    ("node_failed", "reason error where"),
    ("task_failed", "task reason error where"),
    ("alarm", "kind peer reason detail count"),
    ("bus_alarm", "kind body detail"),
    ("bus_ready", ""),
    ("rpc_refused", "method code reason"),
    ("rpc_failed", "method incident error where"),
    ("peer_unreachable", "peer reason"),
    ("exchange_waits", "reason"),
    ("attachments_wait", "reason"),
    ("attachment_not_given", "peer reason"),
    ("attachment_part_refused", "peer reason"),
    ("letter_handling_failed", "peer error where"),
    ("letters_quarantined", "peer reason count"),
    ("gateway_started", "port version"),
    ("gateway_stopped", ""),
    ("web_refused", "code reason method"),
    ("web_failed", "incident error where"),
    (LIBRARY_MESSAGE, "source error where"),
    (UNREGISTERED, ""),
)
"""Log events with their keys; `at`, `level`, `node` and `trace` come with every one."""

SPANS = _events(
    ("letter.write", "peer reason error"),
    ("letter.publish", "peer reason error"),
    ("letter.store", "peer reason error"),
    ("letter.apply", "peer reason error"),
    ("letter.receipt", "peer reason error"),
    ("rpc.serve", "method code reason"),
    ("rpc.call", "method reason error"),
    ("web.request", "method code reason"),
)
"""Spans with their attributes: of a letter only the step and the other body."""


class MetricKind(Enum):
    """What is done with a metric's values."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricName:
    """One metric with its labels."""

    kind: MetricKind
    text: str
    labels: tuple[str, ...] = ()


DROPPED = "guantong_telemetry_dropped_total"

METRICS: Mapping[str, MetricName] = MappingProxyType(
    {
        "guantong_letter_step_seconds": MetricName(
            MetricKind.HISTOGRAM, "Time of one step of a letter.", ("step", "peer")
        ),
        "guantong_letter_steps_failed_total": MetricName(
            MetricKind.COUNTER, "Steps of letters that failed and are tried again or parked.", ("step", "peer")
        ),
        "guantong_rpc_seconds": MetricName(MetricKind.HISTOGRAM, "Time of served calls.", ("method", "code")),
        "guantong_alarms_total": MetricName(MetricKind.COUNTER, "Alarms raised.", ("kind",)),
        "guantong_bus_connected": MetricName(MetricKind.GAUGE, "1 while the bus is reached."),
        "guantong_letters_unreceipted": MetricName(
            MetricKind.GAUGE, "Letters sent to a peer and not covered by its receipts.", ("peer",)
        ),
        "guantong_peer_silent_seconds": MetricName(MetricKind.GAUGE, "Since the peer was last heard.", ("peer",)),
        "guantong_letters_parked": MetricName(MetricKind.GAUGE, "Letters stored whose handling failed."),
        "guantong_frames_quarantined": MetricName(MetricKind.GAUGE, "Frames kept that did not verify."),
        "guantong_attachments_waiting": MetricName(
            MetricKind.GAUGE, "Attachments of letters that are not here whole, or not looked at."
        ),
        "guantong_journal_entries": MetricName(MetricKind.GAUGE, "Entries in the journal."),
        "guantong_dues_late": MetricName(MetricKind.GAUGE, "Dues that are past, over all matters."),
        DROPPED: MetricName(MetricKind.COUNTER, "What telemetry dropped instead of telling it.", ("what",)),
    }
)
"""Metrics as Prometheus reads them."""


def allowed(keys: Iterable[str], given: Mapping[str, object]) -> tuple[dict[str, Value], int]:
    """What of `given` may be told under these keys, and how much had to be dropped."""
    permitted = frozenset(keys)
    kept = {key: value for key, value in given.items() if key in permitted and KEYS[key](value)}
    return kept, len(given) - len(kept)  # type: ignore[return-value]  # the forms admit nothing but `Value`
