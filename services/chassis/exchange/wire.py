"""Between frozen dataclasses and the bytes of envelope.proto and receipt.proto; judges form, never authenticity."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.exchange.v1 import envelope_pb2, receipt_pb2
from services.chassis.exchange.errors import Refusal, RefusedError
from services.chassis.exchange.model import (
    FORMAT_VERSION,
    MAX_CONTENT_BYTES,
    MAX_FRAME_BYTES,
    MAX_HEADER_BYTES,
    MAX_ID,
    MAX_IDENTIFIER,
    MAX_TEXT,
    Confirmation,
    HelloStatement,
    LetterHeader,
    OfferedDirectory,
    ReceiptStatement,
    ReportedEquivocation,
    SealedLetter,
    SignedBytes,
    Signer,
)

M = TypeVar("M", bound=Message)
_EPOCH, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""No letter of a county is older or newer: what claims to be would only break calendars."""
_DIGEST_BYTES = 32
_IDENTIFIER = re.compile(rf"[!-~]{{0,{MAX_IDENTIFIER}}}")
_TURNING = frozenset({"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"})
"""Classes of the characters that make others show in another order than they stand."""


def nfc(text: str) -> str:
    """The one byte form of a text: the same Chinese sentence must sign alike wherever it was typed."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def encode_header(header: LetterHeader) -> bytes:
    """The bytes to sign. They are made once and kept; nothing ever makes them again."""
    message = envelope_pb2.LetterHeader(
        format_version=FORMAT_VERSION,
        county=header.county,
        demo=header.demo,
        suite=header.suite,
        letter_id=header.letter_id,
        sender=header.sender,
        recipient=header.recipient,
        recipient_subunit=header.recipient_subunit,
        number=header.number,
        previous_digest=header.previous_digest,
        kind=header.kind,
        matter_id=header.matter_id,
        answers_letter_id=header.answers_letter_id,
        last_seen_letter_id=header.last_seen_letter_id,
        content_digest=header.content_digest,
        content_type=header.content_type,
        written_time=_timestamp(header.written_at),
        signing_key_id=header.signing_key_id,
        document_number=nfc(header.document_number),
        article_ids=header.article_ids,
    )
    if header.signer is not None:
        message.signer.name = nfc(header.signer.name)
        message.signer.post = nfc(header.signer.post)
        message.signer.for_whom = nfc(header.signer.for_whom)
        message.signer.signed_time.CopyFrom(_timestamp(header.signer.signed_at))
    return message.SerializeToString()


def decode_header(data: bytes) -> LetterHeader:
    """Read header bytes whose signature holds.

    Raises:
        RefusedError: when they are no header, or one of a format this program does not have.
    """
    if len(data) > MAX_HEADER_BYTES:
        raise RefusedError(Refusal.OVERSIZED, "header")
    message = _parse(envelope_pb2.LetterHeader, data)
    if message.format_version != FORMAT_VERSION:
        raise RefusedError(Refusal.VERSION_UNKNOWN, f"format {message.format_version}")
    _check_header(message)
    signer = None
    if message.HasField("signer"):
        signer = Signer(
            message.signer.name,
            message.signer.post,
            _instant(message.signer.signed_time),
            message.signer.for_whom,
        )
    return LetterHeader(
        county=message.county,
        demo=message.demo,
        suite=message.suite,
        letter_id=message.letter_id,
        sender=message.sender,
        recipient=message.recipient,
        number=message.number,
        previous_digest=message.previous_digest,
        kind=message.kind,
        content_digest=message.content_digest,
        written_at=_instant(message.written_time),
        signing_key_id=message.signing_key_id,
        content_type=message.content_type,
        matter_id=message.matter_id,
        answers_letter_id=message.answers_letter_id,
        last_seen_letter_id=message.last_seen_letter_id,
        recipient_subunit=message.recipient_subunit,
        signer=signer,
        document_number=message.document_number,
        article_ids=tuple(message.article_ids),
    )


def _check_header(message: envelope_pb2.LetterHeader) -> None:
    names = (message.kind, message.sender, message.recipient, message.county)
    ids = (message.letter_id, message.matter_id, message.answers_letter_id, message.last_seen_letter_id)
    if not all((message.letter_id, *names)):
        raise RefusedError(Refusal.MALFORMED, "identifier")
    if not all(map(is_identifier, (*names, message.recipient_subunit))) or not all(map(is_id, ids)):
        raise RefusedError(Refusal.MALFORMED, "identifier")
    signer = message.signer
    texts = (message.document_number, message.content_type, *message.article_ids)
    if not all(map(is_text, (*texts, signer.name, signer.post, signer.for_whom))):
        raise RefusedError(Refusal.MALFORMED, "text")
    if message.number < 1:
        raise RefusedError(Refusal.MALFORMED, "number")
    if {len(message.previous_digest), len(message.content_digest)} != {_DIGEST_BYTES}:
        raise RefusedError(Refusal.MALFORMED, "digest")
    if not message.HasField("written_time"):
        raise RefusedError(Refusal.MALFORMED, "written_time")


def is_identifier(text: str) -> bool:
    """Whether `text` may stand where identifiers stand: short, printable ASCII without spaces; empty passes."""
    return _IDENTIFIER.fullmatch(text) is not None


def is_id(text: str) -> bool:
    """Whether `text` may stand where ids of letters and matters stand; empty passes."""
    return len(text) <= MAX_ID and is_identifier(text)


def is_text(text: str) -> bool:
    """Whether `text` may be printed on a letter: short, and nothing in it that is not seen or turns what is around."""
    if len(text) > MAX_TEXT:
        return False
    return (text.isascii() and text.isprintable()) or not any(map(_is_hidden, text))


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) == "Cc" or unicodedata.bidirectional(character) in _TURNING


def encode_receipt(statement: ReceiptStatement) -> bytes:
    """The bytes to sign."""
    message = receipt_pb2.ReceiptStatement(
        county=statement.county,
        demo=statement.demo,
        suite=statement.suite,
        recipient=statement.recipient,
        sender=statement.sender,
        up_to_number=statement.up_to_number,
        chain_digest=statement.chain_digest,
        issued_time=_timestamp(statement.issued_at),
        resend_wanted=statement.resend_wanted,
        signing_key_id=statement.signing_key_id,
        directory_version=statement.directory_version,
    )
    if statement.stored_at is not None:
        message.stored_time.CopyFrom(_timestamp(statement.stored_at))
    return message.SerializeToString()


def decode_receipt(data: bytes) -> ReceiptStatement:
    """Read statement bytes whose signature holds."""
    message = _parse(receipt_pb2.ReceiptStatement, data)
    if min(message.up_to_number, message.directory_version) < 0 or len(message.chain_digest) != _DIGEST_BYTES:
        raise RefusedError(Refusal.MALFORMED, "receipt")
    return ReceiptStatement(
        message.county,
        message.demo,
        message.suite,
        message.recipient,
        message.sender,
        message.up_to_number,
        message.chain_digest,
        _instant(message.stored_time) if message.HasField("stored_time") else None,
        _instant(message.issued_time),
        message.resend_wanted,
        message.signing_key_id,
        message.directory_version,
    )


def encode_hello(statement: HelloStatement) -> bytes:
    """The bytes to sign."""
    message = receipt_pb2.HelloStatement(
        county=statement.county,
        demo=statement.demo,
        suite=statement.suite,
        sender=statement.sender,
        recipient=statement.recipient,
        written_up_to_number=statement.written_up_to_number,
        chain_digest=statement.chain_digest,
        receipted_up_to_number=statement.receipted_up_to_number,
        issued_time=_timestamp(statement.issued_at),
        signing_key_id=statement.signing_key_id,
        directory_version=statement.directory_version,
    )
    if statement.receipt_issued_at is not None:
        message.receipt_issued_time.CopyFrom(_timestamp(statement.receipt_issued_at))
    return message.SerializeToString()


def decode_hello(data: bytes) -> HelloStatement:
    """Read statement bytes whose signature holds."""
    message = _parse(receipt_pb2.HelloStatement, data)
    if min(message.written_up_to_number, message.receipted_up_to_number, message.directory_version) < 0:
        raise RefusedError(Refusal.MALFORMED, "hello")
    return HelloStatement(
        message.county,
        message.demo,
        message.suite,
        message.sender,
        message.recipient,
        message.written_up_to_number,
        message.chain_digest,
        message.receipted_up_to_number,
        _instant(message.issued_time),
        message.signing_key_id,
        message.directory_version,
        _instant(message.receipt_issued_time) if message.HasField("receipt_issued_time") else None,
    )


def encode_confirmation(statement: Confirmation) -> bytes:
    """The bytes to sign."""
    return envelope_pb2.ConfirmationStatement(
        letter_digest=statement.letter_digest,
        confirmed_time=_timestamp(statement.confirmed_at),
        signing_key_id=statement.signing_key_id,
    ).SerializeToString()


def decode_confirmation(data: bytes) -> Confirmation:
    """Read statement bytes whose signature holds."""
    message = _parse(envelope_pb2.ConfirmationStatement, data)
    return Confirmation(message.letter_digest, _instant(message.confirmed_time), message.signing_key_id)


def encode_letter(signed: SignedBytes, salt: bytes, content: bytes) -> bytes:
    """A whole letter, ready to be sealed."""
    return envelope_pb2.Letter(signed=_signed_header(signed), salt=salt, content=content).SerializeToString()


def decode_letter(data: bytes) -> tuple[SignedBytes, bytes, bytes]:
    """The signed part, salt and content of opened bytes; nothing of it is believed yet."""
    letter = _parse(envelope_pb2.Letter, data)
    if len(letter.content) > MAX_CONTENT_BYTES or len(letter.signed.header) > MAX_HEADER_BYTES:
        raise RefusedError(Refusal.OVERSIZED, "letter")
    return _signed_bytes(letter.signed), letter.salt, letter.content


def encode_journaled(signed: SignedBytes) -> bytes:
    """What the journal holds of a letter: the signed bytes and their signature, without content."""
    return _signed_header(signed).SerializeToString()


def decode_journaled(data: bytes) -> SignedBytes:
    """Reverse `encode_journaled`."""
    return _signed_bytes(_parse(envelope_pb2.SignedHeader, data))


def frame_of_letter(sealed: SealedLetter) -> bytes:
    """The frame that carries a sealed letter."""
    carried = envelope_pb2.SealedLetter(
        suite=sealed.suite, recipient_key_id=sealed.recipient_key_id, sealed=sealed.sealed
    )
    return envelope_pb2.Frame(sealed_letter=carried).SerializeToString()


def receipt_bytes(signed: SignedBytes) -> bytes:
    """A receipt as evidence: what the journal holds of it."""
    return _receipt(signed).SerializeToString()


def frame_of_receipt(signed: SignedBytes) -> bytes:
    """The frame that carries a receipt."""
    return envelope_pb2.Frame(receipt=_receipt(signed)).SerializeToString()


def frame_of_hello(signed: SignedBytes) -> bytes:
    """The frame that carries a hello."""
    carried = receipt_pb2.Hello(
        statement=signed.payload,
        signature=signed.signature,
        signing_key_id=signed.signing_key_id,
        suite=signed.suite,
    )
    return envelope_pb2.Frame(hello=carried).SerializeToString()


def frame_of_directory(content: bytes) -> bytes:
    """The frame that carries a version of the directory of bodies."""
    return envelope_pb2.Frame(directory=content).SerializeToString()


def encode_equivocation(reported: ReportedEquivocation) -> bytes:
    """A proof as evidence: what the journal holds of it."""
    return envelope_pb2.EquivocationReport(
        standing=_signed_header(reported.standing), conflicting=_signed_header(reported.conflicting)
    ).SerializeToString()


def decode_equivocation(data: bytes) -> ReportedEquivocation:
    """Reverse `encode_equivocation`."""
    return _equivocation(_parse(envelope_pb2.EquivocationReport, data))


def frame_of_equivocation(report: bytes) -> bytes:
    """The frame that carries a proof."""
    return envelope_pb2.Frame(equivocation=envelope_pb2.EquivocationReport.FromString(report)).SerializeToString()


def decode_frame(data: bytes) -> SealedLetter | OfferedDirectory | ReportedEquivocation | tuple[str, SignedBytes]:
    """What a frame carries: a sealed letter, a directory, a proof, or ("receipt" | "hello", signed bytes).

    Raises:
        RefusedError: when it is no frame, too large, or carries what this program does not know.
    """
    if len(data) > MAX_FRAME_BYTES:
        raise RefusedError(Refusal.OVERSIZED, "frame")
    frame = _parse(envelope_pb2.Frame, data)
    carried = frame.WhichOneof("carried")
    if carried == "sealed_letter":
        sealed = frame.sealed_letter
        return SealedLetter(sealed.suite, sealed.recipient_key_id, sealed.sealed)
    if carried == "receipt":
        return carried, _signed_statement(frame.receipt)
    if carried == "hello":
        return carried, _signed_statement(frame.hello)
    if carried == "directory":
        return OfferedDirectory(frame.directory)
    if carried == "equivocation":
        return _equivocation(frame.equivocation)
    raise RefusedError(Refusal.MALFORMED, "frame")


def _equivocation(report: envelope_pb2.EquivocationReport) -> ReportedEquivocation:
    if max(len(report.standing.header), len(report.conflicting.header)) > MAX_HEADER_BYTES:
        raise RefusedError(Refusal.OVERSIZED, "header")
    return ReportedEquivocation(_signed_bytes(report.standing), _signed_bytes(report.conflicting))


def _parse(kind: type[M], data: bytes) -> M:
    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise RefusedError(Refusal.MALFORMED, kind.DESCRIPTOR.name) from error


def _receipt(signed: SignedBytes) -> receipt_pb2.Receipt:
    return receipt_pb2.Receipt(
        statement=signed.payload,
        signature=signed.signature,
        signing_key_id=signed.signing_key_id,
        suite=signed.suite,
    )


def _signed_statement(message: receipt_pb2.Receipt | receipt_pb2.Hello | envelope_pb2.Confirmation) -> SignedBytes:
    return SignedBytes(message.statement, message.signature, message.signing_key_id, message.suite)


def _signed_header(signed: SignedBytes) -> envelope_pb2.SignedHeader:
    again = signed.confirmation
    return envelope_pb2.SignedHeader(
        header=signed.payload,
        signature=signed.signature,
        signing_key_id=signed.signing_key_id,
        suite=signed.suite,
        confirmation=None if again is None else _confirmation(again),
    )


def _confirmation(signed: SignedBytes) -> envelope_pb2.Confirmation:
    return envelope_pb2.Confirmation(
        statement=signed.payload,
        signature=signed.signature,
        signing_key_id=signed.signing_key_id,
        suite=signed.suite,
    )


def _signed_bytes(message: envelope_pb2.SignedHeader) -> SignedBytes:
    again = _signed_statement(message.confirmation) if message.HasField("confirmation") else None
    return SignedBytes(message.header, message.signature, message.signing_key_id, message.suite, again)


def _timestamp(instant: datetime) -> Timestamp:
    since = instant - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000)


def _instant(timestamp: Timestamp) -> datetime:
    try:
        instant = _EPOCH + timedelta(seconds=timestamp.seconds, microseconds=timestamp.nanos // 1000)
    except OverflowError as error:
        raise RefusedError(Refusal.MALFORMED, "time") from error
    if not _EPOCH <= instant <= _END:
        raise RefusedError(Refusal.MALFORMED, "time")
    return instant
