"""Counts attempts at a secret before it is looked at, and locks for a growing time; a right one strikes them out."""

from __future__ import annotations

import math
from datetime import datetime

import sqlalchemy as sa

from services.chassis.people.errors import SignInLockedError
from services.chassis.people.records import Attempts
from services.chassis.people.tables import SIGN_IN_ATTEMPTS
from services.chassis.storage import Transaction


def count(tx: Transaction, subject: str) -> datetime:
    """Write down one more attempt at `subject`, and say when it was.

    Raises:
        SignInLockedError: too many were wrong; this one is not counted and is not to be looked at.

    """
    where = SIGN_IN_ATTEMPTS.c.subject == subject
    row = tx.connection.execute(sa.select(SIGN_IN_ATTEMPTS).where(where)).one_or_none()
    before = Attempts() if row is None else Attempts(row.failures, row.last_at)
    locked = before.locked_for(tx.now)
    if locked is not None:
        raise SignInLockedError(retry_seconds=math.ceil(locked.total_seconds()))
    after = before.another(tx.now)
    values = {"failures": after.failures, "last_at": tx.now}
    if row is None:
        tx.connection.execute(sa.insert(SIGN_IN_ATTEMPTS).values(subject=subject, **values))
    else:
        tx.connection.execute(sa.update(SIGN_IN_ATTEMPTS).where(where).values(**values))
    return tx.now


def touch(tx: Transaction, subject: str) -> None:
    """Write as much as a refusal that is journalled writes, so that both answers wait for the disk equally long."""
    where = SIGN_IN_ATTEMPTS.c.subject == subject
    tx.connection.execute(sa.update(SIGN_IN_ATTEMPTS).where(where).values(last_at=tx.now))


def forgive(tx: Transaction, subject: str) -> None:
    """Strike out every attempt at `subject`."""
    tx.connection.execute(sa.delete(SIGN_IN_ATTEMPTS).where(SIGN_IN_ATTEMPTS.c.subject == subject))


def at_codes(account_id: str) -> str:
    """The subject of attempts at an account's second factor: apart from its password, whose success forgives only its
    own.
    """
    return f"code {account_id}"
