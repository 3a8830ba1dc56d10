"""A node takes its backups by itself, and says so when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.backup.folder import backups_in
from services.chassis.backup.key import make_backup_key
from services.chassis.backup.of_node import public_files
from services.chassis.backup.schedule import FAILED, Backups
from services.chassis.config import BackupConfig, NodeConfig, read_config
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.node.assemble import read_identity
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock

BODY = "audit"


@pytest.fixture
def config(tmp_path: Path, clock: FixedClock) -> NodeConfig:
    """A node whose backups go into a folder every day, two of them kept."""
    plan = CountyPlan("371399", "青禾县", light_passwords=True)
    folder = create_county(tmp_path / "county", plan, clock.now()).folder.node(BODY)
    make_backup_key(tmp_path / "safe", folder / "backup.pub", clock.now())
    backup = BackupConfig(folder=tmp_path / "backups", key=folder / "backup.pub", every_hours=24, keep=2)
    return read_config(folder / "node.toml").model_copy(update={"backup": backup})


@pytest.fixture
def rung() -> list[tuple[str, str, str]]:
    return []


@pytest.fixture
def backups(
    config: NodeConfig,
    clock: FixedClock,
    open_sqlite_database: Callable[..., Database],
    rung: list[tuple[str, str, str]],
) -> Backups:
    database = open_sqlite_database(config.database, clock)
    database.migrate()
    return Backups(config, read_identity(config), database, clock, lambda *alarm: rung.append(alarm))


async def test_a_backup_is_taken_when_the_last_one_is_a_day_old(
    backups: Backups, config: NodeConfig, clock: FixedClock
):
    taken = []
    for _ in range(50):
        taken.append(await backups.step())
        clock.advance(hours=1)

    assert [number for number, one in enumerate(taken) if one is not None] == [0, 24, 48]
    assert config.backup is not None
    assert len(backups_in(config.backup.folder, BODY)) == 2


async def test_a_backup_made_under_a_clock_that_was_years_ahead_neither_outlives_nor_prevents_later_ones(
    backups: Backups, config: NodeConfig, clock: FixedClock
):
    assert config.backup is not None
    now = clock.now()
    clock.set(now + timedelta(days=20_000))
    assert await backups.step() is not None
    for day in range(3):
        clock.set(now + timedelta(days=day))
        assert await backups.step() is not None
        clock.advance(minutes=1)
        assert await backups.step() is None

    kept = [one.header.made_at for one in backups_in(config.backup.folder, BODY)]
    assert kept == [now + timedelta(days=1), now + timedelta(days=2)]


async def test_a_backup_that_fails_is_an_alarm_and_tried_again_within_the_hour(
    backups: Backups, config: NodeConfig, clock: FixedClock, rung: list[tuple[str, str, str]]
):
    assert config.backup is not None
    config.backup.folder.write_text("a file where the folder should be")
    for _ in range(3):
        assert await backups.step() is None
        clock.advance(minutes=5)
    assert rung == [(FAILED, BODY, "BACKUP_FOLDER")]
    config.backup.folder.unlink()
    clock.advance(minutes=1)

    assert await backups.step() is not None


def test_the_private_keys_of_the_folder_are_in_no_backup(config: NodeConfig):
    files = public_files(config)

    assert {"node.toml", "directory.json", "backup.pub", "tls/bus.crt", "custodians/custodian-1.pub"} <= set(files)
    assert any(path.startswith("rulebook/") for path in files)
    assert [path for path, file in files.items() if path.endswith(".key") or b"PRIVATE" in file.read_bytes()] == []
    assert "invitation" not in files
