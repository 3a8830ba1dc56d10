"""Journals what happens at the desk: ids and digests, never words, since the journal outlives every deletion."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from services.chassis.journal.store import append
from services.chassis.storage import Transaction

Fact = str | int | bytes | Sequence[str]


def note(tx: Transaction, kind: str, facts: Mapping[str, Fact], letter_id: str | None = None) -> None:
    """Append an entry of `kind`. Digests are given as bytes and written in hexadecimal."""
    readable = {name: value.hex() if isinstance(value, bytes) else value for name, value in facts.items()}
    payload = json.dumps(readable, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    append(tx, kind, payload, letter_id)
