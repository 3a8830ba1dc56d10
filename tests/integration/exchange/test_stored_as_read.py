"""Whatever a body writes into a letter that is believed: it is stored, read back and verified exactly as it came."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.chassis.exchange import reading, wire
from services.chassis.exchange.errors import RefusedError
from services.chassis.exchange.model import Direction, LetterHeader, Signer
from services.chassis.exchange.verify import verify_journal
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeCounty
from tests.integration.exchange.hostile_for_tests import Trio

_ODD = (
    "",
    " ",
    "'; DROP TABLE letters; --",
    "\\",
    "%s{0}",
    "é",
    "\u1100\u1161",
    "\U0001f600" * 40,
    "\ufffe",
    "\u200b",
    "汉" * 200,
)
_IDS = ("x", "../../etc", "%00", "NULL", "-", "~", "a" * 36)
_TRIES = 120


@pytest.fixture
async def trio(open_database: Callable[..., Database], clock: FixedClock) -> Trio:
    return await Trio.meet(ExchangeCounty(clock, open_database))


def odd(rng: random.Random, trio: Trio, number: int) -> dict[str, object]:
    """Fields of a header that nobody would write."""
    now = trio.county.clock.now()
    signer = Signer(rng.choice(_ODD), rng.choice(_ODD), now + timedelta(microseconds=rng.randrange(10**6)), "")
    return {
        "letter_id": f"{rng.choice(_IDS)[:30]}{number}",
        "kind": rng.choice(("info.request", *_IDS)),
        "matter_id": rng.choice(("", *_IDS)),
        "answers_letter_id": rng.choice(("", *_IDS)),
        "recipient_subunit": rng.choice(("", *_IDS)),
        "content_type": rng.choice(_ODD),
        "document_number": rng.choice(_ODD),
        "article_ids": tuple(rng.choices(_ODD, k=rng.randrange(4))),
        "written_at": now + timedelta(days=rng.randrange(60_000), microseconds=rng.randrange(10**6)),
        "signer": rng.choice((None, signer)),
    }


async def test_odd_letters_are_refused_or_kept_to_the_byte(trio: Trio):
    rng = random.Random(4)
    sent: list[LetterHeader] = []
    for number in range(_TRIES):
        letter = trio.mallory.letter(rng.randbytes(rng.randrange(64)), **odd(rng, trio, number))
        try:
            wire.decode_header(letter.signed.payload)
        except RefusedError:
            trio.mallory.inject(trio.mallory.frame(letter))
            continue
        trio.mallory.goes_on_after(letter.header, letter.signed.payload)
        trio.mallory.inject(trio.mallory.frame(letter))
        sent.append(wire.decode_header(letter.signed.payload))
    await trio.check_whole()

    kept = await trio.beta.database.reader.read(
        lambda c: reading.numbered_above(
            c, trio.beta.identity.keyring, (Direction.IN, "mallory"), after=0, most=reading.Most(_TRIES)
        )
    )
    assert len(sent) > _TRIES / 3
    assert [one.header for one in kept] == sent
    assert await trio.refused() == ["MALFORMED"] * (_TRIES - len(sent))
    report = await trio.beta.database.reader.read(lambda c: verify_journal(c, trio.beta.identity))
    assert report.faults == ()
