"""`guantong verify` walks journals beside running nodes, and one flipped byte ends it with a fault and an exit code."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.cli.conftest import SmallCounty, guantong


def copied(small_county: SmallCounty, folder: Path) -> Path:
    """The bureau's folder with its database as it is now, on its own."""
    source = small_county.bureau.folder
    shutil.copytree(source, folder / "node", ignore=shutil.ignore_patterns("data"))
    (folder / "node" / "data").mkdir()
    with (
        closing(sqlite3.connect(source / "data" / "node.db")) as running,
        closing(sqlite3.connect(folder / "node" / "data" / "node.db")) as copy,
    ):
        running.backup(copy)
    return folder / "node"


def flip_a_payload(node: Path) -> None:
    with closing(sqlite3.connect(node / "data" / "node.db")) as database:
        (payload,) = database.execute("SELECT payload FROM journal WHERE sequence = 3").fetchone()
        flipped = bytes([payload[0] ^ 1]) + payload[1:]
        database.execute("UPDATE journal SET payload = ? WHERE sequence = 3", (flipped,))
        database.commit()


def damage_the_file(node: Path) -> None:
    file = node / "data" / "node.db"
    content = bytearray(file.read_bytes())
    content[0] ^= 1
    file.write_bytes(content)


def lose_the_database(node: Path) -> None:
    (node / "data" / "node.db").unlink()


def test_a_running_nodes_journal_is_sound_and_its_end_can_be_noted(small_county: SmallCounty, tmp_path: Path):
    node = copied(small_county, tmp_path)

    (found,) = guantong("verify", str(node), "--json").json
    head = f"{found['head']['sequence']}:{found['head']['digest']}"
    anchored = guantong("verify", str(node), "--anchor", head, "--json").json
    running = guantong("verify", str(small_county.bureau.folder), "--json").json

    assert (found["body"], found["sound"], found["faults"]) == ("statistics", True, [])
    assert found["entries"] > 3
    assert anchored[0]["anchored"]
    assert running[0]["sound"]


@pytest.mark.parametrize("damage", [flip_a_payload, damage_the_file, lose_the_database])
def test_damage_is_found_and_ends_with_an_exit_code(
    small_county: SmallCounty, tmp_path: Path, damage: Callable[[Path], None]
):
    node = copied(small_county, tmp_path)
    damage(node)

    for_people = guantong("--lang", "en", "verify", str(node))
    for_programs = guantong("verify", str(node), "--json")

    assert (for_people.code, for_programs.code) == (1, 1)
    assert "JOURNAL_NOT_SOUND" in for_people.err
    assert "NOT SOUND" in for_people.out
    (told,) = json.loads(for_programs.out)
    assert not told["sound"]
    assert told["faults"]


def test_a_whole_county_is_verified_and_nodes_that_never_ran_are_named(small_county: SmallCounty):
    said = guantong("verify", str(small_county.county.folder.root), "--json")

    told = {one["body"]: one["sound"] for one in json.loads(said.out)}

    assert len(told) == len(small_county.county.bodies)
    assert {body for body, sound in told.items() if sound} == set(small_county.terminals)
    assert said.code == 1
