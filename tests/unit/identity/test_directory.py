"""The directory of bodies is believed only with the office's signature, and never goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import GuantongError
from services.chassis.identity.directory import (
    BodyEntry,
    BodyStatus,
    Directory,
    SignedDirectory,
    accept,
    check_signed_at,
)
from services.chassis.identity.errors import (
    BodyUnknownError,
    DirectoryForeignError,
    DirectoryMalformedError,
    DirectoryRolledBackError,
    DirectoryUntrustedError,
    KeyOutOfDateError,
    KeyUnknownError,
    NoCurrentKeyError,
    SignatureInvalidError,
)
from services.chassis.identity.keys import KeyPair, Purpose

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)
OFFICE = KeyPair.generate(Purpose.SIGNING, START)
AUDIT = KeyPair.generate(Purpose.SIGNING, START)
AUDIT_SEAL = KeyPair.generate(Purpose.SEALING, START)
AUDIT_NEXT_SEAL = KeyPair.generate(Purpose.SEALING, START)
ANCHORS = (OFFICE.record(START),)
DIRECTORY = Directory(
    county="shanhe",
    version=3,
    issued_at=START,
    demo=False,
    bodies=(
        BodyEntry(
            "audit",
            "县审计局",
            BodyStatus.ACTIVE,
            (AUDIT.record(START, START + 100 * DAY),),
            (AUDIT_SEAL.record(START), AUDIT_NEXT_SEAL.record(START + 30 * DAY)),
        ),
        BodyEntry("finance", "县财政局", BodyStatus.RETIRED, (), ()),
    ),
    directory_keys=ANCHORS,
)


def signed(directory=DIRECTORY, key=OFFICE):
    return SignedDirectory.sign(directory, key)


def test_a_signed_directory_survives_its_file_form():
    assert SignedDirectory.from_bytes(signed().to_bytes()).verify(ANCHORS) == DIRECTORY


def test_a_directory_signed_by_another_key_is_refused():
    with pytest.raises(DirectoryUntrustedError):
        accept(signed(key=AUDIT), None, ANCHORS)


def test_a_directory_that_claims_the_office_key_but_is_signed_by_another_is_refused():
    forged = replace(signed(key=AUDIT), signing_key_id=OFFICE.key_id)

    with pytest.raises(SignatureInvalidError):
        accept(forged, None, ANCHORS)


@given(position=st.integers(min_value=0, max_value=10_000), bit=st.integers(min_value=0, max_value=7))
def test_one_flipped_bit_anywhere_in_the_file_is_never_believed(position, bit):
    data = bytearray(signed().to_bytes())
    data[position % len(data)] ^= 1 << bit
    try:
        directory = accept(SignedDirectory.from_bytes(bytes(data)), None, ANCHORS)
    except GuantongError:
        return
    assert directory == DIRECTORY


@given(st.binary(max_size=200))
def test_junk_is_refused_as_malformed(data):
    with pytest.raises(DirectoryMalformedError):
        SignedDirectory.from_bytes(data)


def test_the_version_never_goes_back():
    newer = replace(DIRECTORY, version=4)
    current = accept(signed(newer), DIRECTORY, ())

    assert current == newer
    assert accept(signed(newer), current, ()) == newer
    with pytest.raises(DirectoryRolledBackError):
        accept(signed(), current, ())
    with pytest.raises(DirectoryRolledBackError):
        accept(signed(replace(newer, issued_at=START + DAY)), current, ())


def test_the_next_directory_is_signed_by_a_key_the_current_one_names():
    successor = KeyPair.generate(Purpose.SIGNING, START)
    current = replace(DIRECTORY, directory_keys=(successor.record(START),))
    newer = replace(current, version=4)

    assert accept(signed(newer, successor), current, ANCHORS) == newer
    with pytest.raises(DirectoryUntrustedError):
        accept(signed(newer, OFFICE), current, ANCHORS)


@pytest.mark.parametrize("change", [{"county": "linhe"}, {"demo": True}])
def test_a_directory_of_another_county_or_of_a_demonstration_is_refused(change):
    with pytest.raises(DirectoryForeignError):
        accept(signed(replace(DIRECTORY, version=4, **change)), DIRECTORY, ())


def test_an_expired_directory_key_signs_nothing_new():
    expired = (OFFICE.record(START - DAY, START),)

    with pytest.raises(KeyOutOfDateError):
        accept(signed(), None, expired)


def test_sealing_uses_the_key_that_began_last():
    assert DIRECTORY.sealing_key("audit", START).key_id == AUDIT_SEAL.key_id
    assert DIRECTORY.sealing_key("audit", START + 30 * DAY).key_id == AUDIT_NEXT_SEAL.key_id
    with pytest.raises(NoCurrentKeyError):
        DIRECTORY.sealing_key("audit", START - DAY)


def test_retired_and_unknown_bodies_get_no_letters():
    assert DIRECTORY.entry("finance").status is BodyStatus.RETIRED
    for body in ("finance", "nobody"):
        with pytest.raises(BodyUnknownError):
            DIRECTORY.active(body)


def test_a_signer_is_found_by_key_and_only_there():
    entry, record = DIRECTORY.signer(AUDIT.key_id)

    assert (entry.body, record.public) == ("audit", AUDIT.public)
    with pytest.raises(KeyUnknownError):
        DIRECTORY.signer(AUDIT_SEAL.key_id)


def test_a_retired_key_verifies_for_its_time_and_not_beyond():
    entry, record = DIRECTORY.signer(AUDIT.key_id)

    check_signed_at(entry, record, START + 99 * DAY, seen_at=START + 500 * DAY)
    with pytest.raises(KeyOutOfDateError, match="expired"):
        check_signed_at(entry, record, START + 100 * DAY, seen_at=START + 500 * DAY)
    with pytest.raises(KeyOutOfDateError, match="not yet"):
        check_signed_at(entry, record, START - DAY, seen_at=START)


def test_a_revoked_key_is_refused_at_once_whatever_date_the_letter_claims():
    entry, record = DIRECTORY.signer(AUDIT.key_id)
    revoked = replace(record, revoked_at=START + 10 * DAY)

    check_signed_at(entry, revoked, START + DAY, seen_at=START + 2 * DAY)
    with pytest.raises(KeyOutOfDateError, match="revoked"):
        check_signed_at(entry, revoked, START + DAY, seen_at=START + 10 * DAY)
