"""Vectors of a journal and of files of proof."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.chassis.exchange import wire
from services.chassis.exchange.proof import (
    header_digest,
    sign_receipt,
)
from services.chassis.identity.suites import DEFAULT_SUITE
from services.chassis.journal import chain
from services.chassis.journal.store import Head
from services.chassis.proof.file import Cover, Link, ProvenEntry, write_proof
from tests.vectors.letters import RECEIPT
from tests.vectors.parties import (
    COUNTY,
    FIRST,
    LATER,
    NOW,
    OFFICE,
    SALT,
    SECOND,
    SIGNING,
    STRANGER,
    WRITTEN,
    Vector,
    a_letter,
    digest_of,
)


def journal() -> Vector:
    """Entries that follow each other, with their digests."""
    told, last = [], Head(0, chain.GENESIS)
    for kind, payload in (("letter.sent", b"\x0a\x00"), ("directory.loaded", "名录".encode()), ("x", b"")):
        entry = chain.Entry(last.sequence + 1, last.digest, kind, WRITTEN, payload)
        last = Head(entry.sequence, chain.digest(entry))
        told.append(
            {
                "sequence": entry.sequence,
                "previous": entry.previous.hex(),
                "kind": kind,
                "microseconds": (WRITTEN - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1),
                "payload": payload.hex(),
                "digest": last.digest.hex(),
            }
        )
    return {"entries": told}


def proof() -> Vector:
    """The audit bureau's file of a matter: two letters of its own around another matter's, their receipt, an answer."""
    first = a_letter()
    between = a_letter(number=2, previous_digest=digest_of(first), letter_id="letter-2", matter_id="another")
    second = a_letter(number=3, previous_digest=digest_of(between), letter_id="letter-3")
    answer = a_letter(
        b"an answer",
        SIGNING["inspection"],
        sender="inspection",
        recipient="audit",
        letter_id="letter-a",
        signer=None,
    )
    said = replace(RECEIPT, recipient="inspection", sender="audit", up_to_number=3, chain_digest=digest_of(second))
    said = replace(said, resend_wanted=False, signing_key_id=SIGNING["inspection"].key_id)
    receipt = sign_receipt(said, SIGNING["inspection"])
    entries: list[ProvenEntry] = []
    last = Head(0, chain.GENESIS)
    loaded = json.dumps({"version": 2}).encode()
    for kind, payload, letter in (
        ("directory.loaded", loaded, None),
        ("letter.sent", wire.encode_journaled(first.signed), first),
        ("letter.sent", wire.encode_journaled(between.signed), None),
        ("letter.sent", wire.encode_journaled(second.signed), second),
        ("receipt.recorded", wire.receipt_bytes(receipt), None),
        ("letter.stored", wire.encode_journaled(answer.signed), answer),
    ):
        entry = chain.Entry(last.sequence + 1, last.digest, kind, WRITTEN + timedelta(minutes=last.sequence), payload)
        last = Head(entry.sequence, chain.digest(entry))
        if payload != wire.encode_journaled(between.signed):
            entries.append(ProvenEntry(entry, SALT if letter else b"", letter.content if letter else None))
    cover = Cover(
        *(COUNTY, "青禾县", False, "audit", first.header.matter_id, NOW, "张三", "县审计局办公室主任", "上级调阅"),
        *(True, "关于在巡察工作中加强协作配合的实施意见", "00" * 32, OFFICE.public, last),
    )
    link = Link("audit", "inspection", 2, 1, header_digest(between.signed.payload, DEFAULT_SUITE))
    file = write_proof(cover, [FIRST.to_bytes(), SECOND.to_bytes()], entries, [link], LATER)
    stranger = write_proof(cover, [FIRST.to_bytes(), SECOND.to_bytes()], entries, [link], STRANGER)
    late = write_proof(cover, [FIRST.to_bytes(), SECOND.to_bytes()], entries, [link], SIGNING["audit"])
    unlinked = write_proof(
        cover, [FIRST.to_bytes(), SECOND.to_bytes()], [e for e in entries if e.entry.sequence != 4], [link], LATER
    )
    refused: dict[str, bytes] = {
        "signed by a stranger": stranger,
        "signed with a key that is revoked": late,
        "a receipt for a letter that is not there": unlinked,
        "a byte of a signature changed": file[:-20] + (b"0" if file[-20:-19] != b"0" else b"1") + file[-19:],
        "cut short": file[: file.rindex(b"\n", 0, -1) + 1],
    }
    return {
        "file": file.decode("ascii"),
        "refused": [{"name": name, "file": one.decode("ascii")} for name, one in refused.items()],
    }
