"""Seals and opens what travels on the attachments' lane; the only place that decides whether a request is believed."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from services.chassis.attachments import wire
from services.chassis.attachments.arriving import Awaited
from services.chassis.attachments.wire import Gone, Part, Request, Signed
from services.chassis.bus.port import OutgoingFrame
from services.chassis.exchange.errors import Refusal, RefusedError
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import SignedBytes
from services.chassis.identity.directory import check_signed_at
from services.chassis.identity.errors import (
    CannotOpenError,
    KeyOutOfDateError,
    KeyUnknownError,
    SignatureInvalidError,
    UnknownSuiteError,
)
from services.chassis.identity.suites import suite_named

_LABELS = {"request": b"guantong-attachment-request-v1\x00", "gone": b"guantong-attachment-gone-v1\x00"}
_SEAL = b"guantong-attachment-seal-v1"
FRESH = timedelta(hours=1)
"""How old a request may be, and how far ahead: clocks of offices differ, and the bus keeps it for minutes only."""


def request_frame(identity: Identity, one: Awaited, wanted: tuple[int, ...] | None, now: datetime) -> OutgoingFrame:
    """Ask the holder of an awaited file for these of its chunks; for the list of chunks when `wanted` is None."""
    key = identity.keyring.signing_key(identity.directory, now)
    statement = Request(
        county=identity.county,
        demo=identity.demo,
        sender=identity.body,
        recipient=one.peer,
        letter_id=one.letter_id,
        digest=one.shape.digest,
        list_wanted=wanted is None,
        numbers=wanted or (),
        issued_at=now,
        signing_key_id=key.key_id,
        nonce=secrets.token_bytes(wire.NONCE_BYTES),
    )
    payload = wire.encode_request(statement)
    signed = SignedBytes(payload, key.sign(_LABELS["request"] + payload), key.key_id, key.suite)
    return sealed_frame(identity, one.peer, Signed("request", signed), now)


def gone_frame(identity: Identity, asked: Request, now: datetime) -> OutgoingFrame:
    """Tell who asked that the file is no more."""
    key = identity.keyring.signing_key(identity.directory, now)
    statement = Gone(
        identity.county,
        identity.demo,
        identity.body,
        asked.sender,
        asked.letter_id,
        asked.digest,
        now,
        key.key_id,
    )
    payload = wire.encode_gone(statement)
    signed = SignedBytes(payload, key.sign(_LABELS["gone"] + payload), key.key_id, key.suite)
    return sealed_frame(identity, asked.sender, Signed("gone", signed), now)


def sealed_frame(identity: Identity, peer: str, part: Part, now: datetime) -> OutgoingFrame:
    """The frame of a part, sealed to the key that `peer` has in force now."""
    key = identity.directory.sealing_key(peer, now)
    sealed = suite_named(key.suite).seal(key.public, wire.encode_part(part), _context(key.suite, key.key_id))
    return OutgoingFrame(peer, wire.encode_frame(key.suite, key.key_id, sealed))


def open_frame(identity: Identity, data: bytes, now: datetime) -> wire.ChunkList | wire.Chunk | Request | Gone:
    """Open a frame. Lists and chunks are proven by their digests later; statements are verified here.

    Raises:
        RefusedError: naming why it is not believed.

    """
    suite_name, key_id, sealed = wire.decode_frame(data)
    try:
        key = identity.keyring.opening_key(key_id)
        suite = suite_named(key.suite)
        part = wire.decode_part(suite.open(key.private, sealed, _context(suite_name, key_id)))
    except KeyUnknownError as error:
        raise RefusedError(Refusal.NOT_SEALED_TO_US) from error
    except (CannotOpenError, UnknownSuiteError) as error:
        raise RefusedError(Refusal.SEAL_BROKEN) from error
    return _believed(identity, part, now) if isinstance(part, Signed) else part


def _believed(identity: Identity, part: Signed, now: datetime) -> Request | Gone:
    signed = part.signed
    try:
        entry, record = identity.directory.signer(signed.signing_key_id)
        suite_named(record.suite).verify(record.public, _LABELS[part.kind] + signed.payload, signed.signature)
    except KeyUnknownError as error:
        raise RefusedError(Refusal.KEY_UNKNOWN) from error
    except (SignatureInvalidError, UnknownSuiteError) as error:
        raise RefusedError(Refusal.FORGED, "signature") from error
    decode = wire.decode_request if part.kind == "request" else wire.decode_gone
    statement: Request | Gone = decode(signed.payload)
    if (statement.county, statement.demo) != (identity.county, identity.demo):
        raise RefusedError(Refusal.WRONG_COUNTY)
    if statement.recipient != identity.body:
        raise RefusedError(Refusal.WRONG_ADDRESSEE)
    if (statement.sender, statement.signing_key_id) != (entry.body, signed.signing_key_id):
        raise RefusedError(Refusal.FORGED, "the signer is not the sender")
    try:
        check_signed_at(entry, record, statement.issued_at, identity.directory.seen(now))
    except KeyOutOfDateError as error:
        raise RefusedError(Refusal.KEY_NOT_VALID, error.facts["why"]) from error
    if abs(now - statement.issued_at) > FRESH:
        raise RefusedError(Refusal.MALFORMED, "time")
    return statement


def _context(suite: str, key_id: str) -> bytes:
    return b"\x00".join((_SEAL, suite.encode("ascii", "replace"), key_id.encode("ascii", "replace")))
