"""Which draft or letter has which attachment: held, bound to the letter a draft becomes, settled, released."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from services.chassis.attachments.errors import AttachmentMissingError, AttachmentNamesError
from services.chassis.attachments.model import AWAITED, KEEPING, Owner, Reference, Shape, UseState, file_name
from services.chassis.attachments.tables import ATTACHMENT_ARRIVALS, ATTACHMENT_USES, ATTACHMENTS
from services.chassis.journal import store as journal
from services.chassis.storage.uow import Transaction

READY, REFUSED = "attachment.ready", "attachment.refused"
"""Kinds of journal entry: letter, use and reason. No digest: it would confirm a guess at the file after it is gone.
Only of a file that was handed out does the register of exports keep one: a copy found outside is recognised by it."""
_u = ATTACHMENT_USES.c


@dataclass(frozen=True, slots=True)
class Use:
    """One attachment of one draft or letter. `peer` is the letter's sender; empty for what is our own."""

    owner: Owner
    owner_id: str
    shape: Shape
    use_id: str
    peer: str
    state: UseState
    reason: str
    settled_at: datetime | None


def hold(tx: Transaction, owner: Owner, owner_id: str, shape: Shape, state: UseState, *, peer: str = "") -> Use:
    """Note that a draft or letter has an attachment; the same again changes nothing."""
    found = uses_of(tx.connection, owner, owner_id, peer).get(shape.digest)
    if found is not None:
        return found
    settled_at = tx.now if state in {UseState.READY, UseState.REFUSED} else None
    use = Use(owner, owner_id, shape, tx.new_id(), peer, state, "", settled_at)
    tx.connection.execute(
        sa.insert(ATTACHMENT_USES).values(
            owner=owner.value,
            owner_id=owner_id,
            digest=shape.digest,
            use_id=use.use_id,
            peer=peer,
            size=shape.size,
            chunk_size=shape.chunk_size,
            suite=shape.suite,
            state=state.value,
            reason="",
            noted_at=tx.now,
            settled_at=settled_at,
        )
    )
    return use


def uses_of(connection: sa.Connection, owner: Owner, owner_id: str, peer: str = "") -> dict[bytes, Use]:
    """The attachments of one draft or letter, by digest: of ours, or of the letter of that id that `peer` wrote."""
    rows = connection.execute(sa.select(ATTACHMENT_USES).where(_of(owner, owner_id, peer)))
    return {row.digest: use_from(row) for row in rows}


def use_from(row: sa.Row[tuple[object, ...]]) -> Use:
    """The use in a row of `ATTACHMENT_USES`."""
    return Use(
        Owner(row.owner),
        row.owner_id,
        Shape(row.digest, row.size, row.chunk_size, row.suite),
        row.use_id,
        row.peer,
        UseState(row.state),
        row.reason,
        row.settled_at,
    )


def demand_held(connection: sa.Connection, draft_id: str, named: Collection[Reference]) -> None:
    """Raise unless every file that a draft's content names was added to that draft, exactly as it is named.

    Who knows a digest has not seen the file: naming it opens nothing.

    Raises:
        AttachmentMissingError: some were not.
        AttachmentNamesError: peers would refuse their names.

    """
    if not named:
        return
    held = {use.shape for use in uses_of(connection, Owner.DRAFT, draft_id).values() if use.state is UseState.READY}
    missing = [one for one in named if one.shape not in held]
    if missing:
        raise AttachmentMissingError(count=len(missing))
    names = {one.file_name.casefold() for one in named if file_name(one.file_name) == one.file_name}
    if len(names) < len(named):
        raise AttachmentNamesError


def bind(tx: Transaction, draft_id: str, letter_id: str, named: Collection[Reference]) -> None:
    """Give the letter that a draft became the files that its content names; raises as `demand_held` does."""
    demand_held(tx.connection, draft_id, named)
    for one in named:
        hold(tx, Owner.LETTER, letter_id, one.shape, UseState.READY)


