"""What is known of the attachments of one draft or letter: as its content names them, and how far each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from google.protobuf.message import Message

from guantong.node.v1 import attachments_service_pb2 as pb
from services.chassis.attachments.arriving import arrival
from services.chassis.attachments.errors import (
    AttachmentBarredError,
    AttachmentNotReadyError,
    AttachmentUnknownError,
)
from services.chassis.attachments.keeping import Kept, kept
from services.chassis.attachments.model import AWAITED, Owner, Reference, UseState, fault_of, references_of
from services.chassis.attachments.scanning import REASONS
from services.chassis.attachments.uses import Use, uses_of
from services.chassis.timestamps import timestamp

_STATES = {
    UseState.EXPECTED: pb.ATTACHMENT_STATE_EXPECTED,
    UseState.CHECKING: pb.ATTACHMENT_STATE_CHECKING,
    UseState.READY: pb.ATTACHMENT_STATE_READY,
    UseState.REFUSED: pb.ATTACHMENT_STATE_REFUSED,
    UseState.LOST: pb.ATTACHMENT_STATE_EXPECTED,
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One attachment. `arrived` counts the chunks that are here."""

    number: int
    reference: Reference
    state: UseState
    arrived: int
    reason: str = ""
    settled_at: datetime | None = None

    @property
    def chunks(self) -> int:
        """How many it has; 0 where what the letter says of it names no file."""
        shape = self.reference.shape
        return shape.chunks if shape.size > 0 and shape.chunk_size > 0 else 0


def listed(connection: sa.Connection, owner: Owner, owner_id: str, message: Message, peer: str = "") -> list[Listed]:
    """The attachments that the content names, in its order; `peer` wrote it, where it is not our own."""
    uses = uses_of(connection, owner, owner_id, peer)
    found = enumerate(references_of(message), 1)
    return [_one(connection, number, one, uses.get(one.shape.digest)) for number, one in found]


def openable(connection: sa.Connection, attachments: Sequence[Listed], name: str) -> tuple[Listed, Kept]:
    """The attachment of that name with its content.

    Raises:
        AttachmentUnknownError: there is none.
        AttachmentNotReadyError: it is on its way, or being looked at.
        AttachmentBarredError: it may not be opened.

    """
    one = next((one for one in attachments if one.reference.file_name == name), None)
    if one is None:
        raise AttachmentUnknownError
    if one.state is UseState.REFUSED:
        chinese, english = REASONS.get(one.reason, ("", ""))
        raise AttachmentBarredError(why=one.reason, why_zh=chinese, why_en=english)
    content = kept(connection, one.reference.shape.digest)
    if one.state is not UseState.READY or content is None:
        raise AttachmentNotReadyError(state=one.state.value)
    return one, content


def to_listed(one: Listed) -> pb.Attachment:
    """The attachment as the contract tells it."""
    shape = one.reference.shape
    arriving = one.state in AWAITED and one.arrived
    chinese, english = REASONS.get(one.reason, ("", ""))
    message = pb.Attachment(
        number=one.number,
        file_name=one.reference.file_name,
        media_type=one.reference.media_type,
        size=shape.size,
        chunk_size=shape.chunk_size,
        suite=shape.suite,
        digest=shape.digest,
        state=pb.ATTACHMENT_STATE_ARRIVING if arriving else _STATES[one.state],
        arrived_chunk_count=one.arrived,
        chunk_count=one.chunks,
        reason=one.reason,
        reason_zh=chinese,
        reason_en=english,
    )
    if one.settled_at is not None:
        message.settled_time.CopyFrom(timestamp(one.settled_at))
    return message


def _one(connection: sa.Connection, number: int, reference: Reference, use: Use | None) -> Listed:
    shape = reference.shape
    if use is None:
        fault = fault_of(reference, shape.size)
        return Listed(number, reference, UseState.REFUSED if fault else UseState.EXPECTED, 0, fault or "")
    if use.state in AWAITED:
        begun = arrival(connection, use.peer, use.shape)
        return Listed(number, reference, use.state, len(begun.arrived) if begun else 0)
    arrived = 0 if use.state is UseState.REFUSED else shape.chunks
    return Listed(number, reference, use.state, arrived, use.reason, use.settled_at)
