"""Nodes and bus start in any order; a node that cannot start ends at once and says why in words to act on."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.demo.telling import wait_until
from services.chassis.config import read_config
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.layout import County
from services.chassis.county.processes import BUS, Processes, ProcessesError

NOW = datetime(2026, 2, 9, 1, tzinfo=UTC)
SECONDS = 120.0
NODE, PEER = "audit", "inspection"


@pytest.fixture
def county(tmp_path: Path) -> County:
    return create_county(tmp_path / "county", CountyPlan("371399", "青禾县", demo=True, light_passwords=True), NOW)


@pytest.fixture
def processes(county: County) -> Iterator[Processes]:
    processes = Processes(county)
    yield processes
    processes.stop(tuple(reversed(processes.names)))


def database(county: County, body: str) -> Path:
    return Path(read_config(county.folder.config(body)).database.removeprefix("sqlite:///"))


def hears(county: County, body: str, peer: str) -> bool:
    """Whether the body's exchange has heard its peer over the bus."""
    with closing(sqlite3.connect(f"file:{database(county, body)}?mode=ro", uri=True)) as connection:
        query = "select count(*) from channels where peer = ? and heard_at is not null"
        (count,) = connection.execute(query, (peer,)).fetchone()
    return bool(count)


def test_nodes_that_start_before_the_bus_answer_and_find_each_other_once_it_is_there(
    county: County, processes: Processes
):
    processes.start([NODE])
    processes.wait_ready([NODE], SECONDS)
    processes.start([BUS])
    processes.wait_ready([BUS], SECONDS)
    processes.start([PEER])
    processes.wait_ready([PEER], SECONDS)

    wait_until("both to hear each other", lambda: hears(county, NODE, PEER) and hears(county, PEER, NODE))
    states = {one.name: one.ready for one in processes.state()}
    assert {name for name, ready in states.items() if ready} == {BUS, NODE, PEER}


def test_a_second_copy_of_a_node_refuses_to_start_and_the_first_goes_on(county: County, processes: Processes):
    processes.start([NODE])
    processes.wait_ready([NODE], SECONDS)
    problem = refusal(county, NODE)

    assert "LEASE_HELD" in problem
    assert "另一个进程正在写入同一数据库" in problem
    assert processes.ready(NODE)


def taken_away(county: County) -> None:
    config = county.folder.config(NODE)
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("sqlite:///data/node.db", "postgresql+psycopg://nobody@127.0.0.1:1/none"), "utf-8")


def damaged(county: County) -> None:
    database(county, NODE).write_bytes(b"this was a database once " * 200)


def without_rules(county: County) -> None:
    (county.folder.node(NODE) / "rulebook" / "bodies.toml").write_text("[[body]]\nid =", encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (taken_away, "DATABASE_AWAY"),
        (damaged, "DATABASE_AWAY"),
        (without_rules, "RULEBOOK_INVALID"),
    ],
)
def test_a_node_that_cannot_start_says_why_in_both_languages(
    county: County, harm: Callable[[County], None], reason: str
):
    harm(county)

    problem = refusal(county, NODE)

    assert f"[{reason}]" in problem
    assert "Traceback" not in problem
    assert any(not one.isascii() for one in problem)


def test_a_node_whose_database_somebody_holds_says_so(county: County):
    with closing(sqlite3.connect(database(county, NODE))) as held:
        held.execute("create table of_somebody_else (a)")
        held.commit()
        held.execute("begin exclusive")
        problem = refusal(county, NODE)

    assert "SQLITE_BUSY" in problem
    assert "[DATABASE_AWAY]" in problem


def test_whoever_waits_for_a_node_is_told_which_one_ended_and_where_to_read_why(county: County, processes: Processes):
    damaged(county)
    processes.start([NODE])

    with pytest.raises(ProcessesError) as caught:
        processes.wait_ready([NODE], SECONDS)

    assert str(caught.value).startswith(f"{NODE} did not become ready: it ended. What it printed is in run/{NODE}.err.")
    assert "[DATABASE_AWAY]" in (county.folder.run / f"{NODE}.err").read_text(encoding="utf-8")
    assert {one.name for one in processes.state() if one.pid is not None} == set()


def refusal(county: County, body: str) -> str:
    """What a node that ends at its start prints."""
    command = [sys.executable, "-m", "services.chassis.node", "--config", str(county.folder.config(body))]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ended.returncode == 1
    return ended.stderr
