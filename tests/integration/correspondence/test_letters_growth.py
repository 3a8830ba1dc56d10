"""A page of letters costs among many what it costs among few: every way of narrowing walks an index back in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import services.chassis.desk.tables  # noqa: F401 - rights ask who drafted a letter
from services.chassis.correspondence.letter_finding import LetterSearch, Seen, find_places
from services.chassis.correspondence.letter_words import Words
from services.chassis.correspondence.rights import Sight
from services.chassis.dossiers.rows import header_values, summary_values
from services.chassis.dossiers.tables import MATTERS
from services.chassis.exchange.document_numbers import Parts
from services.chassis.exchange.model import Direction
from services.chassis.exchange.tables import LETTERS
from services.chassis.journal.store import JOURNAL
from services.chassis.matters.may import fresh
from services.chassis.matters.model import Kind, Side, State
from services.chassis.rpc.callers import Role
from services.chassis.rulebook.load import load
from services.chassis.storage import METADATA
from services.chassis.storage.engine import SQLITE, reader_engine, writer_engine
from services.chassis.testing.clock import DEFAULT_INSTANT
from tests.fixtures.served import person
from tests.integration.dossiers.acts import new_matter

FEW, MANY = 1_000, 50_000
ENOUGH = 200
"""Hundreds of steps that are less than a millisecond; reading all of the many letters would take thousands."""
PEERS = ("audit", "petitions", "discipline", "publicity")
KINDS = ("info.request", "matter.viewed", "matter.signed_for", "info.reply")
SERIES = "青巡办函"
SEARCHES = {
    "all": LetterSearch(),
    "documents": LetterSearch(without_kinds=frozenset({"matter.viewed", "matter.signed_for"})),
    "direction": LetterSearch(direction=Direction.IN),
    "kind": LetterSearch(kind="info.request"),
    "peer": LetterSearch(peer="audit"),
    "kind and peer": LetterSearch(kind="info.request", peer="audit"),
    "peer and direction": LetterSearch(peer="audit", direction=Direction.OUT),
    "matter": LetterSearch(matter_id="m000000"),
    "open state": LetterSearch(matter_state=State.STORED),
    "state of most": LetterSearch(matter_state=State.SETTLED),
    "unread": LetterSearch(unread=True),
    "days long ago": LetterSearch(since=DEFAULT_INSTANT, before=DEFAULT_INSTANT + timedelta(hours=2)),
    "number": LetterSearch(words=Words(number=Parts(SERIES, 2026, 7))),
    "designation": LetterSearch(words=Words(series=(SERIES,))),
    "id": LetterSearch(words=Words(id_begins="m0000")),
    "several kinds": LetterSearch(words=Words(kinds=("info.request", "info.reply", "opinion.request"))),
    "bodies": LetterSearch(words=Words(bodies=("audit", "petitions"))),
}


def _seen(role: Role) -> Seen:
    sight = Sight(person(role.value, role), load())
    return Seen(sight.letters(), sight.narrow(), frozenset({"elsewhere"}))


def _fill(engine: sa.Engine, count: int) -> None:
    """Four letters to a matter, most of them over long ago; the hundred oldest and the fifty newest are open."""
    matters, letters, journal = [], [], []
    for place in range(1, count + 1):
        number, step = divmod(place - 1, 4)
        matter_id, peer = f"m{number:06}", PEERS[number % len(PEERS)]
        at = DEFAULT_INSTANT + timedelta(minutes=place)
        if step == 0:
            matters.append(_matter(matter_id, peer, number, is_open=number < 100 or number >= count // 4 - 50))
        direction = "out" if (step in {0, 3}) == (number % 3 > 0) else "in"
        letters.append(_letter(place, matter_id, peer, direction, step))
        journal.append({"sequence": place, "previous": b"", "kind": "letter.sent", "written_at": at, "payload": b""})
    with engine.begin() as connection:
        METADATA.create_all(connection)
        for table, rows in ((MATTERS, matters), (LETTERS, letters), (JOURNAL, journal)):
            connection.execute(sa.insert(table), rows)
        connection.exec_driver_sql("SELECT 1" if connection.dialect.name == SQLITE else "ANALYZE")


def _matter(matter_id: str, peer: str, number: int, *, is_open: bool) -> dict[str, Any]:
    side = Side.OPENER if number % 3 else Side.ADDRESSEE
    header = new_matter(
        matter_id,
        opener="inspection" if side is Side.OPENER else peer,
        addressee=peer if side is Side.OPENER else "inspection",
        our_side=side,
        letter_kind="info.request",
        opened_letter_id=matter_id,
    )
    at = DEFAULT_INSTANT + timedelta(minutes=number)
    state = State.STORED if is_open else State.SETTLED
    told = {"state": state.value, "is_open": is_open, "opened_at": at, "stored_at": at, "changed_at": at}
    return header_values(header) | summary_values(fresh(Kind.REQUEST)) | told


def _letter(place: int, matter_id: str, peer: str, direction: str, step: int) -> dict[str, Any]:
    named = step == 0
    return {
        "place": place,
        "direction": direction,
        "peer": peer,
        "number": place,
        "digest": place.to_bytes(32, "big"),
        "letter_id": matter_id if named else f"{matter_id}-{step}",
        "kind": KINDS[step],
        "matter_id": matter_id,
        "state": "applied",
        "stored_at": DEFAULT_INSTANT + timedelta(minutes=place),
        "salt": b"",
        "storage_key_id": "k",
        "document_series": SERIES if named else None,
        "document_year": 2026 if named else None,
        "document_serial": place if named else None,
    }


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, sa.Engine]]:
    """A small and a large SQLite archive; nobody analyzed them, as on a node."""
    folder: Path = tmp_path_factory.mktemp("archives")
    engines = {}
    for count in (FEW, MANY):
        url = sa.make_url(f"sqlite:///{folder}/{count}.sqlite")
        writer = writer_engine(url)
        _fill(writer, count)
        writer.dispose()
        engines[count] = reader_engine(url, 1)
    yield engines
    for engine in engines.values():
        engine.dispose()


def _steps(engine: sa.Engine, wanted: LetterSearch, role: Role, *, behind: bool) -> int:
    """What a page costs SQLite, in hundreds of its machine's steps: exact, and the same on every computer."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with engine.connect() as connection:
        first = find_places(connection, wanted, _seen(role), None, 10)
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(count, 100)
        find_places(connection, wanted, _seen(role), first[-1] if behind and first else None, 10)
        driver.set_progress_handler(None, 0)
    return steps


