"""The bus process tells its clock, so that every body can compare its own with one and the same."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

from nats.aio.msg import Msg

from services.chassis.bus import subjects
from services.chassis.bus.connection import Link
from services.chassis.bus.port import BODY_ID, BusAwayError
from services.chassis.clock import SystemClock

_AN_INBOX = re.compile(rf"_INBOX_{BODY_ID.pattern}\.[\w.]+", re.ASCII)
"""Where an answer may go: whoever asks names the subject, and must not have us speak anywhere else."""


async def tell_time(link: Link) -> None:
    """Answer on this link for as long as it lasts."""

    async def answer(message: Msg) -> None:
        if _AN_INBOX.fullmatch(message.reply):
            await link.send(message.reply, message.data[:64] + SystemClock().now().isoformat().encode("ascii"))

    await link.listen(subjects.TIME, answer)


async def ask_time(link: Link, within: float) -> timedelta:
    """How far this machine's clock is ahead of the bus process's; half of the way there and back is the error.

    Raises:
        BusAwayError: nobody tells.
        BusDeniedError: the bus is of an older version and does not let us ask.
    """
    clock, mark = SystemClock(), uuid4().hex.encode("ascii")
    asked = clock.now()
    answer = await link.watch(link.request(subjects.TIME, mark, within=within), {subjects.TIME})
    heard = clock.now()
    try:
        # Without our mark in front it is the answer to another question, and no time.
        told = datetime.fromisoformat(answer.data.removeprefix(mark).decode("ascii"))
        return asked + (heard - asked) / 2 - told
    except (ValueError, TypeError) as error:
        raise BusAwayError(cause="what was told is no time") from error
