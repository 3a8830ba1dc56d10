"""A node that came back from an old copy gets all it lost, however much; and unsuspecting, it uses no number twice."""

from __future__ import annotations

import pytest

from services.chassis.exchange.errors import ChannelHaltedError
from services.chassis.exchange.hooks import AlarmKind
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal import store
from services.chassis.journal.verify import Report
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode, Pair, channel, settle


async def written(pair: Pair, letters: int) -> None:
    """So many letters each way, stored and receipted on both sides."""
    for node, to in zip(pair, ("beta", "alpha"), strict=True):
        for number in range(letters):
            await node.send(to, b"%d" % number)
    await settle(*pair)


async def quarantined(node: ExchangeNode) -> list[str]:
    return [one.reason for one in await node.database.reader.read(node.exchange.quarantine)]


@pytest.mark.parametrize("receipt_first", [False, True])
@pytest.mark.parametrize("lost", [1, 64, 65, 200])
async def test_a_node_that_lost_letters_of_both_directions_gets_every_one_back(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock, lost: int, *, receipt_first: bool
):
    beta = pair[1]
    await written(pair, lost)
    clock.advance(hours=1)
    restored = await exchange_county.open("alpha", met=False)
    await restored.said_restored()
    if receipt_first:
        beta.exchange.answers.owe(receipts=["alpha"])
        await beta.exchange.receipt_once()
        await restored.receive_all()
        assert (await channel(restored)).halted == "restored"
    beta.exchange.greet()
    await settle(restored, beta)

    there = await channel(restored)
    assert (there.halted, there.written, there.stored, there.receipted) == (None, lost, lost, lost)
    assert len(restored.applied) == len(beta.applied) == lost
    assert (await restored.send("beta", b"next")).copies[0].number == lost + 1
    await settle(restored, beta)
    assert beta.applied[-1].content == b"next"
    assert await quarantined(restored) == await quarantined(beta) == []


