"""Vectors of attachments, and of a proof that one number was given to two letters."""

from __future__ import annotations

import hashlib

from guantong.exchange.v1 import envelope_pb2
from services.chassis.attachments import wire as lane
from services.chassis.attachments.model import chunk_digest, file_digest
from services.chassis.attachments.wire import Chunk, ChunkList, Gone, Part, Request, Signed
from services.chassis.exchange import wire
from services.chassis.exchange.model import SignedBytes
from services.chassis.identity.suites import DEFAULT_SUITE
from tests.vectors.parties import COUNTY, EPHEMERAL, LATER, SEALING, SIGNING, WRITTEN, Vector, a_letter
from tests.vectors.second import context_of, seal

CHUNK = 16 * 1024
FILE = b"".join(hashlib.sha256(f"block {number}".encode()).digest() for number in range(1100))
"""A little more than two chunks."""
LETTER_ID = "019caf2d-0000-7000-8000-000000000001"


def attachments() -> Vector:
    """One file, its digests, and the four kinds of frames about it: the office asks, the audit bureau holds it."""
    chunks = [FILE[start : start + CHUNK] for start in range(0, len(FILE), CHUNK)]
    digests = tuple(chunk_digest(DEFAULT_SUITE, chunk) for chunk in chunks)
    digest = file_digest(DEFAULT_SUITE, len(FILE), CHUNK, digests)
    asks, holds = SIGNING["inspection"], LATER
    request = lane.encode_request(
        Request(
            *(COUNTY, False, "inspection", "audit", LETTER_ID, digest, True, (0, 2), WRITTEN, asks.key_id, bytes(16)),
        )
    )
    gone = lane.encode_gone(Gone(COUNTY, False, "audit", "inspection", LETTER_ID, digest, WRITTEN, holds.key_id))
    asked = SignedBytes(request, asks.sign(b"guantong-attachment-request-v1\x00" + request), asks.key_id, asks.suite)
    told = SignedBytes(gone, holds.sign(b"guantong-attachment-gone-v1\x00" + gone), holds.key_id, holds.suite)
    return {
        "file": FILE.hex(),
        "chunk_size": CHUNK,
        "chunk_digests": [one.hex() for one in digests],
        "digest": digest.hex(),
        "request": _frame("audit", Signed("request", asked)),
        "list": _frame("inspection", ChunkList(digest, digests)),
        "chunk": _frame("inspection", Chunk(digest, 2, chunks[2])),
        "gone": _frame("inspection", Signed("gone", told)),
    }


def _frame(to: str, part: Part) -> str:
    key = SEALING[to]
    sealed = seal(EPHEMERAL, key.public, lane.encode_part(part), context_of(key.key_id, "guantong-attachment-seal-v1"))
    return lane.encode_frame(key.suite, key.key_id, sealed).hex()


def equivocation() -> Vector:
    """A report against the audit bureau that holds, and some that prove nothing."""
    standing, conflicting = a_letter(), a_letter(b"other words")

    def frame(first: SignedBytes, second: SignedBytes) -> str:
        def told(one: SignedBytes) -> envelope_pb2.SignedHeader:
            return envelope_pb2.SignedHeader.FromString(wire.encode_journaled(one))

        report = envelope_pb2.EquivocationReport(standing=told(first), conflicting=told(second))
        return envelope_pb2.Frame(equivocation=report).SerializeToString().hex()

    other_number = a_letter(number=2).signed
    others, again = (a_letter(words, recipient="finance").signed for words in (b"words", b"other words"))
    unsigned = SignedBytes(conflicting.signed.payload, bytes(64), LATER.key_id, LATER.suite)
    return {
        "holds": frame(standing.signed, conflicting.signed),
        "refused": [
            {"name": "one letter twice", "frame": frame(standing.signed, standing.signed), "reason": "MALFORMED"},
            {"name": "two numbers", "frame": frame(standing.signed, other_number), "reason": "MALFORMED"},
            {"name": "two channels", "frame": frame(standing.signed, others), "reason": "MALFORMED"},
            {"name": "a channel of others", "frame": frame(others, again), "reason": "WRONG_ADDRESSEE"},
            {"name": "not signed", "frame": frame(standing.signed, unsigned), "reason": "FORGED"},
        ],
    }
