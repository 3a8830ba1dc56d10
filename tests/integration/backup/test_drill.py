"""The restore drill as the manual has it: two nodes and the bus as processes, a lost database, the commands alone."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
import tomlkit

from services.chassis.body import load_body, migrations_of
from services.chassis.clock import SystemClock
from services.chassis.config import NodeConfig, read_config
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.layout import County
from services.chassis.county.processes import BUS, Processes
from services.chassis.exchange.model import LetterDraft
from services.chassis.exchange.send import write_letter
from services.chassis.exchange.tables import LETTERS
from services.chassis.exchange.tracing import NoTracing
from services.chassis.node.assemble import read_identity
from services.chassis.storage import Database, open_reader
from tests.fixtures.nats import eventually
from tests.fixtures.postgres import PostgresCluster

OURS, PEER = "audit", "inspection"
SECONDS = 180.0
"""Processes start in seconds, on a busy machine in more: nothing here is about time."""
CANARY = "信访人王某某"


@dataclass
class Drill:
    """A county of two nodes, run by its commands."""

    county: County
    processes: Processes
    folder: Path

    @property
    def node(self) -> Path:
        return self.county.folder.node(OURS)

    def config(self, body: str) -> NodeConfig:
        return read_config(self.county.folder.config(body))

    def guantong(self, *words: str) -> str:
        """The command as its own process; it has to work."""
        program = "from services.chassis.cli.main import main; main()"
        command = [sys.executable, "-c", program, "--lang", "en", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def start(self, *bodies: str) -> None:
        self.processes.start(bodies)
        self.processes.wait_ready(bodies, SECONDS)

    def write(self, body: str, to: str, count: int) -> None:
        """Letters written while the node stands still; they leave once it runs."""
        load_body(body)
        config = self.config(body)
        identity, database = read_identity(config), Database.open(config.database)
        database.migrate(migrations_of(body))
        for number in range(count):
            draft = LetterDraft((to,), "info.request", f"{CANARY} {number}".encode())
            database.writer.run_sync(lambda tx, draft=draft: write_letter(tx, identity, draft, NoTracing()))  # type: ignore[misc]
        database.close()

    def letters(self, body: str, direction: str) -> list[bytes]:
        """The digests of its letters in their order."""
        reader = open_reader(self.config(body).database, threads=1)
        query = sa.select(LETTERS.c.digest).where(LETTERS.c.direction == direction).order_by(LETTERS.c.number)
        found = reader.read_sync(lambda connection: list(connection.scalars(query)))
        reader.close()
        return found

    def delivered(self, ours: int, theirs: int) -> bool:
        """Whether both sides hold all letters of both, alike and each once."""
        out, back = self.letters(OURS, "out"), self.letters(PEER, "out")
        there = self.letters(PEER, "in") == out and self.letters(OURS, "in") == back
        return (len(out), len(back)) == (ours, theirs) and there

    def settle(self, ours: int, theirs: int) -> None:
        asyncio.run(eventually(lambda: self.delivered(ours, theirs), SECONDS))

    def set_database(self, url: str) -> None:
        file = self.county.folder.config(OURS)
        settings = tomlkit.parse(file.read_text(encoding="utf-8"))
        settings["database"] = url
        file.write_text(tomlkit.dumps(settings), encoding="utf-8")


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    plan = CountyPlan("371399", "青禾县", light_passwords=True)
    county = create_county(tmp_path / "county", plan, SystemClock().now())
    processes = Processes(county)
    yield Drill(county, processes, tmp_path)
    processes.stop([OURS, PEER, BUS])


@pytest.mark.timeout(600)
def test_a_lost_database_is_restored_into_another_and_everything_written_since_comes_back(
    drill: Drill, postgres_cluster: PostgresCluster
):
    drill.write(OURS, PEER, 150)
    drill.write(PEER, OURS, 150)
    safe, backups = drill.folder / "safe", drill.folder / "backups"
    drill.guantong("backup", "key", "--to", str(safe), "--backups", str(backups), "--node", str(drill.node))
    shutil.copytree(drill.node / "keys", safe / "keys")

    drill.start(BUS, OURS, PEER)
    drill.guantong("backup", "now", "--node", str(drill.node))  # while letters fly
    drill.settle(150, 150)
    drill.processes.stop([OURS])
    drill.write(OURS, PEER, 20)
    drill.start(OURS)
    drill.settle(170, 150)
    drill.processes.kill(OURS)

    shutil.rmtree(drill.node / "data")
    shutil.rmtree(drill.node / "keys")
    drill.set_database(postgres_cluster.create("drill"))
    (archive, *_), (key,) = sorted(backups.glob("*.backup")), safe.glob("*.key")
    options = ("--key", str(key), "--node", str(drill.node))
    told = drill.guantong(
        "restore",
        str(archive),
        *options,
        "--keys",
        str(safe / "keys"),
        "--reason",
        "the disk failed",
    )
    assert "content keys" in told
    drill.processes.stop([PEER])  # a peer greets when it starts, and then once a minute
    drill.start(OURS, PEER)
    drill.settle(170, 150)
    drill.guantong("verify", str(drill.node))
    drill.guantong("backup", "check", str(archive), *options)
    assert CANARY.encode() not in b"".join(file.read_bytes() for file in backups.iterdir())
