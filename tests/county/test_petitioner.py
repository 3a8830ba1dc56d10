"""Who petitioned is nowhere in the county but sealed with its owner, and the search for it does find what is there."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from deploy.demo.ledgers import CANARY, CANARY_WORDS, COUNTY
from services.chassis.identity.keys import read_key_file
from services.chassis.ledgers.errors import VaultSealError
from services.chassis.ledgers.tables import PETITIONER_VAULT
from services.chassis.ledgers.vault import VaultEntry, open_half, open_identity
from tests.county.lived import Lived
from tests.county.searching import Place, Things, everything, files, where

IDENTITY = (CANARY.name, CANARY.phone, CANARY.id_card, CANARY.address)
OWNERS = {"discipline", "petitions"}
ACCUSED = next(post.name for post in COUNTY.posts_at("U03") if post.title == "副镇长")


@pytest.fixture(scope="module")
def things(lived: Lived) -> Things:
    return everything(lived)


@pytest.mark.article("A3.2e")
def test_the_identity_is_nowhere_in_the_county(things: Things):
    assert where(things, IDENTITY) == set()


@pytest.mark.article("A3.2b")
def test_the_words_of_the_petition_stay_in_the_ledgers_of_its_owners(things: Things):
    found = where(things, [CANARY_WORDS])

    assert {place.body for place in found if place.kind == "row"} == OWNERS
    assert {place.body for place in found} == OWNERS
    assert {place.kind for place in found} <= {"row", "county", "export"}
    assert {place.name for place in found if place.kind == "row"} == {"discipline_petitions", "petitions_petitions"}
    assert {place.name for place in found if place.kind == "county"} <= {"node.db", "node.db-wal"}


def test_every_kind_of_place_is_really_opened_and_searched(things: Things):
    """A person complained of may be named to the office: the same search finds the name wherever it may be."""
    accused, unit = where(things, [ACCUSED]), where(things, ["云岭镇"])

    assert {"row", "letter", "draft", "export", "briefing"} <= {place.kind for place in accused}
    assert {"report", "printed", "metrics", "county"} <= {place.kind for place, _ in things}
    assert {"discipline", "organization", "inspection"} <= {place.body for place in accused if place.kind == "letter"}
    assert Place("briefing", "", "U03.docx/word/document.xml") in unit
    assert Place("printed", "", "board and trace") in unit


def test_a_planted_identity_is_found_in_every_form(tmp_path: Path):
    (tmp_path / "plain.log").write_text(f"petitioner {CANARY.name}", encoding="utf-8")
    (tmp_path / "escaped.jsonl").write_text(json.dumps({"who": CANARY.name}), encoding="ascii")
    (tmp_path / "windows.txt").write_text(CANARY.address, encoding="utf-16-le")
    (tmp_path / "older.csv").write_text(CANARY.address, encoding="gb18030")
    (tmp_path / "digits.bin").write_bytes(b"\0\0" + CANARY.phone.encode() + b"\0")
    with zipfile.ZipFile(tmp_path / "briefing.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:t>{CANARY.id_card}</w:t>")
    with closing(sqlite3.connect(tmp_path / "node.db")) as database:
        database.execute("create table rows (held text)")
        database.execute("insert into rows values (?)", (CANARY.name,))
        database.commit()
    (tmp_path / "innocent.txt").write_text("云岭镇", encoding="utf-8")

    found = {place.name for place in where(files(tmp_path, "planted"), IDENTITY)}

    assert found == {
        *("plain.log", "escaped.jsonl", "windows.txt", "older.csv", "digits.bin"),
        *("briefing.docx/word/document.xml", "node.db", "rows"),
    }


@pytest.mark.parametrize("body", sorted(OWNERS))
def test_its_owner_holds_it_sealed_and_only_both_custodians_together_open_it(lived: Lived, body: str):
    entries = vault(lived, body)
    first, second = (
        next(read_key_file(path) for path in lived.county.folder.custodian(body, which).glob("*.key")).private
        for which in (1, 2)
    )
    opened = [open_identity(one, open_half(one, first), open_half(one, second)) for one in entries]

    (known,) = [one for one in opened if CANARY.name in one.values()]
    assert {CANARY.name, CANARY.phone, CANARY.address} <= set(known.values())
    with pytest.raises(VaultSealError):
        open_identity(entries[0], open_half(entries[0], first), open_half(entries[0], first))


def test_nobody_else_has_a_vault(lived: Lived):
    assert {body for body in lived.county.bodies if vault(lived, body)} == OWNERS


def vault(lived: Lived, body: str) -> list[VaultEntry]:
    columns = [column for column in PETITIONER_VAULT.c if column.name != "sealed_at"]
    rows = lived.read(body, lambda connection: connection.execute(sa.select(*columns)).all())
    return [VaultEntry(**row._mapping) for row in rows]