def settle(tx: Transaction, use: Use, reason: str) -> None:
    """Decide, on record, that an attachment of a letter may be opened, or why not (`reason` is not empty)."""
    state = UseState.REFUSED if reason else UseState.READY
    _set_state(tx, use, state, reason, tx.now)
    payload = f"{use.owner_id}\n{use.use_id}\n{reason}".encode()
    journal.append(tx, REFUSED if reason else READY, payload, use.owner_id)
    forget_unused(tx, [use.shape.digest])


def arrived(tx: Transaction, use: Use) -> None:
    """Note that all of an attachment is here."""
    _set_state(tx, use, UseState.CHECKING, "", None)


def expect_again(tx: Transaction, use: Use) -> None:
    """Note that nothing of an attachment is here any more, nor its key."""
    _set_state(tx, use, UseState.EXPECTED, "", None)


def lose(tx: Transaction, use: Use) -> None:
    """Note that the file of an attachment cannot be read, which may be for a moment only: its key stays."""
    _set_state(tx, use, UseState.LOST, "", None)


def release(tx: Transaction, letter_id: str, peer: str = "") -> None:
    """Drop what a letter has, when its content is destroyed: what nothing else has is unreadable with this commit.

    `peer` wrote the letter; empty for one of ours. Letters of that id by others keep theirs.
    """
    _release(tx, Owner.LETTER, letter_id, peer, tuple(uses_of(tx.connection, Owner.LETTER, letter_id, peer)))


def release_draft(tx: Transaction, draft_id: str, digests: Collection[bytes] | None = None) -> None:
    """Drop these files of a draft, or all of them."""
    held = uses_of(tx.connection, Owner.DRAFT, draft_id)
    _release(tx, Owner.DRAFT, draft_id, "", [digest for digest in held if digests is None or digest in digests])


def forget_unused(tx: Transaction, digests: Iterable[bytes]) -> None:
    """Drop the keys of contents that nobody has any more; the files without a key are swept away afterwards."""
    for digest in digests:
        kept = sa.exists().where(_u.digest == digest, _u.state.in_(KEEPING))
        tx.connection.execute(sa.delete(ATTACHMENTS).where(ATTACHMENTS.c.digest == digest, ~kept))
        arriving = ATTACHMENT_ARRIVALS.c
        awaited = sa.exists().where(same_file(arriving), _u.peer == arriving.peer, _u.state.in_(AWAITED))
        tx.connection.execute(sa.delete(ATTACHMENT_ARRIVALS).where(arriving.digest == digest, ~awaited))


def same_file(other: ReadOnlyColumnCollection[str, sa.Column[Any]]) -> sa.ColumnElement[bool]:
    """Whether a row of another table speaks of the file that a use does: a digest alone may be said of any size."""
    return sa.and_(*(_u[name] == other[name] for name in ("digest", "size", "chunk_size", "suite")))


def waiting_count(connection: sa.Connection) -> int:
    """How many attachments of letters are not here whole, or not looked at."""
    states = (*AWAITED, UseState.CHECKING)
    query = sa.select(sa.func.count()).select_from(ATTACHMENT_USES).where(_u.state.in_(states))
    return connection.scalar(query) or 0


def refused_count(connection: sa.Connection) -> int:
    """How many attachments of letters may not be opened."""
    query = sa.select(sa.func.count()).select_from(ATTACHMENT_USES).where(_u.state == UseState.REFUSED.value)
    return connection.scalar(query) or 0


def _release(tx: Transaction, owner: Owner, owner_id: str, peer: str, digests: Collection[bytes]) -> None:
    these = sa.and_(_of(owner, owner_id, peer), _u.digest.in_(digests))
    tx.connection.execute(sa.delete(ATTACHMENT_USES).where(these))
    forget_unused(tx, digests)


def _of(owner: Owner, owner_id: str, peer: str) -> sa.ColumnElement[bool]:
    return sa.and_(_u.owner == owner.value, _u.owner_id == owner_id, _u.peer == peer)


def _set_state(tx: Transaction, use: Use, state: UseState, reason: str, settled_at: datetime | None) -> None:
    tx.connection.execute(
        sa.update(ATTACHMENT_USES)
        .where(_of(use.owner, use.owner_id, use.peer), _u.digest == use.shape.digest)
        .values(state=state.value, reason=reason, settled_at=settled_at)
    )