@pytest.mark.parametrize("behind", [False, True], ids=["first", "next"])
@pytest.mark.parametrize("name", SEARCHES)
def test_a_page_among_many_letters_costs_what_it_costs_among_few(
    archives: dict[int, sa.Engine], name: str, *, behind: bool
) -> None:
    few, many = (_steps(archives[count], SEARCHES[name], Role.LEADER, behind=behind) for count in (FEW, MANY))
    assert many <= max(few * 1.5 + 20, ENOUGH)


@pytest.mark.parametrize("behind", [False, True], ids=["first", "next"])
@pytest.mark.parametrize("name", ["all", "documents", "direction", "kind", "peer", "peer and direction"])
def test_who_may_not_read_every_kind_waits_no_longer(
    archives: dict[int, sa.Engine], name: str, *, behind: bool
) -> None:
    """The many kinds that are open to a clerk are no reason to read and sort all letters of each."""
    few, many = (_steps(archives[count], SEARCHES[name], Role.CLERK, behind=behind) for count in (FEW, MANY))
    assert many <= max(few * 1.5 + 20, ENOUGH)


@pytest.fixture(scope="module")
def postgres_archive(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    cluster = request.getfixturevalue("postgres_cluster")
    url = sa.make_url(cluster.create("letters_archive"))
    writer = writer_engine(url)
    _fill(writer, MANY)
    writer.dispose()
    reader = reader_engine(url, 1)
    yield reader
    reader.dispose()
    cluster.drop("letters_archive")


def _plans(engine: sa.Engine, wanted: LetterSearch) -> list[str]:
    """The plans of the statements that find a page, caught on their way to the database."""
    caught: list[str] = []

    def catch(connection: sa.Connection, clause: Any, *_rest: object) -> None:
        if "FROM letters" in str(clause):
            caught.append(str(clause.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})))

    with engine.connect() as connection:
        sa.event.listen(engine, "before_execute", catch)
        find_places(connection, wanted, _seen(Role.LEADER), MANY // 2, 10)
        sa.event.remove(engine, "before_execute", catch)
        rows = [connection.exec_driver_sql(f"EXPLAIN {text}".replace("%", "%%")).all() for text in caught]
    return ["\n".join(str(row[0]) for row in plan) for plan in rows]


@pytest.mark.parametrize("name", SEARCHES)
def test_postgresql_reads_no_table_of_letters_whole(postgres_archive: sa.Engine, name: str) -> None:
    plans = _plans(postgres_archive, SEARCHES[name])
    assert plans
    for plan in plans:
        assert "Seq Scan on letters" not in plan, plan
        assert "Index" in plan
