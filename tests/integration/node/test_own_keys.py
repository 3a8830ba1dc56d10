"""A running node takes up its own new keys, wraps contents under a new storage key, and says in time what ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from guantong.node.v1 import admin_service_pb2 as pb
from guantong.node.v1 import status_service_pb2
from services.chassis.bus.certificates import CertificateAuthority
from services.chassis.config import BusConfig, NodeConfig, RpcConfig
from services.chassis.destruction.register import FILE_NAME
from services.chassis.errors import GuantongError
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.verify import verify_journal
from services.chassis.identity.directory import Directory
from services.chassis.identity.errors import KeyFileExposedError
from services.chassis.identity.keys import KeyPair, Keyring, Purpose, write_key_file
from services.chassis.journal import store as journal
from services.chassis.node.keys import (
    CERTIFICATE_ENDS,
    KEY_ENDS,
    RETIRED,
    STORAGE_KEY_MISSING,
    StorageKeyInUseError,
    note_reread,
    retire_storage_key,
    watch_keys,
)
from services.chassis.node.rewrapping import REWRAPPED, resting, rewrap
from services.chassis.operations.tables import ALARMS
from services.chassis.rpc.callers import Role
from services.chassis.storage import Database
from tests.fixtures.exchanges import COUNTY, ExchangeCounty, ExchangeNode, settle
from tests.fixtures.offices import OfficeCounty
from tests.fixtures.served import serving

LETTERS = 25


@pytest.fixture
async def node(exchange_county: ExchangeCounty, open_database: Callable[..., Database], tmp_path: Path) -> ExchangeNode:
    """A node whose keys lie in files, with letters of both directions, on either database."""
    exchange_county.join("alpha", "beta")
    known = exchange_county.known["alpha"]
    folder = tmp_path / "keys"
    for pair in (*known.keyring.signing, *known.keyring.opening.values(), *known.keyring.storage.values()):
        write_key_file(folder, pair)
    exchange_county.known["alpha"] = Identity(COUNTY, "alpha", known.keyring, known.directory, folder)
    alpha = await exchange_county.open("alpha", open_database())
    beta = await exchange_county.open("beta")
    for number in range(LETTERS):
        await alpha.send("beta", b"out %d" % number)
        await beta.send("alpha", b"in %d" % number)
    await settle(alpha, beta)
    return alpha


def folder_of(node: ExchangeNode) -> Path:
    assert node.identity.keys is not None
    return node.identity.keys


async def rotated(node: ExchangeNode, county: ExchangeCounty) -> tuple[str, str]:
    """The storage keys before and after a newer one was taken up."""
    old = node.identity.keyring.storage_key()
    county.clock.advance(seconds=1)
    new = KeyPair.generate(Purpose.STORAGE, county.clock.now())
    write_key_file(folder_of(node), new)
    await node.database.writer.run(lambda tx: note_reread(tx, node.identity, "admin-1"))
    return old.key_id, new.key_id


async def all_read(node: ExchangeNode) -> None:
    report = await node.database.reader.read(lambda connection: verify_journal(connection, node.identity))
    assert report.sound, report.faults


async def test_contents_are_wrapped_anew_part_by_part_and_a_crash_between_parts_loses_nothing(
    node: ExchangeNode, exchange_county: ExchangeCounty
):
    old, new = await rotated(node, exchange_county)
    await node.send("beta", b"after")

    assert await node.database.writer.run(lambda tx: rewrap(tx, node.identity.keyring, 20)) == 20
    await all_read(node)
    # The process ends here; the next one reads both keys from their files and finds what is left.
    node.identity.keyring.take_over(Keyring.load("alpha", folder_of(node)))
    while await node.database.writer.run(lambda tx: rewrap(tx, node.identity.keyring, 20)):
        await all_read(node)

    assert await node.database.reader.read(resting) == {new: 2 * LETTERS + 1}
    entries = await node.database.reader.read(journal.read)
    assert [one.payload.decode() for one in entries if one.kind == REWRAPPED] == [new]
    assert old in node.identity.keyring.storage


async def test_an_old_storage_key_goes_on_record_once_nothing_rests_under_it(
    node: ExchangeNode, exchange_county: ExchangeCounty
):
    old, new = await rotated(node, exchange_county)

    def retire(key_id: str) -> None:
        node.database.writer.run_sync(lambda tx: retire_storage_key(tx, node.identity, key_id, "leaked", "admin-1"))

    for key_id in (old, new):
        with pytest.raises(StorageKeyInUseError):
            retire(key_id)
    while await node.database.writer.run(lambda tx: rewrap(tx, node.identity.keyring)):
        pass
    register = folder_of(node).parent / FILE_NAME
    register.write_text(f'{{"code": "", "key": "{old}", "told": ""}}\n', encoding="utf-8")
    with pytest.raises(StorageKeyInUseError):
        retire(old)
    register.unlink()
    await node.database.writer.run(lambda tx: retire_storage_key(tx, node.identity, old, "leaked", "admin-1"))

    assert list(node.identity.keyring.storage) == [new]
    assert not list(folder_of(node).glob(f"*{old}*"))
    entries = await node.database.reader.read(journal.read)
    assert [old in one.payload.decode() for one in entries if one.kind == RETIRED] == [True]
    await all_read(node)


async def test_a_key_file_that_others_can_read_changes_nothing(node: ExchangeNode, exchange_county: ExchangeCounty):
    before = node.identity.keyring.signing
    file = write_key_file(folder_of(node), KeyPair.generate(Purpose.SIGNING, exchange_county.clock.now()))
    file.chmod(0o640)

    with pytest.raises(KeyFileExposedError):
        await node.database.writer.run(lambda tx: note_reread(tx, node.identity, "admin-1"))
    assert node.identity.keyring.signing == before


def test_a_key_file_is_whole_or_not_there_and_never_written_over(tmp_path: Path, exchange_county: ExchangeCounty):
    pair = KeyPair.generate(Purpose.SIGNING, exchange_county.clock.now())
    # What a process that died while writing leaves behind.
    tmp_path.joinpath(f"signing-{pair.key_id}.key.partial").write_text("{", encoding="ascii")
    assert Keyring.load("alpha", tmp_path).signing == ()

    file = write_key_file(tmp_path, pair)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_key_file(tmp_path, pair)
    assert Keyring.load("alpha", tmp_path).signing == (pair,)
    assert list(tmp_path.iterdir()) == [file]


async def test_what_ends_soon_or_is_missing_is_told_in_time_and_no_more_once_it_is_mended(
    node: ExchangeNode, exchange_county: ExchangeCounty, tmp_path: Path
):
    clock = exchange_county.clock
    config = made_config(tmp_path, CertificateAuthority.create(COUNTY, clock.now()), exchange_county)

    def told() -> set[tuple[str, str]]:
        node.database.writer.run_sync(lambda tx: watch_keys(tx, node.identity, config))
        rows = node.database.reader.read_sync(
            lambda one: one.execute(ALARMS.select().where(ALARMS.c.closed_at.is_(None))).all()
        )
        return {(row.kind, row.reason) for row in rows}

    assert told() == set()
    directory, now = node.identity.directory, clock.now()
    node.identity.replace_directory(ending(directory, now + timedelta(days=10)))
    (storage,) = node.identity.keyring.storage
    ring = node.identity.keyring
    ring.take_over(Keyring.of("alpha", *ring.signing, *ring.opening.values()))
    assert told() == {(KEY_ENDS, "SIGNING_ENDS_SOON"), (STORAGE_KEY_MISSING, f"KEY_{storage.upper()}")}
    node.identity.reread_keys()
    node.identity.replace_directory(directory)
    clock.advance(days=340)
    assert told() == {(CERTIFICATE_ENDS, f"{name}_SOON") for name in ("BUS", "STATUS", "RPC")}
    clock.advance(days=60)
    assert told() == {(CERTIFICATE_ENDS, f"{name}_ENDED") for name in ("BUS", "STATUS", "RPC")}


def ending(directory: Directory, at: datetime) -> Directory:
    """The directory with alpha's keys ending."""
    bodies = tuple(
        replace(one, signing_keys=tuple(replace(key, valid_to=at) for key in one.signing_keys))
        for one in directory.bodies
    )
    return replace(directory, bodies=bodies)


