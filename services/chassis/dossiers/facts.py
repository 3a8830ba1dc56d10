"""What is kept of an act's facts: enough to fold it, and no words that belong into the letter alone.

A letter's content can be destroyed lawfully. Reasons, names and minutes must then be gone, while the matter still
folds to the same state. The conditions of a step ask of most texts only that they are given, and of two names that
they differ; so a text is kept as a number that stands for it within its act.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.matters.model import Facts

KEPT = frozenset(
    {
        "leader_signed_at",
        "signature_not_asked",
        "telephoned_at",
        "claimed_at",
        "target_date",
        "reply_by",
        "from",
        "to",
        "length",
        "new_due_date",
        "letter",
        "step",
        "sections",
        "required_sections",
        "deidentified",
        "empty",
        "empty_confirmed",
        "past_reporting",
        "persons",
        "results",
        "proposed_body",
        "scan_digest",
    }
)
"""Kept as they are: dates, codes, ids and digests. `persons` and the keys of `results` are ids of the lead's persons
and never names."""

GIVEN = frozenset(
    {
        "reason",
        "approver",
        "telephoned_by",
        "telephoned_whom",
        "signed_for_by",
        "section_reasons",
        "packed_by",
        "witness",
        "recorded_by",
        "hearing_decision",
        "early_handover_decision",
        "decision",
    }
)
"""Free text: kept is that it was given, and which of them are the same text. Whoever may read them reads the letter."""


def reduce_facts(facts: Facts) -> dict[str, object]:
    """The facts to store; what no condition or effect reads is left out. Reducing twice changes nothing."""
    stands_for: dict[str, str] = {}
    reduced: dict[str, object] = {}
    for name in sorted(facts):
        if name in KEPT:
            reduced[name] = _plain(facts[name])
        elif name in GIVEN:
            reduced[name] = _stand_in(facts[name], stands_for)
    return reduced


def _stand_in(value: object, stands_for: dict[str, str]) -> object:
    if isinstance(value, str):
        return stands_for.setdefault(value, f"#{len(stands_for) + 1}") if value.strip() else ""
    if isinstance(value, Mapping):
        return {str(key): _stand_in(value[key], stands_for) for key in sorted(value, key=str)}
    return None


def _plain(value: object) -> object:
    """The value in JSON's own types."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
