"""A newer directory of bodies, loaded at any node, reaches every other; a false one changes nothing anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.directories import BUS, LOADED, directory_in_force, versions_above
from services.chassis.exchange.hooks import AlarmKind
from services.chassis.exchange.tables import DIRECTORIES
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.signed import SignedDirectory
from services.chassis.journal import store as journal
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode, settle
from tests.integration.exchange.directories_for_tests import DirectoryOffice, load

BODIES = ("alpha", "beta", "gamma")


@pytest.fixture
def office(exchange_county: ExchangeCounty) -> DirectoryOffice:
    exchange_county.join(*BODIES)
    return DirectoryOffice.of(exchange_county)


@pytest.fixture
async def nodes(exchange_county: ExchangeCounty, office: DirectoryOffice) -> list[ExchangeNode]:
    assert office.newest.version == 1
    return [await exchange_county.open(body) for body in BODIES]


def versions(nodes: list[ExchangeNode]) -> list[int]:
    return [node.identity.directory.version for node in nodes]


def office_of_a_thief(office: DirectoryOffice) -> DirectoryOffice:
    return replace(office, key=KeyPair.generate(Purpose.SIGNING, office.clock.now()), issued=[])


def rolled_back(office: DirectoryOffice) -> bytes:
    """A version 1 that was in force nowhere, signed with the office's own key."""
    return SignedDirectory.sign(replace(office.newest, version=1), office.key).to_bytes()


def forked(office: DirectoryOffice) -> bytes:
    """Another version 2, signed with the office's own key."""
    other = replace(office.newest, bodies=office.newest.bodies[:-1])
    return SignedDirectory.sign(other, office.key).to_bytes()


async def test_a_directory_loaded_at_one_node_reaches_all_that_are_up(
    nodes: list[ExchangeNode], office: DirectoryOffice
):
    await load(nodes[0], office.signs())
    await settle(*nodes)

    assert versions(nodes) == [2, 2, 2]
    entries = await nodes[1].database.reader.read(journal.read)
    (loaded,) = (one.payload.decode() for one in entries if one.kind == LOADED)
    assert f'"by": "{BUS}' in loaded
    assert not any(node.alarms for node in nodes)


async def test_a_node_that_was_away_is_given_every_version_it_missed_in_order(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice
):
    for _ in range(20):
        await load(nodes[0], office.signs())
    exchange_county.bus.lose_everything()
    nodes[2].exchange.greet()
    for _ in range(4):
        exchange_county.clock.advance(seconds=6)
        await settle(nodes[0], nodes[2])

    assert versions(nodes) == [21, 1, 21]
    assert not nodes[2].alarms


async def test_a_restarted_node_has_the_newest_directory_it_ever_had(
    nodes: list[ExchangeNode], office: DirectoryOffice
):
    await load(nodes[0], office.signs())
    await settle(*nodes)
    first = nodes[1].identity.first

    assert first.version == 1
    assert await nodes[1].database.reader.read(lambda one: directory_in_force(one, first)) == office.newest


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda office: office_of_a_thief(office).signs(), "DIRECTORY_UNTRUSTED"),
        (forked, "DIRECTORY_FORKED"),
        (rolled_back, "DIRECTORY_ROLLED_BACK"),
        (lambda office: office.signs(lambda one: replace(one, county="371300")), "WRONG_COUNTY"),
        (lambda _: b"{}", "MALFORMED"),
    ],
)
async def test_a_false_directory_from_the_bus_is_quarantined_with_an_alarm_and_changes_nothing(
    exchange_county: ExchangeCounty,
    nodes: list[ExchangeNode],
    office: DirectoryOffice,
    make: Callable[[DirectoryOffice], bytes],
    reason: str,
):
    await load(nodes[0], office.signs())
    await settle(*nodes)
    before = nodes[0].identity.directory

    exchange_county.bus.inject("alpha", "beta", wire.frame_of_directory(make(office)))
    await settle(*nodes)

    assert nodes[0].identity.directory is before
    assert [(one.kind, one.peer, one.reason) for one in nodes[0].alarms] == [(AlarmKind.QUARANTINED, "beta", reason)]


async def test_a_flood_of_directories_is_looked_at_in_part_only_and_letters_go_on(
    exchange_county: ExchangeCounty, nodes: list[ExchangeNode], office: DirectoryOffice
):
    thief = office_of_a_thief(office)
    for _ in range(100):
        exchange_county.bus.inject("alpha", "beta", wire.frame_of_directory(thief.signs()))
    await nodes[2].send("alpha")
    await settle(*nodes)

    assert len(nodes[0].applied) == 1
    assert sum(alarm.count for alarm in nodes[0].alarms) <= 40
    assert versions(nodes) == [1, 1, 1]


async def test_a_body_that_claims_an_absurd_version_is_asked_seldom_and_harms_nobody(nodes: list[ExchangeNode]):
    hostile = nodes[1].identity
    hostile.replace_directory(replace(hostile.directory, version=10**9))
    nodes[1].exchange.greet()
    await settle(*nodes)
    await nodes[2].send("alpha")
    await settle(*nodes)

    assert len(nodes[0].applied) == 1
    assert nodes[0].identity.directory.version == 1


async def test_what_a_node_has_behind_a_version_that_it_lacks_is_sent_to_nobody_unless_it_needs_none_before(
    nodes: list[ExchangeNode], office: DirectoryOffice
):
    persons = [KeyPair.generate(Purpose.SIGNING, office.clock.now()) for _ in range(2)]
    recovered = SignedDirectory.recover(replace(office.newest, version=9), *persons).to_bytes()
    third = office.signs(lambda directory: replace(directory, version=2))
    rows = [
        {"version": version, "content": content, "loaded_at": office.clock.now()}
        for version, content in ((3, third), (9, recovered), (10, third))
    ]
    database = nodes[0].database
    await database.writer.run(lambda tx: tx.connection.execute(sa.insert(DIRECTORIES), rows))

    assert [
        await database.reader.read(lambda connection, v=version: versions_above(connection, v, 8))  # type: ignore[misc]
        for version in (1, 2, 9, 10)
    ] == [[recovered, third], [third, recovered, third], [third], []]
