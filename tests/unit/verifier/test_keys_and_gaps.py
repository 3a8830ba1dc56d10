"""What the verifier believes of keys that were revoked meanwhile, and of letters on both sides of lost numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from deploy.verifier.guantong_verify import BrokenError, Proof, Telling
from services.chassis.exchange import wire
from services.chassis.exchange.model import Letter
from services.chassis.exchange.proof import header_digest, sign_receipt
from services.chassis.identity.suites import DEFAULT_SUITE
from services.chassis.journal import chain
from services.chassis.journal.store import Head
from services.chassis.proof.file import Cover, Link, ProvenEntry, write_proof
from tests.vectors.letters import RECEIPT, confirmation_of
from tests.vectors.parties import (
    COUNTY,
    FIRST,
    LATER,
    NOW,
    OFFICE,
    REVOKED,
    SECOND,
    SIGNING,
    START,
    WRITTEN,
    a_letter,
    digest_of,
)

LOADED = ("directory.loaded", json.dumps({"version": 2}).encode())
HALF_AN_HOUR = timedelta(minutes=30)
OLD = SIGNING["audit"]
Entry = tuple[str, bytes]


def stored(letter: Letter) -> Entry:
    return "letter.stored", wire.encode_journaled(letter.signed)


def file_of(body: str, entries: Iterable[Entry], links: Iterable[Link] = (), begins: datetime = REVOKED) -> bytes:
    """The file of a body's journal, written from `begins` on, half an hour apart."""
    proven, last = [], Head(0, chain.GENESIS)
    for kind, payload in entries:
        at = begins + HALF_AN_HOUR * (last.sequence + 1)
        entry = chain.Entry(last.sequence + 1, last.digest, kind, at, payload)
        last = Head(entry.sequence, chain.digest(entry))
        proven.append(ProvenEntry(entry))
    cover = Cover(
        *(COUNTY, "青禾县", False, body, a_letter().header.matter_id, NOW + timedelta(days=1), "张三", "主任", "复核"),
        *(False, "实施意见", "00" * 32, OFFICE.public, last),
    )
    key = SIGNING["inspection"] if body == "inspection" else LATER
    return write_proof(cover, [FIRST.to_bytes(), SECOND.to_bytes()], proven, links, key)


def test_a_letter_stored_before_the_revocation_was_known_stays_good():
    assert len(Proof(file_of("inspection", [stored(a_letter(key=OLD)), LOADED])).letters) == 1


def test_a_letter_stored_after_it_was_known_is_not_believed_without_the_senders_word():
    letter = a_letter(key=OLD)
    with pytest.raises(BrokenError, match="a key was not in force"):
        Proof(file_of("inspection", [LOADED, stored(letter)]))
    confirmed = replace(letter, signed=confirmation_of(letter))
    (one,) = Proof(file_of("inspection", [LOADED, stored(confirmed)], begins=NOW)).letters
    assert one.confirmed == NOW


def test_a_confirmation_of_another_letter_or_by_another_body_counts_nothing():
    letter = a_letter(key=OLD)
    other = replace(letter.signed, confirmation=confirmation_of(a_letter(b"other", key=OLD)).confirmation)
    foreign = confirmation_of(letter, SIGNING["inspection"])
    for signed in (other, foreign):
        with pytest.raises((BrokenError, ValueError)):
            Proof(file_of("inspection", [LOADED, stored(replace(letter, signed=signed))], begins=NOW))


def test_a_letter_signed_before_its_key_began_is_never_believed():
    with pytest.raises(BrokenError):
        Proof(file_of("inspection", [LOADED, stored(a_letter(written_at=START))], begins=NOW))


def test_a_statement_of_a_gap_ties_a_letter_before_it_to_a_receipt_behind_it():
    first = a_letter()
    gap = a_letter(number=7, previous_digest=digest_of(first), kind="channel.continued", matter_id="", letter_id="g")
    said = replace(RECEIPT, recipient="inspection", sender="audit", up_to_number=7, chain_digest=digest_of(gap))
    said = replace(said, signing_key_id=SIGNING["inspection"].key_id, issued_at=WRITTEN)
    receipt = "receipt.recorded", wire.receipt_bytes(sign_receipt(said, SIGNING["inspection"]))
    entries = [LOADED, ("letter.sent", wire.encode_journaled(first.signed)), receipt]
    digest = header_digest(gap.signed.payload, DEFAULT_SUITE)

    proof = Proof(file_of("audit", entries, [Link("audit", "inspection", 7, 1, digest)]))

    assert list(proof.covered) == [2]
    for wrong in (Link("audit", "inspection", 7, 6, digest), Link("audit", "inspection", 7, 1, bytes(32))):
        with pytest.raises(BrokenError):
            Proof(file_of("audit", entries, [wrong]))


def test_of_a_letter_of_the_exporter_whose_key_was_revoked_it_says_that_only_a_receipt_dates_it():
    letter = "letter.sent", wire.encode_journaled(a_letter(key=OLD).signed)
    told = Telling(english=True).report(Proof(file_of("audit", [letter, LOADED])), compared=True)

    assert any("only a receipt shows that it came before" in line for line in told)
