"""A letter is believed only when the sender's key, the addressee, the county and every byte agree."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.exchange import wire
from services.chassis.exchange.errors import ExchangeError, Refusal, RefusedError
from services.chassis.exchange.model import SealedLetter, SignedBytes
from services.chassis.exchange.proof import (
    header_digest,
    letter_digest,
    open_hello,
    open_letter,
    open_receipt,
    seal_letter,
    sealed_frame,
    sign_header,
    sign_hello,
    sign_receipt,
    verify_journaled,
    verify_receipt,
)
from tests.unit.exchange.letters_for_tests import (
    COUNTY,
    DAY,
    DIRECTORY,
    NEXT_SIGNING,
    NOW,
    ROTATION,
    SEALING,
    SIGNING,
    START,
    hello,
    identity,
    letter,
    receipt,
)

AUDIT = identity("audit")
INSPECTION = identity("inspection")


def seal(one=None, to="audit", **changes):
    one = one or letter(**changes)
    return seal_letter(one.signed, one.salt, one.content, SEALING[to].record(START))


def refusal_of(sealed, at=AUDIT, now=NOW):
    with pytest.raises(RefusedError) as caught:
        open_letter(at, sealed, now)
    return caught.value.refusal


def test_a_letter_opens_to_exactly_what_was_written():
    one = letter()
    opened = open_letter(AUDIT, seal(one), NOW)
    assert opened == one
    assert opened.signed.payload == one.signed.payload


def test_the_sealed_frame_opens_at_its_recipient_only():
    one = letter()
    sealed = wire.decode_frame(sealed_frame(INSPECTION, one, NOW))
    assert isinstance(sealed, SealedLetter)
    assert open_letter(AUDIT, sealed, NOW) == one
    assert refusal_of(sealed, at=identity("finance")) is Refusal.NOT_SEALED_TO_US


def test_a_letter_resealed_to_somebody_else_is_refused_there():
    assert refusal_of(seal(to="finance"), at=identity("finance")) is Refusal.WRONG_ADDRESSEE


def test_another_countys_letter_is_refused_although_its_key_is_known():
    assert refusal_of(seal(county="371300")) is Refusal.WRONG_COUNTY


def test_a_demonstrations_letter_is_refused_in_a_real_county_and_the_reverse():
    assert refusal_of(seal(demo=True)) is Refusal.DEMO_MISMATCH
    demonstration = identity("audit", replace(DIRECTORY, demo=True))
    assert refusal_of(seal(), at=demonstration) is Refusal.DEMO_MISMATCH


def test_a_body_cannot_write_under_another_bodys_name():
    assert refusal_of(seal(letter(key=SIGNING["finance"]))) is Refusal.FORGED


def test_a_signature_moved_under_another_key_id_is_refused():
    one = letter()
    moved = replace(one.signed, signing_key_id=SIGNING["finance"].key_id)
    assert refusal_of(seal(replace(one, signed=moved))) is Refusal.FORGED


def test_a_key_that_no_body_has_is_refused():
    one = letter()
    unknown = replace(one.signed, signing_key_id="0" * 16)
    assert refusal_of(seal(replace(one, signed=unknown))) is Refusal.KEY_UNKNOWN


def test_other_content_than_was_signed_is_refused():
    assert refusal_of(seal(replace(letter(), content=b"another"))) is Refusal.CONTENT_MISMATCH
    assert refusal_of(seal(replace(letter(), salt=bytes(32)))) is Refusal.CONTENT_MISMATCH


def test_a_letter_whose_content_was_destroyed_still_has_its_place():
    opened = open_letter(AUDIT, seal(replace(letter(), content=None)), NOW)
    assert (opened.content, opened.salt) == (None, b"")


def test_content_withheld_without_its_salt_is_refused():
    assert refusal_of(seal(replace(letter(), content=b""))) is Refusal.CONTENT_MISMATCH


def test_a_signature_made_for_one_thing_never_passes_for_another():
    """The same key signs letters, receipts and hellos; each only under its own label."""
    as_receipt = sign_receipt(receipt(), SIGNING["audit"])
    with pytest.raises(RefusedError) as caught:
        open_hello(INSPECTION, as_receipt, NOW)
    assert caught.value.refusal is Refusal.FORGED


def test_a_retired_key_verifies_for_its_time_and_not_after_it():
    old, new = SIGNING["inspection"], NEXT_SIGNING["inspection"]
    later = ROTATION + DAY
    assert open_letter(AUDIT, seal(letter(key=old, written_at=ROTATION - DAY)), later)
    assert open_letter(AUDIT, seal(letter(key=new, written_at=later)), later)
    assert refusal_of(seal(letter(key=old, written_at=later)), now=later) is Refusal.KEY_NOT_VALID
    assert refusal_of(seal(letter(key=new, written_at=NOW)), now=later) is Refusal.KEY_NOT_VALID


def test_a_revoked_key_is_refused_whatever_date_its_thief_writes_but_old_letters_stay_good():
    one = letter()
    revoked_at = NOW + DAY
    bodies = tuple(
        replace(entry, signing_keys=tuple(replace(key, revoked_at=revoked_at) for key in entry.signing_keys))
        if entry.body == "inspection"
        else entry
        for entry in DIRECTORY.bodies
    )
    audit = identity("audit", replace(DIRECTORY, bodies=bodies))
    assert refusal_of(seal(one), at=audit, now=revoked_at) is Refusal.KEY_NOT_VALID
    assert verify_journaled(audit, one.signed, NOW) == one.header


def test_a_letter_of_the_journal_verifies_years_later_without_its_content():
    one = letter()
    assert verify_journaled(AUDIT, wire.decode_journaled(wire.encode_journaled(one.signed)), NOW) == one.header
    statement = receipt()
    assert verify_receipt(INSPECTION, sign_receipt(statement, SIGNING["audit"]), NOW) == statement


def test_receipts_and_hellos_are_believed_from_their_signer_alone():
    assert open_receipt(INSPECTION, sign_receipt(receipt(), SIGNING["audit"]), NOW).statement == receipt()
    assert open_hello(AUDIT, sign_hello(hello(), SIGNING["inspection"]), NOW).statement == hello()
    forged = receipt(signing_key_id=SIGNING["finance"].key_id)
    with pytest.raises(RefusedError) as caught:
        open_receipt(INSPECTION, sign_receipt(forged, SIGNING["finance"]), NOW)
    assert caught.value.refusal is Refusal.FORGED


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"county": "371300"}, Refusal.WRONG_COUNTY),
        ({"demo": True}, Refusal.DEMO_MISMATCH),
        ({"sender": "finance"}, Refusal.WRONG_ADDRESSEE),
        ({"issued_at": START - DAY}, Refusal.KEY_NOT_VALID),
    ],
)
def test_a_receipt_for_somebody_or_somewhere_else_is_refused(changes, refusal):
    with pytest.raises(RefusedError) as caught:
        open_receipt(INSPECTION, sign_receipt(receipt(**changes), SIGNING["audit"]), NOW)
    assert caught.value.refusal is refusal


def test_the_digest_of_a_letter_is_that_of_its_signed_bytes():
    one, other = letter(), letter()
    previous, suite = one.header.previous_digest, one.header.suite
    digest = letter_digest(one.signed.payload, previous, suite)
    assert digest != letter_digest(other.signed.payload, previous, suite)
    assert digest != letter_digest(one.signed.payload, bytes(31) + b"\x01", suite)
    assert one.header.county == COUNTY


def test_the_next_letters_digest_follows_from_its_header_digest_alone():
    first, second = letter(), letter()
    suite = second.header.suite
    before = letter_digest(first.signed.payload, first.header.previous_digest, suite)
    label = b"guantong-letter-digest-v1\x00"
    without_its_header = sha256(label + before + header_digest(second.signed.payload, suite)).digest()
    assert without_its_header == letter_digest(second.signed.payload, before, suite)


@given(st.data())
def test_a_flipped_byte_anywhere_in_a_sealed_letter_is_refused(data):
    frame = bytearray(wire.frame_of_letter(seal()))
    place = data.draw(st.integers(0, len(frame) - 1))
    frame[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ExchangeError):
        _open(bytes(frame))


@given(st.data())
def test_a_flipped_byte_under_the_seal_is_refused(data):
    """A sender's own damage, sealed correctly: header, signature, key name, salt and content are all covered."""
    one = letter()
    plain = bytearray(wire.encode_letter(one.signed, one.salt, one.content or b""))
    plain[data.draw(st.integers(0, len(plain) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ExchangeError):
        _verify_plain(bytes(plain))


def _open(frame):
    sealed = wire.decode_frame(frame)
    if not isinstance(sealed, SealedLetter):
        raise RefusedError(Refusal.MALFORMED)
    return open_letter(AUDIT, sealed, NOW)


def _verify_plain(plain):
    signed, salt, content = wire.decode_letter(plain)
    return open_letter(AUDIT, seal_letter(signed, salt, content, SEALING["audit"].record(START)), NOW)


@given(st.binary(max_size=80), st.binary(max_size=64), st.text(max_size=20), st.text(max_size=12))
def test_nothing_made_up_is_ever_believed(payload, signature, key_id, suite):
    signed = SignedBytes(payload, signature, key_id, suite)
    for open_it in (open_receipt, open_hello):
        with pytest.raises(RefusedError):
            open_it(AUDIT, signed, NOW)


def test_a_header_that_names_another_key_than_signed_it_is_refused():
    header = replace(letter().header, signing_key_id=NEXT_SIGNING["inspection"].key_id)
    one = replace(letter(), header=header, signed=sign_header(header, SIGNING["inspection"]))
    assert refusal_of(seal(one)) is Refusal.FORGED
