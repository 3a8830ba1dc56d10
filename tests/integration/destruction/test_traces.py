"""No byte of what was destroyed is left in the node's files; nothing brings it back: no crash, old copy or peer."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis.desk.tables import DRAFTS
from services.chassis.destruction.account import destroyed_letters
from services.chassis.destruction.aftermath import owed
from services.chassis.destruction.carrying_out import Destroying, Follower
from services.chassis.destruction.errors import RegisterDamagedError
from services.chassis.destruction.model import Decided, Gone, Ground
from services.chassis.destruction.register import FILE_NAME
from services.chassis.exchange.naming import LetterName
from services.chassis.exchange.tables import LETTERS
from services.chassis.storage import Database, Transaction
from tests.fixtures.databases import OpenDatabase
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.destruction.destroying_for_tests import (
    approved,
    asked,
    destroyed,
    finishing,
    has_content,
    sound,
    state_of,
    told,
    wanted,
    with_database,
)

Secrets = dict[str, bytes]


def secrets_of(office: WholeOffice, letter_id: str) -> Secrets:
    """What opens the words, and the words themselves as they rest: of the letter and of the draft it came from."""
    letter = office.ask(lambda c: c.execute(sa.select(LETTERS).where(LETTERS.c.letter_id == letter_id)).one())
    draft = office.ask(lambda c: c.execute(sa.select(DRAFTS).where(DRAFTS.c.letter_id == letter_id)).one_or_none())
    found = {"content": letter.content, "content key": letter.content_key, "salt": letter.salt}
    return found | ({"draft's key": draft.wrapped_key} if draft else {})


def files_of(database: Database) -> bytes:
    path = Path(database.url.database or "")
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(path.name + "*")))


def left(database: Database, secrets: Secrets) -> list[str]:
    raw = files_of(database)
    return [name for name, value in secrets.items() if value in raw]


async def test_no_byte_of_it_is_left_in_the_database_files_the_log_included(
    office_county: OfficeCounty, tmp_path: Path
):
    congress, _ = await office_county.open("congress", "inspection")
    letters = [told(office_county, congress, "inspection") for _ in range(30)]
    await office_county.deliver()
    database = congress.node.database
    secrets = {letter_id: secrets_of(congress, letter_id) for letter_id in letters}
    assert all(len(left(database, one)) == len(one) for one in secrets.values()), "the search finds what is there"

    destroyed(congress, *letters[::2])
    assert await finishing(congress, tmp_path).finish() == 0

    for letter_id in letters[::2]:
        assert left(database, secrets[letter_id]) == []
    for letter_id in letters[1::2]:
        assert len(left(database, secrets[letter_id])) == len(secrets[letter_id])
    assert sound(congress)


async def test_on_either_database_no_row_has_the_key_any_more(office_county_on_both: OfficeCounty, tmp_path: Path):
    county = office_county_on_both
    congress, _ = await county.open("congress", "inspection")
    letter_id = told(county, congress, "inspection")
    secrets = secrets_of(congress, letter_id)
    destroyed(congress, letter_id)

    assert await finishing(congress, tmp_path).finish() == 0

    assert all(not found_in_rows(congress.node.database, value) for value in secrets.values())


def found_in_rows(database: Database, value: bytes) -> bool:
    metadata = sa.MetaData()

    def look(connection: sa.Connection) -> bool:
        metadata.reflect(connection)
        binary = [c for t in metadata.tables.values() for c in t.c if isinstance(c.type, sa.LargeBinary)]
        return any(connection.scalar(sa.select(sa.func.count()).where(column == value)) for column in binary)

    return database.reader.read_sync(look)


class _CutOffError(Exception):
    """The process died here."""


async def test_a_crash_while_it_is_done_leaves_all_of_it_undone(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    congress, _ = await county.open("congress", "inspection")
    first, second = (told(county, congress, "inspection") for _ in range(2))
    destruction_id = asked(congress, wanted(first, second))

    for point in range(2):
        seen: list[str] = []

        def die(_tx: Transaction, gone: Gone, point: int = point, seen: list[str] = seen) -> None:
            seen.append(gone.letter_id)
            if len(seen) > point:
                raise _CutOffError

        with pytest.raises(_CutOffError):
            approved(dying(congress, die), destruction_id)
        assert has_content(congress, first)
        assert has_content(congress, second)
        assert state_of(congress, destruction_id) == "asked"
        assert congress.ask(owed) == ()

    assert approved(congress, destruction_id) == 2


def dying(office: WholeOffice, die: Follower) -> WholeOffice:
    return WholeOffice(replace(office.node, office=replace(office.node.office, destroying=Destroying((die,)))))


async def test_what_was_out_of_reach_is_shown_and_done_later_also_by_another_process(
    office_county_on_both: OfficeCounty, tmp_path: Path
):
    county = office_county_on_both
    congress, _ = await county.open("congress", "inspection")
    letter_id = told(county, congress, "inspection")
    keys: list[str] = []
    struck: list[str] = []
    reachable: list[bool] = []

    def strike(wanted_keys: Sequence[str]) -> bool:
        keys[:] = wanted_keys
        if reachable:
            struck.extend(wanted_keys)
        return bool(reachable)

    destroyed(congress, letter_id)
    assert await finishing(congress, tmp_path, strike=strike).finish() == 2
    assert sorted(key.partition("/")[0] for key in keys) == ["drafts", "letters"]
    assert {one.step.value for one in congress.ask(owed)} == {"strike"}

    reachable.append(True)
    assert await finishing(congress, tmp_path, strike=strike).finish() == 0
    assert sorted(struck) == sorted(keys)
    assert await finishing(congress, tmp_path, strike=strike).finish() == 0
    assert len(struck) == 2, "done once"


async def test_an_old_copy_of_the_database_does_not_bring_it_back(
    office_county: OfficeCounty, open_sqlite_database: OpenDatabase, tmp_path: Path
):
    county = office_county
    congress, inspection = await county.open("congress", "inspection")
    letter_id = told(county, congress, "inspection")
    await county.deliver()
    copies = [copied(inspection.node.database, tmp_path / "before.sqlite")]
    destruction_id = asked(inspection, wanted(letter_id))
    copies.append(copied(inspection.node.database, tmp_path / "asked.sqlite"))
    approved(inspection, destruction_id)
    assert await finishing(inspection, tmp_path).finish() == 0

    for copy in copies:
        restored = with_database(inspection, open_sqlite_database(f"sqlite:///{copy}"))
        assert has_content(restored, letter_id)
        finish = finishing(restored, tmp_path)
        assert [await finish.destroy_again() for _ in range(2)] == [1, 0]
        assert await finish.finish() == 0
        assert not has_content(restored, letter_id)
        assert state_of(restored, destruction_id) == "destroyed"
        assert sound(restored)
        (known,) = restored.ask(destroyed_letters)
        assert known == inspection.ask(destroyed_letters)[0], "it is told when it was destroyed first"


def copied(database: Database, to: Path) -> Path:
    engine = sa.create_engine(database.url)
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(to),))
    engine.dispose()
    return to


async def test_the_register_of_destroyed_letters_is_believed_from_this_node_alone(
    office_county: OfficeCounty, tmp_path: Path
):
    congress, inspection = await office_county.open("congress", "inspection")
    first, second = (told(office_county, congress, "inspection") for _ in range(2))
    await office_county.deliver()
    destroyed(congress, first)
    await finishing(congress, tmp_path).finish()
    register = tmp_path / FILE_NAME
    line = register.read_bytes()

    register.write_bytes(line + b'{"told": "half a li')
    destroyed(congress, second)
    assert await finishing(congress, tmp_path).finish() == 0, "a line that was cut short is written again"
    assert [one.letter_id for one in finishing(congress, tmp_path).register.read()] == [first, second]

    other = tmp_path / "inspection"
    other.mkdir()
    shutil.copy(register, other / FILE_NAME)
    with pytest.raises(RegisterDamagedError):
        await finishing(inspection, other).destroy_again()
    assert has_content(inspection, first)
    register.write_bytes(line.replace(first.encode(), second.encode()))
    with pytest.raises(RegisterDamagedError):
        await finishing(congress, tmp_path).destroy_again()

    register.unlink()
    assert await finishing(congress, tmp_path).destroy_again() == 0
    assert [one.letter_id for one in finishing(congress, tmp_path).register.read()] == [first, second]


async def test_a_register_that_somebody_changed_keeps_nothing_else_back(office_county: OfficeCounty, tmp_path: Path):
    congress, _ = await office_county.open("congress", "inspection")
    letter_id = told(office_county, congress, "inspection")
    (tmp_path / FILE_NAME).write_bytes(b"not ours\n")
    destroyed(congress, letter_id)

    with pytest.raises(RegisterDamagedError):
        await finishing(congress, tmp_path).finish()
    assert {one.step.value for one in congress.ask(owed)} == {"register"}


async def test_what_a_recall_destroys_follows_the_same_way(office_county: OfficeCounty, tmp_path: Path):
    congress, _ = await office_county.open("congress", "inspection")
    letter_id = told(office_county, congress, "inspection")
    decided = Decided(Ground.RECALL, "主任", "副主任")
    congress.do(lambda tx: congress.node.office.destroying.letter(tx, LetterName(letter_id), decided))

    assert await finishing(congress, tmp_path).finish() == 0
    (line,) = finishing(congress, tmp_path).register.read()
    assert (line.letter_id, line.ground, line.asked_by, line.approved_by) == (letter_id, "recall", "主任", "副主任")
