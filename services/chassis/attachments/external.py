"""Asks a virus scanner of the office's own: any program that reads the file and answers by its exit code."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import suppress

from services.chassis.attachments.errors import ScannerAwayError
from services.chassis.attachments.model import Shape
from services.chassis.attachments.rest import Vault

_CLEAN, _INFECTED = 0, 1
_SECONDS = 600.0


async def infected(command: Sequence[str], vault: Vault, shape: Shape) -> bool:
    """Whether `command` refuses the file, which it is given on standard input: nothing plain lies on the disk.

    It exits with 0 for a clean file and 1 for an infected one, as ClamAV's `clamdscan -` does.

    Raises:
        ScannerAwayError: it cannot be started, takes too long, or exits with anything else.
        AttachmentDamagedError: the file cannot be read back from the disk.

    """
    try:
        scanner = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL)
    except OSError as error:
        raise ScannerAwayError(cause=error.strerror or "") from error
    try:
        async with asyncio.timeout(_SECONDS):
            await _feed(scanner, vault, shape)
            code = await scanner.wait()
    except TimeoutError as error:
        raise ScannerAwayError(cause="out of time") from error
    finally:
        if scanner.returncode is None:
            scanner.kill()
            await scanner.wait()
    if code not in {_CLEAN, _INFECTED}:
        raise ScannerAwayError(cause=f"exit code {code}")
    return code == _INFECTED


async def _feed(scanner: asyncio.subprocess.Process, vault: Vault, shape: Shape) -> None:
    stdin = scanner.stdin
    if stdin is None:
        return
    # A scanner that has seen enough closes its end: its exit code tells.
    with suppress(BrokenPipeError, ConnectionResetError):
        for number in range(shape.chunks):
            stdin.write(await asyncio.to_thread(vault.read, shape, number))
            await stdin.drain()
    with suppress(BrokenPipeError, ConnectionResetError):
        stdin.close()
        await stdin.wait_closed()
