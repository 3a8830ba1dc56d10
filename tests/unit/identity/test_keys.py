"""Private keys rest in files that only their owner reads, and are picked by what the directory has in force."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory
from services.chassis.identity.errors import (
    KeyFileError,
    KeyFileExposedError,
    KeyUnknownError,
    NoCurrentKeyError,
)
from services.chassis.identity.keys import KeyPair, Keyring, Purpose, read_key_file, write_key_file

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)


def directory_of(*records):
    entry = BodyEntry("audit", "县审计局", BodyStatus.ACTIVE, tuple(records), ())
    return Directory("shanhe", 1, START, demo=False, bodies=(entry,), directory_keys=())


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_key_file_gives_back_the_same_key_and_is_private(tmp_path, purpose):
    pair = KeyPair.generate(purpose, START)
    path = write_key_file(tmp_path / "keys", pair)

    assert read_key_file(path) == pair
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert "private" not in repr(pair)


def test_a_key_file_is_never_written_over(tmp_path):
    pair = KeyPair.generate(Purpose.SIGNING, START)
    write_key_file(tmp_path, pair)

    with pytest.raises(FileExistsError):
        write_key_file(tmp_path, pair)


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    path = write_key_file(tmp_path, KeyPair.generate(Purpose.SIGNING, START))
    path.chmod(0o640)

    with pytest.raises(KeyFileExposedError, match="chmod 600"):
        read_key_file(path)


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"purpose": "signing"}'])
def test_a_damaged_key_file_is_refused_by_name(tmp_path, damage):
    path = write_key_file(tmp_path, KeyPair.generate(Purpose.SIGNING, START))
    path.write_text(damage, encoding="ascii")

    with pytest.raises(KeyFileError, match=path.name):
        read_key_file(path)


def test_a_key_file_whose_id_was_changed_is_refused(tmp_path):
    path = write_key_file(tmp_path, KeyPair.generate(Purpose.SIGNING, START))
    fields = json.loads(path.read_text(encoding="ascii"))
    path.write_text(json.dumps(fields | {"key_id": "0" * 16}), encoding="ascii")

    with pytest.raises(KeyFileError, match="differ"):
        read_key_file(path)


def test_a_keyring_reads_all_key_files_of_a_folder(tmp_path):
    pairs = [KeyPair.generate(purpose, START) for purpose in Purpose]
    for pair in pairs:
        write_key_file(tmp_path, pair)
    keyring = Keyring.load("audit", tmp_path)

    assert keyring == Keyring.of("audit", *pairs)
    assert keyring.storage_key() == pairs[2]


def test_the_signing_key_is_the_one_put_in_force_last():
    old, new = (KeyPair.generate(Purpose.SIGNING, START) for _ in range(2))
    keyring = Keyring.of("audit", old, new)
    directory = directory_of(old.record(START), new.record(START + 10 * DAY))

    assert keyring.signing_key(directory, START + 9 * DAY) == old
    assert keyring.signing_key(directory, START + 10 * DAY) == new


def test_a_key_that_the_directory_does_not_list_never_signs():
    keyring = Keyring.of("audit", KeyPair.generate(Purpose.SIGNING, START))
    listed = KeyPair.generate(Purpose.SIGNING, START)

    with pytest.raises(NoCurrentKeyError):
        keyring.signing_key(directory_of(listed.record(START)), START)


def test_keys_that_are_not_in_the_keyring_are_named_in_the_error():
    keyring = Keyring.of("audit")

    with pytest.raises(KeyUnknownError, match="abc"):
        keyring.opening_key("abc")
    with pytest.raises(KeyUnknownError, match="abc"):
        keyring.storage_key_with("abc")
    with pytest.raises(NoCurrentKeyError):
        keyring.storage_key()


def test_the_newest_storage_key_wraps_and_older_ones_stay_usable():
    old, new = KeyPair.generate(Purpose.STORAGE, START), KeyPair.generate(Purpose.STORAGE, START + DAY)
    keyring = Keyring.of("audit", new, old)

    assert keyring.storage_key() == new
    assert keyring.storage_key_with(old.key_id) == old