def made_config(folder: Path, authority: CertificateAuthority, county: ExchangeCounty) -> NodeConfig:
    """Of a node with certificates made now."""
    now = county.clock.now()
    (folder / "authority.crt").write_bytes(authority.certificate)
    for name in ("bus", "status", "rpc"):
        authority.issue_client(name, now).write(folder / f"{name}.crt", folder / f"{name}.key")
    at = {name: folder / name for name in ("authority.crt", "bus.crt", "bus.key", "status.crt", "status.key")}
    bus = BusConfig(
        url="tls://localhost:1",
        authority=at["authority.crt"],
        certificate=at["bus.crt"],
        key=at["bus.key"],
        status_certificate=at["status.crt"],
        status_key=at["status.key"],
    )
    rpc = RpcConfig(port=0, authority=at["authority.crt"], certificate=folder / "rpc.crt", key=folder / "rpc.key")
    return NodeConfig.model_construct(body="alpha", bus=bus, rpc=rpc)


async def test_everybody_may_see_the_directory_and_only_the_system_administrator_touches_keys(
    office_county: OfficeCounty,
):
    (office,) = await office_county.open("inspection")

    async with serving(office) as served:
        for role in Role:
            request = status_service_pb2.GetDirectoryRequest()
            found = await served.status("GetDirectory", request, role.value)
            assert (found.version, [one.body for one in found.bodies]) == (1, ["inspection"])
            if role is not Role.SYSTEM_ADMIN:
                with pytest.raises(GuantongError):
                    await served.admin("RereadKeys", pb.RereadKeysRequest(request_id="r-1"), role.value)
        told = await served.admin("RereadKeys", pb.RereadKeysRequest(request_id="r-1"))
        assert told.signing_key_id == found.bodies[0].keys[0].key_id
        assert len(told.key_ids) == 3
