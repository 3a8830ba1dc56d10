"""The verifier's own Ed25519 and its reader of messages, against published vectors and the libraries the nodes use."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.verifier.guantong_verify import ORDER, BrokenError, Message, ed25519
from guantong.exchange.v1 import envelope_pb2

VECTORS = Path(__file__).parents[2] / "vectors" / "rfc8032.json"
RFC_8032 = [
    tuple(bytes.fromhex(one[name]) for name in ("public", "message", "signature"))
    for one in json.loads(VECTORS.read_text())
]
"""Of section 7.1 of RFC 8032."""


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_hold_and_no_flipped_bit_does(public: bytes, message: bytes, signature: bytes):
    assert ed25519(public, message, signature)
    for place in range(0, 64, 9):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert not holds(public, message, bytes(changed))
    assert not holds(public, message + b"\0", signature)


def holds(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        return ed25519(key, message, signature)
    except BrokenError:
        return False


def test_a_second_signature_cannot_be_made_of_a_first():
    key, message, signed = RFC_8032[1]
    more = int.from_bytes(signed[32:], "little") + ORDER
    assert not ed25519(key, message, signed[:32] + more.to_bytes(32, "little"))
    assert not holds(key, message, signed + b"\0")
    assert not holds(key, message, signed[:-1])


def test_it_agrees_with_the_library_that_nodes_sign_with():
    for seed, size in product((1, 2), (0, 31, 500)):
        private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        message = bytes([size % 256]) * size
        assert ed25519(private.public_key().public_bytes_raw(), message, private.sign(message))


def test_messages_read_as_protobuf_reads_them():
    header = envelope_pb2.LetterHeader(
        format_version=1, number=2**40, sender="audit", previous_digest=bytes(32), article_ids=["A3.2h", "A1.1"]
    )
    header.written_time.seconds, header.written_time.nanos = 1_772_413_200, 5000
    read = Message(header.SerializeToString())

    assert (read.number(1), read.number(9), read.text(6), read.blob(10)) == (1, 2**40, "audit", bytes(32))
    assert read.text(12) == ""
    assert read.fields[21] == [b"A3.2h", b"A1.1"]
    written = read.time(17)
    assert written is not None
    assert written.isoformat() == "2026-03-02T01:00:00.000005+00:00"


@pytest.mark.parametrize(
    "data", [b"\x0a\x05abc", b"\x08", b"\x0b", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x08\xff"]
)
def test_what_is_no_message_is_refused(data: bytes):
    with pytest.raises((BrokenError, LookupError)):
        Message(data)


def test_a_field_that_stands_twice_has_no_meaning():
    with pytest.raises(ValueError, match="unpack"):
        Message(b"\x08\x01\x08\x02").number(1)
