"""The attachments of a destroyed letter: what no other letter or draft has is unreadable with the same commit."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.attachments.model import Owner
from services.chassis.attachments.tables import ATTACHMENTS
from services.chassis.attachments.uses import release, uses_of
from services.chassis.destruction.aftermath import owe_strike
from services.chassis.destruction.model import Gone
from services.chassis.storage.uow import Transaction

ATTACHMENT = "attachments"
"""Table of the keys, as a key sheet names them."""


def release_attachments(tx: Transaction, gone: Gone) -> None:
    """Drop what the letter has; a key that nobody else needs is gone, and is to be struck beside every backup."""
    held = tuple(uses_of(tx.connection, Owner.LETTER, gone.letter_id, gone.name.sender))
    files = sa.select(ATTACHMENTS.c.file).where(ATTACHMENTS.c.digest.in_(held))
    before = set(tx.connection.scalars(files))
    release(tx, gone.letter_id, gone.name.sender)
    for file in sorted(before - set(tx.connection.scalars(files))):
        owe_strike(tx, gone.act.destruction_id, ATTACHMENT, file)
