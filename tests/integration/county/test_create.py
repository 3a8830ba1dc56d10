"""`guantong init` makes a county: one folder per body with everything that body needs and nothing of the others'."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.config import read_gateway_config
from services.chassis.bus.configuration import load as load_bus
from services.chassis.config import read_config
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.layout import County, CountyError, open_county
from services.chassis.identity.directory import KeyRecord
from services.chassis.identity.keys import Keyring
from services.chassis.identity.signed import SignedDirectory, accept
from services.chassis.identity.suites import DEFAULT_SUITE, key_id_of
from services.chassis.rulebook.load import load

NOW = datetime(2026, 2, 9, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    root = tmp_path_factory.mktemp("county") / "qinghe"
    return create_county(root, CountyPlan("qinghe", "青禾县", demo=True, light_passwords=True), NOW)


def test_a_made_county_can_be_opened_again(county: County):
    assert open_county(county.folder.root) == county
    assert len(county.bodies) == 10


def test_every_body_trusts_the_signed_directory_and_owns_the_keys_it_names(county: County):
    for body in county.bodies:
        config = read_config(county.folder.config(body))
        public = base64.b64decode(config.anchor)
        anchor = KeyRecord(key_id_of(public), DEFAULT_SUITE, public, NOW)
        directory = accept(SignedDirectory.from_bytes(config.directory.read_bytes()), None, (anchor,))
        keyring = Keyring.load(body, config.keys)

        assert keyring.signing_key(directory, NOW).key_id == directory.entry(body).signing_keys[0].key_id
        assert directory.sealing_key(body, NOW).key_id in keyring.opening
        assert directory.demo
        assert config.demo


def test_a_body_gets_the_rules_and_the_bus_knows_every_body(county: County):
    bus = load_bus(county.folder.bus / "bus.toml")

    assert bus.bodies == county.bodies
    assert bus.observers == (county.hub,)
    for body in county.bodies:
        assert load(county.folder.node(body) / "rulebook").fingerprint == load().fingerprint


def test_a_bodys_folder_holds_no_private_key_of_another_or_of_the_office_safe(county: County):
    everywhere = {path: path.read_bytes() for path in county.folder.root.rglob("*.key")}
    for body in county.bodies:
        own = county.folder.node(body)
        elsewhere = {content for path, content in everywhere.items() if own not in path.parents}

        assert elsewhere.isdisjoint(path.read_bytes() for path in own.rglob("*.key"))


def test_private_files_are_for_their_owner_alone(county: County):
    exposed = [path for path in county.folder.root.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]

    assert exposed == []


def test_no_two_of_a_countys_ports_are_the_same(tmp_path: Path):
    """The machine may offer a port again while nobody listens on it yet."""
    offered = iter(sorted([*range(40001, 40022)] * 2))
    plan = CountyPlan("qinghe", "青禾县", demo=True, light_passwords=True, free_port=lambda: next(offered))
    made = create_county(tmp_path / "county", plan, NOW)

    nodes = [read_config(made.folder.config(body)).rpc.port for body in made.bodies]
    gateways = [read_gateway_config(made.folder.gateway_config(body)).web.port for body in made.bodies]
    assert sorted([load_bus(made.folder.bus / "bus.toml").port, *nodes, *gateways]) == [*range(40001, 40022)]


def test_a_gateways_folder_holds_none_of_its_nodes_keys(county: County):
    for body in county.bodies:
        config = read_gateway_config(county.folder.gateway_config(body))
        node = read_config(county.folder.config(body))
        kept = [path for path in county.folder.gateway(body).rglob("*") if path.is_file()]

        assert (config.node.port, config.body) == (node.rpc.port, body)
        assert config.node.authority.read_bytes() == node.rpc.authority.read_bytes()
        assert {path.name for path in kept} <= {"gateway.toml", "authority.crt", "web.crt", "web.key"}


def test_a_second_county_does_not_overwrite_the_first(county: County):
    with pytest.raises(CountyError):
        create_county(county.folder.root, CountyPlan("other", "别县"), NOW)


def test_a_folder_without_a_county_is_named(tmp_path: Path):
    with pytest.raises(CountyError) as caught:
        open_county(tmp_path)

    assert "guantong init" in str(caught.value)
