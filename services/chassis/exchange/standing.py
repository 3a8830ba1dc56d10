"""Tells where channels stand: by receipts and hellos to peers, by a table to operators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.channels import RESTORED, known_channel
from services.chassis.exchange.heads import digest_of, head
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction, HelloStatement, LetterState, ReceiptStatement
from services.chassis.exchange.proof import sign_hello, sign_receipt
from services.chassis.exchange.quarantine import UNDECIDED
from services.chassis.exchange.rejoining import withdrawn_count, withdrawn_since
from services.chassis.exchange.tables import CHANNELS, LETTERS, QUARANTINE, TO_HANDLE, UNHANDLED
from services.chassis.identity.keys import KeyPair

SILENT_AFTER = timedelta(days=1)
"""A peer that is up answers every minute. One that letters wait for and that said nothing for a day needs a person:
a telephone call, or paper delivery."""


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """One peer, both directions. `written` and `stored` are numbers of last letters; times are ours unless named."""

    peer: str
    written: int
    receipted: int
    peer_stored_at: datetime | None
    """By the peer's clock."""
    heard_at: datetime | None
    """When its last receipt or letter came; None before the first."""
    stored: int
    halted: str | None
    unreceipted_since: datetime | None = None
    """When the oldest letter that the peer has not receipted was written."""
    backlog: int = 0
    """Letters of the peer that are stored and not yet handled, parked ones too."""
    withdrawn: int = 0
    """Letters of ours that wait to be put behind what the peer holds, while the channel stands still."""

    @property
    def gap(self) -> int:
        """Letters of ours that the peer has not receipted."""
        return self.written - self.receipted + self.withdrawn

    def silent(self, now: datetime) -> bool:
        """Whether letters wait for the peer and nothing was heard of it for `SILENT_AFTER`, the waiting included."""
        if self.unreceipted_since is None:
            return False
        return now - max(self.unreceipted_since, self.heard_at or self.unreceipted_since) > SILENT_AFTER


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a node's exchange stands: counts and times, nothing of what letters say."""

    channels: tuple[ChannelStanding, ...]
    to_handle: int
    parked: int
    waiting: int
    """Behind a parked letter of the same matter."""
    quarantined: int


def signed_receipt(
    connection: sa.Connection,
    identity: Identity,
    sender: str,
    now: datetime,
    *,
    later_than: datetime | None = None,
    resend: bool,
) -> bytes:
    """The frame that tells `sender` where we stand, dated later than it asks where our key allows that date.

    Raises:
        NoCurrentKeyError: this node has no signing key in force.
    """
    last = head(connection, Direction.IN, sender)
    key = identity.keyring.signing_key(identity.directory, now)
    statement = ReceiptStatement(
        county=identity.county,
        demo=identity.demo,
        suite=key.suite,
        recipient=identity.body,
        sender=sender,
        up_to_number=last.number,
        chain_digest=last.digest,
        stored_at=_kept_at(connection, Direction.IN, sender, last.number) if last.number else None,
        issued_at=_issued_at(identity, key, now, later_than),
        resend_wanted=resend,
        signing_key_id=key.key_id,
        directory_version=identity.directory.version,
    )
    return wire.frame_of_receipt(sign_receipt(statement, key))


def _issued_at(identity: Identity, key: KeyPair, now: datetime, later_than: datetime | None) -> datetime:
    """When our clock says, or just later than a peer's hello asks, if our clock went back.

    A date at which this key is not in force was never ours: we would have signed nothing then. Nobody would believe it.
    """
    _, record = identity.directory.signer(key.key_id)
    if later_than is None or later_than < now or record.why_not(later_than + _MOMENT) is not None:
        return now
    return later_than + _MOMENT


def signed_hello(connection: sa.Connection, identity: Identity, peer: str, now: datetime) -> bytes:
    """The frame that tells `peer` how far we wrote; it answers with a receipt."""
    last = head(connection, Direction.OUT, peer)
    key = identity.keyring.signing_key(identity.directory, now)
    row = known_channel(connection, peer)
    told = last.number if row is None or row.told is None else row.told
    held_since = row.halted_at if row is not None and row.halted == RESTORED else None
    issued_at = row.receipt_issued_at if row is not None else None
    newest = [at for at in (issued_at, held_since) if at is not None]
    statement = HelloStatement(
        county=identity.county,
        demo=identity.demo,
        suite=key.suite,
        sender=identity.body,
        recipient=peer,
        written_up_to_number=told,
        chain_digest=last.digest if told == last.number else digest_of(connection, Direction.OUT, peer, told) or b"",
        receipted_up_to_number=row.receipted if row is not None else 0,
        issued_at=now,
        signing_key_id=key.key_id,
        directory_version=identity.directory.version,
        receipt_issued_at=max(newest, default=None),
    )
    return wire.frame_of_hello(sign_hello(statement, key))


