"""One node's clock goes wrong by minutes: letters flow on, its operator is told, and nobody's dates change for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from services.chassis.clock import SystemClock
from services.chassis.doctor.exchange import ahead_of_peers
from services.chassis.doctor.machine import check_clock
from services.chassis.exchange.tables import LETTERS
from services.chassis.storage import open_reader
from tests.faults.pairs import Pair
from tests.faults.trials import RECIPIENT, Row, Setting, healed, under_load


async def apart(setting: Setting, minutes: int) -> Row:
    """The recipient's clock goes wrong under load; the sender's is right."""
    wrong = timedelta(minutes=minutes)
    with setting.pair() as pair:
        clock = pair.recipient.folder / "clock"
        pair.recipient.orders = replace(pair.recipient.orders, clock=str(clock))
        await under_load(pair)
        clock.write_text(str(wrong.total_seconds()), encoding="ascii")
        await pair.reaches(2 * setting.letters)
        row = await healed(f"clock {minutes:+d} min under load", RECIPIENT, pair)
        return replace(row, faults=(*row.faults, *_untold(pair, SystemClock().now(), wrong)))


def _untold(pair: Pair, now: datetime, wrong: timedelta) -> Iterator[str]:
    reader = open_reader(pair.recipient.orders.database, 1)
    finding = check_clock(reader.read_sync(lambda connection: ahead_of_peers(connection, now + wrong)), None)
    if finding.check != "clock.skewed":
        yield f"the node whose clock is wrong is told {finding.check}"
    reader.close()
    reader = open_reader(pair.sender.orders.database, 1)
    first, last = reader.read_sync(_dates)
    if not now - timedelta(hours=1) < first <= last <= now:
        yield "dates of the side whose clock is right are wrong"
    reader.close()


def _dates(connection: sa.Connection) -> tuple[datetime, datetime]:
    """When the first and the last letter, of either direction, was kept, by this side's own clock."""
    kept = sa.select(sa.func.min(LETTERS.c.stored_at), sa.func.max(LETTERS.c.stored_at))
    first, last = connection.execute(kept).one()
    return first, last
