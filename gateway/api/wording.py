"""Texts of the interface's description in both languages: Chinese first, English after it, and either by itself."""

from __future__ import annotations

from typing import Any

from pydantic import Field

_BETWEEN, _BESIDE = "\n\n", " · "


def both(zh: str, en: str) -> str:
    """A description in both languages, a paragraph each."""
    return f"{zh}{_BETWEEN}{en}"


def brief(zh: str, en: str) -> str:
    """A title in both languages on one line."""
    return f"{zh}{_BESIDE}{en}"


def told(zh: str, en: str, *examples: Any, **more: Any) -> Any:
    """What a field of the contract means, in both languages, and what it may look like."""
    return Field(description=both(zh, en), examples=list(examples) or None, **more)


def in_language(text: str, language: str) -> str:
    """The half of such a text that is in `language` ("zh" or "en"); a text in one language as it is."""
    for between in (_BETWEEN, _BESIDE):
        zh, found, en = text.partition(between)
        if found:
            return zh if language == "zh" else en
    return text
