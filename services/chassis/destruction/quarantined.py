"""Frames that were not believed may hold the words of a letter that was: their bytes follow its destruction."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.destruction.carrying_out import Follower
from services.chassis.destruction.model import Gone
from services.chassis.exchange import wire
from services.chassis.exchange.errors import RefusedError
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import SealedLetter
from services.chassis.exchange.naming import is_named
from services.chassis.exchange.proof import named_letter
from services.chassis.exchange.tables import LETTERS, QUARANTINE
from services.chassis.exchange.taking import NOBODY
from services.chassis.storage.uow import Transaction


def forget_quarantined(identity: Identity) -> Follower:
    """What destroys the bytes of quarantined frames of a destroyed letter; digest, reason and times stay."""

    def follow(tx: Transaction, gone: Gone) -> None:
        peers = sa.select(LETTERS.c.peer).where(is_named(gone.name))
        held = sa.select(QUARANTINE.c.id).where(
            sa.func.length(QUARANTINE.c.data) > 0,
            sa.or_(QUARANTINE.c.claimed_sender == NOBODY, QUARANTINE.c.claimed_sender.in_(peers)),
        )
        # One frame at a time: a hostile peer may have had megabytes kept.
        for quarantine_id in tx.connection.scalars(held).all():
            data = tx.connection.scalar(sa.select(QUARANTINE.c.data).where(QUARANTINE.c.id == quarantine_id))
            if data and _letter_in(identity, data) == gone.letter_id:
                emptied = sa.update(QUARANTINE).where(QUARANTINE.c.id == quarantine_id).values(data=b"")
                tx.connection.execute(emptied)

    return follow


def _letter_in(identity: Identity, data: bytes) -> str:
    try:
        part = wire.decode_frame(data)
    except RefusedError:
        return ""
    return named_letter(identity, part) if isinstance(part, SealedLetter) else ""