def standings(connection: sa.Connection, identity: Identity) -> list[ChannelStanding]:
    """Every peer of the directory, in its order."""
    rows = {row.peer: row for row in connection.execute(_CHANNELS)}
    backlogs = _backlogs(connection)
    found = []
    for peer in identity.peers:
        row = rows.get(peer)
        written, receipted = head(connection, Direction.OUT, peer).number, row.receipted if row else 0
        stored = head(connection, Direction.IN, peer).number
        heard = (row.heard_at if row else None, _kept_at(connection, Direction.IN, peer, stored) if stored else None)
        found.append(
            ChannelStanding(
                peer,
                written=written,
                receipted=receipted,
                peer_stored_at=row.peer_stored_at if row else None,
                heard_at=max((at for at in heard if at is not None), default=None),
                stored=stored,
                halted=row.halted if row else None,
                unreceipted_since=_waiting_since(connection, peer, row, written),
                backlog=backlogs.get(peer, 0),
                withdrawn=withdrawn_count(connection, peer) if row and row.halted else 0,
            )
        )
    return found


def _waiting_since(connection: sa.Connection, peer: str, row: Any, written: int) -> datetime | None:
    """When the oldest letter that is not receipted was written, those included that wait beside a halted channel."""
    receipted = row.receipted if row else 0
    if row is not None and row.halted and (since := withdrawn_since(connection, peer)) is not None:
        return since
    return _kept_at(connection, Direction.OUT, peer, receipted + 1) if written > receipted else None


def snapshot(connection: sa.Connection, identity: Identity) -> Snapshot:
    """Where everything stands now."""
    states = (LetterState.STORED, LetterState.PARKED, LetterState.WAITING)
    counted = (
        sa.select(LETTERS.c.state, sa.func.count().label("number"))
        .where(LETTERS.c.state.in_([state.value for state in states]))
        .group_by(LETTERS.c.state)
    )
    by_state = {row.state: row.number for row in connection.execute(counted)}
    return Snapshot(
        tuple(standings(connection, identity)),
        to_handle=by_state.get(LetterState.STORED.value, 0),
        parked=by_state.get(LetterState.PARKED.value, 0),
        waiting=by_state.get(LetterState.WAITING.value, 0),
        quarantined=connection.scalar(sa.select(sa.func.count()).select_from(QUARANTINE).where(UNDECIDED)) or 0,
    )


def applied_count(connection: sa.Connection) -> int:
    """How many letters of peers were handled. Counts them all: for people who ask, not for every half minute."""
    applied = LETTERS.c.state == LetterState.APPLIED.value
    return connection.scalar(sa.select(sa.func.count()).select_from(LETTERS).where(applied)) or 0


def _kept_at(connection: sa.Connection, direction: Direction, peer: str, number: int) -> datetime | None:
    """When the first letter numbered `number` or higher was kept; numbers may be left out."""
    at: datetime | None = connection.scalar(_KEPT_AT, {"which": direction.value, "whose": peer, "from": number})
    return at


# Made once: making a statement takes longer than running it.
_CHANNELS = sa.select(CHANNELS)
_MOMENT = timedelta(microseconds=1)
_KEPT_AT = (
    sa.select(LETTERS.c.stored_at)
    .where(
        LETTERS.c.direction == sa.bindparam("which"),
        LETTERS.c.peer == sa.bindparam("whose"),
        LETTERS.c.number >= sa.bindparam("from"),
    )
    .order_by(LETTERS.c.number)
    .limit(1)
)
_BACKLOGS = tuple(
    sa.select(LETTERS.c.peer, sa.func.count().label("number")).where(condition).group_by(LETTERS.c.peer)
    for condition in (TO_HANDLE, UNHANDLED)
)
"""Each counted by the index that has nothing else in it: a node's letters are a million, these are few."""


def _backlogs(connection: sa.Connection) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for counted in _BACKLOGS:
        for row in connection.execute(counted):
            found[row.peer] += row.number
    return found
