"""Keeps who read material for named persons only, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import sqlalchemy as sa

from services.chassis.errors import Fault, GuantongError
from services.chassis.storage import Transaction
from services.inspection.access.tables import SENSITIVE_READS
from services.inspection.journaling import note

LEADS, NEW_INFO = "leads", "new_info"


@dataclass(frozen=True)
class Reader:
    """Who reads: the person, the account, and the reason given."""

    person_id: str
    account_id: str
    explanation: str = ""


class ReasonMissingError(GuantongError):
    """Material for named persons only is opened with a reason."""

    reason: ClassVar[str] = "READING_REASON_MISSING"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "State why you open this; the reason is kept with the reading."
    message_zh: ClassVar[str] = "请填写查看理由; 理由将随查看记录保存。"


def record_read(tx: Transaction, subject: str, ref: str, reader: Reader) -> None:
    """Keep that `reader` opened `ref`, before it is shown.

    Raises:
        ReasonMissingError: no reason is given.

    """
    if not reader.explanation.strip():
        raise ReasonMissingError
    read_id = tx.new_id()
    tx.connection.execute(
        sa.insert(SENSITIVE_READS).values(
            id=read_id,
            subject=subject,
            ref=ref,
            person_id=reader.person_id,
            account_id=reader.account_id,
            explanation=reader.explanation.strip()[:500],
            read_at=tx.now,
        )
    )
    note(tx, "sensitive_read", read=read_id, subject=subject, ref=ref, by=reader.account_id)
