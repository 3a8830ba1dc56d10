"""A round asks six bodies, never a body about itself, and moves only as the opinion allows."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.rounds.records import (
    STEPS,
    Gap,
    RoundState,
    Target,
    address,
    gaps,
    numeral,
    on_site,
    scope_matches,
    step_for,
    targets_are_fixed,
)

BODIES = ("discipline", "organization", "publicity", "petitions", "audit", "statistics")
WATER = Target("u1", "县水务局")
AUDIT = Target("u2", "县审计局", body="audit")


def test_a_body_is_never_asked_about_itself_and_the_gap_is_known():
    asked = {one.body: one for one in address(BODIES, (WATER, AUDIT))}

    assert asked["audit"].asked == (WATER,)
    assert asked["audit"].removed == (AUDIT,)
    assert asked["petitions"].asked == (WATER, AUDIT)
    assert gaps(BODIES, (WATER, AUDIT)) == (Gap("u2", "audit"),)


@given(st.lists(st.sampled_from((*BODIES, "")), max_size=12))
def test_every_unit_is_asked_about_or_shown_as_a_gap(bodies_of_units: list[str]):
    targets = [Target(f"u{i}", f"单位{i}", body) for i, body in enumerate(bodies_of_units)]

    for addressed in address(BODIES, targets):
        assert set(addressed.asked) | set(addressed.removed) == set(targets)
        assert all(target.body != addressed.body for target in addressed.asked)
    assert len(gaps(BODIES, targets)) == sum(body in BODIES for body in bodies_of_units)


def test_targets_can_be_fixed_only_after_the_plan_was_agreed():
    assert step_for(RoundState.DRAFT, "fix_targets") is None
    assert step_for(RoundState.PLAN_SUBMITTED, "fix_targets") is None
    step = step_for(RoundState.PLAN_AGREED, "fix_targets")

    assert step is not None
    assert (step.target, step.article) == (RoundState.TARGETS_FIXED, "A1.2b")


def test_one_act_leads_to_one_state():
    assert len({(step.source, step.act) for step in STEPS}) == len(STEPS)


def test_letters_that_disclose_targets_wait_until_they_are_fixed():
    assert [state for state in RoundState if targets_are_fixed(state)] == [
        RoundState.TARGETS_FIXED,
        RoundState.PREPARING,
        RoundState.ON_SITE,
        RoundState.REPORTING,
    ]


def test_a_decision_counts_only_for_exactly_its_own_units():
    assert scope_matches({"u1", "u2"}, ["u2", "u1"])
    assert not scope_matches({"u1", "u2", "u3"}, ["u1", "u2"])
    assert not scope_matches({"u1"}, ["u1", "u2"])


def test_on_site_is_a_stage_with_dates():
    first, last = date(2026, 3, 16), date(2026, 5, 8)

    assert on_site(RoundState.ON_SITE, first, last, first)
    assert not on_site(RoundState.ON_SITE, first, last, date(2026, 5, 9))
    assert not on_site(RoundState.PREPARING, first, last, first)


@pytest.mark.parametrize(("number", "text"), [(8, "八"), (10, "十"), (15, "十五"), (20, "二十"), (21, "二十一")])
def test_rounds_are_numbered_as_their_names_write_it(number: int, text: str):
    assert numeral(number) == text
