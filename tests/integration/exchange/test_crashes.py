"""A process may end at every point from commit to receipt: nothing is lost, nothing is doubled."""

from __future__ import annotations

from functools import partial

import pytest

from services.chassis.exchange.standing import standings
from services.chassis.journal import chain, store
from services.chassis.storage import DatabaseAwayError
from tests.fixtures.exchanges import CrashError, ExchangeCounty, ExchangeNode

LETTERS = [str(number).encode() for number in range(4)]


async def live(county: ExchangeCounty, nodes: dict[str, ExchangeNode], steps: list[tuple[str, str]]) -> int:
    """Take the steps, restarting whoever dies; how many died."""
    deaths = 0
    for body, step in steps:
        node = nodes[body]
        try:
            if step == "publish":
                await node.exchange.relay_once()
            elif step == "receive":
                await node.exchange.receive_once()
            elif step == "answer":
                await node.exchange.receipt_once()
            elif step == "apply":
                await node.exchange.apply_once()
        except CrashError:
            deaths += 1
            reborn = await county.open(body, node.database)
            reborn.applied = node.applied
            nodes[body] = reborn
            county.bus.redeliver()
    return deaths


ONE_ROUND = [
    ("alpha", "publish"),
    ("beta", "receive"),
    ("beta", "apply"),
    ("beta", "answer"),
    ("alpha", "receive"),
    ("beta", "publish"),
    ("alpha", "apply"),
    ("alpha", "answer"),
]


@pytest.mark.parametrize("point", ["before publish", "after publish", "after fetch", "before ack", "after ack"])
@pytest.mark.parametrize("occasion", range(1, 6))
async def test_a_death_at_any_point_loses_and_doubles_nothing(
    exchange_county: ExchangeCounty, point: str, occasion: int
):
    exchange_county.join("alpha", "beta")
    nodes = {body: await exchange_county.open(body) for body in ("alpha", "beta")}
    for content in LETTERS:
        await nodes["alpha"].send("beta", content)
    await nodes["beta"].send("alpha", b"back")
    exchange_county.crash.at, exchange_county.crash.occasion = point, occasion
    deaths = 0
    for _ in range(8):
        deaths += await live(exchange_county, nodes, ONE_ROUND)
        exchange_county.seconds.now += 500
        for node in nodes.values():
            node.exchange.relay.send_overdue()

    assert deaths == (exchange_county.crash.at is None)
    assert deaths or occasion > 2
    assert [one.content for one in nodes["beta"].applied] == LETTERS
    assert [one.content for one in nodes["alpha"].applied] == [b"back"]
    for body, peer in (("alpha", "beta"), ("beta", "alpha")):
        node = nodes[body]
        rows = await node.database.reader.read(partial(standings, identity=node.identity))
        assert next(row for row in rows if row.peer == peer).gap == 0
        assert chain.check(await node.database.reader.read(store.read)) == []


async def test_a_handler_that_finds_the_database_gone_parks_nothing(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta")
    alpha, beta = await exchange_county.open("alpha"), await exchange_county.open("beta")
    await alpha.send("beta")
    await alpha.exchange.relay_once()
    await beta.receive_all()
    beta.fails = lambda _one: DatabaseAwayError(cause="gone", outcome="nothing")
    with pytest.raises(DatabaseAwayError):
        await beta.exchange.apply_once()
    beta.fails = lambda _one: None
    await beta.apply_all()

    assert len(beta.applied) == 1
