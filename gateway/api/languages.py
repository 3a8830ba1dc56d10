"""Which language a program wants its texts in, by the header that says so."""

from __future__ import annotations

from gateway.language.words import LANGUAGES

_MOST = 20


def preferred_language(header: str | None) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110); Chinese where it says nothing we have."""
    weights = dict.fromkeys(LANGUAGES, 0.0)
    for part in (header or "").split(",")[:_MOST]:
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _weight(parameter))
    # Of equals the first one, so that silence means Chinese.
    return max(weights, key=lambda language: weights[language])


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
