"""The doctor at a real node's folder, with a real bus: each harm is seen for what it is, and nothing is changed."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import tomlkit
from sqlalchemy.engine import make_url

from services.chassis.backup.key import make_backup_key
from services.chassis.body import load_body, migrations_of
from services.chassis.bus.certificates import CertificateAuthority
from services.chassis.bus.connection import BusLogin
from services.chassis.bus.nats_bus import NatsBus
from services.chassis.bus.port import OutgoingFrame
from services.chassis.bus.probing import look
from services.chassis.cli.main import run
from services.chassis.clock import SystemClock
from services.chassis.config import read_config
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.layout import CountyFolder
from services.chassis.county.processes import BUS, Processes
from services.chassis.doctor.examine import examine
from services.chassis.doctor.finding import Finding, Level
from services.chassis.doctor.machine import SKEW
from services.chassis.exchange.tables import DIRECTORIES
from services.chassis.storage import Database
from tests.fixtures.nats import eventually, free_port
from tests.fixtures.postgres import PostgresCluster

BODY = "audit"
EXPECTED = {"node.stopped", "backup.not_set"}
"""Of a node that is in order, was never started, and has no backups set up."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A county whose bus runs, and whose node has its tables."""
    folder = tmp_path_factory.mktemp("doctor") / "county"
    county = create_county(folder, CountyPlan("371399", "青禾县", light_passwords=True), SystemClock().now())
    load_body(BODY)
    database = Database.open(read_config(county.folder.config(BODY)).database)
    database.migrate(migrations_of(BODY))
    database.close()
    processes = Processes(county)
    try:
        processes.start([BUS])
        processes.wait_ready([BUS], 60)
        asyncio.run(eventually(lambda: streams_are_there(county.folder)))
        yield folder
    finally:
        processes.stop([BUS])


async def streams_are_there(folder: CountyFolder) -> bool:
    """The server listens a moment before the streams are made."""
    return not (await look(login(folder, BODY), BODY, ["finance"])).missing


def login(folder: CountyFolder, body: str) -> BusLogin:
    bus = read_config(folder.config(body)).bus
    return BusLogin(bus.url, bus.authority, bus.certificate, bus.key)


@pytest.fixture
def node(made: Path, tmp_path: Path) -> Path:
    """A copy of the node's folder, to be harmed."""
    shutil.copytree(CountyFolder(made).node(BODY), tmp_path / "node")
    return tmp_path / "node"


def told(node: Path) -> dict[str, Finding]:
    """What the doctor found wrong, but for what the day of the test and its machine bring with them."""
    found = examine(node / "node.toml").findings
    return {
        one.check: one for one in found if one.level is not Level.FINE and one.area not in {"disk", "calendar", "fonts"}
    }


def test_a_node_in_order_is_told_so(node: Path):
    before = sorted(str(path) for path in node.rglob("*"))

    assert set(told(node)) == EXPECTED
    assert sorted(str(path) for path in node.rglob("*") if not path.name.endswith(("-wal", "-shm", ".lease"))) == [
        path for path in before if not path.endswith(("-wal", "-shm", ".lease"))
    ]


def settings(node: Path, section: str, key: str, value: object) -> None:
    file = node / "node.toml"
    whole = tomlkit.parse(file.read_text(encoding="utf-8"))
    (whole[section] if section else whole)[key] = value
    file.write_text(tomlkit.dumps(whole), encoding="utf-8")


def settings_broken(node: Path) -> None:
    (node / "node.toml").write_text("[[", encoding="utf-8")


def directory_of_nobody(node: Path) -> None:
    (node / "directory.json").write_bytes(b"{}")


def keys_open_to_all(node: Path) -> None:
    for file in (node / "keys").iterdir():
        file.chmod(0o644)


def keys_gone(node: Path) -> None:
    shutil.rmtree(node / "keys")


def signing_key_gone(node: Path) -> None:
    next((node / "keys").glob("signing-*.key")).unlink()