async def test_a_node_that_lost_nothing_goes_on_once_its_peer_has_said_so(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    alpha, beta = pair
    await written(pair, 3)
    clock.advance(hours=1)
    restored = await exchange_county.open("alpha", alpha.database)
    await restored.said_restored()
    with pytest.raises(ChannelHaltedError):
        await restored.send("beta")
    await settle(restored, beta)

    assert (await channel(restored)).halted is None
    assert (await restored.send("beta")).copies[0].number == 4


async def test_what_was_not_yet_published_waits_while_the_channel_stands_still(pair: Pair, clock: FixedClock):
    alpha, beta = pair
    await alpha.send("beta", b"of before")
    clock.advance(hours=1)
    await alpha.said_restored()

    assert await alpha.exchange.relay_once() == 0
    await settle(alpha, beta)
    assert [one.content for one in beta.applied] == [b"of before"]


async def test_a_node_restored_unawares_uses_no_number_twice_and_goes_on_by_itself_with_an_alarm(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    """Nobody said that the copy is old; what is written before the peer has answered does not leave the node."""
    beta = pair[1]
    await written(pair, 3)
    clock.advance(hours=1)
    unaware = await exchange_county.open("alpha", met=False)
    await unaware.send("beta", b"a second first letter")
    assert await unaware.exchange.relay_once() == 0
    for _ in range(3):
        unaware.exchange.greet()
        beta.exchange.greet()
        await settle(unaware, beta)

    assert await quarantined(beta) == await quarantined(unaware) == []
    assert [(one.kind, one.reason) for one in unaware.alarms] == [(AlarmKind.HALTED, "PEER_IS_AHEAD")]
    assert ((await channel(unaware)).halted, (await channel(unaware)).written) == (None, 4)
    assert [one.content for one in beta.applied] == [b"0", b"1", b"2", b"a second first letter"]
    kinds = [one.kind for one in await unaware.database.reader.read(store.read)]
    assert {"channel.halted", "letters.withdrawn", "letter.returned", "channel.resumed"} <= set(kinds)


async def test_a_node_restored_unawares_whose_peer_is_away_writes_nothing_new_to_it(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    beta = pair[1]
    await written(pair, 65)
    clock.advance(hours=1)
    unaware = await exchange_county.open("alpha", met=False)
    beta.exchange.answers.owe(receipts=["alpha"])
    await beta.exchange.receipt_once()
    await unaware.receive_all()
    assert (await channel(unaware)).halted == "peer_is_ahead"
    with pytest.raises(ChannelHaltedError):
        await unaware.send("beta")

    await settle(unaware, beta)
    assert ((await channel(unaware)).halted, (await channel(unaware)).written) == (None, 65)
    assert (await unaware.send("beta")).copies[0].number == 66


async def test_a_started_node_publishes_as_soon_as_its_peer_has_answered(exchange_county: ExchangeCounty, pair: Pair):
    alpha, beta = pair
    fresh = await exchange_county.open("alpha", alpha.database, met=False)
    await fresh.send("beta", b"words")
    assert await fresh.exchange.relay_once() == 0
    await fresh.exchange.tick()
    await settle(fresh, beta)

    assert [one.content for one in beta.applied] == [b"words"]


@pytest.mark.parametrize("lost", [1, 2, 70])
async def test_what_a_node_wrote_before_it_knew_of_its_restore_goes_out_behind_what_it_gets_back(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock, database: Database, lost: int
):
    beta = pair[1]
    await written(pair, lost)
    clock.advance(hours=1)
    unaware = await exchange_county.open("alpha", database, met=False)
    new = [await unaware.send("beta", content) for content in (b"new 1", b"new 2")]
    unaware.exchange.greet()
    await settle(unaware, beta)
    there = await channel(unaware)
    assert (there.halted, there.written, there.receipted) == (None, lost + 2, lost + 2)
    assert [one.content for one in beta.applied[-2:]] == [b"new 1", b"new 2"]
    assert [one.header.letter_id for one in beta.applied[-2:]] == [one.letter_id for one in new]
    assert await quarantined(beta) == await quarantined(unaware) == []
    for node in (unaware, beta):
        assert (await sound(node)).faults == ()


async def test_letters_of_a_life_that_was_given_up_may_arrive_after_the_peer_answered(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    """They were still on the bus: the new letter under their number is put behind them, and the channel goes on."""
    alpha, beta = pair
    old = [await alpha.send("beta", content) for content in (b"old 1", b"old 2")]
    await alpha.exchange.relay_once()
    clock.advance(hours=1)
    unaware = await exchange_county.open("alpha", met=False)
    beta.exchange.answers.owe(receipts=["alpha"])
    await beta.exchange.receipt_once()
    await unaware.receive_all()
    new = await unaware.send("beta", b"new")
    await unaware.exchange.relay_once()
    for _ in range(2):
        clock.advance(seconds=1)
        await settle(beta, unaware)

    assert [one.header.letter_id for one in beta.applied] == [one.letter_id for one in (*old, new)]
    assert [one.header.number for one in beta.applied] == [1, 2, 3]
    assert ((await channel(unaware)).halted, (await channel(unaware)).gap) == (None, 0)
    assert await quarantined(beta) == ["EQUIVOCATION"]
    assert (await sound(unaware)).faults == (await sound(beta)).faults == ()


async def test_letters_that_were_under_way_when_the_restore_was_declared_keep_their_exact_bytes(
    pair: Pair, clock: FixedClock
):
    """The bus may deliver them at any moment: the same number must not be signed for anything else."""
    alpha, beta = pair
    await written(pair, 2)
    sent = await alpha.send("beta", b"under way")
    await alpha.exchange.relay_once()
    clock.advance(hours=1)
    await alpha.said_restored()
    await settle(alpha, beta)

    assert [one.header.letter_id for one in beta.applied[2:]] == [sent.letter_id]
    assert beta.applied[2].header.number == 3
    assert ((await channel(alpha)).halted, (await channel(alpha)).receipted) == (None, 3)
    assert (await sound(alpha)).faults == ()


async def sound(node: ExchangeNode) -> Report:
    return await node.database.reader.read(lambda connection: verify_journal(connection, node.identity))
