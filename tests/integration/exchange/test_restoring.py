"""A node that comes back from an old copy, or destroyed a content, keeps every channel whole on both sides."""

from __future__ import annotations

import pytest

from services.chassis.bus.port import OutgoingFrame
from services.chassis.exchange.errors import ChannelHaltedError, ContentDestroyedError, LetterUnknownError
from services.chassis.exchange.hooks import AlarmKind
from services.chassis.exchange.keeping import Why
from services.chassis.exchange.naming import LetterName
from services.chassis.exchange.proof import sealed_frame
from services.chassis.exchange.reading import LetterFilter, sendable
from services.chassis.identity.errors import CannotOpenError
from services.chassis.journal import chain, store
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode, Pair, channel, settle


async def written(pair: Pair, *contents: bytes) -> None:
    for content in contents:
        await pair[0].send("beta", content, matter_id="m")
    await settle(*pair)


async def test_a_restored_sender_is_given_its_own_letters_back_and_goes_on_behind_them(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    alpha, beta = pair
    await written(pair, b"1", b"2", b"3")
    clock.advance(hours=1)
    restored = await exchange_county.open("alpha")
    await restored.said_restored()
    with pytest.raises(ChannelHaltedError):
        await restored.send("beta", b"too early")
    await settle(restored, beta)

    assert (await channel(restored)).halted is None
    assert (await channel(restored)).written == 3
    assert (await restored.send("beta", b"4")).copies[0].number == 4
    await settle(restored, beta)
    assert [one.content for one in beta.applied] == [b"1", b"2", b"3", b"4"]
    for node, kind in ((restored, "letter.returned"), (beta, "letter.stored")):
        entries = await node.database.reader.read(store.read)
        assert chain.check(entries) == []
        assert [one.payload for one in entries if one.kind == kind][:3] == await signed_by(alpha)


async def signed_by(alpha: ExchangeNode) -> list[bytes]:
    return [one.payload for one in await alpha.database.reader.read(store.read) if one.kind == "letter.sent"]


async def test_a_receipt_from_before_the_restore_does_not_end_the_halt(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    """What the bus still held agrees with the old copy; only what the peer says now counts."""
    alpha, beta = pair
    await beta.exchange.receipt_once()
    beta.exchange.answers.owe(receipts=["alpha"])
    await beta.exchange.receipt_once()
    clock.advance(hours=1)
    restored = await exchange_county.open("alpha")
    await restored.said_restored()
    await restored.receive_all()

    assert (await channel(restored)).halted == "restored"
    del alpha


async def test_a_letter_under_our_name_that_we_never_wrote_is_quarantined_unless_we_were_restored(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    """Whoever has our key cannot slip a letter into our own history by way of a peer."""
    alpha, beta = pair
    await written(pair, b"1")
    thief = await exchange_county.open("alpha")
    kept = await alpha.database.reader.read(lambda c: alpha.exchange.letters(c, LetterFilter())[0].header.letter_id)
    stolen = await alpha.database.reader.read(lambda c: alpha.exchange.letter(c, kept))
    frame = sealed_frame(beta.identity, sendable(stolen), clock.now(), to="alpha")
    await exchange_county.bus.bus("beta").publish([OutgoingFrame("alpha", frame)])
    await thief.receive_all()

    assert [one.reason for one in await thief.database.reader.read(thief.exchange.quarantine)] == ["NOT_OURS"]
    assert (await channel(thief)).written == 0


async def test_a_restored_recipient_raises_an_alarm_and_is_sent_the_rest(
    exchange_county: ExchangeCounty, pair: Pair, clock: FixedClock
):
    alpha, _ = pair
    await written(pair, b"1", b"2")
    clock.advance(hours=1)
    emptied = await exchange_county.open("beta")
    emptied.exchange.greet()
    alpha.exchange.greet()
    await settle(alpha, emptied)

    assert [one.content for one in emptied.applied] == [b"1", b"2"]
    assert AlarmKind.PEER_RESTORED in {alarm.kind for alarm in alpha.alarms}


async def test_a_content_destroyed_before_delivery_delays_no_later_letter(pair: Pair):
    alpha, beta = pair
    sent = await alpha.send("beta", b"withdrawn by law")
    why = Why("retention_ended", "p1", "p2")
    await alpha.database.writer.run(lambda tx: alpha.exchange.destroy_content(tx, LetterName(sent.letter_id), why))
    await alpha.send("beta", b"next")
    await settle(alpha, beta)

    assert [one.content for one in beta.applied] == [None, b"next"]
    for node in pair:
        with pytest.raises(ContentDestroyedError):
            await node.database.reader.read(lambda c, node=node: node.exchange.content(c, sent.letter_id))  # type: ignore[misc]
        kept = await node.database.reader.read(lambda c, node=node: node.exchange.letter(c, sent.letter_id))  # type: ignore[misc]
        assert (kept.content, kept.header.letter_id) == (None, sent.letter_id)
    with pytest.raises(LetterUnknownError):
        await alpha.database.writer.run(lambda tx: alpha.exchange.destroy_content(tx, LetterName("none"), why))


async def test_content_at_rest_opens_with_its_own_letter_only(pair: Pair):
    alpha, _ = pair
    first, second = await alpha.send("beta", b"one"), await alpha.send("beta", b"two")
    await alpha.database.writer.run(lambda tx: tx.connection.exec_driver_sql(_EXCHANGE_CONTENTS).rowcount)

    with pytest.raises(CannotOpenError):
        await alpha.database.reader.read(lambda c: alpha.exchange.content(c, first.letter_id))
    assert await alpha.database.reader.read(lambda c: alpha.exchange.content(c, second.letter_id)) == b"two"


_EXCHANGE_CONTENTS = """
    UPDATE letters SET content = (SELECT other.content FROM letters other WHERE other.number = 2),
        content_key = (SELECT other.content_key FROM letters other WHERE other.number = 2)
    WHERE number = 1
"""
