"""Vectors of what the office refuses, each for one reason."""

from __future__ import annotations

from dataclasses import replace

from guantong.exchange.v1 import envelope_pb2
from services.chassis.exchange import wire
from services.chassis.exchange.model import (
    Letter,
)
from services.chassis.exchange.proof import (
    sign_hello,
    sign_receipt,
)
from services.chassis.identity.keys import KeyPair
from tests.vectors.letters import HELLO, RECEIPT
from tests.vectors.parties import (
    LATER,
    SIGNING,
    START,
    STRANGER,
    Vector,
    a_letter,
    frame,
    plain_of,
    sealed,
)


def _changed(letter: Letter, **parts: bytes | str) -> bytes:
    """The letter's frame with parts of its signed header replaced after signing."""
    plain = envelope_pb2.Letter.FromString(plain_of(letter))
    for name, value in parts.items():
        setattr(plain.signed, name, value)
    return wire.frame_of_letter(sealed(plain.SerializeToString()))


def refusals() -> list[Vector]:
    """Frames that the office's node refuses, with the reason; the second directory is in force."""
    good = a_letter()
    carried = sealed(plain_of(good))
    garbled = carried.sealed[:-1] + bytes([carried.sealed[-1] ^ 1])
    odd = envelope_pb2.LetterHeader.FromString(good.signed.payload)
    odd.format_version = 2
    newer = _signed_anew(odd.SerializeToString())
    odd.format_version = 1
    odd.ClearField("written_time")
    timeless = _signed_anew(odd.SerializeToString())
    lies: list[tuple[str, bytes, str]] = [
        ("an empty frame", b"", "MALFORMED"),
        ("no message", b"\xff\xff\xff", "MALFORMED"),
        ("a field that nobody knows", b"\x7a\x01x", "MALFORMED"),
        ("a suite that nobody has", wire.frame_of_letter(replace(carried, suite="guantong-9")), "VERSION_UNKNOWN"),
        ("sealed to the bureau", frame(good, "audit"), "NOT_SEALED_TO_US"),
        ("a byte of the seal changed", wire.frame_of_letter(replace(carried, sealed=garbled)), "SEAL_BROKEN"),
        ("the seal holds no letter", wire.frame_of_letter(sealed(b"\xff")), "MALFORMED"),
        ("signed by a stranger", frame(a_letter(key=STRANGER)), "KEY_UNKNOWN"),
        ("another signature", _changed(good, signature=bytes(64)), "FORGED"),
        ("another suite beside the header", _changed(good, suite="guantong-2"), "FORGED"),
        ("a header changed after signing", _changed(good, header=a_letter(number=9).signed.payload), "FORGED"),
        ("no header", _changed(a_letter(), **_over(b"\xff")), "MALFORMED"),
        ("a newer format", newer, "VERSION_UNKNOWN"),
        ("no time of writing", timeless, "MALFORMED"),
        ("no kind", frame(a_letter(kind="")), "MALFORMED"),
        ("a kind with a space", frame(a_letter(kind="info reply")), "MALFORMED"),
        ("an id too long", frame(a_letter(letter_id="x" * 37)), "MALFORMED"),
        ("a text that turns others around", frame(a_letter(document_number="青\u202e审")), "MALFORMED"),
        ("a text too long", frame(a_letter(document_number="号" * 201)), "MALFORMED"),
        ("number zero", frame(a_letter(number=0)), "MALFORMED"),
        ("a short digest", frame(a_letter(previous_digest=bytes(31))), "MALFORMED"),
        ("another county's", frame(a_letter(county="371300")), "WRONG_COUNTY"),
        ("a demonstration's", frame(a_letter(demo=True)), "DEMO_MISMATCH"),
        ("written to another body", frame(a_letter(recipient="finance")), "WRONG_ADDRESSEE"),
        ("in another body's name", frame(a_letter(sender="finance")), "FORGED"),
        ("written before the key began", frame(a_letter(written_at=START)), "KEY_NOT_VALID"),
        ("its key is revoked", frame(a_letter(key=SIGNING["audit"])), "KEY_NOT_VALID"),
        ("other content", frame(replace(good, content=b"other words")), "CONTENT_MISMATCH"),
        ("another salt", frame(replace(good, salt=bytes(32))), "CONTENT_MISMATCH"),
    ]
    return [
        {"name": name, "frame": data.hex(), "reason": reason} for name, data, reason in [*lies, *_wrong_statements()]
    ] + [{"name": "larger than any frame", "byte": "00", "times": 4_227_073, "reason": "OVERSIZED"}]


def _over(payload: bytes) -> dict[str, bytes]:
    """Header and signature of `payload`, which is no header."""
    return {"header": payload, "signature": LATER.sign(b"guantong-letter-signature-v1\x00" + payload)}


def _signed_anew(payload: bytes) -> bytes:
    return _changed(a_letter(), **_over(payload))


def _wrong_statements() -> list[tuple[str, bytes, str]]:
    ours = replace(RECEIPT, signing_key_id=LATER.key_id)

    def receipt(key: KeyPair = LATER, **changes: object) -> bytes:
        return wire.frame_of_receipt(sign_receipt(replace(ours, **changes), key))  # type: ignore[arg-type]

    def hello(**changes: object) -> bytes:
        return wire.frame_of_hello(sign_hello(replace(HELLO, **changes), LATER))  # type: ignore[arg-type]

    as_hello = wire.frame_of_hello(sign_receipt(ours, LATER))
    return [
        ("a receipt that is lower than nothing", receipt(up_to_number=-1), "MALFORMED"),
        ("a receipt with a short digest", receipt(chain_digest=b"short"), "MALFORMED"),
        ("a receipt by a stranger", receipt(key=STRANGER), "KEY_UNKNOWN"),
        ("a receipt for another body's letters", receipt(sender="finance"), "WRONG_ADDRESSEE"),
        ("a receipt in another body's name", receipt(recipient="finance"), "FORGED"),
        ("a receipt that names another key", receipt(signing_key_id="0" * 16), "FORGED"),
        ("a receipt of another county", receipt(county="371300"), "WRONG_COUNTY"),
        ("a receipt signed before its key began", receipt(issued_at=START), "KEY_NOT_VALID"),
        ("a receipt passed off as a hello", as_hello, "FORGED"),
        ("a hello of a demonstration", hello(demo=True), "DEMO_MISMATCH"),
        ("a hello to another body", hello(recipient="finance"), "WRONG_ADDRESSEE"),
        ("a hello with a negative number", hello(written_up_to_number=-1), "MALFORMED"),
    ]
