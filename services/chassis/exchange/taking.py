"""Opens a batch of frames from the bus: what is believed is sorted by kind, what is not is refused with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from services.chassis.bus.port import IncomingFrame
from services.chassis.exchange import wire
from services.chassis.exchange.equivocation import Equivocation, open_report
from services.chassis.exchange.errors import Refusal, RefusedError
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import (
    Letter,
    OfferedDirectory,
    ReportedEquivocation,
    SealedLetter,
    SignedHello,
    SignedReceipt,
)
from services.chassis.exchange.proof import open_hello, open_letter, open_receipt
from services.chassis.exchange.tracing import TRACE_HEADER
from services.chassis.identity.errors import BodyUnknownError
from services.chassis.telemetry.traces import trace_id_of

NOBODY = "unknown"
_log = structlog.get_logger("guantong.exchange")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A letter that verified, with the trace it belongs to."""

    letter: Letter
    traceparent: str | None
    frame: IncomingFrame

    def peer(self, us: str) -> str:
        """The body at the other end of the letter's channel; a letter of our own comes back from its recipient."""
        header = self.letter.header
        return header.recipient if header.sender == us else header.sender


@dataclass(frozen=True, slots=True)
class Refused:
    """A frame that is not believed, and whom it is held against: who signed it, or else whom the bus claims."""

    frame: IncomingFrame
    refusal: Refusal
    peer: str
    stated_version: int = 0
    """Of the directory that the sender says it has in force, where that is known; only good for sending it another."""


@dataclass(slots=True)
class Batch:
    """What a fetch brought, opened and verified; nothing of it is stored yet."""

    letters: list[Arrived] = field(default_factory=list)
    receipts: list[SignedReceipt] = field(default_factory=list)
    hellos: list[SignedHello] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    directories: list[tuple[IncomingFrame, bytes]] = field(default_factory=list)
    """Frames that carry a directory, and the directory: judged before anything else is believed."""
    equivocations: list[Equivocation] = field(default_factory=list)
    """Proofs against us."""
    directory: int = 0
    """The version of the directory by which all this was verified."""

    @property
    def in_channel_order(self) -> list[Arrived]:
        """The letters so that each channel's are in order: the bus may have delivered them in another."""
        return sorted(self.letters, key=lambda one: (one.letter.header.sender, one.letter.header.number))


def take(identity: Identity, frames: Iterable[IncomingFrame], now: datetime) -> Batch:
    """Open every frame. One that is refused delays no other."""
    batch = Batch(directory=identity.directory.version)
    for frame in frames:
        try:
            _take_one(identity, frame, now, batch)
        except RefusedError as error:
            batch.refused.append(Refused(frame, error.refusal, claimed_sender(identity, frame), error.stated_version))
        except Exception as error:  # noqa: BLE001 - whatever a sender made up, the next frame is opened
            _log.error("task_failed", task="open_frame", error=type(error).__name__)
            batch.refused.append(Refused(frame, Refusal.UNPROCESSABLE, claimed_sender(identity, frame)))
    return batch


def claimed_sender(identity: Identity, frame: IncomingFrame) -> str:
    """The body that the bus names as the sender. Nobody signed that name: one of no body is not noted anywhere."""
    try:
        return identity.directory.entry(frame.claimed_sender).body
    except BodyUnknownError:
        return NOBODY


def _take_one(identity: Identity, frame: IncomingFrame, now: datetime, batch: Batch) -> None:
    carried = wire.decode_frame(frame.data)
    if isinstance(carried, SealedLetter):
        trace = frame.headers.get(TRACE_HEADER)
        if trace is not None and trace_id_of(trace) is None:
            # Nobody signed it: whatever is no trace context is not kept.
            trace = None
        batch.letters.append(Arrived(open_letter(identity, carried, now), trace, frame))
        return
    if isinstance(carried, OfferedDirectory):
        batch.directories.append((frame, carried.content))
        return
    if isinstance(carried, ReportedEquivocation):
        batch.equivocations.append(open_report(identity, carried, now))
        return
    kind, signed = carried
    if kind == "receipt":
        batch.receipts.append(open_receipt(identity, signed, now))
    else:
        batch.hellos.append(open_hello(identity, signed, now))
