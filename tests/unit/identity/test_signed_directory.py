"""A directory of bodies is believed only with the office's signature, version by version, and never goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import GuantongError
from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory
from services.chassis.identity.errors import (
    DirectoryForeignError,
    DirectoryForkedError,
    DirectoryGapError,
    DirectoryMalformedError,
    DirectoryRolledBackError,
    DirectoryUntrustedError,
    KeyOutOfDateError,
    SignatureInvalidError,
)
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.signed import DirectorySignature, SignedDirectory, accept, digest_of

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)
OFFICE, STRANGER, *PERSONS = (KeyPair.generate(Purpose.SIGNING, START) for _ in range(5))
ANCHORS = (OFFICE.record(START),)
DIRECTORY = Directory(
    county="shanhe",
    version=3,
    issued_at=START,
    demo=False,
    bodies=(BodyEntry("audit", "县审计局", BodyStatus.ACTIVE, (STRANGER.record(START),), ()),),
    directory_keys=ANCHORS,
    recovery_keys=tuple(one.record(START) for one in PERSONS),
)
NEXT = replace(DIRECTORY, version=4, previous=digest_of(DIRECTORY))


def signed(directory=DIRECTORY, key=OFFICE):
    return SignedDirectory.sign(directory, key)


def test_a_signed_directory_survives_its_file_form():
    assert SignedDirectory.from_bytes(signed().to_bytes()).verify(ANCHORS) == DIRECTORY


def test_a_directory_signed_by_another_key_is_refused():
    with pytest.raises(DirectoryUntrustedError):
        accept(signed(key=STRANGER), None, ANCHORS)


def test_a_directory_that_claims_the_office_key_but_is_signed_by_another_is_refused():
    by_stranger = signed(key=STRANGER)
    forged = replace(by_stranger, signature=replace(by_stranger.signature, key_id=OFFICE.key_id))

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


def test_the_next_version_is_accepted_once_and_the_version_never_goes_back():
    current = accept(signed(NEXT), DIRECTORY, ())

    assert current == NEXT
    assert accept(signed(NEXT), current, ()) == NEXT
    with pytest.raises(DirectoryRolledBackError):
        accept(signed(), current, ())


def test_a_version_left_out_is_asked_for_first():
    with pytest.raises(DirectoryGapError):
        accept(signed(replace(NEXT, version=5)), DIRECTORY, ())


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(DIRECTORY, issued_at=START + DAY), id="of the version in force"),
        pytest.param(replace(NEXT, previous=bytes(32)), id="before the next one"),
    ],
)
def test_two_different_directories_of_one_version_are_told_apart_and_neither_changes_anything(other):
    with pytest.raises(DirectoryForkedError):
        accept(signed(other), DIRECTORY, ())


def test_the_next_directory_is_signed_by_a_key_the_current_one_names():
    successor = KeyPair.generate(Purpose.SIGNING, START)
    current = replace(NEXT, directory_keys=(successor.record(START),))
    newer = replace(current, version=5, previous=digest_of(current))

    assert accept(signed(current), DIRECTORY, ()) == current
    assert accept(signed(newer, successor), current, ANCHORS) == newer
    with pytest.raises(DirectoryUntrustedError):
        accept(signed(newer, OFFICE), current, ANCHORS)


@pytest.mark.parametrize("change", [{"county": "linhe"}, {"demo": True}])
def test_a_directory_of_another_county_or_of_a_demonstration_is_refused(change):
    with pytest.raises(DirectoryForeignError):
        accept(signed(replace(NEXT, **change)), DIRECTORY, ())


def test_an_expired_directory_key_signs_nothing_new():
    expired = (OFFICE.record(START - DAY, START),)

    with pytest.raises(KeyOutOfDateError):
        accept(signed(), None, expired)


def test_a_revoked_directory_key_signs_nothing_whatever_date_is_written_into_it():
    revoked = replace(OFFICE.record(START), revoked_at=START + 9 * DAY)

    with pytest.raises(KeyOutOfDateError, match="revoked"):
        accept(signed(NEXT), replace(DIRECTORY, directory_keys=(revoked,)), ())


def test_two_persons_together_name_a_new_directory_key_from_whatever_version_is_in_force():
    new_key = KeyPair.generate(Purpose.SIGNING, START)
    recovered = replace(DIRECTORY, version=9, directory_keys=(new_key.record(START),), previous=digest_of(DIRECTORY))
    by_a_thief = replace(NEXT, bodies=())
    offered = SignedDirectory.from_bytes(SignedDirectory.recover(recovered, PERSONS[0], PERSONS[2]).to_bytes())

    for in_force in (DIRECTORY, accept(signed(by_a_thief), DIRECTORY, ())):
        assert accept(offered, in_force, ()) == recovered
    after = replace(recovered, version=10, previous=digest_of(recovered))
    assert accept(signed(after, new_key), recovered, ()) == after
    with pytest.raises(DirectoryUntrustedError):
        accept(signed(after, OFFICE), recovered, ())
    with pytest.raises(DirectoryRolledBackError):
        accept(offered, after, ())


@pytest.mark.parametrize("pair", [(0, 0), (0, None)])
def test_one_person_alone_recovers_nothing(pair):
    first, second = (OFFICE if which is None else PERSONS[which] for which in pair)

    with pytest.raises(DirectoryUntrustedError):
        accept(SignedDirectory.recover(NEXT, first, second), DIRECTORY, ())


def test_the_directory_key_cannot_change_who_may_recover_and_two_persons_can():
    taken_away = replace(NEXT, recovery_keys=(STRANGER.record(START),))

    with pytest.raises(DirectoryUntrustedError):
        accept(signed(taken_away), DIRECTORY, ())
    assert accept(SignedDirectory.recover(taken_away, *PERSONS[:2]), DIRECTORY, ()) == taken_away


def test_the_digest_is_of_the_bytes_that_were_signed_also_where_a_newer_program_wrote_more_into_them():
    payload = signed(NEXT).payload.replace(b'"county"', b'"newer":1,"county"')
    offered = replace(signed(NEXT), payload=payload)
    offered = replace(offered, signature=replace(offered.signature, signature=_office_signature(payload)))

    assert digest_of(accept(offered, DIRECTORY, ())) == offered.digest != digest_of(NEXT)


def _office_signature(payload):
    return OFFICE.sign(b"guantong-directory-signature-v1\x00" + payload)


@pytest.mark.parametrize("twice", [b'"county":"shanhe",', b'"version":3,'])
def test_a_directory_that_names_a_key_twice_is_refused_though_the_office_signed_it(twice):
    payload = signed().payload.replace(b"{", b"{" + twice, 1)
    signature = DirectorySignature.make(OFFICE, b"guantong-directory-signature-v1\x00" + payload)

    with pytest.raises(DirectoryMalformedError):
        accept(SignedDirectory(payload, signature), None, ANCHORS)


def test_a_file_that_names_a_key_twice_is_refused():
    with pytest.raises(DirectoryMalformedError):
        SignedDirectory.from_bytes(signed().to_bytes().replace(b"{", b'{"suite": "guantong-1",', 1))
