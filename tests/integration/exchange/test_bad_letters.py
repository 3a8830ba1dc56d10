"""Every kind of bad letter: refused with a reason and a remedy, while a neighbour's letters go on, each once."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from guantong.exchange.v1 import envelope_pb2
from services.chassis.exchange import wire
from services.chassis.exchange.errors import Refusal, RefusedError
from services.chassis.exchange.hooks import AlarmKind, Handlers
from services.chassis.exchange.model import MAX_FRAME_BYTES, SealedLetter
from services.chassis.exchange.proof import sealed_frame
from tests.fixtures.exchanges import ExchangeCounty, identities
from tests.integration.exchange.hostile_for_tests import Trio

Make = Callable[[Trio], Awaitable[bytes]]


@pytest.fixture
async def trio(exchange_county: ExchangeCounty) -> Trio:
    return await Trio.meet(exchange_county)


async def captured(trio: Trio) -> bytes:
    """A true letter on its way from alpha to beta; it comes once more by itself."""
    await trio.alpha.send("beta", b"captured")
    await trio.alpha.exchange.relay_once()
    (frame,) = await trio.county.bus.bus("beta").fetch(10, 0.0)
    trio.county.bus.redeliver()
    return frame.data


async def truncated(trio: Trio) -> bytes:
    return (await captured(trio))[:-1]


async def changed_on_the_way(trio: Trio) -> bytes:
    data = bytearray(await captured(trio))
    data[-1] ^= 0x01
    return bytes(data)


async def sealed_to_another(trio: Trio) -> bytes:
    letter = trio.mallory.letter(recipient="alpha")
    return sealed_frame(trio.mallory.identity, letter, trio.county.clock.now())


async def of_a_newer_suite(trio: Trio) -> bytes:
    del trio
    return wire.frame_of_letter(SealedLetter("guantong-2", "0123456789abcdef", b"sealed"))


async def of_a_newer_format(trio: Trio) -> bytes:
    """Signed in full by a body of the county whose program is newer than ours."""
    mallory = trio.mallory
    letter = mallory.letter()
    header = envelope_pb2.LetterHeader.FromString(letter.signed.payload)
    header.format_version = 2
    payload = header.SerializeToString()
    signature = mallory.key.sign(b"guantong-letter-signature-v1\x00" + payload)
    return mallory.frame(replace(letter, signed=replace(letter.signed, payload=payload, signature=signature)))


async def by_a_stranger(trio: Trio) -> bytes:
    stranger = identities(["mallory"], trio.county.clock)["mallory"]
    return trio.mallory.frame(replace(trio.mallory, identity=stranger).letter())


def signed_by_mallory(**changes: object) -> Make:
    async def make(trio: Trio) -> bytes:
        return trio.mallory.frame(trio.mallory.letter(**changes))  # type: ignore[arg-type]

    return make


def raw(data: bytes) -> Make:
    async def make(trio: Trio) -> bytes:
        del trio
        return data

    return make


BAD: dict[str, tuple[Make, str]] = {
    "malformed: empty": (raw(b""), "MALFORMED"),
    "malformed: garbage": (raw(b"\xff" * 40), "MALFORMED"),
    "malformed: nested without end": (raw(b"\x0b" * 10_000), "MALFORMED"),
    "oversized": (raw(b"x" * (MAX_FRAME_BYTES + 1)), "OVERSIZED"),
    "truncated": (truncated, "MALFORMED"),
    "changed on the way": (changed_on_the_way, "SEAL_BROKEN"),
    "forged: in another's name": (signed_by_mallory(sender="alpha"), "FORGED"),
    "forged: by a key of nobody": (by_a_stranger, "KEY_UNKNOWN"),
    "forged: other content than was signed": (signed_by_mallory(content_digest=bytes(32)), "CONTENT_MISMATCH"),
    "wrongly addressed: to another body": (signed_by_mallory(recipient="alpha"), "WRONG_ADDRESSEE"),
    "wrongly addressed: sealed to another": (sealed_to_another, "NOT_SEALED_TO_US"),
    "wrongly addressed: another county": (signed_by_mallory(county="110000"), "WRONG_COUNTY"),
    "wrongly addressed: a demonstration's": (signed_by_mallory(demo=True), "DEMO_MISMATCH"),
    "reordered: names another letter before it": (signed_by_mallory(previous_digest=b"\1" * 32), "CHAIN_BROKEN"),
    "of a newer suite": (of_a_newer_suite, "VERSION_UNKNOWN"),
    "of a newer format": (of_a_newer_format, "VERSION_UNKNOWN"),
    "an id like a path with blanks": (signed_by_mallory(letter_id="../../etc/pass wd"), "MALFORMED"),
    "a document number that turns the line around": (signed_by_mallory(document_number="\u202e号3"), "MALFORMED"),
}


@pytest.mark.parametrize(("make", "reason"), BAD.values(), ids=BAD.keys())
async def test_a_bad_letter_is_kept_once_with_its_reason_and_changes_and_delays_nothing(
    trio: Trio, make: Make, reason: str
):
    data = await make(trio)
    sent = [b"captured"] if trio.alpha.exchange.relay.lanes["beta"].written else []
    for content in (b"before", b"after"):
        for claimed in ("mallory", "alpha", "nobody\n"):
            trio.mallory.inject(data, claimed=claimed)
        await trio.alpha.send("beta", content)
        await trio.alpha.exchange.relay_once()

    await trio.check_whole(*sent, b"before", b"after")
    assert await trio.refused() == [reason]
    assert [(one.kind, one.reason) for one in trio.beta.alarms] == [(AlarmKind.QUARANTINED, reason)]
    assert trio.beta.alarms[0].peer in {"mallory", "alpha"}
    assert [one.peer for one in trio.beta.applied if one.peer != "alpha"] == []


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_says_in_both_languages_what_is_to_be_done(refusal: Refusal):
    error = RefusedError(refusal)

    assert refusal.value in error.text("zh")
    assert error.facts["remedy_zh"] in error.text("zh")
    assert error.facts["remedy_en"] in error.text("en")
    assert "?>" not in error.text("zh") + error.text("en")


async def test_replayed_letters_are_applied_once_whoever_replays_them_and_whenever(trio: Trio):
    data = await captured(trio)
    for claimed in ("alpha", "mallory"):
        trio.mallory.inject(data, claimed=claimed)
    await trio.check_whole(b"captured")
    trio.county.clock.advance(days=40)
    trio.mallory.inject(data)
    await trio.alpha.send("beta", b"after")
    await trio.alpha.exchange.relay_once()

    await trio.check_whole(b"captured", b"after")
    assert await trio.refused() == []


async def test_reordered_letters_are_applied_in_their_order(trio: Trio):
    contents = [b"%d" % number for number in range(40)]
    for content in contents:
        await trio.alpha.send("beta", content)
    await trio.alpha.exchange.relay_once()
    trio.county.bus.shuffle(random.Random(7))
    await trio.take_in()

    await trio.check_whole(*contents)
    assert await trio.refused() == []


async def test_a_letter_far_ahead_of_its_channel_asks_for_the_rest_and_fills_nothing(trio: Trio):
    for number in (2**63 - 1, 10**12):
        trio.mallory.inject(trio.mallory.frame(trio.mallory.letter(number=number)))
    await trio.alpha.send("beta", b"true")
    await trio.alpha.exchange.relay_once()

    await trio.check_whole(b"true")
    assert (await trio.refused(), await trio.parked()) == ([], [])


async def test_a_kind_of_a_newer_peer_is_stored_and_parked_and_others_letters_go_on(trio: Trio):
    trio.beta.does = Handlers({"info.request": lambda _tx, _letter: None})
    trio.mallory.send(kind="newer.kind", matter_id="m1")
    trio.mallory.send(kind="info.request", matter_id="m1")
    trio.mallory.send(kind="info.request", matter_id="m2")
    await trio.alpha.send("beta", b"true", matter_id="m1")
    await trio.alpha.exchange.relay_once()

    await trio.check_whole(b"true")
    assert (await trio.refused(), await trio.parked()) == ([], ["KIND_UNKNOWN", ""])
    assert [one.header.matter_id for one in trio.beta.applied if one.peer == "mallory"] == ["m2"]


async def test_a_second_letter_under_one_id_is_refused_so_that_an_id_names_one_letter(trio: Trio):
    trio.mallory.send(letter_id="same", matter_id="m1")
    trio.mallory.send(letter_id="same", matter_id="m2")
    await trio.take_in()

    await trio.check_whole()
    assert await trio.refused() == ["EQUIVOCATION"]
    assert [one.header.matter_id for one in trio.beta.applied] == ["m1"]


@pytest.mark.parametrize("trace", ["not a trace", "00-" + "0" * 61, "x" * 10_000, "a\0b"])
async def test_a_header_that_is_no_trace_is_not_kept(trio: Trio, trace: str):
    """Nobody signs it; whoever replays a letter could put anything there."""
    trio.mallory.inject(await captured(trio), headers={"traceparent": trace}, claimed="alpha")
    await trio.check_whole(b"captured")

    assert [one.traceparent for one in trio.beta.applied] == [None]
