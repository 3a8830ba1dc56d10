"""Stores a verified batch in one unit of work: letters that continue their channel, receipts, and what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from services.chassis.exchange import receipts
from services.chassis.exchange.applying import release_matter
from services.chassis.exchange.channels import heard
from services.chassis.exchange.continuing import CONTINUES
from services.chassis.exchange.directories import newest_version
from services.chassis.exchange.equivocation import Equivocation, note, prove
from services.chassis.exchange.errors import DirectoryChangedError, Refusal
from services.chassis.exchange.heads import digest_of, ids_held, remembered_head
from services.chassis.exchange.hooks import Alarm, AlarmKind, Hooks
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.keeping import Keep, keep_all, note_head
from services.chassis.exchange.model import Direction, SignedHello, SignedReceipt
from services.chassis.exchange.proof import letter_digest
from services.chassis.exchange.quarantine import Evidence, quarantine
from services.chassis.exchange.reading import at_places
from services.chassis.exchange.recovering import take_back
from services.chassis.exchange.rejoining import rejoin
from services.chassis.exchange.taking import Arrived, Batch, Refused, claimed_sender
from services.chassis.exchange.telling import tell
from services.chassis.exchange.tracing import STORE, Tracing
from services.chassis.storage import Transaction

_OF_KEYS = frozenset({Refusal.KEY_UNKNOWN, Refusal.KEY_NOT_VALID, Refusal.NOT_SEALED_TO_US})
"""Refusals that a newer directory, here or there, would have spared us."""


@dataclass(slots=True)
class Outcome:
    """What a stored batch asks for once it is committed."""

    stored: int = 0
    repeated: int = 0
    quarantined: int = 0
    refusals: tuple[Refusal, ...] = ()
    """Why frames of the batch were not believed."""
    owed: set[str] = field(default_factory=set)
    """Bodies that are to hear where we stand."""
    gaps: set[str] = field(default_factory=set)
    """Senders of whom a later letter came while the next one is missing."""
    receipted: dict[str, int] = field(default_factory=dict)
    open: dict[str, bool] = field(default_factory=dict)
    """Bodies that told where they stand, and whether letters may go to them."""
    rejoined: dict[str, int] = field(default_factory=dict)
    """Bodies whose channel goes on, and the last letter that is written to them."""
    resend: set[str] = field(default_factory=set)
    """Bodies that asked for our letters again, or stand lower than we knew."""
    returning: dict[str, int] = field(default_factory=dict)
    """Bodies that lost letters of their own, and the last one they have: they are given the rest back."""
    greeted: set[str] = field(default_factory=set)
    """Bodies that greeted us, as each does when it starts."""
    greet: set[str] = field(default_factory=set)
    """Bodies that gave us letters of our own back and may hold more."""
    later_than: dict[str, datetime] = field(default_factory=dict)
    """Bodies that greeted us, and what our receipts for them must be dated later than in order to count."""
    outdated: dict[str, int] = field(default_factory=dict)
    """Bodies that have an older directory than we, and its version."""
    ask: set[str] = field(default_factory=set)
    """Bodies that have a newer directory than we, or sign with keys that ours does not know."""
    accused: set[str] = field(default_factory=set)
    """Bodies that gave one number to two letters, and are told so."""
    released: bool = False
    """Whether letters that could not be handled may be handled now."""
    alarms: list[Alarm] = field(default_factory=list)


@dataclass(slots=True)
class Storing:
    """One batch being stored."""

    tx: Transaction
    identity: Identity
    tracing: Tracing
    hooks: Hooks
    outcome: Outcome = field(default_factory=Outcome)
    pending: list[Keep] = field(default_factory=list)
    """Letters that are written together."""
    refused: list[Refused] = field(default_factory=list)
    ids: set[tuple[str, str]] = field(default_factory=set)
    """Senders and ids of letters in this batch that we hold already."""

    def batch(self, batch: Batch) -> None:
        """Store everything of a batch."""
        self.ids |= ids_held(self.tx.connection, [arrived.letter.header.letter_id for arrived in batch.letters])
        # A peer that is ahead says so before it gives letters of ours back.
        for receipt in batch.receipts:
            self.receipt(receipt)
        for arrived in batch.in_channel_order:
            self.letter(arrived)
        self.flush()
        for hello in batch.hellos:
            self.hello(hello)
        for proof in batch.equivocations:
            self.equivocation(proof)
        for refused in batch.refused:
            self.refuse(refused)
        self.finish()

    def letter(self, arrived: Arrived) -> None:
        """Store a letter when it continues its channel; the bus may repeat it, or have lost those before it."""
        header = arrived.letter.header
        if header.sender == self.identity.body:
            self._ours(arrived)
            return
        peer, last = header.sender, remembered_head(self.tx, Direction.IN, header.sender)
        self.outcome.owed.add(peer)
        continues = header.kind == CONTINUES and header.number > last.number and header.previous_digest == last.digest
        if header.number > last.number + 1 and not continues:
            # Not kept: what is missing comes first, and then this one again.
            self.outcome.gaps.add(peer)
        elif header.number <= last.number:
            self.flush()
            standing = digest_of(self.tx.connection, Direction.IN, peer, header.number)
            if standing == letter_digest(arrived.letter.signed.payload, header.previous_digest, header.suite):
                self.outcome.repeated += 1
            elif standing is not None:  # a number that the sender left out contradicts nothing: it was given up
                self.refuse(Refused(arrived.frame, Refusal.EQUIVOCATION, peer))
                self._accuse(arrived)
        elif header.previous_digest != last.digest:
            self.refuse(Refused(arrived.frame, Refusal.CHAIN_BROKEN, peer))
        elif (peer, header.letter_id) in self.ids:
            self.refuse(Refused(arrived.frame, Refusal.EQUIVOCATION, peer))
        else:
            with self.tracing.step(STORE, arrived.traceparent, peer) as trace:
                self._keep(Keep(arrived.letter, Direction.IN, trace))
            self.ids.add((peer, header.letter_id))
            self.outcome.stored += 1
            if header.number > last.number + 1:
                missing = header.number - last.number - 1
                self.outcome.alarms.append(Alarm(AlarmKind.PEER_RESTORED, peer, "LETTERS_LOST", missing))

    def receipt(self, receipt: SignedReceipt) -> None:
        """Record how far a peer has stored our letters."""
        peer = receipt.statement.recipient
        self._compare_directories(peer, receipt.statement.directory_version)
        progress = receipts.record_receipt(self.tx, receipt, self.tracing, self.hooks.receipted)
        self.outcome.receipted[peer] = progress.receipted
        if progress.resumed:
            rejoined = rejoin(self.tx, self.identity, peer)
            self.outcome.rejoined[peer] = rejoined.written
            self._tell_of(rejoined.places)
        if progress.open is not None:
            self.outcome.open[peer] = progress.open
        if progress.resend:
            self.outcome.resend.add(peer)
        if progress.lowered:
            self.outcome.alarms.append(Alarm(AlarmKind.PEER_RESTORED, peer, "RECEIPT_LOWER"))
        if progress.halted:
            self.outcome.alarms.append(Alarm(AlarmKind.HALTED, peer, progress.halted.upper()))
        if progress.ask:
            self.outcome.greet.add(peer)

    def hello(self, hello: SignedHello) -> None:
        """Note that a peer asks where we stand, and whether it knows of letters we miss, or misses some it wrote."""
        statement = hello.statement
        peer = statement.sender
        heard(self.tx, peer)
        self._compare_directories(peer, statement.directory_version)
        self.outcome.owed.add(peer)
        self.outcome.greeted.add(peer)
        if statement.receipt_issued_at is not None:
            self.outcome.later_than[peer] = statement.receipt_issued_at
        last = remembered_head(self.tx, Direction.IN, peer)
        if statement.written_up_to_number > last.number:
            self.outcome.gaps.add(peer)
        elif statement.written_up_to_number < last.number:
            self.outcome.returning[peer] = statement.written_up_to_number

    def equivocation(self, proof: Equivocation) -> None:
        """Keep a proof once; the alarm is the same at both sides."""
        if note(self.tx, proof):
            reason = "OURS" if proof.signer == self.identity.body else "THEIRS"
            self.outcome.alarms.append(Alarm(AlarmKind.EQUIVOCATION, proof.peer(self.identity.body), reason))

    def _accuse(self, arrived: Arrived) -> None:
        header = arrived.letter.header
        proof = prove(self.tx, self.identity, header, arrived.letter.signed)
        if proof is not None:
            self.equivocation(proof)
            self.outcome.accused.add(header.sender)

    def refuse(self, refused: Refused) -> None:
        """Have it kept as evidence when the batch is finished."""
        self.refused.append(refused)
        if refused.refusal in _OF_KEYS and refused.peer in self.identity.peers:
            self.outcome.ask.add(refused.peer)
            self._compare_directories(refused.peer, refused.stated_version)

    def finish(self) -> None:
        """Keep what is not believed, with one alarm for each body and reason."""
        evidence = [
            Evidence(one.frame.data, one.refusal, claimed_sender(self.identity, one.frame)) for one in self.refused
        ]
        new = quarantine(self.tx, evidence) if evidence else []
        self.outcome.quarantined += sum(new)
        self.outcome.refusals = tuple(one.refusal for one in evidence)
        alarms = Counter((one.peer, one.refusal.value) for one, is_new in zip(self.refused, new, strict=True) if is_new)
        self.outcome.alarms += [
            Alarm(AlarmKind.QUARANTINED, peer, reason, count) for (peer, reason), count in alarms.items()
        ]

    def _compare_directories(self, peer: str, theirs: int) -> None:
        ours = self.identity.directory.version
        if 0 < theirs < ours:
            self.outcome.outdated[peer] = theirs
        elif theirs > ours:
            self.outcome.ask.add(peer)

    def flush(self) -> None:
        """Write the letters kept so far."""
        pending, self.pending = self.pending, []
        places = keep_all(self.tx, self.identity.keyring, pending)
        self._tell_of([place for place, kept in zip(places, pending, strict=True) if kept.returned])

    def _keep(self, kept: Keep) -> None:
        self.pending.append(kept)
        note_head(self.tx, kept)

    def _ours(self, arrived: Arrived) -> None:
        """A peer gives us back what we wrote."""
        self.flush()
        peer, back = arrived.letter.header.recipient, take_back(self.tx, self.identity, arrived)
        self.outcome.repeated += back.repeated
        if back.keep is not None:
            self._keep(back.keep)
            self.outcome.stored += 1
        if back.refusal is not None:
            self.refuse(Refused(arrived.frame, back.refusal, peer))
        if back.ask:
            self.outcome.greet.add(peer)
        if back.halted is not None:
            self.outcome.alarms.append(Alarm(AlarmKind.HALTED, peer, back.halted.upper()))

    def _tell_of(self, places: Sequence[int]) -> None:
        """Letters of ours came back, or got another place: their matters follow, and what waits in these goes on."""
        for letter in at_places(self.tx.connection, self.identity.keyring, places) if places else ():
            tell(self.tx, "ours_hook", partial(self.hooks.ours, self.tx, letter))
            if release_matter(self.tx, letter.peer, letter.header.matter_id):
                self.outcome.released = True


def store_batch(tx: Transaction, identity: Identity, batch: Batch, tracing: Tracing, hooks: Hooks) -> Outcome:
    """Store `batch`. Acknowledge its frames only after the commit.

    Raises:
        DirectoryChangedError: a newer directory came into force since the batch was verified; verify it again.
    """
    if newest_version(tx.connection) > batch.directory:
        raise DirectoryChangedError
    storing = Storing(tx, identity, tracing, hooks)
    storing.batch(batch)
    return storing.outcome
