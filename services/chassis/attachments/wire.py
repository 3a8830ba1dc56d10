"""Between frozen dataclasses and the bytes of attachments.proto; judges form, never authenticity."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.exchange.v1 import attachments_pb2 as pb
from services.chassis.attachments.model import DIGEST_BYTES, LARGEST_CHUNK, split_digests
from services.chassis.exchange.errors import Refusal, RefusedError
from services.chassis.exchange.model import SignedBytes
from services.chassis.exchange.wire import is_id, is_identifier
from services.chassis.timestamps import instant, timestamp

M = TypeVar("M", bound=Message)
MOST_FRAME_BYTES = LARGEST_CHUNK + 32 * 1024
MOST_AT_ONCE = 16
"""Chunks that one request names."""
NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Request:
    """Asks the holder of a file for parts of it. See attachments.proto."""

    county: str
    demo: bool
    sender: str
    recipient: str
    letter_id: str
    digest: bytes
    list_wanted: bool
    numbers: tuple[int, ...]
    issued_at: datetime
    signing_key_id: str
    nonce: bytes
    """Random: the same request twice is answered once."""


@dataclass(frozen=True, slots=True)
class Gone:
    """Says that the holder has destroyed a file."""

    county: str
    demo: bool
    sender: str
    recipient: str
    letter_id: str
    digest: bytes
    issued_at: datetime
    signing_key_id: str


@dataclass(frozen=True, slots=True)
class ChunkList:
    """The digests of all chunks of a file."""

    digest: bytes
    chunk_digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of a file."""

    digest: bytes
    number: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement with its signature, not yet believed. `kind` is "request" or "gone"."""

    kind: str
    signed: SignedBytes


Part = Signed | ChunkList | Chunk


def encode_request(one: Request) -> bytes:
    """The bytes to sign."""
    return pb.ChunkRequest(
        county=one.county,
        demo=one.demo,
        sender=one.sender,
        recipient=one.recipient,
        letter_id=one.letter_id,
        digest=one.digest,
        list_wanted=one.list_wanted,
        chunk_numbers=one.numbers,
        issued_time=timestamp(one.issued_at),
        signing_key_id=one.signing_key_id,
        nonce=one.nonce,
    ).SerializeToString()


def decode_request(data: bytes) -> Request:
    """Read statement bytes whose signature holds.

    Raises:
        RefusedError: they are none.

    """
    message = _parse(pb.ChunkRequest, data)
    _check_names(message.sender, message.letter_id, message.digest)
    if len(message.chunk_numbers) > MOST_AT_ONCE or min(message.chunk_numbers, default=0) < 0:
        raise RefusedError(Refusal.MALFORMED, "chunk numbers")
    if len(message.nonce) != NONCE_BYTES:
        raise RefusedError(Refusal.MALFORMED, "nonce")
    return Request(
        message.county,
        message.demo,
        message.sender,
        message.recipient,
        message.letter_id,
        message.digest,
        message.list_wanted,
        tuple(dict.fromkeys(message.chunk_numbers)),
        _instant(message.issued_time),
        message.signing_key_id,
        message.nonce,
    )


def encode_gone(one: Gone) -> bytes:
    """The bytes to sign."""
    return pb.AttachmentGone(
        county=one.county,
        demo=one.demo,
        sender=one.sender,
        recipient=one.recipient,
        letter_id=one.letter_id,
        digest=one.digest,
        issued_time=timestamp(one.issued_at),
        signing_key_id=one.signing_key_id,
    ).SerializeToString()


def decode_gone(data: bytes) -> Gone:
    """Read statement bytes whose signature holds; raises as `decode_request` does."""
    message = _parse(pb.AttachmentGone, data)
    _check_names(message.sender, message.letter_id, message.digest)
    return Gone(
        message.county,
        message.demo,
        message.sender,
        message.recipient,
        message.letter_id,
        message.digest,
        _instant(message.issued_time),
        message.signing_key_id,
    )


def encode_part(part: Part) -> bytes:
    """A part, ready to be sealed."""
    match part:
        case ChunkList(digest, digests):
            carried = pb.AttachmentPart(list=pb.ChunkList(digest=digest, chunk_digests=b"".join(digests)))
        case Chunk(digest, number, data):
            carried = pb.AttachmentPart(chunk=pb.Chunk(digest=digest, number=number, data=data))
        case Signed("request", signed):
            carried = pb.AttachmentPart(request=_statement(signed))
        case Signed(_, signed):
            carried = pb.AttachmentPart(gone=_statement(signed))
    return carried.SerializeToString()


def decode_part(data: bytes) -> Part:
    """What opened bytes carry; nothing of it is believed yet.

    Raises:
        RefusedError: they carry what this program does not know.

    """
    message = _parse(pb.AttachmentPart, data)
    kind = message.WhichOneof("carried")
    if kind == "chunk" and message.chunk.number >= 0:
        return Chunk(message.chunk.digest, message.chunk.number, message.chunk.data)
    if kind == "list" and len(message.list.chunk_digests) % DIGEST_BYTES == 0:
        return ChunkList(message.list.digest, tuple(split_digests(message.list.chunk_digests)))
    if kind in {"request", "gone"}:
        one = message.request if kind == "request" else message.gone
        return Signed(kind, SignedBytes(one.statement, one.signature, one.signing_key_id, one.suite))
    raise RefusedError(Refusal.MALFORMED, "part")


def encode_frame(suite: str, key_id: str, sealed: bytes) -> bytes:
    """The frame of a sealed part."""
    return pb.AttachmentFrame(suite=suite, recipient_key_id=key_id, sealed=sealed).SerializeToString()


def decode_frame(data: bytes) -> tuple[str, str, bytes]:
    """Suite, key id and sealed bytes of a frame.

    Raises:
        RefusedError: it is none, or too large.

    """
    if len(data) > MOST_FRAME_BYTES:
        raise RefusedError(Refusal.OVERSIZED, "frame")
    frame = _parse(pb.AttachmentFrame, data)
    return frame.suite, frame.recipient_key_id, frame.sealed


def _check_names(sender: str, letter_id: str, digest: bytes) -> None:
    if not is_identifier(sender) or not letter_id or not is_id(letter_id) or len(digest) != DIGEST_BYTES:
        raise RefusedError(Refusal.MALFORMED, "identifier")


def _statement(signed: SignedBytes) -> pb.SignedStatement:
    return pb.SignedStatement(
        statement=signed.payload,
        signature=signed.signature,
        signing_key_id=signed.signing_key_id,
        suite=signed.suite,
    )


def _parse(kind: type[M], data: bytes) -> M:
    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise RefusedError(Refusal.MALFORMED, kind.DESCRIPTOR.name) from error


def _instant(stamp: Timestamp) -> datetime:
    try:
        return instant(stamp)
    except (OverflowError, ValueError) as error:
        raise RefusedError(Refusal.MALFORMED, "time") from error
