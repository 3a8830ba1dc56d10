"""The row of each channel: how far the peer receipted, whether and why it stands still, what must not be reused."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from services.chassis.exchange.tables import CHANNELS
from services.chassis.storage import Transaction

PEER_IS_AHEAD = "peer_is_ahead"
"""The peer holds letters of ours that we do not know: we take them back from it, and go on by ourselves."""
RESTORED = "restored"
"""An operator said that this node came back from an old copy: nothing goes out until the peer has told where it stands.
"""
HISTORIES_DIFFER = "histories_differ"
"""The peer holds other letters than those it once receipted: an operator decides."""
LETTERS_LOST = "letters_lost"
"""The peer once receipted letters of ours that by now neither side holds: an operator decides."""
_CHANNEL = sa.select(CHANNELS).where(CHANNELS.c.peer == sa.bindparam("whose"))
_HEARD = sa.update(CHANNELS).where(CHANNELS.c.peer == sa.bindparam("whose")).values(heard_at=sa.bindparam("now"))


def known_channel(connection: sa.Connection, peer: str) -> Any:
    """The row of the channel with `peer`, or None."""
    return connection.execute(_CHANNEL, {"whose": peer}).one_or_none()


def channel(tx: Transaction, peer: str) -> Any:
    """The row of the channel with `peer`, made when there is none."""
    row = known_channel(tx.connection, peer)
    if row is None:
        tx.connection.execute(sa.insert(CHANNELS).values(peer=peer, receipted=0))
        row = known_channel(tx.connection, peer)
    return row


def update(tx: Transaction, peer: str, **values: object) -> None:
    """Change the row of a channel."""
    tx.connection.execute(
        _changing(tuple(values)), {"whose": peer, **{f"new_{name}": new for name, new in values.items()}}
    )


@cache
def _changing(columns: tuple[str, ...]) -> sa.Update:
    new = {name: sa.bindparam(f"new_{name}", type_=CHANNELS.c[name].type) for name in columns}
    return sa.update(CHANNELS).where(CHANNELS.c.peer == sa.bindparam("whose")).values(new)


def heard(tx: Transaction, peer: str) -> None:
    """The peer lives: it signed something we just verified."""
    if tx.connection.execute(_HEARD, {"whose": peer, "now": tx.now}).rowcount == 0:
        channel(tx, peer)
        tx.connection.execute(_HEARD, {"whose": peer, "now": tx.now})


def stand_still(tx: Transaction, peer: str, why: str) -> None:
    """Nothing new goes to `peer`."""
    update(tx, peer, halted=why, halted_at=tx.now)
    tx.remembered[_name(peer)] = why


def go_on(tx: Transaction, peer: str) -> None:
    """The channel goes on."""
    update(tx, peer, halted=None, halted_at=None, claimed=None, stated=None, stated_digest=None, told=None)
    tx.remembered[_name(peer)] = ""


def why_halted(tx: Transaction, peer: str) -> str:
    """Why the channel stands still; empty when it does not."""
    known = tx.remembered.get(_name(peer))
    if not isinstance(known, str):
        row = known_channel(tx.connection, peer)
        known = (row.halted if row is not None else None) or ""
        tx.remembered[_name(peer)] = known
    return known


def _name(peer: str) -> str:
    return f"exchange.halted.{peer}"