def certificate_gone(node: Path) -> None:
    (node / "tls" / "rpc.crt").unlink()


def bus_elsewhere(node: Path) -> None:
    settings(node, "bus", "url", f"tls://127.0.0.1:{free_port()}")


def bus_of_another_county(node: Path) -> None:
    stranger = CertificateAuthority.create("another", SystemClock().now())
    (node / "tls" / "authority.crt").write_bytes(stranger.certificate)


def body_unknown_to_the_bus(node: Path) -> None:
    """The certificate is the county's, but no body of the bus's list has that name."""
    safe = CountyFolder(Path((node / "origin").read_text())).office_secrets
    authority = CertificateAuthority.load(safe / "authority.crt", safe / "authority.key")
    authority.issue_client("stranger", SystemClock().now()).write(node / "tls" / "bus.crt", node / "tls" / "bus.key")


def database_gone(node: Path) -> None:
    shutil.rmtree(node / "data")


def database_damaged(node: Path) -> None:
    (node / "data" / "node.db").write_bytes(b"this was a database once " * 400)


def database_of_another_version(node: Path) -> None:
    execute(node, sa.text("UPDATE alembic_version SET version_num = 'older'"))


def content_under_a_lost_key(node: Path) -> None:
    row = "'d1','k','[]','','m','','u','[]','p1',0,'open',1,'a',0,'',NULL,NULL,'','','','lost',x'00'"
    columns = (
        "id,kind,recipients,recipient_sub_unit,matter_id,answers_letter_id,sub_unit,article_ids,confidentiality,"
        "review_needed,state,revision,started_by,started_at,reviewed_by,stale_since,stale_revision,letter_id,"
        "document_number,discard_reason,storage_key_id,wrapped_key"
    )
    execute(node, sa.text(f"INSERT INTO drafts ({columns}) VALUES ({row})"))  # noqa: S608


def backups_unreachable(node: Path) -> None:
    make_backup_key(node.parent / "safe", node / "backup.pub", SystemClock().now())
    settings(node, "", "backup", {"folder": "/nowhere/at/all", "key": "backup.pub"})


def never_backed_up(node: Path) -> None:
    backups_unreachable(node)
    (node.parent / "backups").mkdir()
    settings(node, "backup", "folder", str(node.parent / "backups"))


def execute(node: Path, statement: sa.TextClause) -> None:
    engine = sa.create_engine(make_url(read_config(node / "node.toml").database))
    with engine.begin() as connection:
        connection.execute(statement)
    engine.dispose()


HARMS: dict[Callable[[Path], None], tuple[set[str], str]] = {
    settings_broken: ({"config.unreadable"}, "改正后"),
    directory_of_nobody: ({"config.unreadable"}, "改正后"),
    keys_open_to_all: ({"keys.exposed"}, "chmod 600"),
    keys_gone: ({"keys.missing"}, "副本"),
    signing_key_gone: ({"keys.missing"}, "副本"),
    certificate_gone: ({"tls.missing_rpc"}, "重新签发"),
    bus_elsewhere: ({"bus.unreachable", "clock.unknown"}, "防火墙"),
    bus_of_another_county: ({"bus.tls", "clock.unknown"}, "authority.crt"),
    body_unknown_to_the_bus: ({"bus.login", "clock.unknown"}, "bus.toml"),
    database_gone: ({"database.absent"}, "guantong restore"),
    database_damaged: ({"database.away"}, "guantong restore"),
    database_of_another_version: ({"database.version_differs"}, "升级"),
    content_under_a_lost_key: ({"keys.storage_missing"}, "副本"),
    backups_unreachable: ({"backup.unusable"}, "guantong backup now"),
    never_backed_up: ({"backup.never"}, "guantong backup now"),
}


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_each_harm_is_seen_for_what_it_is(node: Path, made: Path, harm: Callable[[Path], None]):
    (node / "origin").write_text(str(made))
    harm(node)
    checks, advice = HARMS[harm]

    found = told(node)

    assert checks <= set(found)
    assert set(found) <= EXPECTED | checks | {"backup.same_disk"}
    assert advice in found[min(checks)].zh.do


