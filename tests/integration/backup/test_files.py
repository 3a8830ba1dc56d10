"""Attachments' files lie beside the archives: copied once, gone with their keys, brought back with the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from services.chassis.attachments.tables import ATTACHMENTS
from services.chassis.backup.files import bring_back
from services.chassis.backup.folder import files_of, strike
from services.chassis.backup.keys import Mark
from services.chassis.backup.taking import Taken, take_backup
from services.chassis.storage import open_reader
from tests.fixtures.exchanges import ExchangeNode
from tests.integration.backup.backups_for_tests import BODY, Office


def attach(office: Office, node: ExchangeNode, folder: Path, file: str) -> None:
    """A file as the node keeps it, and its row."""
    folder.mkdir(exist_ok=True)
    (folder / file).write_bytes(file.encode() * 1000)
    row = {
        "file": file,
        "digest": file.encode().ljust(32),
        "size": 1,
        "chunk_size": 1,
        "suite": "s",
        "chunk_digests": b"",
        "storage_key_id": "k",
        "wrapped_key": b"wrapped " + file.encode(),
        "kept_at": office.clock.now(),
    }
    node.database.writer.run_sync(lambda tx: tx.connection.execute(sa.insert(ATTACHMENTS).values(row)))


def back_up(office: Office, node: ExchangeNode, folder: Path) -> Taken:
    source = office.source(node)
    now = office.clock.advance(hours=1)
    return take_backup(replace(source, attachments=folder), office.public, office.folder, 2, now)


def copies(office: Office) -> set[str]:
    return {copy.name for copy in files_of(office.folder, BODY).iterdir()}


async def test_files_follow_their_keys_into_and_out_of_a_backup(sqlite_office: Office, tmp_path: Path):
    office, folder = sqlite_office, tmp_path / "files"
    node = await office.open(BODY)
    for file in ("stays", "released", "destroyed"):
        attach(office, node, folder, file)
    first = back_up(office, node, folder)
    assert copies(office) == {"stays", "released", "destroyed"}
    assert b"wrapped" not in first.archive.read_bytes()

    strike(office.folder, BODY, {Mark("attachments", "destroyed")}, office.clock.now())
    assert copies(office) == {"stays", "released"}
    gone = sa.delete(ATTACHMENTS).where(ATTACHMENTS.c.file != "stays")
    await node.database.writer.run(lambda tx: tx.connection.execute(gone))
    back_up(office, node, folder)
    assert copies(office) == {"stays", "released"}, "the first backup needs what was released since"
    url = office.new_url()
    found = office.restored(first, url)
    assert bring_back(office.folder, BODY, found.attachments, tmp_path / "again") == (2, 0)

    reader = open_reader(url)
    kept = reader.read_sync(lambda c: c.execute(sa.select(ATTACHMENTS.c.file, ATTACHMENTS.c.wrapped_key)).all())
    reader.close()
    assert {(row.file, row.wrapped_key) for row in kept} == {
        ("stays", b"wrapped stays"),
        ("released", b"wrapped released"),
    }
    assert (tmp_path / "again" / "released").read_bytes() == b"released" * 1000
    back_up(office, node, folder)
    assert copies(office) == {"stays"}, "the first backup has left"
