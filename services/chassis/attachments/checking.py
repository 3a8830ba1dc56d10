"""Decides about attachments that have come whole: each is looked at under the name its letter gives it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from services.chassis.attachments.errors import AttachmentDamagedError
from services.chassis.attachments.external import infected
from services.chassis.attachments.keeping import Kept, Shelf, fetch_lost_again, kept
from services.chassis.attachments.limits import Limits
from services.chassis.attachments.model import Owner, Reference, UseState, references_of
from services.chassis.attachments.scanning import look
from services.chassis.attachments.tables import ATTACHMENT_USES
from services.chassis.attachments.uses import Use, expect_again, settle, use_from, uses_of
from services.chassis.correspondence.contents import read
from services.chassis.exchange import reading
from services.chassis.storage import Database, Transaction

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
class _Whole:
    """An attachment that is to be decided about, and the names that its letter gives it; none when it has no words."""

    use: Use
    content: Kept | None
    named: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """Whose attachment was decided about, and why it may not be opened; empty when it may."""

    peer: str
    fault: str


async def check_once(database: Database, shelf: Shelf, checks: Checks) -> Decided | None:
    """Decide about one attachment that has come whole; None when there is none.

    Raises:
        ScannerAwayError: it is decided later.

    """
    one = await database.reader.read(lambda connection: _next(connection, shelf))
    if one is None:
        return None
    content = one.content
    if content is None:
        # Its row went with the last letter that had it, or a restore brought less back: from the holder again.
        await database.writer.run(lambda tx: expect_again(tx, one.use))
        return Decided(one.use.peer, "")
    fault = ""
    try:
        for reference in one.named:
            fault = fault or await checks.fault_of(shelf, content, reference)
    except AttachmentDamagedError:
        if await database.writer.run(lambda tx: fetch_lost_again(tx, content)):
            return Decided(one.use.peer, "")
        fault = AttachmentDamagedError.reason
    await database.writer.run(lambda tx: _settle(tx, one.use, fault))
    return Decided(one.use.peer, fault)


def _settle(tx: Transaction, use: Use, fault: str) -> None:
    """Unless the letter's content was destroyed meanwhile."""
    now = uses_of(tx.connection, use.owner, use.owner_id).get(use.shape.digest)
    if now is not None and now.state is UseState.CHECKING:
        settle(tx, now, fault)


def _next(connection: sa.Connection, shelf: Shelf) -> _Whole | None:
    query = sa.select(ATTACHMENT_USES).where(_u.state == UseState.CHECKING.value, _u.owner == Owner.LETTER.value)
    row = connection.execute(query.order_by(_u.noted_at, _u.use_id).limit(1)).one_or_none()
    if row is None:
        return None
    use = use_from(row)
    letter = reading.letter(connection, shelf.keyring, use.owner_id)
    named: tuple[Reference, ...] = ()
    if letter.content is not None:
        message = read(letter.header.kind, letter.content, letter.header.content_type)
        named = tuple(one for one in references_of(message) if one.shape.digest == use.shape.digest)
    return _Whole(use, kept(connection, use.shape.digest), named)
