"""Reads a draft's content as the exchange contract defines it: in one form of text, and what it leaves unsaid."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from guantong.exchange.v1 import content_pb2
from services.chassis.desk.errors import DraftContentError

MAX_CONTENT_BYTES = 4 * 1024 * 1024
"""The largest content that a letter carries."""
_PACKAGE = content_pb2.DESCRIPTOR.package + "."
_ANSWERED_NOTHING = frozenset({content_pb2.SECTION_STATE_NONE, content_pb2.SECTION_STATE_NOT_HELD})


@dataclass(frozen=True, slots=True)
class Reading:
    """A content as it will be kept, and what a signer has to know of it.

    Attributes:
        content: The bytes; text in them is in Unicode normal form C.
        says_nothing: Whether it tells nothing in any section.
        unanswered: Sections with neither material nor the statement that there is none; units with no opinion.
    """

    content: bytes
    says_nothing: bool
    unanswered: int


def parse(content_type: str, content: bytes) -> Message:
    """The message that `content` is.

    Raises:
        DraftContentError: the type is not one of the contract, or the bytes are not of that type.

    """
    name = content_type.removeprefix(_PACKAGE)
    descriptor = content_pb2.DESCRIPTOR.message_types_by_name.get(name)
    if descriptor is None or not content_type.startswith(_PACKAGE):
        raise DraftContentError(field="content_type", problem="not a message of the exchange contract")
    try:
        return GetMessageClass(descriptor).FromString(content)
    except DecodeError as error:
        raise DraftContentError(field="content", problem="malformed") from error


def read(content_type: str, content: bytes) -> Reading:
    """The content as it will be signed. Bytes whose text is in form already stay exactly as they came.

    Raises:
        DraftContentError: it cannot become a letter.

    """
    if len(content) > MAX_CONTENT_BYTES:
        raise DraftContentError(field="content", problem="larger than 4 MiB")
    message = parse(content_type, content)
    _demand_known(message)
    if _normalize(message):
        content = message.SerializeToString(deterministic=True)
    return Reading(content, says_nothing(message), _unanswered(message))


def _demand_known(message: Message) -> None:
    """Fields of no contract would leave unseen: nobody is shown them, and nothing looks into them."""
    known = type(message)()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    if known.ByteSize() != message.ByteSize():
        raise DraftContentError(field="content", problem="has fields that the contract does not know")


def says_nothing(message: Message) -> bool:
    """Whether a reply is empty, or "none" throughout."""
    if isinstance(message, content_pb2.InfoReply):
        states = [section.state for unit in message.units for section in unit.sections]
        return all(state in _ANSWERED_NOTHING for state in states)
    if isinstance(message, content_pb2.OpinionReply):
        texts = [message.general_opinion, *(answer.text for answer in message.answers)]
        texts += [one.text for one in message.opinions]
        return not any(text.strip() for text in texts) and not any(one.kind for one in message.opinions)
    return False


def _unanswered(message: Message) -> int:
    if isinstance(message, content_pb2.OpinionReply):
        # An opinion on all units answers for each of them.
        return 0 if message.general_opinion.strip() else sum(not one.kind for one in message.opinions)
    if not isinstance(message, content_pb2.InfoReply):
        return 0
    states = [section.state for unit in message.units for section in unit.sections]
    return states.count(content_pb2.SECTION_STATE_UNSPECIFIED)


def _normalize(message: Message) -> bool:
    """Bring every text of the message into form C; whether any changed."""
    changed = False
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            # Maps do not occur in the contract's contents.
            for part in value if field.is_repeated else [value]:
                changed |= _normalize(part)
        elif field.type == field.TYPE_STRING:
            normal = [unicodedata.normalize("NFC", text) for text in (value if field.is_repeated else [value])]
            if field.is_repeated and normal != list(value):
                value[:] = normal
                changed = True
            elif not field.is_repeated and normal[0] != value:
                setattr(message, field.name, normal[0])
                changed = True
    return changed
