"""Writes what the office did into the journal: kinds and ids, never names or texts."""

from __future__ import annotations

import json

from services.chassis.journal import store
from services.chassis.storage import Transaction


def note(tx: Transaction, kind: str, *, letter_id: str | None = None, **ids: object) -> None:
    """Append one entry; `ids` are identifiers, codes, dates and counts only."""
    payload = json.dumps(ids, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8")
    store.append(tx, f"inspection.{kind}", payload, letter_id)
