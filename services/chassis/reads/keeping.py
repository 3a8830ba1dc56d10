"""Keeps that a person reads what is for named persons only, and why, before it is shown."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa

from services.chassis.errors import Fault, GuantongError
from services.chassis.journal import store as journal
from services.chassis.reads.tables import READS
from services.chassis.storage.uow import Transaction

LETTER_READ, LEDGER_READ = "letter.read", "ledger.read"
"""Kinds of journal entry: who read what, how, and a digest of the reason, which stands in the table."""
LONGEST_REASON = 500


class What(StrEnum):
    """What is read."""

    LETTER = "letter"
    LEDGER = "ledger"


class ReadReasonError(GuantongError):
    """What is for named persons only is read with a reason."""

    reason: ClassVar[str] = "READ_REASON_REQUIRED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "This is for named persons only. State why you read it (--why), in at most {limit} characters; the reason is "
        "kept with the reading."
    )
    message_zh: ClassVar[str] = (
        "此件仅限特定人员知悉。请写明查看理由（--why，不超过 {limit} 个字），理由将随查看记录保存。"
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody about to read.

    Attributes:
        what: Letter or ledger.
        ref: The letter's id, or the ledger's name.
        how: "open", "print" or "rows".
        by: The account that reads.
        reason: Why, in the person's words.
        more: What else the journal keeps: ids and counts.
    """

    what: What
    ref: str
    how: str
    by: str
    reason: str = field(repr=False)
    more: dict[str, object] = field(default_factory=dict)


def demand_reason(reason: str) -> str:
    """The reason without space around it.

    Raises:
        ReadReasonError: none is given, or more than fits.

    """
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON or "\0" in reason:
        raise ReadReasonError(limit=LONGEST_REASON)
    return reason


def note_reading(tx: Transaction, reading: Reading) -> None:
    """Keep one reading. The journal gets a digest of the reason, which binds the table's words and tells none.

    Raises:
        ReadReasonError: no reason is given.

    """
    reason, read_id = demand_reason(reading.reason), tx.new_id()
    tx.connection.execute(
        sa.insert(READS).values(
            id=read_id,
            what=reading.what.value,
            ref=reading.ref,
            how=reading.how,
            account_id=reading.by,
            reason=reason,
            read_at=tx.now,
        )
    )
    facts = {
        "read": read_id,
        reading.what.value: reading.ref,
        "how": reading.how,
        "by": reading.by,
        "reason_digest": hashlib.sha256(f"{read_id}\n{reason}".encode()).hexdigest(),
    }
    payload = json.dumps(facts | reading.more, sort_keys=True).encode()
    if reading.what is What.LETTER:
        journal.append(tx, LETTER_READ, payload, reading.ref)
    else:
        journal.append(tx, LEDGER_READ, payload)
