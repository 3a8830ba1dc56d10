"""Examines one node: probes what there is, whether the node runs or not, and has each rule say what it finds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from services.chassis.backup.errors import BackupError
from services.chassis.backup.keys import Mark, destroyed_marks
from services.chassis.body import load_body, migrations_of
from services.chassis.bus.connection import BusLogin
from services.chassis.bus.probing import BusSeen, look
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import Clock, DemoClock, SystemClock
from services.chassis.config import NodeConfig, read_config
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.doctor import backups, bus, database, exchange, keys, machine
from services.chassis.doctor.finding import Finding, fault, fine
from services.chassis.errors import GuantongError
from services.chassis.exchange.directories import directory_in_force
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.standing import Snapshot, snapshot
from services.chassis.identity.directory import BodyStatus
from services.chassis.identity.keys import Keyring
from services.chassis.node.assemble import read_directory
from services.chassis.storage import open_reader, versions
from services.chassis.storage.engine import SQLITE, outage, parse_url
from services.chassis.storage.errors import DatabaseAwayError, SchemaMissingError

_SQLITE_FAULTS_SHOWN = 3


@dataclass(frozen=True)
class Examined:
    """One node's findings."""

    body: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _InDatabase:
    """What was read from the database in one snapshot."""

    problems: tuple[str, ...]
    current: bool
    held: database.Held
    storage_keys: frozenset[str]
    stands: Snapshot
    calendar: WorkingCalendar
    peers_directory: int
    skews: tuple[timedelta, ...]
    destroyed: frozenset[Mark]
    server: str


def examine(file: Path, room_of: Callable[[Path], machine.Room] = machine.Room.of) -> Examined:
    """Look at the node whose settings are in `file`. Nothing is changed, sent or taken."""
    try:
        config = read_config(file)
        load_body(config.body)
        directory = read_directory(config.directory, config.anchor)
    except GuantongError as error:
        return Examined(file.parent.name, (_unreadable(error),))
    found = [fine("config.readable", "配置和名录可读", "settings and directory can be read")]
    ring = keys.read_keyring(config)
    none = Keyring.of(config.body)
    identity = Identity(config.county, config.body, none if isinstance(ring, Finding) else ring, directory)
    if isinstance(ring, Finding):
        found.append(ring)
    inside = _look_inside(config, identity)
    if isinstance(inside, Finding):
        found.append(inside)
    return Examined(config.body, (*found, *_rest(config, identity, ring, inside, room_of)))


def _rest(
    config: NodeConfig,
    identity: Identity,
    ring: Keyring | Finding,
    inside: _InDatabase | Finding,
    room_of: Callable[[Path], machine.Room],
) -> list[Finding]:
    clock: Clock = DemoClock(config.demo_clock) if config.demo_clock else SystemClock()
    now, machine_now = clock.now(), SystemClock().now()
    seen = inside if isinstance(inside, _InDatabase) else None
    found: list[Finding] = []
    if isinstance(ring, Keyring):
        found += keys.check_keys(ring, identity.directory, now)
    if seen is not None:
        if isinstance(ring, Keyring):
            found.append(keys.check_storage_keys(ring, seen.storage_keys))
        found.append(database.check_whole(seen.problems))
        found.append(database.check_version(current=seen.current))
        found += database.check_held(seen.held)
        found.append(exchange.check_directory(identity.directory.version, seen.peers_directory))
        found += exchange.check_calendars(seen.calendar, now)
        found += exchange.check_peers(seen.stands, now)
    found += keys.check_certificates(config, machine_now)
    on_bus = _look_at_bus(config, identity)
    found += bus.check_bus(on_bus, config.bus.url, running=seen is not None and seen.held.running)
    found.append(machine.check_clock(seen.skews if seen else (), on_bus.ahead))
    found += machine.check_room({name: room_of(folder) for name, folder in _folders(config).items()})
    found += _backups(config, seen.destroyed if seen else frozenset(), clock)
    found.append(machine.check_fonts())
    found.append(machine.check_versions([seen.server] if seen and seen.server else []))
    return found


def _unreadable(error: GuantongError) -> Finding:
    remedy = "改正后重新执行 guantong doctor", "mend it and run guantong doctor again"
    return fault(
        "config.unreadable",
        (error.text("zh"), "节点不能启动", remedy[0]),
        (error.text("en"), "the node cannot start", remedy[1]),
    )


def _look_inside(config: NodeConfig, identity: Identity) -> _InDatabase | Finding:
    url = parse_url(config.database)
    name = Path(url.database or "").name
    try:
        reader = open_reader(config.database, threads=1)
    except SchemaMissingError:
        return database.check_absent(name)
    try:
        return reader.read_sync(lambda connection: _read(connection, config, identity))
    except DatabaseAwayError as error:
        return database.check_unreachable(name, error.facts["cause"])
    except sa.exc.DBAPIError as error:
        # Its tables are not there, or not such as this program reads.
        return database.check_unreachable(name, outage(error) or type(error.orig).__name__)
    finally:
        reader.close()


def _read(connection: sa.Connection, config: NodeConfig, identity: Identity) -> _InDatabase:
    sqlite = connection.dialect.name == SQLITE
    identity.replace_directory(directory_in_force(connection, identity.directory))
    stands = snapshot(connection, identity)
    # The demo clock moves all nodes alike, so their clocks compare as the machines' do.
    now = (DemoClock(config.demo_clock) if config.demo_clock else SystemClock()).now()
    tables = sa.inspect(connection).get_table_names()
    file = Path(parse_url(config.database).database or "")
    return _InDatabase(
        problems=_quick_check(connection) if sqlite else (),
        current=versions.is_current(connection, (versions.CHASSIS, *migrations_of(config.body))),
        held=database.held_sqlite(file) if sqlite else database.held_postgres(connection),
        storage_keys=database.storage_keys_used(connection, tables),
        stands=stands,
        calendar=calendar_in_force(connection),
        peers_directory=exchange.peers_directory(connection),
        skews=tuple(exchange.ahead_of_peers(connection, now)),
        destroyed=destroyed_marks(connection) if config.backup else frozenset(),
        server="" if sqlite else f"PostgreSQL {connection.scalar(sa.text('SHOW server_version'))}",
    )


def _quick_check(connection: sa.Connection) -> tuple[str, ...]:
    said = connection.scalars(sa.text(f"PRAGMA quick_check({_SQLITE_FAULTS_SHOWN})")).all()
    return () if said == ["ok"] else tuple(str(one)[:120] for one in said)


def _look_at_bus(config: NodeConfig, identity: Identity) -> BusSeen:
    login = BusLogin(config.bus.url, config.bus.authority, config.bus.certificate, config.bus.key)
    active = [one.body for one in identity.directory.bodies if one.status is BodyStatus.ACTIVE]
    peers = [body for body in active if body != config.body]
    return asyncio.run(look(login, config.body, peers))


def _folders(config: NodeConfig) -> dict[str, Path]:
    url = parse_url(config.database)
    data = Path(url.database or "").parent if url.get_backend_name() == SQLITE else config.file.parent
    folders = {"data": data, "log": config.telemetry.log.parent}
    return folders | ({"backup": config.backup.folder} if config.backup else {})


def _backups(config: NodeConfig, destroyed: frozenset[Mark], clock: Clock) -> list[Finding]:
    if config.backup is None:
        return [backups.check_not_set()]
    try:
        seen = backups.look_at_backups(config.backup, config.body, _folders(config)["data"], destroyed)
    except (BackupError, OSError) as error:
        return [backups.check_unusable(backups.problem_of(error))]
    return backups.check_backups(seen, config.backup.every_hours, clock.now())
