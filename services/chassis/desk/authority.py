"""Who signs: the proof, made by a password given at that moment, that a leader or delegate stands behind it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

AUTHORITY_LASTS = timedelta(minutes=2)
"""A confirmed password counts for what is being signed now, not for what comes later in the day."""


@dataclass(frozen=True, slots=True)
class SigningAuthority:
    """A person's right to sign, confirmed by their password at `at`.

    Made only where the password was checked. No token, session or stored row turns into one.

    Attributes:
        account_id: The account whose password was given.
        name: The signer's name as it stands on letters.
        post: The post held at that moment.
        for_whom: Name and post of the leader signed for (代签); empty when the signer signs in their own right.
        sub_unit: The sub-unit whose letters may be signed; None for every letter of the body.
        at: When the password was confirmed.
    """

    account_id: str
    name: str
    post: str
    for_whom: str
    sub_unit: str | None
    at: datetime

    def stands_at(self, now: datetime) -> bool:
        """Whether the confirmation still counts at `now`."""
        return self.at <= now <= self.at + AUTHORITY_LASTS

    def covers(self, sub_unit: str) -> bool:
        """Whether letters of `sub_unit` (empty: of the whole body) may be signed."""
        return self.sub_unit is None or self.sub_unit == sub_unit
