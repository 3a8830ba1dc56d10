"""A backup is whole or not there, holds no readable word, and lets go of what was destroyed since."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis.backup.errors import (
    BackupBusyError,
    BackupDamagedError,
    BackupFolderError,
    BackupForeignError,
    BackupKeyError,
    BackupStoppedError,
)
from services.chassis.backup.folder import WRITING, alone_in, backups_in, outstanding_in, strike
from services.chassis.backup.keys import Mark, letter_mark
from services.chassis.backup.restoring import Archive, Owner, check
from services.chassis.backup.taking import Taken, take_backup
from services.chassis.destruction.account import destroyed_letters
from services.chassis.exchange.errors import ContentDestroyedError
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.keys import KeyPair, Purpose
from tests.fixtures.exchanges import ExchangeNode
from tests.integration.backup.backups_for_tests import BODY, PEER, Office

CANARY = "王某某反映的问题".encode()


async def with_letters(office: Office, *contents: bytes) -> ExchangeNode:
    node = await office.open(BODY)
    for content in contents:
        await node.send(PEER, content)
    return node


def files_in(office: Office) -> list[str]:
    return sorted(file.name for file in office.folder.iterdir() if not file.name.startswith("."))


async def test_neither_archive_nor_sheet_holds_a_readable_word(sqlite_office: Office, tmp_path: Path):
    office = sqlite_office
    office.files["node.toml"] = tmp_path / "node.toml"
    office.files["node.toml"].write_bytes(b'name = "' + CANARY + b'"')
    taken = office.back_up(await with_letters(office, CANARY))

    both = taken.archive.read_bytes() + taken.sheet.read_bytes()

    assert CANARY not in both
    assert PEER.encode() not in both
    assert b"node.toml" not in both
    assert {file.stat().st_mode & 0o777 for file in (taken.archive, taken.sheet)} == {0o600}
    assert check(office.archive(taken), Owner.of(office.identity)).files == {"node.toml": b'name = "' + CANARY + b'"'}


async def test_content_destroyed_after_the_backup_is_not_in_the_restored_node(office: Office):
    node = await with_letters(office, b"stays", b"goes")
    taken = office.back_up(node)
    archive = taken.archive.read_bytes()
    stays, goes = await node.database.reader.read(lambda c: c.scalars(IDS).all())
    mark = await destroyed(node, goes)
    assert outstanding_in(office.folder, BODY, {mark}) == 1
    assert strike(office.folder, BODY, {mark}, office.clock.now()) == 1
    assert strike(office.folder, BODY, {mark}, office.clock.now()) == 0
    node.database.close()

    url = office.new_url()
    found = office.restored(taken, url)
    again = await office.open(BODY, office.county.open_database(url))

    assert taken.archive.read_bytes() == archive
    told = again.database.reader.read_sync(lambda c: [one.letter_id for one in destroyed_letters(c)])
    assert told == [goes], "when it was destroyed is on record"
    assert set(found.struck) == {mark}
    with pytest.raises(ContentDestroyedError):
        again.database.reader.read_sync(lambda c: again.exchange.content(c, goes))
    assert again.database.reader.read_sync(lambda c: again.exchange.content(c, stays)) == b"stays"


IDS = sa.select(LETTERS.c.letter_id).order_by(LETTERS.c.place)


async def destroyed(node: ExchangeNode, letter_id: str) -> Mark:
    """The letter's key and content are gone from the database; what its key is called."""
    of_letter = LETTERS.c.letter_id == letter_id
    gone = sa.update(LETTERS).where(of_letter).values(content=None, content_key=None, storage_key_id="", salt=b"")
    await node.database.writer.run(lambda tx: tx.connection.execute(gone))
    digest = await node.database.reader.read(lambda c: c.scalar(sa.select(LETTERS.c.digest).where(of_letter)))
    assert digest is not None
    return letter_mark(digest)


async def test_a_key_destroyed_while_nobody_could_reach_the_sheets_is_struck_with_the_next_backup(
    sqlite_office: Office,
):
    node = await with_letters(sqlite_office, b"goes")
    first = sqlite_office.back_up(node)
    mark = await destroyed(node, (await node.database.reader.read(lambda c: c.scalars(IDS).all()))[0])
    sqlite_office.clock.advance(hours=1)

    second = sqlite_office.back_up(node)

    assert (second.struck, second.keys) == (1, 0)
    assert outstanding_in(sqlite_office.folder, BODY, {mark}) == 0
    assert mark.name in first.sheet.read_text(encoding="ascii"), "that there was a key, and when it was struck, stays"


async def test_only_the_newest_backups_stay_and_always_one(sqlite_office: Office):
    office = sqlite_office
    node = await with_letters(office, b"1")
    taken = []
    for _ in range(4):
        taken.append(office.back_up(node, keep=2))
        office.clock.advance(hours=1)

    assert [one.archive for one in backups_in(office.folder, BODY)] == [taken[2].archive, taken[3].archive]
    assert len(files_in(office)) == 4
    assert office.back_up(node, keep=0).archive.exists()


async def test_two_backups_within_a_second_do_not_touch_each_other(sqlite_office: Office):
    node = await with_letters(sqlite_office, b"1")
    first, second = sqlite_office.back_up(node), sqlite_office.back_up(node)

    owner = Owner.of(sqlite_office.identity)
    for taken in (first, second):
        assert check(sqlite_office.archive(taken), owner).keys == 1


