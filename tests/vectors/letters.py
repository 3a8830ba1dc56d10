"""Vectors of one letter, of statements, and of frames that come one after the other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from guantong.exchange.v1 import continuation_pb2
from services.chassis.exchange import wire
from services.chassis.exchange.model import (
    Confirmation,
    HelloStatement,
    Letter,
    ReceiptStatement,
    SignedBytes,
)
from services.chassis.exchange.proof import (
    header_digest,
    sign_hello,
    sign_receipt,
)
from services.chassis.identity.keys import KeyPair
from services.chassis.identity.suites import DEFAULT_SUITE
from tests.vectors.parties import (
    COUNTY,
    EPHEMERAL,
    LATER,
    NOW,
    SIGNING,
    WRITTEN,
    Vector,
    a_letter,
    digest_of,
    frame,
    plain_of,
    sealed,
)


def letter_vector() -> Vector:
    """One letter from its fields to its frame."""
    letter, carried = a_letter(), sealed(plain_of(a_letter()))
    header = letter.header
    signer = header.signer
    assert signer is not None
    return {
        "fields": {
            "format_version": 1,
            "county": header.county,
            "demo": header.demo,
            "suite": header.suite,
            "letter_id": header.letter_id,
            "sender": header.sender,
            "recipient": header.recipient,
            "recipient_subunit": "",
            "number": header.number,
            "previous_digest": header.previous_digest.hex(),
            "kind": header.kind,
            "matter_id": header.matter_id,
            "answers_letter_id": header.answers_letter_id,
            "last_seen_letter_id": "",
            "content_digest": header.content_digest.hex(),
            "content_type": header.content_type,
            "written_time": header.written_at.isoformat(),
            "signing_key_id": header.signing_key_id,
            "signer": [signer.name, signer.post, signer.for_whom, signer.signed_at.isoformat()],
            "document_number": header.document_number,
            "article_ids": list(header.article_ids),
        },
        "header": letter.signed.payload.hex(),
        "signature": letter.signed.signature.hex(),
        "header_digest": header_digest(letter.signed.payload, DEFAULT_SUITE).hex(),
        "letter_digest": digest_of(letter).hex(),
        "salt": letter.salt.hex(),
        "content": (letter.content or b"").hex(),
        "letter": plain_of(letter).hex(),
        "ephemeral_private": EPHEMERAL.hex(),
        "sealed": carried.sealed.hex(),
        "frame": frame(letter).hex(),
    }


RECEIPT = ReceiptStatement(
    COUNTY,
    False,
    DEFAULT_SUITE,
    recipient="audit",
    sender="inspection",
    up_to_number=7,
    chain_digest=hashlib.sha256(b"letter 7").digest(),
    stored_at=WRITTEN,
    issued_at=WRITTEN + timedelta(seconds=1),
    resend_wanted=True,
    signing_key_id=LATER.key_id,
    directory_version=2,
)
HELLO = HelloStatement(
    COUNTY,
    False,
    DEFAULT_SUITE,
    sender="audit",
    recipient="inspection",
    written_up_to_number=4,
    chain_digest=hashlib.sha256(b"letter 4").digest(),
    receipted_up_to_number=3,
    issued_at=WRITTEN,
    signing_key_id=LATER.key_id,
    directory_version=2,
    receipt_issued_at=WRITTEN - timedelta(hours=1),
)


def confirmation_of(letter: Letter, key: KeyPair = LATER) -> SignedBytes:
    """The letter's signed bytes with the audit bureau's word, given now, that it is its own."""
    payload = wire.encode_confirmation(Confirmation(digest_of(letter), NOW, key.key_id))
    signature = key.sign(b"guantong-letter-confirmation-v1\x00" + payload)
    return replace(letter.signed, confirmation=SignedBytes(payload, signature, key.key_id, key.suite))


def statements() -> Vector:
    """A receipt, a hello and a confirmation."""
    receipt, hello = sign_receipt(RECEIPT, LATER), sign_hello(HELLO, LATER)
    confirmed = confirmation_of(a_letter(key=SIGNING["audit"])).confirmation
    assert confirmed is not None

    def told(signed: SignedBytes, **more: str) -> Vector:
        return {"statement": signed.payload.hex(), "signature": signed.signature.hex()} | more

    return {
        "receipt": told(receipt, frame=wire.frame_of_receipt(receipt).hex()),
        "hello": told(hello, frame=wire.frame_of_hello(hello).hex()),
        "confirmation": told(confirmed),
    }


@dataclass
class Steps:
    """Frames in the order in which one node receives them, with what becomes of each."""

    told: list[Vector]

    def add(self, name: str, data: bytes, outcome: str) -> None:
        self.told.append({"name": name, "frame": data.hex(), "outcome": outcome})


def channel() -> Vector:
    """What the office's node does with frames that come one after the other; the second directory is in force."""
    steps = Steps([])
    first = a_letter()
    second = a_letter(number=2, previous_digest=digest_of(first), letter_id="letter-2", key=SIGNING["audit"])
    confirmed = replace(second, signed=confirmation_of(second))
    other = a_letter(b"other words", number=2, previous_digest=digest_of(first), letter_id="letter-2")
    steps.add("the second letter before the first", frame(confirmed), "gap")
    steps.add("the first letter", frame(first), "stored")
    steps.add("the first letter again, sealed anew", frame(first), "repeat")
    steps.add("the second, its key revoked since, without confirmation", frame(second), "KEY_NOT_VALID")
    steps.add("the second with its confirmation", frame(confirmed), "stored")
    steps.add("another second letter", frame(other), "EQUIVOCATION")
    end = digest_of(second)
    steps.add(
        "a third behind another second", frame(a_letter(number=3, previous_digest=digest_of(other))), "CHAIN_BROKEN"
    )
    steps.add("a third under the first one's id", frame(a_letter(number=3, previous_digest=end)), "EQUIVOCATION")
    third = a_letter(None, number=3, previous_digest=end, letter_id="letter-3")
    steps.add("a third whose content was destroyed", frame(third), "stored")
    stated = continuation_pb2.ChannelContinued(after_number=3, reason="备份之后的函件已丢失").SerializeToString()
    seventh = a_letter(
        stated,
        number=7,
        previous_digest=digest_of(third),
        letter_id="letter-7",
        kind="channel.continued",
        content_type="guantong.exchange.v1.ChannelContinued",
    )
    ordinary = a_letter(number=7, previous_digest=digest_of(third), letter_id="letter-7b")
    steps.add("an ordinary letter that leaves numbers out", frame(ordinary), "gap")
    steps.add("a statement of a gap", frame(seventh), "stored")
    eighth = a_letter(number=8, previous_digest=digest_of(seventh), letter_id="letter-8")
    steps.add("a letter behind the gap", frame(eighth), "stored")
    own = a_letter(key=SIGNING["inspection"], sender="inspection", recipient="audit")
    steps.add("a letter of the office's own that it never wrote", frame(own), "NOT_OURS")
    steps.add("a hello", wire.frame_of_hello(sign_hello(HELLO, LATER)), "hello")
    return {"body": "inspection", "now": NOW.isoformat(), "steps": steps.told}
