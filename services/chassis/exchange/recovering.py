"""Takes back letters of our own that this node lost and a peer holds, and goes on behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.exchange.channels import (
    HISTORIES_DIFFER,
    LETTERS_LOST,
    PEER_IS_AHEAD,
    RESTORED,
    channel,
    go_on,
    known_channel,
    update,
    why_halted,
)
from services.chassis.exchange.continuing import CONTINUES, continuation
from services.chassis.exchange.errors import ChannelGoesOnError, Refusal
from services.chassis.exchange.heads import Head, digest_of, head_below, remembered_head
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.keeping import Keep, keep_all
from services.chassis.exchange.model import Direction, Signer
from services.chassis.exchange.proof import in_doubt
from services.chassis.exchange.receipts import note_halt
from services.chassis.exchange.rejoining import Rejoined, found_again, rejoin, withdraw
from services.chassis.exchange.taking import Arrived
from services.chassis.journal import store as journal
from services.chassis.storage import Transaction

CONTINUED = "channel.continued"
"""Kind of journal entry; the payload names the peer, the account that decided, and its reason."""
_HIGHEST_CLAIM = 2**62
"""A peer that claims more lies; its channel goes on at a number that can still be counted on from."""
_TAKING_BACK = frozenset({PEER_IS_AHEAD, RESTORED, LETTERS_LOST})


@dataclass(frozen=True, slots=True)
class Returned:
    """What becomes of a letter of ours that a peer gave back."""

    keep: Keep | None = None
    refusal: Refusal | None = None
    repeated: bool = False
    ask: bool = False
    """Whether the peer is to be told where we stand now: it holds more, or something that goes before."""
    halted: str | None = None
    """Set when this letter made the channel stand still for another reason."""


def take_back(tx: Transaction, identity: Identity, arrived: Arrived) -> Returned:
    """Decide about a letter of ours that came from a peer.

    It is taken back where the peer's receipts show that it holds letters of ours that we do not know, or an operator
    said that this node was restored. Otherwise it is one that we never wrote: somebody uses our keys. One under a key
    that was revoked since, and that nothing confirms, needs the operator's word: the thief of the key may have made it.
    """
    header, kept = arrived.letter.header, Keep(arrived.letter, Direction.OUT, arrived.traceparent, returned=True)
    peer, halted = header.recipient, why_halted(tx, header.recipient)
    last = remembered_head(tx, Direction.OUT, peer)
    if header.number <= last.number and digest_of(tx.connection, Direction.OUT, peer, header.number) == kept.digest:
        return Returned(repeated=True, ask=_met_again(tx, peer, header.number))
    if halted not in _TAKING_BACK:
        return _unexpected(kept, last, halted)
    before = last if header.number > last.number else head_below(tx.connection, Direction.OUT, peer, header.number)
    if header.number > before.number + 1 and header.kind != CONTINUES:
        return Returned()
    doubtful = halted != RESTORED and in_doubt(identity, arrived.letter, tx.now)
    if doubtful or header.previous_digest != before.digest:
        return _differ(tx, peer) if doubtful else _parted_earlier(tx, peer, halted, before)
    if header.number <= last.number and not _give_up(tx, peer, halted, before):
        return _differ(tx, peer)
    if halted == RESTORED:
        update(tx, peer, told=None)
    found_again(tx, peer, header.letter_id)
    return Returned(keep=kept, ask=True)


def continue_channel(tx: Transaction, identity: Identity, peer: str, why: tuple[Signer, str], by: str) -> Rejoined:
    """Go on behind what the peer holds, though letters between are lost or were never ours: an operator decided.

    Raises:
        ChannelGoesOnError: the channel does not stand still.
        NoCurrentKeyError: this node has no signing key in force.
    """
    row = known_channel(tx.connection, peer)
    if row is None or row.halted is None:
        raise ChannelGoesOnError(peer=peer)
    behind = remembered_head(tx, Direction.OUT, peer)
    if row.stated is not None and row.halted != LETTERS_LOST:
        behind = Head(row.stated, row.stated_digest)
        if row.stated <= row.receipted:
            withdraw(tx, peer, head_below(tx.connection, Direction.OUT, peer, row.stated).number)
    named = min(max(row.claimed or 0, behind.number), _HIGHEST_CLAIM)
    number = max(named, remembered_head(tx, Direction.OUT, peer).number) + 1
    journal.append(tx, CONTINUED, f"{peer}\n{by}\n{why[1]}".encode())
    letter = continuation(tx, identity, peer, behind=behind, number=number, why=why)
    keep_all(tx, identity.keyring, [Keep(letter, Direction.OUT, None)])
    go_on(tx, peer)
    return replace(rejoin(tx, identity, peer), continued_at=number)


def _met_again(tx: Transaction, peer: str, number: int) -> bool:
    """While we look for the last letter that both sides hold, this is one; whether we know it only now."""
    row = channel(tx, peer)
    if row.told is None or number <= row.told:
        return False
    update(tx, peer, told=number)
    return True


def _unexpected(kept: Keep, last: Head, halted: str) -> Returned:
    number = kept.letter.header.number
    if number > last.number + 1 or halted == HISTORIES_DIFFER:
        # The peer's receipt tells it, or has told it; an operator decides, and then the peer is asked again.
        return Returned()
    if number <= last.number:
        return Returned(refusal=Refusal.EQUIVOCATION)
    fits = kept.letter.header.previous_digest == last.digest
    return Returned(refusal=Refusal.NOT_OURS if fits else Refusal.CHAIN_BROKEN)


def _parted_earlier(tx: Transaction, peer: str, halted: str, before: Head) -> Returned:
    """What the peer holds does not continue what we hold: the histories part further back."""
    row = channel(tx, peer)
    if halted == RESTORED:
        told = before.number // 2
        if row.told is not None and row.told <= told:
            return Returned()
        update(tx, peer, told=told)
        return Returned(ask=True)
    if before.number > row.receipted:
        withdraw(tx, peer, row.receipted)
        return Returned(ask=True)
    return _differ(tx, peer)


def _give_up(tx: Transaction, peer: str, halted: str, end: Head) -> bool:
    """Take out what stands where the peer holds another letter of ours; not what it receipted, unless we may."""
    if halted != RESTORED and end.number < channel(tx, peer).receipted:
        return False
    withdraw(tx, peer, end.number)
    return True


def _differ(tx: Transaction, peer: str) -> Returned:
    note_halt(tx, peer, HISTORIES_DIFFER, "", "")
    return Returned(halted=HISTORIES_DIFFER)