async def test_a_backup_waits_for_no_other_into_the_same_folder_and_says_so(sqlite_office: Office):
    node = await with_letters(sqlite_office, b"1")

    with alone_in(sqlite_office.folder), pytest.raises(BackupBusyError):
        sqlite_office.back_up(node)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may grow larger: to whoever writes, the disk is full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_leaves_no_half_file_and_the_earlier_backup_whole(sqlite_office: Office):
    office = sqlite_office
    node = await with_letters(office, os.urandom(600_000))
    first = office.back_up(node)
    await node.send(PEER, os.urandom(600_000))
    office.clock.advance(hours=1)

    with room_for(first.size + 100_000), pytest.raises(BackupFolderError, match="no half file"):
        office.back_up(node, keep=1)

    assert files_in(office) == sorted([first.archive.name, first.sheet.name])
    assert check(office.archive(first), Owner.of(office.identity)).rows["letters"] == 1
    assert office.back_up(node, keep=1).rows > first.rows


async def test_what_an_interrupted_run_left_goes_with_the_next(sqlite_office: Office):
    office = sqlite_office
    node = await with_letters(office, b"1")
    office.folder.mkdir()
    (office.folder / f"half.backup{WRITING}").write_bytes(b"half")

    taken = office.back_up(node)

    assert files_in(office) == sorted([taken.archive.name, taken.sheet.name])


async def test_a_node_that_ends_gives_its_backup_up(sqlite_office: Office):
    node = await with_letters(sqlite_office, b"1")
    source = replace(sqlite_office.source(node), stopped=lambda: True)

    with pytest.raises(BackupStoppedError):
        take_backup(source, sqlite_office.public, sqlite_office.folder, 7, sqlite_office.clock.now())
    assert files_in(sqlite_office) == []


def cut_off(taken: Taken) -> None:
    taken.archive.write_bytes(taken.archive.read_bytes()[:-100])


def last_piece_gone(taken: Taken) -> None:
    """Cut exactly between two pieces: what is left is made of whole pieces only."""
    whole = taken.archive.read_bytes()
    at = len(whole)
    start = whole.index(b"}") + 1
    while start < len(whole):
        at, start = start, start + 4 + (int.from_bytes(whole[start : start + 4], "big") >> 1)
    taken.archive.write_bytes(whole[:at])


def one_bit(taken: Taken) -> None:
    data = bytearray(taken.archive.read_bytes())
    data[len(data) // 2] ^= 1
    taken.archive.write_bytes(bytes(data))


def longer(taken: Taken) -> None:
    taken.archive.write_bytes(taken.archive.read_bytes() + b"x")


def header_changed(taken: Taken) -> None:
    taken.archive.write_bytes(taken.archive.read_bytes().replace(b"+00:00", b"+01:00", 1))


def not_a_backup(taken: Taken) -> None:
    taken.archive.write_bytes(b"something else")


def sheet_cut_off(taken: Taken) -> None:
    taken.sheet.write_text("".join(taken.sheet.read_text("ascii").splitlines(keepends=True)[:-2]), "ascii")


def sheet_with_a_line_gone(taken: Taken) -> None:
    lines = taken.sheet.read_text("ascii").splitlines(keepends=True)
    taken.sheet.write_text("".join([lines[0], *lines[2:-1], "end 1\n"]), "ascii")


def sheet_of_another(taken: Taken) -> None:
    taken.sheet.write_text(taken.sheet.read_text("ascii").replace(taken.archive.stem, "another"), "ascii")


@pytest.mark.parametrize(
    "harm",
    [
        cut_off,
        last_piece_gone,
        one_bit,
        longer,
        header_changed,
        not_a_backup,
        sheet_cut_off,
        sheet_with_a_line_gone,
        sheet_of_another,
    ],
)
async def test_whatever_was_done_to_a_backup_is_noticed(sqlite_office: Office, harm: Callable[[Taken], None]):
    taken = sqlite_office.back_up(await with_letters(sqlite_office, os.urandom(400_000), b"2"))
    harm(taken)

    with pytest.raises(BackupDamagedError):
        check(sqlite_office.archive(taken), Owner.of(sqlite_office.identity))


async def test_an_archive_made_by_whoever_knows_the_public_key_is_not_believed(sqlite_office: Office):
    """The public half lies open on the node; what it seals proves nothing of who sealed it."""
    office = sqlite_office
    source = office.source(await with_letters(office, b"1"))
    thief = KeyPair.generate(Purpose.SIGNING, office.clock.now())
    taken = take_backup(replace(source, signer=thief), office.public, office.folder, 7, office.clock.now())

    with pytest.raises(BackupDamagedError, match="not signed by a key of this body"):
        check(office.archive(taken), Owner.of(office.identity))


async def test_another_key_and_another_node_are_told(sqlite_office: Office):
    office = sqlite_office
    taken = office.back_up(await with_letters(office, b"1"))
    other = KeyPair.generate(Purpose.SEALING, office.clock.now())

    with pytest.raises(BackupKeyError):
        check(Archive(taken.archive, other), Owner.of(office.identity))
    with pytest.raises(BackupForeignError):
        check(office.archive(taken), Owner.of(office.county.known[PEER]))
