"""The registry decides what telemetry may say, and every event that code logs is in it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.exchange import tracing as exchange_tracing
from services.chassis.telemetry import names

ROOT = Path(__file__).parents[3]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
LOGGERS = {"_log", "log", "_logger", "logger"}


def logged() -> list[tuple[str, str, set[str]]]:
    """Every call of a logger in product code: where, the event, the keys."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", _event(node), {key.arg for key in node.keywords if key.arg})
        for folder in ("services", "gateway", "deploy")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in LOGGERS
    ]


def _event(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else "<computed>"


def test_every_logged_event_is_registered_with_its_keys():
    """Otherwise it is dropped at run time: add it to services/chassis/telemetry/names.py."""
    missing = [
        f"{where}: {event} {sorted(keys - names.EVENTS.get(event, frozenset()))}"
        for where, event, keys in logged()
        if event not in names.EVENTS or keys - names.EVENTS[event] - {"exc_info"}
    ]

    assert logged()
    assert missing == []


def test_every_registered_key_has_a_form():
    used = {key for keys in (*names.EVENTS.values(), *names.SPANS.values()) for key in keys}
    used |= {label for metric in names.METRICS.values() for label in metric.labels}

    assert used <= names.KEYS.keys()


def test_every_step_of_a_letter_has_its_span():
    steps = {value for name, value in vars(exchange_tracing).items() if name.isupper() and name != "TRACE_HEADER"}

    assert steps <= names.SPANS.keys()


def test_spans_of_letters_say_only_the_step_and_the_other_body():
    """No kind, matter, round or unit: what is on its way is nobody's business but its two ends'."""
    for name, keys in names.SPANS.items():
        if name.startswith("letter."):
            assert keys <= {"peer", "reason", "error"}


@pytest.mark.parametrize("key", [key for key in names.KEYS if key != "detail"])
@given(text=st.text(alphabet="张三李四信访举报 ", min_size=1))
def test_no_key_lets_a_chinese_name_or_sentence_through(key: str, text: str):
    assert names.allowed([key], {key: text}) == ({}, 1)
    assert names.allowed([key], {key: [text]}) == ({}, 1)


def test_what_is_not_listed_or_not_of_its_form_is_dropped_and_counted():
    kept, dropped = names.allowed(
        {"peer", "reason"}, {"peer": "audit", "reason": "not upper", "subject": "audit", "count": 3}
    )

    assert (kept, dropped) == ({"peer": "audit"}, 3)