def test_certificates_are_told_before_and_after_they_end(node: Path, made: Path):
    safe = CountyFolder(made).office_secrets
    authority = CertificateAuthority.load(safe / "authority.crt", safe / "authority.key")
    now = SystemClock().now()
    ended = authority.issue_client(f"{BODY}.status", now - timedelta(days=20), days=10)
    ended.write(node / "tls" / "status.crt", node / "tls" / "status.key")
    authority.issue_client(BODY, now, days=9).write(node / "tls" / "bus.crt", node / "tls" / "bus.key")

    assert {"tls.expired_status", "tls.ending_bus"} <= set(told(node))


def test_who_holds_the_database_is_told_without_disturbing_it(node: Path):
    database = Database.open(read_config(node / "node.toml").database)

    assert set(told(node)) == EXPECTED - {"node.stopped"}
    database.writer.run_sync(lambda tx: tx.connection.execute(sa.delete(DIRECTORIES)))
    database.close()


def test_the_command_says_it_in_words_and_by_its_exit_code(node: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["doctor", str(node)]) == 1
    said = capsys.readouterr().out
    assert "[注意] 节点没有运行 (node.stopped)" in said
    assert "处理: 启动节点" in said
    keys_gone(node)
    assert run(["--lang", "en", "doctor", str(node), "--json"]) == 2
    (one,) = json.loads(capsys.readouterr().out)
    assert one["body"] == BODY
    assert {"check": "keys.missing", "level": "fault"}.items() <= next(
        found for found in one["findings"] if found["check"] == "keys.missing"
    ).items()


def test_a_whole_county_is_examined_at_once(made: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["doctor", "--county", str(made), "--json"]) == 2
    examined = json.loads(capsys.readouterr().out)
    found = {one["body"]: {finding["check"] for finding in one["findings"]} for one in examined}

    assert len(found) == 10
    assert "node.stopped" in found[BODY]
    assert "database.absent" in found["finance"]


async def test_looking_at_the_bus_takes_and_sends_nothing(made: Path):
    """Frames that wait are seen and stay; nobody gets one because of it."""

    folder = CountyFolder(made)
    sender = NatsBus("finance", login(folder, "finance"), lambda _: None, senders=tuple)
    await sender.wait_connected()
    await sender.publish([OutgoingFrame(BODY, b"sealed")])
    await sender.close()

    for _ in range(3):
        seen = await look(login(folder, BODY), BODY, ["finance", "inspection"])
        assert (seen.waiting, seen.denied, seen.missing) == ({"finance"}, set(), False)
        assert seen.ahead is not None
        assert abs(seen.ahead) < SKEW, "both clocks are this machine's"
    assert (await look(login(folder, "finance"), "finance", [BODY])).waiting == set()
    reader = NatsBus(BODY, login(folder, BODY), lambda _: None, senders=lambda: ["finance"])
    (frame,) = await reader.fetch(5, 5.0)
    await frame.ack()
    await reader.close()
    assert frame.data == b"sealed"
    assert (await look(login(folder, BODY), BODY, ["stranger"])).denied == {"stranger"}


def test_a_node_on_postgresql_is_examined_as_well(node: Path, postgres_cluster: PostgresCluster):
    settings(node, "", "database", postgres_cluster.create("doctored"))
    assert "database.away" in told(node), "there are no tables"
    database = Database.open(read_config(node / "node.toml").database)
    database.migrate(migrations_of(BODY))

    assert set(told(node)) == EXPECTED - {"node.stopped"}
    database.close()
    assert set(told(node)) == EXPECTED
    settings(node, "", "database", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert "database.away" in told(node)
