"""Both sides reach the same state, whatever crosses, comes twice, or comes late; and what one may do, counts."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.chassis.matters.fold import TABLES, fold
from services.chassis.matters.may import fresh, may
from services.chassis.matters.model import Act, Event, Kind, Medium, Side
from tests.unit.matters.steps import AD, OP, Conversation, hours, whole_facts

SIDES = st.sampled_from(Side)
EVENTS = st.sampled_from(Event)
STEPS = st.lists(st.tuples(SIDES, EVENTS, st.booleans(), st.integers(0, 2), st.integers(0, 2)), max_size=14)


def held(kind: Kind, steps: list[tuple[Side, Event, bool, int, int]]) -> Conversation:
    """A conversation of people who ask nothing and nobody, with letters under way for any time."""
    conversation = Conversation(kind)
    conversation.write(OP, Event.OPENED)
    for side, event, on_behalf, heard_here, heard_there in steps:
        conversation.write(side, event, on_behalf=on_behalf)
        conversation.deliver(side, heard_here)
        conversation.deliver(side.other, heard_there)
    return conversation


@pytest.mark.parametrize("kind", Kind)
@given(steps=STEPS, seed=st.integers(0, 10**6))
def test_order_and_repetition_of_arrival_do_not_matter(
    kind: Kind, steps: list[tuple[Side, Event, bool, int, int]], seed: int
) -> None:
    conversation = held(kind, steps)
    conversation.deliver()
    matter = conversation.matter(OP)
    assert conversation.matter(AD) == matter
    acts = conversation.known[OP] * 2
    random.Random(seed).shuffle(acts)
    assert fold(kind, acts) == matter
    assert [verdict.act.letter_id for verdict in matter.verdicts] == list(
        dict.fromkeys(verdict.act.letter_id for verdict in matter.verdicts)
    )
    assert len(matter.verdicts) == len(conversation.known[OP])


@pytest.mark.parametrize("kind", Kind)
@given(steps=STEPS, side=SIDES, event=EVENTS, on_behalf=st.booleans())
def test_what_one_may_do_is_what_counts(
    kind: Kind, steps: list[tuple[Side, Event, bool, int, int]], side: Side, event: Event, *, on_behalf: bool
) -> None:
    conversation = held(kind, steps)
    act = conversation.draft(side, event, on_behalf=on_behalf)
    refusal = conversation.refusal(act)
    verdict = fold(kind, [*conversation.known[side], act]).verdicts[-1]
    assert verdict.act == act
    assert verdict.effective == (refusal is None)
    if refusal is not None and verdict.why is not None:
        assert refusal.reason == (verdict.guard or verdict.why.name).upper()


@pytest.mark.parametrize("kind", Kind)
def test_in_a_fresh_matter_only_the_opening_is_possible(kind: Kind) -> None:
    possible = [
        (side, event)
        for side in Side
        for event in Event
        if may(fresh(kind), event, side, whole_facts(event, fresh(kind).standing, side)) is None
    ]
    assert possible == [(OP, Event.OPENED)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "o1", "2026-03-02T00:00:00", "none"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["p1", "u1/finance"]), inner),
    max_leaves=4,
)
NAMES = st.sampled_from(["letter", "results", "persons", "sections", "required_sections", "telephoned_at", "length"])
WILD_ACTS = st.builds(
    Act,
    letter_id=st.sampled_from(["o1", "o2", "a1", "a2", "x"]),
    event=EVENTS,
    writer=SIDES,
    number=st.integers(-1, 3),
    at=st.just(hours(0)),
    last_seen=st.sampled_from([None, "o1", "o2", "a1", "a2", "nowhere"]),
    facts=st.dictionaries(NAMES, JSON, max_size=3),
    on_behalf=st.booleans(),
    medium=st.sampled_from(Medium),
)


@pytest.mark.parametrize("kind", Kind)
@given(acts=st.lists(WILD_ACTS, max_size=7), seed=st.integers(0, 10**6))
def test_no_act_however_wild_stops_the_fold_or_parts_the_sides(kind: Kind, acts: list[Act], seed: int) -> None:
    opening = Conversation(kind).draft(OP, Event.OPENED)
    acts = list({act.letter_id: act for act in [opening, *acts]}.values())
    shuffled = random.Random(seed).sample(acts, k=len(acts))
    matter = fold(kind, acts)
    assert fold(kind, shuffled) == matter
    assert matter.state in TABLES[kind].states


class TwoSides(RuleBasedStateMachine):
    """Two honest sides: each takes only steps that it may take by what it has seen; letters take any time."""

    kind = Kind.REQUEST

    @initialize()
    def open(self) -> None:
        self.talk = Conversation(self.kind)
        self.opened = self.talk.write(OP, Event.OPENED)
        self.allowed: list[Act] = [self.opened]

    @rule(side=SIDES, data=st.data())
    def take_a_possible_step(self, side: Side, data: Any) -> None:
        matter = self.talk.matter(side)
        possible = [
            event for event in Event if may(matter, event, side, whole_facts(event, matter.standing, side)) is None
        ]
        if possible:
            self.allowed.append(self.talk.write(side, data.draw(st.sampled_from(possible))))

    @rule(event=st.sampled_from([Event.SIGNED_FOR, Event.ANSWERED, Event.FINAL_RESULT]))
    def record_from_paper(self, event: Event) -> None:
        if self.talk.refusal(self.talk.draft(OP, event, on_behalf=True)) is None:
            self.allowed.append(self.talk.write(OP, event, on_behalf=True))

    @precondition(lambda self: any(self.talk.under_way.values()))
    @rule(to=SIDES, count=st.integers(1, 3))
    def hear(self, to: Side, count: int) -> None:
        self.talk.deliver(to, count)

    @invariant()
    def the_opening_side_is_never_overtaken(self) -> None:
        """Every step it was allowed to take counts, and keeps counting as news from the other side comes in."""
        for side in Side:
            verdicts = self.talk.matter(side).verdicts
            assert all(verdict.effective for verdict in verdicts if verdict.act.writer is OP)

    @invariant()
    def a_step_that_does_not_count_is_kept_with_its_reason(self) -> None:
        for side in Side:
            matter = self.talk.matter(side)
            assert {verdict.act.letter_id for verdict in matter.verdicts} == {
                act.letter_id for act in self.talk.known[side]
            }
            assert all(verdict.why is not None for verdict in matter.kept)

    def teardown(self) -> None:
        if not hasattr(self, "talk"):
            return
        self.talk.deliver()
        assert self.talk.matter(OP) == self.talk.matter(AD)
        kept = self.talk.matter().kept
        # Honest sides meet no refusal but one: the other side's letter was under way.
        assert all(verdict.unseen for verdict in kept)


class TwoSidesOfANotice(TwoSides):
    kind = Kind.NOTICE


class TwoSidesOfAHandover(TwoSides):
    kind = Kind.HANDOVER


_SETTINGS = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestRequest = TwoSides.TestCase
TestRequest.settings = _SETTINGS
TestNotice = TwoSidesOfANotice.TestCase
TestNotice.settings = _SETTINGS
TestHandover = TwoSidesOfAHandover.TestCase
TestHandover.settings = _SETTINGS
