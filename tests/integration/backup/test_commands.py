"""The commands around backups, as an administrator types them at the node's machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.chassis.body import load_body, migrations_of
from services.chassis.cli.main import run
from services.chassis.clock import SystemClock
from services.chassis.config import read_config
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.storage import Database

BODY = "audit"
PASSPHRASE = "copies of keys are kept in safes"


@dataclass
class Machine:
    """A node's machine, and a removable medium."""

    node: Path
    medium: Path
    screen: pytest.CaptureFixture[str]

    def types(self, *words: str, node: Path | None = None) -> str:
        """What a command prints; it has to work."""
        code, said = run([*words, "--node", str(node or self.node)]), self.screen.readouterr()
        assert code == 0, (words, said.err)
        return said.out

    def fails(self, *words: str, node: Path | None = None) -> str:
        """What a command says when it refuses."""
        assert run([*words, "--node", str(node or self.node)]) != 0
        return self.screen.readouterr().err


@pytest.fixture
def machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Machine:
    county = create_county(
        tmp_path / "county",
        CountyPlan("371399", "青禾县", light_passwords=True),
        SystemClock().now(),
    )
    node, medium = county.folder.node(BODY), tmp_path / "medium"
    load_body(BODY)
    database = Database.open(read_config(node / "node.toml").database)
    database.migrate(migrations_of(BODY))
    database.close()
    medium.mkdir()
    (medium / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    return Machine(node, medium, capsys)


def test_a_lost_machine_comes_back_from_a_medium_and_the_folder_of_backups(machine: Machine, tmp_path: Path):
    assert "guantong backup key" in machine.fails("backup", "now")
    machine.types("backup", "key", "--to", str(machine.medium), "--backups", str(tmp_path / "backups"))
    assert "[backup]" in machine.fails("backup", "key", "--to", str(machine.medium), "--backups", str(tmp_path / "b"))
    password = ("--password-file", str(machine.medium / "passphrase"))
    machine.types("keys", "copy", "--to", str(machine.medium / "keys.copy"), *password)
    assert "已备份并读回核对" in machine.types("backup", "now")
    (listed,) = json.loads(machine.types("backup", "list", "--json"))
    key = next(path for path in machine.medium.glob("*.key") if listed["key"] in path.name)
    new = tmp_path / "new"
    new.mkdir()

    options = ("--key", str(key), "--keys", str(machine.medium / "keys.copy"), *password)
    assert "日志末条" in machine.types("backup", "check", listed["file"], *options)
    machine.types("restore", listed["file"], *options, "--reason", "the machine burnt", node=new)

    there = {str(path.relative_to(new)) for path in new.rglob("*") if path.is_file()}
    lost = {str(path.relative_to(machine.node)) for path in machine.node.rglob("*.key")} | {"invitation"}
    was = {str(path.relative_to(machine.node)) for path in machine.node.rglob("*") if path.is_file()}
    assert was - there == {name for name in lost if "tls" in Path(name).parts} | {"invitation"}
    assert (read_config(new / "node.toml").keys).stat().st_mode & 0o77 == 0
    assert "RESTORE_NOT_EMPTY" in machine.fails("restore", listed["file"], *options, "--reason", "again", node=new)


def test_sheets_on_other_media_are_struck_by_hand(machine: Machine, tmp_path: Path):
    machine.types("backup", "key", "--to", str(machine.medium), "--backups", str(tmp_path / "backups"))
    machine.types("backup", "now")

    assert "1 份密钥单: 划去 0 把密钥, 尚存 0 把" in machine.types("backup", "strike", str(tmp_path / "backups"))
