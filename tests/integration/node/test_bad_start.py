"""A node whose folder is not in order does not start, says what is wrong and what to do, and changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from services.chassis.body import migrations_of
from services.chassis.clock import SystemClock
from services.chassis.config import NodeConfig, read_config
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.layout import County, open_county
from services.chassis.node.__main__ import main
from services.chassis.storage import Database

BODY = "audit"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county, and beside it another one whose office signs another directory."""
    root = tmp_path_factory.mktemp("counties")
    for name in ("qinghe", "other"):
        create_county(root / name, CountyPlan(name, "青禾县", demo=True, light_passwords=True), SystemClock().now())
    return root


@pytest.fixture
def county(made: Path, tmp_path: Path) -> County:
    shutil.copytree(made, tmp_path / "counties")
    return open_county(tmp_path / "counties" / "qinghe")


def rewritten(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def directory_of_another_office(county: County, config: NodeConfig) -> None:
    shutil.copy(county.folder.root.parent / "other" / "nodes" / BODY / config.directory.name, config.directory)


def directory_with_one_bit_changed(_county: County, config: NodeConfig) -> None:
    data = bytearray(config.directory.read_bytes())
    data[len(data) // 2] ^= 1
    config.directory.write_bytes(bytes(data))


def directory_missing(_county: County, config: NodeConfig) -> None:
    config.directory.unlink()


def rulebook_with_an_unknown_body(county: County, _config: NodeConfig) -> None:
    rewritten(county.folder.node(BODY) / "rulebook" / "kinds.toml", '"inspection"', '"inspectoin"')


def rulebook_that_is_no_toml(county: County, _config: NodeConfig) -> None:
    (county.folder.node(BODY) / "rulebook" / "kinds.toml").write_text("[[", encoding="utf-8")


def settings_with_an_unknown_key(county: County, _config: NodeConfig) -> None:
    file = county.folder.config(BODY)
    file.write_text("colour = 'red'\n" + file.read_text(encoding="utf-8"), encoding="utf-8")


def key_that_others_can_read(_county: County, config: NodeConfig) -> None:
    for file in config.keys.iterdir():
        file.chmod(0o644)


def keys_missing(_county: County, config: NodeConfig) -> None:
    shutil.rmtree(config.keys)


def database_of_a_newer_program(_county: County, config: NodeConfig) -> None:
    database = Database.open(config.database)
    database.migrate(migrations_of(BODY))
    newer = sa.text("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    database.writer.run_sync(lambda tx: tx.connection.execute(newer))
    database.close()


def database_that_is_away(county: County, _config: NodeConfig) -> None:
    set_database(county, f"postgresql+psycopg://guantong@/audit?host={county.folder.root}")


def database_that_is_no_database(county: County, _config: NodeConfig) -> None:
    file = county.folder.root / "not.sqlite"
    file.write_text("not a database, by far not, and long enough to be looked at" * 100, encoding="utf-8")
    set_database(county, f"sqlite:///{file}")


def set_database(county: County, url: str) -> None:
    file = county.folder.config(BODY)
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(f'database = "{url}"' if one.startswith("database =") else one for one in lines))


Tamper = Callable[[County, NodeConfig], None]
WRONG: dict[Tamper, tuple[str, str]] = {
    directory_of_another_office: ("DIRECTORY_UNTRUSTED", "无权签署"),
    directory_with_one_bit_changed: ("DIRECTORY_MALFORMED", "重新索取"),
    directory_missing: ("DIRECTORY_MALFORMED", "名录"),
    rulebook_with_an_unknown_body: ("RULEBOOK", "kinds.toml"),
    rulebook_that_is_no_toml: ("RULEBOOK", "kinds.toml"),
    settings_with_an_unknown_key: ("CONFIG_INVALID", "colour"),
    key_that_others_can_read: ("KEY_FILE_EXPOSED", "chmod 600"),
    keys_missing: ("KEY_FILE_UNUSABLE", "副本"),
    database_of_a_newer_program: ("SCHEMA_NEWER", "升级"),
    database_that_is_away: ("DATABASE_AWAY", "请确认数据库正在运行"),
    database_that_is_no_database: ("DATABASE_AWAY", "请确认数据库"),
}


@pytest.mark.parametrize("tamper", WRONG, ids=lambda one: one.__name__)
def test_a_folder_that_is_not_in_order_ends_the_start_with_what_to_do(county: County, tamper: Tamper):
    config = read_config(county.folder.config(BODY))
    tamper(county, config)
    reason, words = WRONG[tamper]

    result = CliRunner().invoke(main, ["--config", str(county.folder.config(BODY))])

    assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.exception
    assert f"[{reason}" in result.output
    assert words in result.output
    assert "Traceback" not in result.output
