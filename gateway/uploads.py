"""Files between their preview and the confirmation: held in memory only, for minutes, for whoever sent them.

A ledger's file may name petitioners. It therefore touches no disk here and no page; what is lost when the process ends
is chosen again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_KEPT_FOR = timedelta(minutes=15)
_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Held:
    """One file, and what it was previewed for."""

    account_id: str
    purpose: str
    name: str
    data: bytes = field(repr=False)
    since: datetime = field()


@dataclass
class Uploads:
    """The files that wait for a confirmation; one for each person, the oldest give way."""

    _held: dict[str, Held] = field(default_factory=dict)

    def hold(self, held: Held) -> str:
        """Keep a file; returns the random id that confirms it. An earlier one of the same person goes."""
        self._forget(held.since)
        for key in [key for key, one in self._held.items() if one.account_id == held.account_id]:
            del self._held[key]
        while self._held and sum(len(one.data) for one in self._held.values()) + len(held.data) > _MOST_BYTES:
            del self._held[min(self._held, key=lambda key: self._held[key].since)]
        key = secrets.token_urlsafe(18)
        self._held[key] = held
        return key

    def find(self, key: str, account_id: str, purpose: str, now: datetime) -> Held | None:
        """The file under that id, for the same person and purpose; None where it is gone."""
        self._forget(now)
        held = self._held.get(key)
        return held if held and (held.account_id, held.purpose) == (account_id, purpose) else None

    def drop(self, key: str) -> None:
        """Forget a file that was taken in."""
        self._held.pop(key, None)

    def _forget(self, now: datetime) -> None:
        for key in [key for key, one in self._held.items() if now - one.since > _KEPT_FOR]:
            del self._held[key]
