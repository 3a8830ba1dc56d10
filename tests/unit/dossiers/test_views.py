"""What people see of a dossier: each rung with its claimant, each act with its fate, and whose turn it is."""

from __future__ import annotations

import pytest

from services.chassis.dossiers.model import Dossier, Head, NewMatter
from services.chassis.dossiers.turns import TURNS, Waiting, waiting_of
from services.chassis.dossiers.views import LadderRung, TimelineEntry, ladder, timeline
from services.chassis.matters.business import business_state
from services.chassis.matters.fold import TABLES, fold
from services.chassis.matters.may import fresh, may
from services.chassis.matters.model import Event, Kind, Medium, Rung, Side, State
from tests.unit.matters.steps import ACCEPTED, AD, OP, SIGNED_FOR, Conversation, hours, talked, whole_facts


def dossier_of(conversation: Conversation) -> Dossier:
    conversation.deliver()
    acts = tuple(conversation.known[OP])
    matter = fold(conversation.kind, acts, stored_at=hours(0.5))
    header = NewMatter(
        matter_id="m1",
        kind=conversation.kind,
        letter_kind="info.request",
        opener="inspection",
        addressee="finance",
        our_side=OP,
        opened_letter_id=acts[0].letter_id,
    )
    head = Head(
        header=header,
        opened_at=hours(0),
        stored_at=hours(0.5),
        state=matter.state,
        business_state=business_state(matter),
        is_open=not matter.over,
        signed_for_at=None,
        answered_at=None,
        ended_at=None,
        suspended=False,
        changed_at=hours(9),
    )
    return Dossier(head, matter, acts, {act.letter_id: hours(10 + act.number) for act in acts})


def rungs(dossier: Dossier) -> dict[Rung, LadderRung]:
    return {rung.rung: rung for rung in ladder(dossier, sent_at=hours(0.25))}


def by_letter(dossier: Dossier) -> dict[str, TimelineEntry]:
    return {entry.letter_id: entry for entry in timeline(dossier)}


def test_the_ladder_tells_who_claims_each_time() -> None:
    climbed = rungs(dossier_of(talked(Kind.REQUEST, *ACCEPTED)))
    assert list(climbed) == list(Rung)
    claims = {rung: (view.reached.at, view.reached.claimed_by) for rung, view in climbed.items() if view.reached}
    assert claims == {
        Rung.WRITTEN: (hours(0), "inspection"),
        Rung.SIGNED: (hours(-0.5), "inspection"),
        Rung.SENT: (hours(0.25), "inspection"),
        Rung.STORED: (hours(0.5), "finance"),
        Rung.SIGNED_FOR: (hours(1), "finance"),
        Rung.ACCEPTED: (hours(2), "finance"),
    }


def test_a_deemed_receipt_stands_beside_the_real_one_and_is_marked() -> None:
    conversation = talked(Kind.REQUEST, (OP, Event.OPENED), (OP, Event.DEEMED_SIGNED_FOR), (AD, Event.SIGNED_FOR))
    rung = rungs(dossier_of(conversation))[Rung.SIGNED_FOR]
    assert rung.reached is not None
    assert (rung.reached.medium, rung.reached.claimed_by) == (Medium.NODE, "finance")
    assert [(claim.medium, claim.claimed_by) for claim in rung.also] == [(Medium.DEEMED, "inspection")]


def test_a_step_on_paper_shows_whose_it_is_and_who_recorded_it() -> None:
    conversation = talked(Kind.REQUEST, (OP, Event.OPENED))
    letter = conversation.write(OP, Event.SIGNED_FOR, on_behalf=True).letter_id
    entry = by_letter(dossier_of(conversation))[letter]
    assert (entry.body, entry.written_by, entry.medium) == ("finance", "inspection", Medium.PAPER)


def test_the_timeline_shows_what_does_not_count_with_its_reason_in_both_languages() -> None:
    conversation = talked(Kind.REQUEST, *ACCEPTED)
    crossed = conversation.write(AD, Event.ANSWERED)
    conversation.write(OP, Event.WITHDRAWN)
    conversation.deliver()
    bare = conversation.write(AD, Event.CORRECTED, leader_signed_at="")
    dossier = dossier_of(conversation)
    entries = by_letter(dossier)
    assert len(entries) == len(dossier.acts) == 6
    answer, correction = entries[crossed.letter_id], entries[bare.letter_id]
    assert (answer.effective, answer.crossed, answer.before, answer.after) == (
        False,
        True,
        State.WITHDRAWN,
        State.WITHDRAWN,
    )
    assert "以发起方为准" in answer.reason_zh
    assert "prevails" in answer.reason_en
    assert (correction.crossed, correction.reason_zh) == (False, "须由领导签发。")
    assert all((entry.reason_zh == "") is entry.effective for entry in entries.values())
    assert answer.recorded_at == dossier.recorded_at[crossed.letter_id]


def test_the_next_letter_names_the_last_one_of_the_other_side() -> None:
    conversation = talked(Kind.REQUEST, *SIGNED_FOR)
    assert dossier_of(conversation).last_seen == conversation.known[OP][-1].letter_id
    assert dossier_of(talked(Kind.REQUEST, (OP, Event.OPENED))).last_seen is None


def test_every_state_says_whose_turn_it_is_and_an_ended_matter_is_nobodys() -> None:
    assert set(TURNS) == set(State)
    for table in TABLES.values():
        for state in set(table.states) - table.terminal - {State.UNOPENED}:
            assert TURNS[state] is not None


@pytest.mark.parametrize("kind", [Kind.REQUEST, Kind.HANDOVER])
def test_whoever_has_the_turn_has_a_step_that_moves_the_matter(kind: Kind) -> None:
    table = TABLES[kind]
    for state in set(table.states) - table.terminal - {State.UNOPENED}:
        turn = TURNS[state]
        assert turn is not None
        moves = [row for row in table.rows.values() if (row.state, row.side) == (state, turn[0])]
        assert any(row.to not in (None, state) for row in moves)


def test_a_count_is_ours_or_theirs_by_the_side_we_stand_on() -> None:
    assert waiting_of(Side.ADDRESSEE, State.STORED, 3) == Waiting(we_sign_for=3)
    assert waiting_of(Side.OPENER, State.RETURNED, 2) == Waiting(they_work=2)
    assert waiting_of(Side.OPENER, State.FINAL, 1) == Waiting(we_settle=1)
    assert waiting_of(Side.OPENER, State.UNOPENED, 9) == Waiting()
    assert Waiting(we_work=1, they_settle=2) + Waiting(we_work=3) == Waiting(we_work=4, they_settle=2)


def test_before_the_opening_it_is_nobodys_turn_but_the_openers_to_open() -> None:
    matter = fresh(Kind.REQUEST)
    assert TURNS[matter.state] is None
    assert may(matter, Event.OPENED, OP, whole_facts(Event.OPENED, matter.standing, OP)) is None
