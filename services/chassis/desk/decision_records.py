"""The rules of a recorded decision: what it says, when it counts, and what exactly it covers. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.chassis.desk.errors import DecisionInvalidError, DecisionMissingError, DecisionStateError, OwnWorkError

_DIGEST_LABEL = b"guantong-decision-v1\0"
_DIGEST_BYTES = 32
_LONGEST = 120


class Form(StrEnum):
    """How a decision was taken."""

    MEETING = "meeting"
    """At a meeting (会议)."""
    CIRCULATION = "circulation"
    """By circulating the paper (传批)."""


class DecisionState(StrEnum):
    """Whether a decision counts."""

    ENTERED = "entered"
    """Waits for a second person."""
    CONFIRMED = "confirmed"
    """Counts."""
    REFUSED = "refused"
    """Was entered wrongly; kept, never counts."""
    CORRECTED = "corrected"
    """Counted until another entry, confirmed like it, took its place."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a decision covers beside its acts: one round (or none), and each unit and person by name."""

    round_id: str = ""
    unit_ids: frozenset[str] = frozenset()
    person_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DecisionText:
    """What the paper says.

    Attributes:
        decided_by: Who decided, as the rulebook names the party: for example `leading_group`.
        number: The number on the minutes or the circulated paper.
        decided_on: The civil date in Beijing.
        participants: Names of those who took part, as on the paper.
        acts: What may be done, as guards name it: for example `targets.fix`.
        scan_digest: SHA-256 of the scanned paper.
    """

    decided_by: str
    number: str
    decided_on: date
    form: Form
    participants: tuple[str, ...]
    acts: frozenset[str]
    scope: Scope
    scan_digest: bytes


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as it was entered, and whether it counts. What was entered never changes."""

    decision_id: str
    text: DecisionText
    digest: bytes
    state: DecisionState
    entered_by: str
    entered_at: datetime
    corrects_id: str = ""
    """The earlier entry that this one takes the place of."""
    settled_by: str = ""
    settled_at: datetime | None = None
    refusal_remark: str = ""
    corrected_by_id: str = ""
    """The later entry that took this one's place."""


def check_text(text: DecisionText, today: date) -> None:
    """Raise unless everything a guard will need is stated.

    Raises:
        DecisionInvalidError: something is missing, too long, or lies in the future.

    """
    stated = {"decided_by": text.decided_by, "number": text.number}
    for field, value in stated.items():
        if not value.strip() or len(value) > _LONGEST:
            raise DecisionInvalidError(field=field, problem=f"must have 1 to {_LONGEST} characters")
    if text.decided_on > today:
        raise DecisionInvalidError(field="decided_date", problem="lies in the future")
    if len(text.scan_digest) != _DIGEST_BYTES:
        raise DecisionInvalidError(field="scan_digest", problem="must be a SHA-256 of 32 bytes")
    for field, names in (("participants", text.participants), ("acts", text.acts)):
        if not names or not all(name.strip() for name in names):
            raise DecisionInvalidError(field=field, problem="must name at least one")
    if not all(name.strip() for name in text.scope.unit_ids | text.scope.person_ids):
        raise DecisionInvalidError(field="scope", problem="names an empty identifier")


def decision_digest(text: DecisionText, corrects_id: str) -> bytes:
    """SHA-256 over everything entered, the scan's own digest included."""
    stated = {
        "decided_by": text.decided_by,
        "number": text.number,
        "decided_on": text.decided_on.isoformat(),
        "form": text.form.value,
        "participants": list(text.participants),
        "acts": sorted(text.acts),
        "round_id": text.scope.round_id,
        "unit_ids": sorted(text.scope.unit_ids),
        "person_ids": sorted(text.scope.person_ids),
        "scan_digest": text.scan_digest.hex(),
        "corrects_id": corrects_id,
    }
    canonical = json.dumps(stated, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(_DIGEST_LABEL + canonical.encode()).digest()


def demand_settleable(decision: Decision, by: str) -> None:
    """Raise unless `by` may confirm or refuse: somebody else entered it, and nobody has settled it."""
    if decision.state is not DecisionState.ENTERED:
        raise DecisionStateError(state=decision.state.value, needed=DecisionState.ENTERED.value)
    if decision.entered_by == by:
        raise OwnWorkError


def demand_covers(
    decision: Decision, purpose: str, scope: Scope, *, deciders: Collection[str] = (), article: str
) -> None:
    """Raise unless the decision counts and was taken on exactly this: not more, not fewer.

    Raises:
        DecisionMissingError: it does not; the error names in what it differs, and the article that asks for it.

    """
    differs = []
    if decision.state is not DecisionState.CONFIRMED:
        differs.append("state")
    if purpose not in decision.text.acts:
        differs.append("acts")
    if deciders and decision.text.decided_by not in deciders:
        differs.append("decided_by")
    decided = decision.text.scope
    if decided.round_id != scope.round_id:
        differs.append("round_id")
    if decided.unit_ids != scope.unit_ids:
        differs.append("unit_ids")
    if decided.person_ids != scope.person_ids:
        differs.append("person_ids")
    if differs:
        wanted, covered = scope.unit_ids | scope.person_ids, decided.unit_ids | decided.person_ids
        raise DecisionMissingError(
            purpose=purpose,
            article=article,
            differs=", ".join(differs),
            missing=" ".join(sorted(wanted - covered)),
            extra=" ".join(sorted(covered - wanted)),
        )
