"""Hands one message to the intranet's mail server or to the office's own command; waits for neither for long."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from services.chassis.config import NoticesConfig, SmtpConfig
from services.chassis.notices.errors import NoticeNotSentError

_SECONDS = 20.0
Send = Callable[[str, bytes], Awaitable[None]]
"""Sends a whole message to an address.

Raises:
    NoticeNotSentError: it was not taken.
"""


def sender_of(config: NoticesConfig) -> Send:
    """How this node sends."""
    smtp = config.smtp
    if smtp is None:
        return lambda _address, message: by_command(config.command, message)
    return lambda address, message: by_smtp(smtp, config.sender, address, message)


async def by_smtp(server: SmtpConfig, sender: str, address: str, message: bytes) -> None:
    """Hand the message to the mail server, encrypted where the configuration says so, or not at all.

    Raises:
        NoticeNotSentError: it is away, offers no encryption, or does not take it.
    """
    try:
        await asyncio.to_thread(_hand_over, server, sender, address, message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # What servers say names addresses; the kind of failure is enough.
        raise NoticeNotSentError(cause=type(error).__name__) from None


async def by_command(command: Sequence[str], message: bytes) -> None:
    """Run the command with the message on its standard input; its address stands in the line `To:`.

    Raises:
        NoticeNotSentError: it cannot be started, takes too long, or exits with anything but 0.
    """
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL)
    except OSError as error:
        raise NoticeNotSentError(cause=type(error).__name__) from error
    try:
        async with asyncio.timeout(_SECONDS):
            # A command that has read enough closes its end: its exit code tells.
            with suppress(BrokenPipeError, ConnectionResetError):
                await process.communicate(message)
            code = await process.wait()
    except TimeoutError as error:
        raise NoticeNotSentError(cause="out of time") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code:
        raise NoticeNotSentError(cause=f"exit code {code}")


def _hand_over(server: SmtpConfig, sender: str, address: str, message: bytes) -> None:
    with smtplib.SMTP(server.host, server.port, timeout=_SECONDS) as connection:
        if server.starttls:
            trusted = ssl.create_default_context(cafile=str(server.authority) if server.authority else None)
            connection.starttls(context=trusted)
        connection.sendmail(sender, [address], message)
