"""Signing and verifying, sealing and opening: the only place that decides whether bytes are believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.chassis.exchange import wire
from services.chassis.exchange.errors import Refusal, RefusedError
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import (
    Confirmation,
    HelloStatement,
    Letter,
    LetterHeader,
    ReceiptStatement,
    SealedLetter,
    SignedBytes,
    SignedHello,
    SignedReceipt,
)
from services.chassis.identity.directory import KeyRecord, check_signed_at
from services.chassis.identity.errors import (
    CannotOpenError,
    KeyOutOfDateError,
    KeyUnknownError,
    SignatureInvalidError,
    UnknownSuiteError,
)
from services.chassis.identity.keys import KeyPair
from services.chassis.identity.suites import suite_named

# Each use of a key signs under its own label, so that a signature made for one thing never passes for another.
_LETTER = b"guantong-letter-signature-v1\x00"
_RECEIPT = b"guantong-receipt-signature-v1\x00"
_HELLO = b"guantong-hello-signature-v1\x00"
_CONFIRMATION = b"guantong-letter-confirmation-v1\x00"
_HEADER_DIGEST = b"guantong-header-digest-v1\x00"
_LETTER_DIGEST = b"guantong-letter-digest-v1\x00"
_SEAL = b"guantong-seal-v1"


def letter_digest(header: bytes, previous: bytes, suite: str) -> bytes:
    """What the next letter of the channel, and receipts, name this letter by; `previous` is the digest it names itself.

    Made of two digests, so that the letters between one and its receipt can be shown by their header digests alone:
    who proves one matter tells nothing of the others.
    """
    return suite_named(suite).digest(_LETTER_DIGEST + previous + header_digest(header, suite))


def header_digest(header: bytes, suite: str) -> bytes:
    """What stands for a letter in a proof that is not about it."""
    return suite_named(suite).digest(_HEADER_DIGEST + header)


def content_digest(salt: bytes, content: bytes, suite: str) -> bytes:
    """What the header says of the content; the salt keeps short content from being guessed."""
    return suite_named(suite).digest(salt + content)


def sign_header(header: LetterHeader, key: KeyPair) -> SignedBytes:
    """Sign a header; the bytes are made here, once."""
    payload = wire.encode_header(header)
    return SignedBytes(payload, key.sign(_LETTER + payload), key.key_id, key.suite)


def sign_receipt(statement: ReceiptStatement, key: KeyPair) -> SignedBytes:
    """Sign a receipt."""
    payload = wire.encode_receipt(statement)
    return SignedBytes(payload, key.sign(_RECEIPT + payload), key.key_id, key.suite)


def sign_hello(statement: HelloStatement, key: KeyPair) -> SignedBytes:
    """Sign a hello."""
    payload = wire.encode_hello(statement)
    return SignedBytes(payload, key.sign(_HELLO + payload), key.key_id, key.suite)


def seal_letter(signed: SignedBytes, salt: bytes, content: bytes | None, recipient_key: KeyRecord) -> SealedLetter:
    """Seal a letter to one key of its recipient; without content when that was destroyed."""
    plain = wire.encode_letter(signed, b"", b"") if content is None else wire.encode_letter(signed, salt, content)
    context = _seal_context(recipient_key.suite, recipient_key.key_id)
    sealed = suite_named(recipient_key.suite).seal(recipient_key.public, plain, context)
    return SealedLetter(recipient_key.suite, recipient_key.key_id, sealed)


def open_letter(identity: Identity, sealed: SealedLetter, now: datetime) -> Letter:
    """Open a sealed letter and verify everything that can be told without the database.

    The order matters: signature before parsing, so that nobody without a key of this county reaches the parser of
    headers; then whether it is meant for us; then whether the content is the one that was signed.

    Raises:
        RefusedError: naming why it is not believed.
    """
    signed, salt, content = wire.decode_letter(_unseal(identity, sealed))
    body, record = _verify_signature(identity, signed, _LETTER)
    header = wire.decode_header(signed.payload)
    # A letter of our own comes back when we lost it and its recipient has it.
    addressee = identity.body if body == identity.body else header.recipient
    _check_names(identity, header.county, addressee, demo=header.demo)
    if (header.sender, header.signing_key_id, header.suite) != (body, signed.signing_key_id, signed.suite):
        raise RefusedError(Refusal.FORGED, "the signer is not the sender")
    seen_at = identity.directory.seen(now)
    _check_letter_key(identity, signed, header, record, (seen_at, _counts_at(identity, header, seen_at)))
    if not salt and not content:
        # Destroyed before it could be delivered. The letter still has its place in the channel.
        return Letter(header, signed, salt, None)
    if content_digest(salt, content, header.suite) != header.content_digest:
        raise RefusedError(Refusal.CONTENT_MISMATCH)
    return Letter(header, signed, salt, content)


def named_letter(identity: Identity, sealed: SealedLetter) -> str:
    """The id of the letter that is sealed, believed or not; empty where it does not open or is no letter."""
    try:
        signed, _, _ = wire.decode_letter(_unseal(identity, sealed))
        return wire.decode_header(signed.payload).letter_id
    except RefusedError:
        return ""


def open_receipt(identity: Identity, signed: SignedBytes, now: datetime) -> SignedReceipt:
    """Verify a receipt for our letters.

    Raises:
        RefusedError: naming why it is not believed.
    """
    body, record = _verify_signature(identity, signed, _RECEIPT)
    statement = wire.decode_receipt(signed.payload)
    _check_names(identity, statement.county, statement.sender, demo=statement.demo)
    if (statement.recipient, statement.signing_key_id) != (body, signed.signing_key_id):
        raise RefusedError(Refusal.FORGED, "the signer is not the recipient")
    _check_key_time(identity, record, statement.issued_at, identity.directory.seen(now), statement.directory_version)
    return SignedReceipt(statement, signed)


def open_hello(identity: Identity, signed: SignedBytes, now: datetime) -> SignedHello:
    """Verify a hello to us.

    Raises:
        RefusedError: naming why it is not believed.
    """
    body, record = _verify_signature(identity, signed, _HELLO)
    statement = wire.decode_hello(signed.payload)
    _check_names(identity, statement.county, statement.recipient, demo=statement.demo)
    if (statement.sender, statement.signing_key_id) != (body, signed.signing_key_id):
        raise RefusedError(Refusal.FORGED, "the signer is not the sender")
    _check_key_time(identity, record, statement.issued_at, identity.directory.seen(now), statement.directory_version)
    return SignedHello(statement, signed)


def verify_journaled(identity: Identity, signed: SignedBytes, stored_at: datetime) -> LetterHeader:
    """Verify a letter of the journal for the time it was stored: keys retired or revoked since do not matter."""
    body, record = _verify_signature(identity, signed, _LETTER)
    header = wire.decode_header(signed.payload)
    if header.sender != body:
        raise RefusedError(Refusal.FORGED, "the signer is not the sender")
    _check_letter_key(identity, signed, header, record, (stored_at, _counts_at(identity, header, stored_at)))
    return header


def in_doubt(identity: Identity, letter: Letter, now: datetime) -> bool:
    """Whether a letter of our own that verified may be another's: its key was revoked, and nothing confirms it.

    Whoever stole the key writes any date into a letter. Only the confirmation is under a key that they do not have.
    """
    seen_at = identity.directory.seen(now)
    _, record = identity.directory.signer(letter.signed.signing_key_id)
    try:
        _check_letter_key(identity, letter.signed, letter.header, record, (seen_at, seen_at))
    except RefusedError:
        return True
    return False


def verify_receipt(identity: Identity, signed: SignedBytes, seen_at: datetime) -> ReceiptStatement:
    """Verify a receipt of the journal for the time it was recorded."""
    return open_receipt(identity, signed, seen_at).statement


def sealed_frame(identity: Identity, letter: Letter, now: datetime, to: str = "") -> bytes:
    """The frame of a letter, sealed to the key that its recipient, or the body `to`, has in force now."""
    key = identity.directory.sealing_key(to or letter.header.recipient, now)
    signed = confirmed(identity, letter.header, letter.signed, now)
    return wire.frame_of_letter(seal_letter(signed, letter.salt, letter.content, key))


def confirmed(identity: Identity, header: LetterHeader, signed: SignedBytes, now: datetime) -> SignedBytes:
    """The signed bytes of a letter; of one of our own whose key was revoked since, with our word that it stands.

    Raises:
        NoCurrentKeyError: there is no key to give it with.
    """
    directory = identity.directory
    try:
        _, record = directory.signer(signed.signing_key_id)
    except KeyUnknownError:
        return signed
    if header.sender != identity.body or not record.is_revoked(directory.seen(now)):
        return signed
    key = identity.keyring.signing_key(directory, now)
    digest = letter_digest(signed.payload, header.previous_digest, header.suite)
    payload = wire.encode_confirmation(Confirmation(digest, now, key.key_id))
    again = SignedBytes(payload, key.sign(_CONFIRMATION + payload), key.key_id, key.suite)
    return replace(signed, confirmation=again)


def _unseal(identity: Identity, sealed: SealedLetter) -> bytes:
    try:
        suite = suite_named(sealed.suite)
        key = identity.keyring.opening_key(sealed.recipient_key_id)
        if key.suite != sealed.suite:
            raise RefusedError(Refusal.SEAL_BROKEN, "suite and key differ")
        return suite.open(key.private, sealed.sealed, _seal_context(sealed.suite, sealed.recipient_key_id))
    except UnknownSuiteError as error:
        raise RefusedError(Refusal.VERSION_UNKNOWN, "suite") from error
    except KeyUnknownError as error:
        raise RefusedError(Refusal.NOT_SEALED_TO_US) from error
    except CannotOpenError as error:
        raise RefusedError(Refusal.SEAL_BROKEN) from error


def _verify_signature(identity: Identity, signed: SignedBytes, label: bytes) -> tuple[str, KeyRecord]:
    try:
        entry, record = identity.directory.signer(signed.signing_key_id)
        # The suite comes from the directory: a letter does not choose how its own signature is checked.
        suite_named(record.suite).verify(record.public, label + signed.payload, signed.signature)
    except KeyUnknownError as error:
        raise RefusedError(Refusal.KEY_UNKNOWN) from error
    except UnknownSuiteError as error:
        raise RefusedError(Refusal.VERSION_UNKNOWN, "suite") from error
    except SignatureInvalidError as error:
        raise RefusedError(Refusal.FORGED, "signature") from error
    if record.suite != signed.suite:
        raise RefusedError(Refusal.FORGED, "suite")
    return entry.body, record


def _check_names(identity: Identity, county: str, addressee: str, *, demo: bool) -> None:
    if county != identity.county:
        raise RefusedError(Refusal.WRONG_COUNTY)
    if demo != identity.demo:
        raise RefusedError(Refusal.DEMO_MISMATCH)
    if addressee != identity.body:
        raise RefusedError(Refusal.WRONG_ADDRESSEE)


def _counts_at(identity: Identity, header: LetterHeader, seen_at: datetime) -> datetime:
    """When the key of a letter must not have been revoked yet.

    A letter of our own was written before we knew of any revocation, and may come back later. Whether it is taken back
    is decided where the channel is known; see `in_doubt`.
    """
    return header.written_at if header.sender == identity.body else seen_at


def _check_letter_key(
    identity: Identity,
    signed: SignedBytes,
    header: LetterHeader,
    record: KeyRecord,
    when: tuple[datetime, datetime],
) -> None:
    """Whether a letter may be believed under this key; `when` it was seen, and at which time a revocation counts."""
    seen_at, counts_at = when
    if signed.confirmation is not None and record.is_revoked(counts_at):
        _check_confirmation(identity, signed.confirmation, signed, header, seen_at)
        # What the sender wrote before it heard of the revocation is confirmed as well.
        record = replace(record, revoked_at=None)
    _check_key_time(identity, record, header.written_at, counts_at)


def _check_confirmation(
    identity: Identity, confirmation: SignedBytes, signed: SignedBytes, header: LetterHeader, seen_at: datetime
) -> None:
    body, record = _verify_signature(identity, confirmation, _CONFIRMATION)
    statement = wire.decode_confirmation(confirmation.payload)
    digest = letter_digest(signed.payload, header.previous_digest, header.suite)
    if (body, record.key_id, digest) != (header.sender, statement.signing_key_id, statement.letter_digest):
        raise RefusedError(Refusal.FORGED, "confirmation")
    _check_key_time(identity, record, statement.confirmed_at, seen_at)


def _check_key_time(
    identity: Identity, record: KeyRecord, signed_at: datetime, seen_at: datetime, stated_version: int = 0
) -> None:
    entry, _ = identity.directory.signer(record.key_id)
    try:
        check_signed_at(entry, record, signed_at, seen_at)
    except KeyOutOfDateError as error:
        # A body whose key was revoked hears of that from those who do not believe it any more.
        raise RefusedError(Refusal.KEY_NOT_VALID, error.facts["why"], stated_version) from error


def _seal_context(suite: str, key_id: str) -> bytes:
    return b"\x00".join((_SEAL, suite.encode("ascii", "replace"), key_id.encode("ascii", "replace")))
