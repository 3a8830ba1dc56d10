"""Where letters are lost to both sides, or were never ours, an operator has the channel go on, and the peer is told."""

from __future__ import annotations

import pytest

from guantong.exchange.v1.continuation_pb2 import ChannelContinued
from services.chassis.exchange.errors import ChannelGoesOnError, ChannelHaltedError
from services.chassis.exchange.hooks import AlarmKind
from services.chassis.exchange.model import Signer
from services.chassis.exchange.reading import LetterFilter
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal import store
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode, Pair, channel, settle

WHY = "both disks failed in one week"


async def continued(node: ExchangeNode) -> int:
    why = Signer("Name", "administrator", node.exchange.identity.keyring.storage_key().created_at), WHY
    return await node.database.writer.run(lambda tx: node.exchange.continue_channel(tx, "beta", why, "admin-1"))


async def written(pair: Pair, *contents: bytes) -> None:
    for content in contents:
        await pair[0].send("beta", content)
    await settle(*pair)


async def sound(*nodes: ExchangeNode) -> None:
    for node in nodes:
        report = await node.database.reader.read(lambda connection, who=node.identity: verify_journal(connection, who))  # type: ignore[misc]
        assert report.faults == ()


async def both_lost(county: ExchangeCounty, pair: Pair, clock: FixedClock) -> Pair:
    """Three letters were receipted; then both sides came back empty, and a receipt of before is still on the bus."""
    beta = pair[1]
    await written(pair, b"1", b"2", b"3")
    clock.advance(hours=1)
    beta.exchange.answers.owe(receipts=["alpha"])
    await beta.exchange.receipt_once()
    clock.advance(hours=1)
    return await county.open("alpha", met=False), await county.open("beta", met=False)


async def test_letters_that_neither_side_has_stop_the_channel_until_an_operator_decides(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    alpha, beta = await both_lost(exchange_county, pair, clock)
    await alpha.send("beta", b"written unawares")
    await alpha.receive_all()
    assert (await channel(alpha)).halted == "peer_is_ahead"
    alpha.exchange.greet()
    await settle(alpha, beta)
    assert (await channel(alpha)).halted == "letters_lost"
    assert [one.reason for one in alpha.alarms] == ["PEER_IS_AHEAD", "LETTERS_LOST"]
    with pytest.raises(ChannelHaltedError):
        await alpha.send("beta")

    assert await continued(alpha) == 4
    await alpha.send("beta", b"next")
    await settle(alpha, beta)
    assert [(one.header.number, one.content) for one in beta.applied] == [(5, b"written unawares"), (6, b"next")]
    assert (await channel(alpha)).gap == 0
    assert [(one.kind, one.reason, one.count) for one in beta.alarms] == [(AlarmKind.PEER_RESTORED, "LETTERS_LOST", 3)]
    await sound(alpha, beta)


async def test_the_statement_of_the_gap_is_a_signed_letter_that_both_sides_keep(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    """Here the operator was hasty: the peer had said what it held once, and not yet that it lost it.

    So the statement is made anew, under a number of its own.
    """
    alpha, beta = await both_lost(exchange_county, pair, clock)
    await alpha.receive_all()
    await continued(alpha)
    await settle(alpha, beta)

    for node in (alpha, beta):
        (told,) = await node.database.reader.read(lambda c, on=node: on.exchange.letters(c, LetterFilter()))  # type: ignore[misc]
        whole = await node.database.reader.read(
            lambda c, on=node, which=told.header.letter_id: on.exchange.letter(c, which)  # type: ignore[misc]
        )
        assert (whole.header.kind, whole.header.number, whole.header.previous_digest) == (
            "channel.continued",
            5,
            bytes(32),
        )
        assert whole.header.signer is not None
        assert whole.header.signer.post == "administrator"
        assert ChannelContinued.FromString(whole.content or b"") == ChannelContinued(after_number=0, reason=WHY)
    entries = await alpha.database.reader.read(store.read)
    assert [one.payload.decode() for one in entries if one.kind == "channel.continued"] == [f"beta\nadmin-1\n{WHY}"]


async def test_a_continued_channel_is_given_back_with_its_gap(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    alpha, beta = await both_lost(exchange_county, pair, clock)
    await alpha.receive_all()
    await continued(alpha)
    await alpha.send("beta", b"next")
    await settle(alpha, beta)
    clock.advance(hours=1)
    again = await exchange_county.open("alpha", met=False)
    again.exchange.greet()
    await settle(again, beta)

    assert ((await channel(again)).halted, (await channel(again)).written) == (None, 7)
    assert (await again.send("beta")).copies[0].number == 8
    await sound(again, beta)


async def test_a_channel_that_does_not_stand_still_is_not_continued(pair: Pair):
    with pytest.raises(ChannelGoesOnError):
        await continued(pair[0])
