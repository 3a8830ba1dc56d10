"""A small county as processes on a real bus, and terminals at which its people type commands."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from services.chassis.cli.main import run
from services.chassis.clock import SystemClock
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.layout import County
from services.chassis.county.processes import BUS, Processes

PASSWORD = "Yanshi-Xian-2026"
BODIES = ("inspection", "statistics")
_STAFF = (
    ("system", "系统员", ("system-admin",)),
    ("clerk", "经办人", ("clerk",)),
    ("reviewer", "核稿人", ("clerk", "reviewer")),
    ("leader", "负责人", ("leader",)),
)
_LOOK_SECONDS, _LOOKS = 0.2, 300


@dataclass
class Said:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


def guantong(*words: str) -> Said:
    """The command in this process: what it prints and its exit code."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(words)
    return Said(code, out.getvalue(), err.getvalue())


def as_process(*words: str) -> Said:
    """The command as its own process, as it has to be where it starts others that outlive it."""
    program = "from services.chassis.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False, timeout=100
    )
    return Said(done.returncode, done.stdout, done.stderr)


@dataclass
class Terminal:
    """Commands at one body's node."""

    body: str
    folder: Path
    secrets: Path

    def __call__(self, who: str, *words: str) -> Said:
        """What `who` gets to read; with a password file where the command asks for one."""
        return guantong(*words, "--node", str(self.folder), "--as", who)

    def does(self, who: str, *words: str) -> str:
        """The same, and it has to work."""
        said = self(who, *words)
        assert said.code == 0, (words, said.err)
        return said.out

    def json(self, who: str, *words: str) -> Any:
        """What a program reads."""
        return self(who, *words, "--json").json

    @property
    def password(self) -> tuple[str, str]:
        """The option that gives the password from a file."""
        return "--password-file", str(self.secrets / "password")

    def open_accounts(self) -> None:
        """The first security administrator joins, then everybody else is invited, given roles, and signed in."""
        node = ("--node", str(self.folder))
        joined = guantong("join", "--code-file", str(self.folder / "invitation"), *self.password, *node)
        assert joined.code == 0, joined.err
        assert guantong("login", "security-admin", *self.password, *node).code == 0
        inviting = "security-admin"
        for login, name, roles in _STAFF:
            account = self.json(inviting, "people", "invite", login, "--name", name, "--post", name)
            (self.secrets / "code").write_text(account["code"], encoding="ascii")
            assert guantong("join", "--code-file", str(self.secrets / "code"), *self.password, *node).code == 0
            for role in roles:
                self.does("security-admin", "people", "grant", account["account_id"], role)
            assert guantong("login", login, *self.password, *node).code == 0
            inviting = "system"


@dataclass
class SmallCounty:
    """The office and one other body, with everybody signed in."""

    county: County
    terminals: dict[str, Terminal] = field(default_factory=dict)

    @property
    def office(self) -> Terminal:
        return self.terminals["inspection"]

    @property
    def bureau(self) -> Terminal:
        return self.terminals["statistics"]


def eventually(look: Callable[[], Any]) -> Any:
    """What `look` finds once it finds something."""
    pause = threading.Event()
    for _ in range(_LOOKS):
        found = look()
        if found:
            return found
        pause.wait(_LOOK_SECONDS)
    raise AssertionError("waited in vain")


@pytest.fixture(scope="session")
def small_county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallCounty]:
    folder = tmp_path_factory.mktemp("cli")
    plan = CountyPlan("371399", "青禾县", demo=True, light_passwords=True)
    county = create_county(folder / "county", plan, SystemClock().now())
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    terminals = {body: Terminal(body, county.folder.node(body), secrets) for body in BODIES}
    processes = Processes(county)
    names = (BUS, *BODIES)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GUANTONG_STATE", str(folder / "state"))
        try:
            processes.start(names)
            processes.wait_ready(names, 60)
            for terminal in terminals.values():
                terminal.open_accounts()
            yield SmallCounty(county, terminals)
        finally:
            processes.stop(tuple(reversed(names)))
            # What a test started again is found by its process id.
            Processes(county).stop(tuple(reversed(names)))


@pytest.fixture(scope="session")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The spreadsheets of both bodies."""
    from deploy.demo.ledgers import make_ledgers  # noqa: PLC0415  slow to import; most tests do without

    made = make_ledgers(tmp_path_factory.mktemp("sheets"))
    return {body: [path for _, path in made[body]] for body in BODIES}
