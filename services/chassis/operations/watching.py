"""Finds what lasts and needs an operator in the node's own records, so that no alarm depends on having been heard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import LetterState
from services.chassis.exchange.quarantine import UNDECIDED
from services.chassis.exchange.standing import standings
from services.chassis.exchange.tables import LETTERS, QUARANTINE
from services.chassis.operations.alarms import Cause
from services.chassis.operations.keeping import follow_causes
from services.chassis.storage import Transaction

HALTED, SILENT, PARKED, QUARANTINED = "channel_halted", "peer_silent", "letter_parked", "letter_quarantined"


def watch(tx: Transaction, identity: Identity) -> None:
    """Open alarms for what stands still, and close those whose cause has gone."""
    found = {*_channels(tx.connection, identity, tx.now), *_parked(tx.connection), *_quarantined(tx.connection)}
    follow_causes(tx, (HALTED, SILENT, PARKED, QUARANTINED), found)


def _channels(connection: sa.Connection, identity: Identity, now: datetime) -> Iterable[Cause]:
    for channel in standings(connection, identity):
        if channel.halted is not None:
            yield Cause(HALTED, channel.peer, channel.halted.upper())
        if channel.silent(now):
            yield Cause(SILENT, channel.peer)


def _parked(connection: sa.Connection) -> Iterable[Cause]:
    parked = LETTERS.c.state == LetterState.PARKED.value
    rows = connection.execute(sa.select(LETTERS.c.peer, LETTERS.c.reason).where(parked).distinct())
    return [Cause(PARKED, row.peer, row.reason or "") for row in rows]


def _quarantined(connection: sa.Connection) -> Iterable[Cause]:
    columns = QUARANTINE.c.claimed_sender, QUARANTINE.c.reason
    rows = connection.execute(sa.select(*columns).where(UNDECIDED).distinct())
    return [Cause(QUARANTINED, row.claimed_sender, row.reason) for row in rows]
