"""Says in two languages why a value was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Reason = tuple[str, str]

_TYPES: dict[str, Reason] = {
    "string_type": ("must be text in quotes", "应为带引号的文字"),
    "int_type": ("must be a whole number", "应为整数"),
    "int_from_float": ("must be a whole number", "应为整数"),
    "bool_type": ("must be true or false", "应为 true 或 false"),
    "date_type": ("must be a date such as 2026-03-02 without quotes", "应为日期,如 2026-03-02,不加引号"),
    "tuple_type": ("must be a list in square brackets", "应为方括号列表"),
    "list_type": ("must be a list in square brackets", "应为方括号列表"),
    "dict_type": ("must be a table of keys", "应为一组键值"),
    "model_type": ("must be a table of keys", "应为一组键值"),
    "missing": ("is missing; add it", "缺少此项,请补上"),
    "extra_forbidden": (
        "is not a key this table knows; remove it or correct its spelling",
        "此表没有这个键,请删除或改正拼写",
    ),
    "string_too_short": ("must not be empty", "不能为空"),
}

_DETAILED: dict[str, Callable[[Mapping[str, Any]], Reason]] = {
    "literal_error": lambda c: (f"must be one of: {c['expected']}", f"应为下列之一:{c['expected']}"),
    "string_pattern_mismatch": lambda c: (
        f"has characters that are not allowed here (pattern {c['pattern']})",
        f"含有此处不允许的字符(格式 {c['pattern']})",
    ),
    "string_too_long": lambda c: (
        f"is longer than {c['max_length']} characters",
        f"超过 {c['max_length']} 个字",
    ),
    "greater_than_equal": lambda c: (f"must be at least {c['ge']}", f"不得小于 {c['ge']}"),
    "less_than_equal": lambda c: (f"must be at most {c['le']}", f"不得大于 {c['le']}"),
    "value_error": lambda c: _both(str(c["error"])),
}


def explain(problem: Mapping[str, Any]) -> Reason:
    """English and Chinese reason for one finding of the validator."""
    kind = str(problem["type"])
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _DETAILED:
        return _DETAILED[kind](problem["ctx"])
    return (f"is not acceptable: {problem['msg']}", f"不符合要求:{problem['msg']}")


def either(reasons: Sequence[Reason]) -> Reason:
    """One reason out of those for every type that the value could have had and did not fit."""
    return " or ".join(en for en, _ in reasons), ",或".join(zh for _, zh in reasons)


def _both(text: str) -> Reason:
    en, _, zh = text.partition(" | ")
    return (en, zh or en)
