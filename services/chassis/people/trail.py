"""Journals what happens with people: ids and reasons, never a name, a login or a post."""

from __future__ import annotations

import json
from collections.abc import Mapping

from services.chassis.journal.store import append
from services.chassis.rpc.guard import Refusal, Refusals
from services.chassis.storage import Transaction
from services.chassis.storage.writer import Writer


def note(tx: Transaction, kind: str, facts: Mapping[str, str | None]) -> None:
    """Append an entry `people.<kind>`; facts that are None are left out."""
    told = {name: value for name, value in facts.items() if value is not None}
    append(tx, f"people.{kind}", json.dumps(told, sort_keys=True, separators=(",", ":")).encode())


def journal_refusals(writer: Writer) -> Refusals:
    """What the server tells of every refusal: an entry before the caller hears of it."""

    async def refused(refusal: Refusal) -> None:
        caller = refusal.caller
        facts = {
            "account_id": caller.account_id,
            "for_account_id": caller.acting_for or None,
            "token_id": None if caller.scopes is None else caller.session_id,
            "method": refusal.method,
            "reason": refusal.reason,
        }
        await writer.run(lambda tx: note(tx, "refused", facts))

    return refused
