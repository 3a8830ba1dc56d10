"""A node believes no letter after its start before it knows that its directory is not an old one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chassis.exchange.freshness import MOST_HELD, PATIENCE
from services.chassis.exchange.identity import Identity
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode, settle
from tests.integration.exchange.directories_for_tests import DirectoryOffice, load, new_key, signing_key
from tests.integration.exchange.hostile_for_tests import Mallory


@pytest.fixture
def office(exchange_county: ExchangeCounty) -> DirectoryOffice:
    exchange_county.join("alpha", "beta", "gamma")
    return DirectoryOffice.of(exchange_county)


async def from_an_old_copy(county: ExchangeCounty, body: str) -> ExchangeNode:
    """The body's node comes back with the first directory and an empty database."""
    county.known[body].replace_directory(county.known[body].first)
    return await county.open(body, met=False)


async def test_a_thief_with_a_revoked_key_finds_no_node_that_forgot_the_revocation(
    exchange_county: ExchangeCounty, office: DirectoryOffice
):
    alpha, gamma = [await exchange_county.open(body) for body in ("alpha", "gamma")]
    stolen = signing_key(alpha)
    own = alpha.identity
    thief = Identity(own.county, own.body, replace(own.keyring), own.first)
    fresh = new_key(alpha)
    exchange_county.clock.advance(hours=1)
    await load(gamma, office.replaces("alpha", fresh, stolen.key_id))
    await settle(alpha, gamma)
    exchange_county.bus.lose_everything()

    beta = await from_an_old_copy(exchange_county, "beta")
    Mallory(exchange_county.bus, exchange_county.clock, thief, "beta").send(b"stolen")
    await beta.receive_all()
    await beta.apply_all()
    assert (beta.identity.directory.version, beta.applied) == (1, [])

    beta.exchange.greet()
    for _ in range(3):
        exchange_county.clock.advance(seconds=6)
        await settle(beta, gamma)
    assert (beta.identity.directory.version, beta.applied) == (2, [])
    assert [alarm.reason for alarm in beta.alarms] == ["KEY_NOT_VALID"]


async def test_a_thief_who_says_hello_with_the_stolen_key_vouches_for_nothing_of_its_own(
    exchange_county: ExchangeCounty, office: DirectoryOffice
):
    alpha, gamma = [await exchange_county.open(body) for body in ("alpha", "gamma")]
    stolen = signing_key(alpha)
    own = alpha.identity
    thief = Identity(own.county, own.body, replace(own.keyring), own.first)
    fresh = new_key(alpha)
    exchange_county.clock.advance(hours=1)
    await load(gamma, office.replaces("alpha", fresh, stolen.key_id))
    await settle(alpha, gamma)
    exchange_county.bus.lose_everything()

    beta = await from_an_old_copy(exchange_county, "beta")
    mallory = Mallory(exchange_county.bus, exchange_county.clock, thief, "beta")
    mallory.send(b"stolen")
    mallory.inject(mallory.hello(1, directory_version=1))
    for _ in range(3):
        await beta.receive_all()
        await beta.apply_all()
    assert (beta.identity.directory.version, beta.applied) == (1, [])

    gamma.exchange.greet()
    for _ in range(3):
        exchange_county.clock.advance(seconds=6)
        await settle(beta, gamma)
    assert (beta.identity.directory.version, beta.applied) == (2, [])
    assert "KEY_NOT_VALID" in {alarm.reason for alarm in beta.alarms}


async def test_a_letter_held_at_the_start_is_stored_as_soon_as_another_body_tells_its_version(
    exchange_county: ExchangeCounty, office: DirectoryOffice
):
    assert office.newest.version == 1
    alpha, gamma = [await exchange_county.open(body) for body in ("alpha", "gamma")]
    await alpha.send("beta")
    await alpha.exchange.relay_once()
    beta = await exchange_county.open("beta", met=False)
    alpha.exchange.greet()
    await settle(alpha, beta)
    assert beta.applied == []

    gamma.exchange.greet()
    await settle(alpha, beta, gamma)

    assert len(beta.applied) == 1
    assert (await alpha.exchange.snapshot()).channels[0].gap == 0


async def test_a_body_that_tells_a_version_which_nobody_has_delays_no_letters_of_others(
    exchange_county: ExchangeCounty,
):
    exchange_county.join("alpha", "beta", "gamma", "delta")
    alpha, gamma, delta = [await exchange_county.open(body) for body in ("alpha", "gamma", "delta")]
    await alpha.send("beta")
    await alpha.exchange.relay_once()
    beta = await exchange_county.open("beta", met=False)
    liar = Mallory(exchange_county.bus, exchange_county.clock, gamma.identity, "beta")
    liar.inject(liar.hello(0, directory_version=2**62))
    await beta.turn()

    delta.exchange.greet()
    await settle(alpha, beta, delta)

    assert len(beta.applied) == 1


async def test_a_crash_while_letters_are_held_loses_none(exchange_county: ExchangeCounty, office: DirectoryOffice):
    assert office.newest.version == 1
    alpha = await exchange_county.open("alpha")
    await alpha.send("beta")
    await alpha.exchange.relay_once()
    await (await exchange_county.open("beta", met=False)).receive_all()

    exchange_county.bus.redeliver()
    beta = await exchange_county.open("beta")
    await beta.turn()

    assert len(beta.applied) == 1


async def test_who_hears_nobody_for_a_minute_goes_on_with_what_it_has(
    exchange_county: ExchangeCounty, office: DirectoryOffice
):
    assert office.newest.version == 1
    alpha, beta = await exchange_county.open("alpha"), await exchange_county.open("beta", met=False)
    for _ in range(MOST_HELD + 10):
        await alpha.send("beta")
    while await alpha.exchange.relay_once():
        pass
    await beta.receive_all()
    assert len(beta.exchange.inbox.freshness.held) == MOST_HELD

    exchange_county.seconds.now += PATIENCE
    exchange_county.bus.redeliver()
    await beta.receive_all()
    await beta.apply_all()

    assert len(beta.applied) == MOST_HELD + 10
