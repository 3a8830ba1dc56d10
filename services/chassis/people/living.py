"""Which sessions still count: asked for many at once by what goes on for longer than a call."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from services.chassis.people.records import AccountState
from services.chassis.people.tables import ACCOUNTS, SESSIONS


def living(connection: sa.Connection, session_ids: Collection[str], now: datetime) -> frozenset[str]:
    """Those of the sessions that have not ended; asking moves no session's end."""
    query = (
        sa.select(SESSIONS.c.id)
        .join(ACCOUNTS, ACCOUNTS.c.id == SESSIONS.c.account_id)
        .where(
            SESSIONS.c.id.in_(sorted(session_ids)),
            SESSIONS.c.expires_at > now,
            ACCOUNTS.c.state == AccountState.ACTIVE.value,
        )
    )
    return frozenset(connection.scalars(query))
