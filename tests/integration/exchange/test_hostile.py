"""What a hostile body with valid bus rights can do: waste some bytes, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chassis.bus.port import IncomingFrame
from services.chassis.exchange import wire
from services.chassis.exchange.model import Letter, LetterHeader, ReceiptStatement
from services.chassis.exchange.proof import (
    content_digest,
    sealed_frame,
    sign_header,
    sign_receipt,
)
from services.chassis.exchange.quarantine import list_quarantine
from services.chassis.exchange.standing import standings
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode, identities

SALT = bytes(32)


@pytest.fixture
async def trio(exchange_county: ExchangeCounty) -> list[ExchangeNode]:
    exchange_county.join("alpha", "beta", "mallory")
    return [await exchange_county.open(body) for body in ("alpha", "beta", "mallory")]


def forged(signer: ExchangeNode, **changes: object) -> Letter:
    """A letter to beta signed by `signer`, whatever its header claims."""
    now = signer.exchange.inbox.clock.now()
    key = signer.identity.keyring.signing_key(signer.identity.directory, now)
    header = LetterHeader(
        county=signer.identity.county,
        demo=False,
        suite=key.suite,
        letter_id="forged-1",
        sender=signer.identity.body,
        recipient="beta",
        number=1,
        previous_digest=bytes(32),
        kind="info.request",
        content_digest=content_digest(SALT, b"lies", key.suite),
        written_at=now,
        signing_key_id=key.key_id,
    )
    header = replace(header, **changes)  # type: ignore[arg-type]
    return Letter(header, sign_header(header, key), SALT, b"lies")


async def refused(beta: ExchangeNode) -> list[str]:
    await beta.receive_all()
    await beta.apply_all()
    return [one.reason for one in await beta.database.reader.read(list_quarantine)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sender": "alpha"}, "FORGED"),
        ({"county": "110000"}, "WRONG_COUNTY"),
        ({"demo": True}, "DEMO_MISMATCH"),
        ({"recipient": "alpha"}, "WRONG_ADDRESSEE"),
        ({"content_digest": bytes(32)}, "CONTENT_MISMATCH"),
        ({"previous_digest": b"\1" * 32}, "CHAIN_BROKEN"),
    ],
)
async def test_a_forged_letter_is_quarantined_and_delays_no_true_one(
    exchange_county: ExchangeCounty, trio: list[ExchangeNode], changes: dict[str, object], reason: str
):
    alpha, beta, mallory = trio
    letter = forged(mallory, **changes)
    to_beta = replace(letter, header=replace(letter.header, recipient="beta"))
    data = sealed_frame(mallory.identity, to_beta, mallory.exchange.inbox.clock.now())
    exchange_county.bus.inject("beta", "alpha", data)
    await alpha.send("beta", b"true")
    await alpha.turn()

    assert await refused(beta) == [reason]
    assert [one.content for one in beta.applied] == [b"true"]


async def test_the_sender_is_whoever_signed_whatever_the_subject_says(
    exchange_county: ExchangeCounty, trio: list[ExchangeNode]
):
    _, beta, mallory = trio
    letter = forged(mallory)
    exchange_county.bus.inject("beta", "alpha", sealed_frame(mallory.identity, letter, letter.header.written_at))

    assert await refused(beta) == []
    assert [one.header.sender for one in beta.applied] == ["mallory"]


async def test_another_countys_keys_count_for_nothing(
    exchange_county: ExchangeCounty, trio: list[ExchangeNode], clock: FixedClock
):
    _, beta, mallory = trio
    stranger = identities(["mallory", "beta"], clock)["mallory"]
    key = stranger.keyring.signing_key(stranger.directory, clock.now())
    header = replace(forged(mallory).header, signing_key_id=key.key_id)
    letter = Letter(header, sign_header(header, key), SALT, b"lies")
    exchange_county.bus.inject("beta", "mallory", sealed_frame(mallory.identity, letter, clock.now()))

    assert await refused(beta) == ["KEY_UNKNOWN"]


async def test_two_letters_with_one_number_are_evidence_and_the_first_stands(
    exchange_county: ExchangeCounty, trio: list[ExchangeNode], clock: FixedClock
):
    _, beta, mallory = trio
    for letter_id in ("first", "second"):
        frame = sealed_frame(mallory.identity, forged(mallory, letter_id=letter_id), clock.now())
        exchange_county.bus.inject("beta", "mallory", frame)
        await beta.receive_all()

    assert await refused(beta) == ["EQUIVOCATION"]
    assert [one.header.letter_id for one in beta.applied] == ["first"]


async def test_a_receipt_in_anothers_name_moves_nothing(
    exchange_county: ExchangeCounty, trio: list[ExchangeNode], clock: FixedClock
):
    alpha, _, mallory = trio
    sent = await alpha.send("beta")
    key = mallory.identity.keyring.signing_key(mallory.identity.directory, clock.now())
    statement = ReceiptStatement(
        mallory.identity.county,
        demo=False,
        suite=key.suite,
        recipient="beta",
        sender="alpha",
        up_to_number=1,
        chain_digest=sent.copies[0].digest,
        stored_at=clock.now(),
        issued_at=clock.now(),
        resend_wanted=False,
        signing_key_id=key.key_id,
    )
    exchange_county.bus.inject("alpha", "beta", wire.frame_of_receipt(sign_receipt(statement, key)))

    assert await refused(alpha) == ["FORGED"]
    rows = await alpha.database.reader.read(lambda c: standings(c, alpha.identity))
    assert [row.gap for row in rows] == [1, 0]


async def test_a_replayed_receipt_from_before_does_not_start_sending_again(
    exchange_county: ExchangeCounty, trio: list[ExchangeNode], clock: FixedClock
):
    alpha, beta, _ = trio
    heard: list[IncomingFrame] = []
    await alpha.send("beta", b"1")
    await alpha.turn()
    await beta.turn()
    heard += await exchange_county.bus.bus("alpha").fetch(10, 0.0)
    clock.advance(minutes=1)
    exchange_county.bus.redeliver()
    await alpha.send("beta", b"2")
    await alpha.turn()
    await beta.turn()
    await alpha.turn()
    exchange_county.bus.inject("alpha", "beta", heard[0].data)
    await alpha.turn()

    rows = await alpha.database.reader.read(lambda c: standings(c, alpha.identity))
    assert rows[0].receipted == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "MALFORMED"), (b"\xff" * 40, "MALFORMED"), (b"x" * (5 * 1024 * 1024), "OVERSIZED")],
    ids=["empty", "garbage", "oversized"],
)
async def test_garbage_is_kept_once_and_counted(
    exchange_county: ExchangeCounty, trio: list[ExchangeNode], data: bytes, reason: str
):
    _, beta, _ = trio
    for _ in range(3):
        exchange_county.bus.inject("beta", "mallory", data)
        await beta.receive_all()
    kept = await beta.database.reader.read(list_quarantine)

    assert [(one.reason, one.times_seen, one.claimed_sender, one.size) for one in kept] == [
        (reason, 3, "mallory", len(data))
    ]


async def test_every_cut_of_a_true_letter_is_refused(exchange_county: ExchangeCounty, trio: list[ExchangeNode]):
    alpha, beta, _ = trio
    await alpha.send("beta", b"true")
    await alpha.exchange.relay_once()
    (frame,) = await exchange_county.bus.bus("beta").fetch(1, 0.0)
    for length in range(0, len(frame.data), 7):
        exchange_county.bus.inject("beta", "alpha", frame.data[:length])
    for place in range(0, len(frame.data), 11):
        flipped = bytearray(frame.data)
        flipped[place] ^= 0x40
        exchange_county.bus.inject("beta", "alpha", bytes(flipped))
    await beta.receive_all()
    await beta.apply_all()

    assert beta.applied == []
