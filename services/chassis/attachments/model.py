"""What an attachment is, how its digest is made, and which references a letter may carry. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.exchange.wire import is_text
from services.chassis.identity.suites import SUITES, suite_named

MEBIBYTE = 1024 * 1024
CHUNK_BYTES = 256 * 1024
"""What this program cuts files into; a peer's may differ within the limits below."""
SMALLEST_CHUNK, LARGEST_CHUNK = 16 * 1024, 256 * 1024
DIGEST_BYTES = 32
MOST_CHUNKS = 8192
"""The list of their digests has to fit into one frame."""
MOST_IN_A_LETTER = 50
MALFORMED = "REFERENCE_MALFORMED"
"""Why a reference names no file at all."""
_FILE = b"guantong-attachment-v1\x00"
_CHUNK = b"guantong-chunk-v1\x00"
_MOST_NAME_BYTES = 200
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')
"""What some file system takes for something else than a part of a name."""


class Owner(StrEnum):
    """What an attachment belongs to."""

    DRAFT = "draft"
    LETTER = "letter"


class UseState(StrEnum):
    """How far an attachment of one draft or letter is."""

    EXPECTED = "expected"
    """The letter names it; not all of it is here."""
    CHECKING = "checking"
    """Whole, and not yet looked at."""
    READY = "ready"
    """May be opened."""
    REFUSED = "refused"
    """May not be opened, for a reason on record."""
    LOST = "lost"
    """Was here, and its file is not where it was: fetched again, its key kept until that is whole."""


AWAITED = (UseState.EXPECTED, UseState.LOST)
"""States of what is asked for."""
KEEPING = (UseState.CHECKING, UseState.READY, UseState.LOST)
"""States in which a content is kept."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The digest of a file, and what it is made from beside the chunks themselves."""

    digest: bytes
    size: int
    chunk_size: int
    suite: str

    @property
    def chunks(self) -> int:
        """How many chunks it has."""
        return -(-self.size // self.chunk_size)

    def length_of(self, number: int) -> int:
        """Bytes of the chunk of that number."""
        return min(self.chunk_size, self.size - number * self.chunk_size)

    def proves(self, chunk_digests: Sequence[bytes]) -> bool:
        """Whether these are the digests of its chunks, all of them and in order."""
        fits = len(chunk_digests) == self.chunks and all(len(one) == DIGEST_BYTES for one in chunk_digests)
        return fits and file_digest(self.suite, self.size, self.chunk_size, chunk_digests) == self.digest


@dataclass(frozen=True, slots=True)
class Reference:
    """An attachment as a letter's content names it."""

    file_name: str
    media_type: str
    shape: Shape


def chunk_digest(suite: str, chunk: bytes) -> bytes:
    """What a list of chunks says of one of them."""
    return suite_named(suite).digest(_CHUNK + chunk)


def file_digest(suite: str, size: int, chunk_size: int, chunk_digests: Sequence[bytes]) -> bytes:
    """What a letter says of a file. See content.proto."""
    shape = size.to_bytes(8, "big") + chunk_size.to_bytes(4, "big")
    return suite_named(suite).digest(_FILE + shape + b"".join(chunk_digests))


def split_digests(joined: bytes) -> list[bytes]:
    """The digests of chunks from the form in which they are stored and sent."""
    return [joined[at : at + DIGEST_BYTES] for at in range(0, len(joined), DIGEST_BYTES)]


def references_of(message: Message) -> list[Reference]:
    """Every attachment that the content names, in its order, wherever it stands."""
    return [_reference(one) for one in _found(message)]


def carries_files(kind: type[Message]) -> bool:
    """Whether contents of this type have a place for attachments of the whole letter."""
    field = kind.DESCRIPTOR.fields_by_name.get("attachments")
    return field is not None and field.message_type is content.AttachmentReference.DESCRIPTOR


def to_message(reference: Reference) -> content.AttachmentReference:
    """The reference as contents carry it."""
    shape = reference.shape
    return content.AttachmentReference(
        file_name=reference.file_name,
        media_type=reference.media_type,
        size=shape.size,
        chunk_size=shape.chunk_size,
        suite=shape.suite,
        digest=shape.digest,
    )


def file_name(text: str) -> str | None:
    """The name as letters carry it, in Unicode normal form C; None for what is no safe name of a file everywhere."""
    name = unicodedata.normalize("NFC", text)
    bad = not name or len(name.encode("utf-8", "replace")) > _MOST_NAME_BYTES or not is_text(name)
    bad = bad or name != name.strip() or name.startswith(".") or name.endswith(".")
    bad = bad or any(one in _NOT_IN_NAMES or not one.isprintable() for one in name)
    return None if bad else name


def size_text(size: int) -> str:
    """A number of bytes as people read it."""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.0f} KB" if size < MEBIBYTE else f"{size / MEBIBYTE:.1f} MB"


def ending(name: str) -> str:
    """The ending of a file's name in lower case, without the dot; empty for none."""
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def fault_of(reference: Reference, largest: int) -> str | None:
    """Why no node fetches what the reference names, as a reason code; None where nothing is wrong with it."""
    shape = reference.shape
    fits = SMALLEST_CHUNK <= shape.chunk_size <= LARGEST_CHUNK and len(shape.digest) == DIGEST_BYTES
    if not fits or not 0 < shape.size <= MOST_CHUNKS * shape.chunk_size or shape.suite not in SUITES:
        return MALFORMED
    if file_name(reference.file_name) != reference.file_name:
        return "NAME_UNSAFE"
    return "TOO_LARGE" if shape.size > largest else None


def _reference(one: content.AttachmentReference) -> Reference:
    return Reference(one.file_name, one.media_type, Shape(one.digest, one.size, one.chunk_size, one.suite))


def _found(message: Message) -> Iterator[content.AttachmentReference]:
    if isinstance(message, content.AttachmentReference):
        yield message
        return
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            for part in value if field.is_repeated else [value]:
                yield from _found(part)


def drop_references(message: Message, name: str) -> bool:
    """Take every attachment of that name out of the content; whether there was one."""
    dropped = False
    for field, value in list(message.ListFields()):
        if field.message_type is content.AttachmentReference.DESCRIPTOR:
            left = [one for one in value if one.file_name != name]
            dropped |= len(left) < len(value)
            del value[:]
            value.extend(left)
        elif field.type == field.TYPE_MESSAGE:
            for part in value if field.is_repeated else [value]:
                dropped |= drop_references(part, name)
    return dropped
