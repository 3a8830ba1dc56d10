"""Finds what lasts and needs an operator in the node's own records, so that no alarm depends on having been heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import sqlalchemy as sa

from services.chassis.exchange.channels import PEER_IS_AHEAD, RESTORED
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import LetterState
from services.chassis.exchange.quarantine import UNDECIDED
from services.chassis.exchange.standing import standings
from services.chassis.exchange.tables import LETTERS, QUARANTINE
from services.chassis.operations.alarms import Cause
from services.chassis.operations.keeping import follow_causes
from services.chassis.storage import Transaction

BUS_AWAY, REJOINING = "bus_away", "channel_rejoining"
HALTED, SILENT, PARKED, QUARANTINED = "channel_halted", "peer_silent", "letter_parked", "letter_quarantined"
_MENDING = frozenset({PEER_IS_AHEAD, RESTORED})
"""Halts that end by themselves once the peer answers."""


class Watch:
    """Looks every half minute. The bus counts as away when it was so at two looks in a row."""

    def __init__(self, identity: Identity, bus_connected: Callable[[], bool]) -> None:
        self._identity = identity
        self._bus_connected = bus_connected
        self._was_away = False

    def look(self, tx: Transaction) -> None:
        """Open alarms for what stands still, and close those whose cause has gone."""
        found = {
            *self._bus(),
            *_channels(tx.connection, self._identity, tx.now),
            *_parked(tx.connection),
            *_quarantined(tx.connection),
        }
        follow_causes(tx, (BUS_AWAY, REJOINING, HALTED, SILENT, PARKED, QUARANTINED), found)

    def _bus(self) -> Iterable[Cause]:
        before, self._was_away = self._was_away, not self._bus_connected()
        return [Cause(BUS_AWAY, self._identity.body)] if before and self._was_away else []


def _channels(connection: sa.Connection, identity: Identity, now: datetime) -> Iterable[Cause]:
    for channel in standings(connection, identity):
        if channel.halted in _MENDING:
            yield Cause(REJOINING, channel.peer)
        elif channel.halted is not None:
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
