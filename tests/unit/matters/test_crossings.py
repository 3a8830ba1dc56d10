"""What crosses on the wire, what is done on paper and by telephone, what is corrected, stopped or recalled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chassis.matters.fold import Verdict, fold
from services.chassis.matters.model import Event, Kind, Medium, Rung, State
from services.chassis.matters.reasons import Why
from tests.unit.matters.steps import ACCEPTED, AD, ANSWERED, OP, SIGNED_FOR, Conversation, hours, talked


def fate(conversation: Conversation, letter_id: str) -> Verdict:
    conversation.deliver()
    assert conversation.matter(OP) == conversation.matter(AD)
    return next(verdict for verdict in conversation.matter().verdicts if verdict.act.letter_id == letter_id)


def test_an_answer_that_crosses_a_withdrawal_is_overridden_and_shown() -> None:
    conversation = talked(Kind.REQUEST, *ACCEPTED)
    answer = conversation.write(AD, Event.ANSWERED)
    conversation.write(OP, Event.WITHDRAWN)
    verdict = fate(conversation, answer.letter_id)
    assert (verdict.effective, verdict.overridden) == (False, True)
    assert conversation.matter().state is State.WITHDRAWN
    assert conversation.matter().kept == (verdict,)


def test_an_answer_that_knew_of_the_withdrawal_has_no_excuse() -> None:
    conversation = talked(Kind.REQUEST, *ACCEPTED, (OP, Event.WITHDRAWN))
    verdict = fate(conversation, conversation.write(AD, Event.ANSWERED).letter_id)
    assert verdict.why is Why.OVER


def test_an_answer_that_crosses_a_reminder_or_an_extension_counts() -> None:
    for event in (Event.REMINDED, Event.EXTENDED, Event.SUSPENDED, Event.CLARIFIED, Event.CORRECTED):
        conversation = talked(Kind.REQUEST, *ACCEPTED)
        answer = conversation.write(AD, Event.ANSWERED)
        other = conversation.write(OP, event)
        assert fate(conversation, answer.letter_id).effective
        assert fate(conversation, other.letter_id).effective
        assert conversation.matter().state is State.ANSWERED


def test_a_supplement_that_crosses_a_return_counts_and_the_return_stands() -> None:
    conversation = talked(Kind.REQUEST, *ANSWERED)
    supplement = conversation.write(AD, Event.SUPPLEMENTED)
    conversation.write(OP, Event.RETURNED_FOR_COMPLETION)
    assert fate(conversation, supplement.letter_id).effective
    assert conversation.matter().state is State.RETURNED
    assert conversation.matter().standing.answers[-1] == supplement.letter_id


def test_the_recall_of_an_answer_that_crosses_its_acceptance_comes_too_late() -> None:
    conversation = talked(Kind.REQUEST, *ANSWERED)
    recall = conversation.write(AD, Event.RECALLED)
    conversation.write(OP, Event.REPLY_ACCEPTED)
    assert fate(conversation, recall.letter_id).overridden
    assert conversation.matter().state is State.SETTLED


def test_a_signature_that_crosses_a_withdrawal_is_kept_as_evidence() -> None:
    conversation = talked(Kind.REQUEST, (OP, Event.OPENED))
    signature = conversation.write(AD, Event.SIGNED_FOR)
    conversation.write(OP, Event.WITHDRAWN)
    assert fate(conversation, signature.letter_id).effective
    assert conversation.matter().state is State.WITHDRAWN
    assert conversation.matter().standing.reached(Rung.SIGNED_FOR) is not None


def test_two_replies_in_a_row_the_second_is_kept_and_shown() -> None:
    conversation = talked(Kind.REQUEST, *ANSWERED)
    verdict = fate(conversation, conversation.write(AD, Event.ANSWERED).letter_id)
    assert (verdict.effective, verdict.why) == (False, Why.ALREADY_ANSWERED)


def test_the_earlier_of_deemed_and_real_starts_the_clock_and_both_are_shown() -> None:
    conversation = talked(Kind.REQUEST, (OP, Event.OPENED), (OP, Event.DEEMED_SIGNED_FOR))
    assert conversation.matter().state is State.SIGNED_FOR
    deemed = conversation.matter().standing.step(Rung.SIGNED_FOR)
    assert deemed is not None
    assert deemed.medium is Medium.DEEMED
    conversation.talk((AD, Event.SIGNED_FOR))
    standing = conversation.matter().standing
    assert {step.medium for step in standing.steps if step.rung is Rung.SIGNED_FOR} == {Medium.DEEMED, Medium.NODE}
    assert standing.reached(Rung.SIGNED_FOR) == hours(2)


def test_a_signature_that_crosses_the_deemed_receipt_joins_it() -> None:
    conversation = talked(Kind.REQUEST, (OP, Event.OPENED))
    signature = conversation.write(AD, Event.SIGNED_FOR)
    conversation.write(OP, Event.DEEMED_SIGNED_FOR)
    assert fate(conversation, signature.letter_id).effective
    assert conversation.matter().state is State.SIGNED_FOR


def test_paper_steps_of_a_body_without_a_node_climb_the_same_ladder() -> None:
    conversation = talked(Kind.REQUEST, (OP, Event.OPENED))
    for event in (Event.SIGNED_FOR, Event.ANSWERED):
        conversation.write(OP, event, on_behalf=True)
    conversation.deliver()
    matter = conversation.matter(AD)
    assert matter.state is State.ANSWERED
    step = matter.standing.step(Rung.ANSWERED)
    assert step is not None
    assert (step.medium, step.claimed_by) == (Medium.PAPER, OP)


def test_the_reply_that_later_comes_by_node_joins_the_one_on_paper() -> None:
    conversation = talked(Kind.REQUEST, *SIGNED_FOR)
    by_node = conversation.write(AD, Event.ANSWERED)
    on_paper = conversation.write(OP, Event.ANSWERED, on_behalf=True)
    verdict = fate(conversation, by_node.letter_id)
    assert (verdict.effective, verdict.joins) == (True, on_paper.letter_id)
    assert conversation.matter().state is State.ANSWERED


def test_nobody_acts_for_the_other_but_from_paper_and_with_a_scan() -> None:
    conversation = talked(Kind.REQUEST, (OP, Event.OPENED))
    unscanned = conversation.write(OP, Event.SIGNED_FOR, on_behalf=True, scan_digest="")
    verdict = fate(conversation, unscanned.letter_id)
    assert (verdict.why, verdict.guard) == (Why.GUARD, "scan_recorded")
    invented = replace(unscanned, medium=Medium.NODE, letter_id="L900", number=900)
    assert fold(Kind.REQUEST, [*conversation.known[OP], invented]).verdicts[-1].why is Why.SPEAKS_FOR_OTHER


def test_a_paper_record_that_crosses_the_letter_itself_joins_it_only_with_a_scan() -> None:
    for digest, joins in (("ab" * 32, True), ("", False)):
        conversation = talked(Kind.REQUEST, *SIGNED_FOR)
        by_node = conversation.write(OP, Event.REMINDED)
        on_paper = conversation.write(AD, Event.REMINDED, on_behalf=True, scan_digest=digest)
        assert (fate(conversation, on_paper.letter_id).joins == by_node.letter_id) is joins


def test_corrections_are_possible_to_the_very_end_and_move_nothing() -> None:
    conversation = talked(Kind.REQUEST, *ANSWERED, (OP, Event.REPLY_ACCEPTED))
    before = conversation.matter()
    after = conversation.talk((OP, Event.CORRECTED), (AD, Event.CORRECTED))
    assert (after.state, after.kept) == (before.state, ())


def test_a_clock_is_moved_only_with_reason_and_approver_and_stopped_once() -> None:
    conversation = talked(Kind.REQUEST, *SIGNED_FOR, (OP, Event.EXTENDED), (OP, Event.SUSPENDED))
    assert conversation.matter().standing.suspended
    twice = conversation.refusal(conversation.draft(OP, Event.SUSPENDED))
    assert twice is not None
    assert twice.reason == "RUNNING"
    bare = conversation.refusal(conversation.draft(OP, Event.EXTENDED, approver=""))
    assert bare is not None
    assert bare.reason == "REASON_AND_APPROVER"
    standing = conversation.talk((OP, Event.RESUMED)).standing
    assert (standing.suspended, len(standing.clock_moves)) == (False, 3)


def test_an_ask_back_moves_no_date_and_a_clarification_settles_it() -> None:
    conversation = talked(Kind.REQUEST, *SIGNED_FOR, (AD, Event.ASKED_BACK))
    assert (len(conversation.matter().standing.open_questions), conversation.matter().standing.clock_moves) == (1, ())
    assert conversation.talk((OP, Event.CLARIFIED)).standing.open_questions == ()


@pytest.mark.parametrize("kind", Kind)
def test_a_recall_after_somebody_read_the_letter_is_an_incident(kind: Kind) -> None:
    unread = talked(kind, (OP, Event.OPENED), (OP, Event.RECALLED)).matter()
    assert (unread.state, unread.standing.read_before_recall) == (State.RECALLED, False)
    read = talked(kind, (OP, Event.OPENED), (AD, Event.VIEWED), (OP, Event.RECALLED)).matter()
    assert (read.state, read.standing.read_before_recall) == (State.RECALLED, True)


def test_a_viewing_that_crosses_the_recall_still_makes_it_an_incident() -> None:
    conversation = talked(Kind.REQUEST, (OP, Event.OPENED))
    viewing = conversation.write(AD, Event.VIEWED)
    conversation.write(OP, Event.RECALLED)
    assert fate(conversation, viewing.letter_id).effective
    assert conversation.matter().standing.read_before_recall


def test_a_deemed_receipt_is_no_reading() -> None:
    matter = talked(Kind.REQUEST, (OP, Event.OPENED), (OP, Event.DEEMED_SIGNED_FOR), (OP, Event.RECALLED)).matter()
    assert not matter.standing.read_before_recall


def test_deletion_is_certified_after_a_recall_only() -> None:
    conversation = talked(Kind.REQUEST, (OP, Event.OPENED))
    refusal = conversation.refusal(conversation.draft(AD, Event.DELETION_CERTIFIED))
    assert refusal is not None
    assert refusal.reason == "NOT_RECALLED"
    assert conversation.talk((OP, Event.RECALLED), (AD, Event.DELETION_CERTIFIED)).kept == ()


def test_a_recalled_answer_leaves_the_ladder_and_the_request_is_owed_again() -> None:
    conversation = talked(Kind.REQUEST, *ANSWERED, (AD, Event.RECALLED))
    standing = conversation.matter().standing
    assert (standing.state, standing.answers, standing.reached(Rung.ANSWERED)) == (State.ACCEPTED, (), None)
    assert conversation.talk((AD, Event.ANSWERED)).state is State.ANSWERED


def test_a_return_of_a_refusal_takes_the_end_off_the_ladder() -> None:
    conversation = talked(Kind.REQUEST, (OP, Event.OPENED), (AD, Event.DECLINED))
    assert conversation.matter().standing.reached(Rung.CLOSED) is not None
    assert conversation.talk((OP, Event.RETURNED_FOR_COMPLETION)).standing.reached(Rung.CLOSED) is None
