"""The rules of a draft: every state and every act decided, every edit voiding, nobody checking their own work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.desk import records
from services.chassis.desk.authority import AUTHORITY_LASTS, SigningAuthority
from services.chassis.desk.errors import (
    DraftChangedError,
    DraftStaleError,
    DraftStateError,
    NotAuthorizedToSignError,
    OwnWorkError,
    RemarksMissingError,
    ReviewMissingError,
    SaysNothingError,
    ShownDigestError,
    UnfinishedError,
)
from services.chassis.desk.records import Action, Address, Draft, DraftState, Revision, Stale, Standing

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DIGEST = b"d" * 32
AUTHORITY = SigningAuthority("leader-1", "甲", "主任", "", None, NOW)
DRAFTING, IN_REVIEW, TO_SIGN = DraftState.DRAFTING, DraftState.IN_REVIEW, DraftState.TO_SIGN
RETURNED, SENT, DISCARDED = DraftState.RETURNED, DraftState.SENT, DraftState.DISCARDED

OUTCOMES: dict[Action, dict[DraftState, DraftState]] = {
    Action.EDIT: {DRAFTING: DRAFTING, IN_REVIEW: DRAFTING, TO_SIGN: DRAFTING, RETURNED: DRAFTING},
    Action.SUBMIT_FOR_REVIEW: {DRAFTING: IN_REVIEW, RETURNED: IN_REVIEW},
    Action.SUBMIT_FOR_SIGNATURE: {DRAFTING: TO_SIGN, RETURNED: TO_SIGN},
    Action.APPROVE: {IN_REVIEW: TO_SIGN},
    Action.RETURN: {IN_REVIEW: RETURNED, TO_SIGN: RETURNED},
    Action.SIGN: {TO_SIGN: SENT},
    Action.DISCARD: {DRAFTING: DISCARDED, IN_REVIEW: DISCARDED, TO_SIGN: DISCARDED, RETURNED: DISCARDED},
    Action.MARK_STALE: {DRAFTING: DRAFTING, IN_REVIEW: IN_REVIEW, TO_SIGN: TO_SIGN, RETURNED: RETURNED},
}


def a_draft(state: DraftState = DRAFTING, *, review_needed: bool = False, revision: int = 3) -> Draft:
    return Draft(
        "draft-1",
        Address("info.reply", ("inspection",)),
        Standing(review_needed=review_needed),
        state,
        Revision(revision, DIGEST, "guantong.exchange.v1.InfoReply", "clerk-2", NOW),
        "clerk-1",
        NOW,
    )


def signed(draft: Draft, on: int) -> Draft:
    signable(draft, on)
    return records.sent(draft, "letter-1", "青审函〔2026〕1号")


def signable(draft: Draft, on: int = 3, shown: bytes = DIGEST, authority: SigningAuthority = AUTHORITY) -> None:
    records.demand_signable(draft, on, shown, authority, NOW, confirm_says_nothing=False)


ACTS: dict[Action, Callable[[Draft, int], Draft]] = {
    Action.EDIT: lambda draft, on: records.edited(draft, on, replace(draft.newest, number=on + 1)),
    Action.SUBMIT_FOR_REVIEW: records.submitted_for_review,
    Action.SUBMIT_FOR_SIGNATURE: records.submitted_for_signature,
    Action.APPROVE: lambda draft, on: records.approved(draft, on, "reviewer-1"),
    Action.RETURN: lambda draft, on: records.returned(draft, on, "请补充依据"),
    Action.DISCARD: lambda draft, on: records.discarded(draft, on, "不再需要"),
    Action.MARK_STALE: lambda draft, _: records.marked_stale(draft, NOW),
    Action.SIGN: signed,
}


def act(draft: Draft, action: Action, on: int = 3) -> Draft:
    return ACTS[action](draft, on)


@pytest.mark.parametrize("state", DraftState)
@pytest.mark.parametrize("action", Action)
def test_every_act_in_every_state_leads_to_one_state_or_is_refused(action: Action, state: DraftState):
    expected = OUTCOMES[action].get(state)

    assert (state in records.ALLOWED[action]) == (expected is not None)
    if expected is None and action is not Action.MARK_STALE:
        with pytest.raises(DraftStateError):
            act(a_draft(state), action)
    elif expected is not None:
        assert act(a_draft(state), action).state is expected


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.MARK_STALE])
@pytest.mark.parametrize("on", [2, 4])
def test_an_act_on_another_revision_is_refused_with_the_present_one(action: Action, on: int):
    state = next(iter(OUTCOMES[action]))

    with pytest.raises(DraftChangedError) as refused:
        act(a_draft(state), action, on)

    assert refused.value.facts["current_revision"] == "3"


@pytest.mark.parametrize("state", sorted(OUTCOMES[Action.EDIT]))
def test_an_edit_voids_check_and_submission(state: DraftState):
    draft = replace(a_draft(state), reviewed_by="reviewer-1")

    after = act(draft, Action.EDIT)

    assert (after.state, after.reviewed_by) == (DRAFTING, "")


@pytest.mark.parametrize("person", ["clerk-1", "clerk-2"])
def test_nobody_approves_what_they_started_or_wrote(person: str):
    with pytest.raises(OwnWorkError):
        records.approved(a_draft(IN_REVIEW), 3, person)


def test_a_reviewed_kind_reaches_the_leader_by_review_alone():
    draft = a_draft(review_needed=True)
    with pytest.raises(ReviewMissingError):
        records.submitted_for_signature(draft, 3)
    with pytest.raises(ReviewMissingError):
        signable(replace(draft, state=TO_SIGN))

    approved = records.approved(records.submitted_for_review(draft, 3), 3, "reviewer-1")

    signable(approved)


def test_what_the_leader_returned_unread_stays_approved():
    """A return that asks for no other text needs no second review; an edit does."""
    approved = replace(a_draft(TO_SIGN, review_needed=True), reviewed_by="reviewer-1")
    back = records.returned(approved, 3, "请先电话沟通")

    signable(records.submitted_for_signature(back, 3))
    with pytest.raises(ReviewMissingError):
        records.submitted_for_signature(act(back, Action.EDIT), 4)


@pytest.mark.parametrize("words", ["", "  ", "\n"])
def test_returning_and_discarding_need_words(words: str):
    with pytest.raises(RemarksMissingError):
        records.returned(a_draft(TO_SIGN), 3, words)
    with pytest.raises(RemarksMissingError):
        records.discarded(a_draft(), 3, words)


def test_a_signature_covers_exactly_what_was_shown():
    with pytest.raises(ShownDigestError):
        signable(a_draft(TO_SIGN), shown=b"e" * 32)


@pytest.mark.parametrize(
    "authority",
    [
        replace(AUTHORITY, at=NOW - AUTHORITY_LASTS - timedelta(microseconds=1)),
        replace(AUTHORITY, at=NOW + timedelta(seconds=1)),
        replace(AUTHORITY, sub_unit="room-1"),
    ],
)
def test_a_confirmation_counts_for_its_moment_and_its_sub_unit(authority: SigningAuthority):
    with pytest.raises(NotAuthorizedToSignError):
        signable(a_draft(TO_SIGN), authority=authority)


def test_a_reply_that_says_nothing_is_signed_only_when_that_is_meant():
    draft = a_draft(TO_SIGN)
    draft = replace(draft, newest=replace(draft.newest, says_nothing=True))
    with pytest.raises(SaysNothingError):
        signable(draft)

    records.demand_signable(draft, 3, DIGEST, AUTHORITY, NOW, confirm_says_nothing=True)


@pytest.mark.parametrize("submit", [records.submitted_for_review, records.submitted_for_signature])
def test_a_section_left_open_is_not_submitted(submit):
    draft = a_draft()
    draft = replace(draft, newest=replace(draft.newest, unanswered=2))

    with pytest.raises(UnfinishedError):
        submit(draft, 3)


def test_a_stale_draft_is_neither_approved_nor_signed():
    for state, judge in ((TO_SIGN, signable), (IN_REVIEW, lambda draft: records.approved(draft, 3, "reviewer-1"))):
        with pytest.raises(DraftStaleError):
            judge(records.marked_stale(a_draft(state), NOW))


def test_staleness_ends_by_an_edit_and_a_submission_that_acknowledges_it():
    stale = records.marked_stale(a_draft(), NOW)
    with pytest.raises(DraftStaleError):  # acknowledged, but nobody looked at the text again
        records.submitted_for_signature(stale, 3, acknowledge_stale=True)
    looked_at = act(stale, Action.EDIT)
    with pytest.raises(DraftStaleError):  # edited, but not acknowledged
        records.submitted_for_signature(looked_at, 4)

    assert records.submitted_for_signature(looked_at, 4, acknowledge_stale=True).stale is None


def test_a_text_compiled_afresh_is_not_stale():
    stale = records.marked_stale(a_draft(), NOW)

    assert records.edited(stale, 3, replace(stale.newest, number=4), recompiled=True).stale is None


def test_another_change_asks_for_another_edit_and_keeps_the_first_time():
    edited = act(records.marked_stale(a_draft(), NOW), Action.EDIT)

    again = records.marked_stale(edited, NOW + timedelta(hours=1))

    assert again.stale == Stale(NOW, 4)
    with pytest.raises(DraftStaleError):
        records.submitted_for_review(again, 4, acknowledge_stale=True)


def test_every_part_of_a_letter_changes_its_digest():
    address = Address("info.reply", ("inspection",), "general", "matter-1", "letter-1")
    standing = Standing("room-1", ("A3.2b",), "P2")
    others = [
        (replace(address, kind="info.repl"), standing),
        (replace(address, recipients=("inspection", "audit")), standing),
        (replace(address, recipients=("inspectionaudit",)), standing),
        (replace(address, recipient_sub_unit=""), standing),
        (replace(address, matter_id="matter-2"), standing),
        (replace(address, answers_letter_id=""), standing),
        (address, replace(standing, sub_unit="")),
        (address, replace(standing, article_ids=("A3.2", "b"))),
        (address, replace(standing, confidentiality="P3")),
    ]
    digests = {records.shown_digest(a, s, "type", b"content", b"salt") for a, s in [(address, standing), *others]}
    digests |= {
        records.shown_digest(address, standing, "typ", b"econtent", b"salt"),
        records.shown_digest(address, standing, "type", b"content.", b"salt"),
        records.shown_digest(address, standing, "type", b"content", b"pepper"),
    }

    assert len(digests) == len(others) + 4
