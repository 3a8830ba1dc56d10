"""The office signs the next version of the directory from its safe; its record is whole or it is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.directory import CLOCKS_APART, Office, change_directory_key, revoke, versions
from services.chassis.county.layout import County, CountyError
from services.chassis.errors import GuantongError
from services.chassis.identity.errors import DirectoryUntrustedError, NoCurrentKeyError
from services.chassis.identity.keys import KeyPair, Purpose, read_key_file, write_key_file

NOW = datetime(2026, 2, 9, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


@pytest.fixture
def county(tmp_path: Path) -> County:
    return create_county(tmp_path / "county", CountyPlan("371399", "青禾县", light_passwords=True), NOW)


@pytest.fixture
def office(county: County) -> Office:
    return Office(county.folder.directories, county.folder.office_secrets)


def persons(county: County) -> list[KeyPair]:
    return [read_key_file(next(county.folder.recovery(which).glob("*.key"))) for which in (1, 2, 3)]


def test_versions_follow_one_another_in_the_offices_record(office: Office):
    first = versions(office.record)[0]
    key = first.entry("audit").signing_keys[0].key_id
    made, file = office.issue(LATER, lambda one: revoke(one, key, LATER))

    assert [one.version for one in versions(office.record)] == [1, 2]
    assert versions(office.record)[-1] == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert first.recovery_keys == made.recovery_keys


def test_a_new_directory_key_signs_from_the_version_after_the_one_that_names_it(county: County, office: Office):
    (old,) = county.folder.office_secrets.glob("signing-*.key")
    new = KeyPair.generate(Purpose.SIGNING, LATER)
    write_key_file(office.safe, new)
    office.issue(LATER, lambda one: change_directory_key(one, new.record(LATER - CLOCKS_APART)))
    old.unlink()

    office.issue(LATER, lambda one: one)
    assert [one.version for one in versions(office.record)] == [1, 2, 3]


def test_without_the_directory_key_two_of_three_persons_name_a_new_one(county: County, office: Office):
    for file in county.folder.office_secrets.glob("signing-*.key"):
        file.unlink()
    with pytest.raises(NoCurrentKeyError):
        office.issue(LATER, lambda one: one)
    new = KeyPair.generate(Purpose.SIGNING, LATER)
    write_key_file(office.safe, new)
    first, second, third = persons(county)
    with pytest.raises(DirectoryUntrustedError):
        office.recover(LATER, (first, first), new.record(LATER))

    made, _ = office.recover(LATER, (third, second), new.record(LATER), above=7)

    assert made.version == 8
    office.issue(LATER, lambda one: one)
    assert [one.version for one in versions(office.record)] == [1, 8, 9]


def test_a_record_that_was_changed_or_has_a_hole_is_refused(office: Office):
    files = [office.issue(LATER, lambda one: one)[1] for _ in range(2)]
    kept = files[0].read_bytes()
    files[0].unlink()
    with pytest.raises(GuantongError):
        versions(office.record)
    files[0].write_bytes(kept.replace(b"directory", b"directorx"))
    with pytest.raises(GuantongError):
        versions(office.record)
    for file in office.record.iterdir():
        file.unlink()
    with pytest.raises(CountyError):
        versions(office.record)
