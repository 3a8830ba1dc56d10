"""Which language a visit is shown in: the one this browser chose, else the first it asks for, else Chinese."""

from __future__ import annotations

from fastapi import Request

from gateway.auth.cookies import language_of
from gateway.language.words import LANGUAGES


def chosen_language(request: Request) -> str:
    """The language's code: "zh" or "en"."""
    kept = language_of(request)
    return kept if kept in LANGUAGES else LANGUAGES[0]
