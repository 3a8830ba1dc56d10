"""Decides about attachments that have come whole: each is looked at under the name its letter gives it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
import structlog

from services.chassis.attachments.errors import AttachmentDamagedError, ScannerAwayError
from services.chassis.attachments.external import infected
from services.chassis.attachments.keeping import Kept, Shelf, fetch_lost_again, kept
from services.chassis.attachments.limits import Limits
from services.chassis.attachments.model import MALFORMED, Owner, Reference, UseState, references_of
from services.chassis.attachments.scanning import look
from services.chassis.attachments.tables import ATTACHMENT_USES
from services.chassis.attachments.uses import Use, expect_again, settle, use_from, uses_of
from services.chassis.correspondence.contents import read
from services.chassis.exchange import reading
from services.chassis.exchange.model import Direction
from services.chassis.exchange.tables import LETTERS
from services.chassis.storage import Database, StorageError, Transaction

_log = structlog.get_logger("guantong.attachments")
_u = ATTACHMENT_USES.c


@dataclass(frozen=True, slots=True)
class Checks:
    """How this node looks at files: its limits, and the scanner's command line, empty for none."""

    limits: Limits = field(default_factory=Limits)
    scanner: Sequence[str] = ()

    async def fault_of(self, shelf: Shelf, content: Kept, reference: Reference) -> str:
        """Why the file may not be opened under this name; empty when it may.

        Raises:
            ScannerAwayError: the scanner gave no answer.
            AttachmentDamagedError: the file cannot be read back from the disk.

        """
        vault = shelf.vault(content.locked)
        fault = await asyncio.to_thread(look, vault, content.shape, reference, self.limits)
        if not fault and self.scanner and await infected(self.scanner, vault, content.shape):
            return "INFECTED"
        return fault


@dataclass(frozen=True, slots=True)
class Decided:
    """Whose attachment was decided about, and why it may not be opened; empty when it may."""

    peer: str
    fault: str


async def check_once(database: Database, shelf: Shelf, checks: Checks, put_off: set[str]) -> Decided | None:
    """Decide about one attachment that has come whole; None when there is none.

    `put_off` has the ids of those that the scanner gave no answer to, in this round: it may be a file that stops the
    scanner, and the others are not to wait for it. A round ends when no other is left.

    Raises:
        ScannerAwayError: it is decided later.

    """
    use = await database.reader.read(lambda connection: _next(connection, put_off))
    if use is None:
        put_off.clear()
        return None
    content: Kept | None = None
    try:
        content, named = await database.reader.read(lambda connection: _whole(connection, shelf, use))
        if content is None:
            # Its row went with the last letter that had it, or a restore brought less back: from the holder again.
            await database.writer.run(lambda tx: expect_again(tx, use))
            return Decided(use.peer, "")
        # What no letter names cannot be looked at under its name, and is not opened under any.
        fault = "" if named else MALFORMED
        for reference in named:
            fault = fault or await checks.fault_of(shelf, content, reference)
    except AttachmentDamagedError:
        if content is not None and await database.writer.run(lambda tx: fetch_lost_again(tx, content)):
            return Decided(use.peer, "")
        fault = AttachmentDamagedError.reason
    except ScannerAwayError:
        put_off.add(use.use_id)
        raise
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a peer packed into it, the files behind it are looked at
        _log.error("task_failed", task="check_attachment", error=type(error).__name__)
        fault = "CHECK_FAILED"
    await database.writer.run(lambda tx: _settle(tx, use, fault))
    return Decided(use.peer, fault)


def _settle(tx: Transaction, use: Use, fault: str) -> None:
    """Unless the letter's content was destroyed meanwhile."""
    now = uses_of(tx.connection, use.owner, use.owner_id, use.peer).get(use.shape.digest)
    if now is not None and now.state is UseState.CHECKING:
        settle(tx, now, fault)


def _next(connection: sa.Connection, put_off: Collection[str]) -> Use | None:
    query = sa.select(ATTACHMENT_USES).where(_u.state == UseState.CHECKING.value, _u.owner == Owner.LETTER.value)
    rows = connection.execute(query.order_by(_u.noted_at, _u.use_id).limit(len(put_off) + 1))
    return next((use for use in map(use_from, rows) if use.use_id not in put_off), None)


def _whole(connection: sa.Connection, shelf: Shelf, use: Use) -> tuple[Kept | None, list[Reference]]:
    """The content of an attachment, and the names that its own letter gives it."""
    place = sa.select(LETTERS.c.place).where(
        LETTERS.c.letter_id == use.owner_id, LETTERS.c.direction == Direction.IN.value, LETTERS.c.peer == use.peer
    )
    named: list[Reference] = []
    for letter in reading.at_places(connection, shelf.keyring, connection.scalars(place).all()):
        if letter.content is not None:
            message = read(letter.header.kind, letter.content, letter.header.content_type)
            named += [one for one in references_of(message) if one.shape.digest == use.shape.digest]
    return kept(connection, use.shape.digest), named
