"""Signing: exactly what was shown leaves, once, under the next number, or nothing happened at all."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from services.chassis.desk.desk import Desk
from services.chassis.desk.drafts import Seen, edit_draft
from services.chassis.desk.errors import (
    DraftChangedError,
    DraftStateError,
    NotAuthorizedToSignError,
    NumberUnknownError,
    ShownDigestError,
)
from services.chassis.desk.numbers import DocumentNumber, numbers_given, take_number, void_number
from services.chassis.desk.records import DraftState
from services.chassis.desk.signing import Refused, Signed, sign, sign_many
from services.chassis.desk.store import get
from services.chassis.desk.tables import DRAFTS, SIGNATURES
from services.chassis.journal.store import of_letter, read
from services.chassis.storage import Database, Transaction
from services.chassis.testing.clock import FixedClock
from tests.integration.desk.desk_for_tests import (
    CLERK,
    LEADER,
    NoSuchLetterError,
    Outbox,
    a_desk,
    a_new,
    authority,
    do,
    notice,
    to_sign,
)


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def desk(outbox: Outbox) -> Desk:
    return a_desk(outbox)


def given(database: Database, year: int = 2026) -> list[int]:
    return [entry.number.number for entry in database.reader.read_sync(lambda c: numbers_given(c, "青审函", year))]


def test_what_was_shown_leaves_with_signer_number_and_time(
    database: Database, desk: Desk, outbox: Outbox, clock: FixedClock
):
    what = to_sign(database, desk, a_new(notice("正文")))

    signed = do(database, lambda tx: sign(tx, desk, what, replace(authority(tx.now), for_whom="乙 主任")))

    (left,) = outbox.left
    assert left.text == notice("正文")
    assert (left.digest, left.revision) == (what.shown_digest, what.revision)
    assert (left.account_id, left.name, left.post, left.for_whom) == (LEADER, "甲", "局长", "乙 主任")
    assert (left.document_number, left.signed_at) == ("青审函〔2026〕1号", clock.now())
    assert signed == Signed(what.draft_id, signed.letter_id, "青审函〔2026〕1号", clock.now())
    draft = database.reader.read_sync(lambda c: get(c, what.draft_id))
    assert (draft.state, draft.letter_id, draft.document_number) == (
        DraftState.SENT,
        signed.letter_id,
        signed.document_number,
    )


def test_the_signature_is_kept_and_journalled_without_names(database: Database, desk: Desk):
    what = to_sign(database, desk)

    signed = do(database, lambda tx: sign(tx, desk, what, authority(tx.now)))

    kept = database.reader.read_sync(lambda c: c.execute(sa.select(SIGNATURES)).one())
    assert (kept.draft_id, kept.digest, kept.account_id, kept.name) == (what.draft_id, what.shown_digest, LEADER, "甲")
    (entry,) = database.reader.read_sync(lambda c: of_letter(c, signed.letter_id))
    assert entry.kind == "desk.sign"
    assert json.loads(entry.payload) == {
        "by": LEADER,
        "digest": what.shown_digest.hex(),
        "draft_id": what.draft_id,
        "letter_id": signed.letter_id,
        "number": "青审函〔2026〕1号",
        "revision": 1,
    }
    assert not any("甲".encode() in entry.payload for entry in database.reader.read_sync(read))


def test_a_draft_is_signed_once(database: Database, desk: Desk, outbox: Outbox):
    what = to_sign(database, desk)
    do(database, lambda tx: sign(tx, desk, what, authority(tx.now)))

    with pytest.raises(DraftStateError):
        do(database, lambda tx: sign(tx, desk, what, authority(tx.now)))

    assert len(outbox.left) == 1
    assert given(database) == [1]


async def test_two_leaders_at_once_sign_one_letter(database: Database, desk: Desk, outbox: Outbox):
    what = to_sign(database, desk)

    async def attempt() -> Signed:
        return await database.writer.run(lambda tx: sign(tx, desk, what, authority(tx.now)))

    outcomes = await asyncio.gather(*(attempt() for _ in range(8)), return_exceptions=True)

    assert sum(isinstance(outcome, Signed) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, DraftStateError) for outcome in outcomes) == 7
    assert len(outbox.left) == 1


def test_an_edit_between_reading_and_signing_keeps_the_letter_back(database: Database, desk: Desk, outbox: Outbox):
    what = to_sign(database, desk)
    do(database, lambda tx: edit_draft(tx, desk, Seen(what.draft_id, 1), notice("另一文本"), CLERK))

    with pytest.raises(DraftChangedError):
        do(database, lambda tx: sign(tx, desk, what, authority(tx.now)))
    with pytest.raises(DraftStateError):
        do(database, lambda tx: sign(tx, desk, replace(what, revision=2), authority(tx.now)))

    assert (outbox.left, given(database)) == ([], [])


def test_another_digest_than_the_one_that_stands_is_not_signed(database: Database, desk: Desk, outbox: Outbox):
    what = to_sign(database, desk)

    with pytest.raises(ShownDigestError):
        do(database, lambda tx: sign(tx, desk, replace(what, shown_digest=bytes(32)), authority(tx.now)))

    assert outbox.left == []


def test_an_address_changed_behind_the_desk_is_not_signed(database: Database, desk: Desk, outbox: Outbox):
    """The signature covers the recipients too: a row changed in the database does not send the letter elsewhere."""
    what = to_sign(database, desk)
    do(database, lambda tx: tx.connection.execute(sa.update(DRAFTS).values(recipients=["audit"])))

    with pytest.raises(ShownDigestError):
        do(database, lambda tx: sign(tx, desk, what, authority(tx.now)))

    assert outbox.left == []


@pytest.mark.parametrize("late", [timedelta(minutes=3), timedelta(hours=9)])
def test_a_password_given_earlier_does_not_sign_now(database: Database, desk: Desk, clock: FixedClock, late: timedelta):
    what = to_sign(database, desk)
    earlier = authority(clock.now())
    clock.advance(seconds=late.total_seconds())

    with pytest.raises(NotAuthorizedToSignError):
        do(database, lambda tx: sign(tx, desk, what, earlier))


def test_a_leader_of_one_room_signs_that_rooms_letters_only(database: Database, desk: Desk):
    ours, other = (to_sign(database, desk, replace(a_new(), sub_unit=room)) for room in ("room-1", "room-2"))

    assert do(database, lambda tx: sign(tx, desk, ours, authority(tx.now, "room-1"))).letter_id
    with pytest.raises(NotAuthorizedToSignError):
        do(database, lambda tx: sign(tx, desk, other, authority(tx.now, "room-1")))


def test_a_letter_that_cannot_be_written_leaves_draft_and_number_as_they_were(database: Database, outbox: Outbox):
    outbox.refuse_recipient = "inspection"
    desk = a_desk(outbox)
    what = to_sign(database, desk)

    with pytest.raises(NoSuchLetterError):
        do(database, lambda tx: sign(tx, desk, what, authority(tx.now)))

    assert database.reader.read_sync(lambda c: get(c, what.draft_id)).state is DraftState.TO_SIGN
    assert given(database) == []


def test_several_are_signed_together_each_by_itself(database: Database, outbox: Outbox):
    outbox.refuse_recipient = "audit"
    desk = a_desk(outbox)
    first = to_sign(database, desk)
    refused = to_sign(database, desk, a_new(recipient="audit"))
    edited = to_sign(database, desk)
    do(database, lambda tx: edit_draft(tx, desk, Seen(edited.draft_id, 1), notice("改"), CLERK))
    last = to_sign(database, desk)

    outcomes = do(
        database, lambda tx: sign_many(tx, desk, [first, refused, edited, last], lambda tx, _: authority(tx.now))
    )

    assert [type(outcome) for outcome in outcomes] == [Signed, Refused, Refused, Signed]
    numbers = [outcome.document_number for outcome in outcomes if isinstance(outcome, Signed)]
    assert numbers == ["青审函〔2026〕1号", "青审函〔2026〕2号"]
    assert [letter.draft_id for letter in outbox.left] == [first.draft_id, last.draft_id]


async def test_signers_at_once_leave_no_gap_and_no_number_twice(database: Database, outbox: Outbox):
    """Half of the letters cannot be written; the numbers of the others are 1 to 10 all the same."""
    outbox.refuse_recipient = "audit"
    desk = a_desk(outbox)
    wanted = [to_sign(database, desk, a_new(recipient=body)) for body in ["inspection", "audit"] * 10]

    async def attempt(index: int) -> Signed:
        return await database.writer.run(lambda tx: sign(tx, desk, wanted[index], authority(tx.now)))

    outcomes = await asyncio.gather(*(attempt(index) for index in range(20)), return_exceptions=True)

    signed = [outcome for outcome in outcomes if isinstance(outcome, Signed)]
    assert sorted(outcome.document_number for outcome in signed) == sorted(f"青审函〔2026〕{n}号" for n in range(1, 11))
    assert given(database) == list(range(1, 11))


def test_each_beijing_year_and_series_counts_from_one(database: Database, clock: FixedClock):
    def take(series: str) -> str:
        return str(do(database, lambda tx: take_number(tx, series, "draft")))

    clock.set(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC))
    numbers = [take("青审函"), take("青审函"), take("青审办函")]
    clock.set(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    numbers.append(take("青审函"))

    assert numbers == ["青审函〔2026〕1号", "青审函〔2026〕2号", "青审办函〔2026〕1号", "青审函〔2027〕1号"]


def test_a_void_number_is_kept_and_never_given_again(database: Database):
    def take(tx: Transaction) -> DocumentNumber:
        return take_number(tx, "青审函", "draft")

    do(database, take)
    last = do(database, take)
    do(database, lambda tx: void_number(tx, last, "函件已撤回", LEADER))
    do(database, lambda tx: void_number(tx, last, "再次作废", LEADER))

    assert do(database, take).number == 3
    entries = database.reader.read_sync(lambda c: numbers_given(c, "青审函", 2026))
    assert [(entry.number.number, entry.void_reason) for entry in entries] == [(1, ""), (2, "函件已撤回"), (3, "")]
    with pytest.raises(NumberUnknownError):
        do(database, lambda tx: void_number(tx, replace(last, number=9), "无", LEADER))
