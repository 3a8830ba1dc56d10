"""Every condition of a step: one case that meets it, and cases that do not, malformed ones among them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chassis.matters.guards import GUARDS
from services.chassis.matters.model import Facts, Medium, Rung, Side, Standing, Step
from tests.unit.matters.steps import hours

STANDING = Standing(
    opening_id="o1",
    required_sections=("u1/finance", "u1/audit"),
    persons=("p1", "p2"),
    results=frozenset({("a1", "p1"), ("a2", "p2")}),
    answers=("a1",),
    own_letters=frozenset({(Side.OPENER, "o1"), (Side.ADDRESSEE, "a1")}),
)
ONE_WITHOUT_RESULT = replace(STANDING, results=frozenset({("a1", "p1")}))


def signed_for(medium: Medium) -> Standing:
    return replace(STANDING, steps=(Step(Rung.SIGNED_FOR, hours(0), Side.ADDRESSEE, medium, "a1"),))


BOTH = {"u1/finance": "provided", "u1/audit": "withheld"}
EMPTY = {"u1/finance": "none", "u1/audit": "not_held"}

MET: list[tuple[str, Facts, Standing]] = [
    ("leader_signed", {"leader_signed_at": "2026-03-02T00:30:00+00:00"}, STANDING),
    ("reason_given", {"reason": "材料较多"}, STANDING),
    ("reason_and_approver", {"reason": "材料较多", "approver": "主任"}, STANDING),
    ("length_given", {"length": 1}, STANDING),
    ("telephone_recorded", {"telephoned_by": "甲", "telephoned_whom": "乙", "telephoned_at": "09:00"}, STANDING),
    ("named_person_signs", {"signed_for_by": "张三"}, STANDING),
    ("no_person_signed_yet", {}, signed_for(Medium.DEEMED)),
    ("every_section_has_state", {"sections": BOTH}, STANDING),
    ("every_section_has_state", {}, Standing()),
    ("empty_is_confirmed", {"sections": BOTH}, STANDING),
    ("empty_is_confirmed", {"sections": EMPTY, "empty_confirmed": True}, STANDING),
    ("empty_is_confirmed", {"empty": True, "empty_confirmed": True}, STANDING),
    ("deidentified", {"deidentified": True}, STANDING),
    ("reason_per_section", {"section_reasons": {"u1/audit": "缺少附件"}}, STANDING),
    ("target_date_given", {"target_date": "2026-03-12"}, STANDING),
    ("not_past_reporting", {}, STANDING),
    ("names_own_letter", {"letter": "o1"}, STANDING),
    ("names_opening_letter", {"letter": "o1"}, STANDING),
    ("names_own_answer", {"letter": "a1"}, STANDING),
    ("suspended", {}, replace(STANDING, suspended=True)),
    ("running", {}, STANDING),
    ("step_named", {"step": "2"}, STANDING),
    ("packed_by_two", {"packed_by": "甲", "witness": "乙"}, STANDING),
    ("hearing_recorded", {"hearing_decision": "〔2026〕3号"}, STANDING),
    ("hearing_recorded", {"early_handover_decision": "〔2026〕4号"}, STANDING),
    ("proposed_body_given", {"proposed_body": "organization"}, STANDING),
    ("results_coded", {"results": {"p1": "conclude"}}, STANDING),
    ("every_person_has_result", {}, STANDING),
    ("closing_recorded", {"reason": "任务调整", "decision": "〔2026〕9号"}, STANDING),
    ("scan_recorded", {"scan_digest": "ab", "recorded_by": "赵六"}, STANDING),
]

UNMET: list[tuple[str, Facts, Standing]] = [
    ("leader_signed", {}, STANDING),
    ("reason_given", {"reason": " "}, STANDING),
    ("reason_and_approver", {"reason": "材料较多"}, STANDING),
    ("length_given", {"length": 0}, STANDING),
    ("length_given", {"length": True}, STANDING),
    ("telephone_recorded", {"telephoned_by": "甲", "telephoned_at": "09:00"}, STANDING),
    ("named_person_signs", {"signed_for_by": ""}, STANDING),
    ("no_person_signed_yet", {}, signed_for(Medium.NODE)),
    ("no_person_signed_yet", {}, signed_for(Medium.PAPER)),
    ("every_section_has_state", {"sections": {"u1/finance": "provided"}}, STANDING),
    ("every_section_has_state", {"sections": {**BOTH, "u1/audit": "forgotten"}}, STANDING),
    ("every_section_has_state", {"sections": {**BOTH, "u1/audit": {}}}, STANDING),
    ("empty_is_confirmed", {"sections": EMPTY}, STANDING),
    ("empty_is_confirmed", {"empty": True}, STANDING),
    ("deidentified", {"deidentified": "yes"}, STANDING),
    ("reason_per_section", {"section_reasons": {}}, STANDING),
    ("reason_per_section", {"section_reasons": {"u1/audit": ""}}, STANDING),
    ("target_date_given", {}, STANDING),
    ("not_past_reporting", {"past_reporting": True}, STANDING),
    ("names_own_letter", {"letter": "a1"}, STANDING),
    ("names_own_letter", {"letter": {}}, STANDING),
    ("names_opening_letter", {"letter": "o2"}, STANDING),
    ("names_opening_letter", {}, Standing()),
    ("names_own_answer", {"letter": "a2"}, STANDING),
    ("suspended", {}, STANDING),
    ("running", {}, replace(STANDING, suspended=True)),
    ("step_named", {}, STANDING),
    ("packed_by_two", {"packed_by": "甲", "witness": "甲"}, STANDING),
    ("hearing_recorded", {}, STANDING),
    ("proposed_body_given", {}, STANDING),
    ("results_coded", {"results": {"p1": ""}}, STANDING),
    ("results_coded", {"results": {}}, STANDING),
    ("every_person_has_result", {}, ONE_WITHOUT_RESULT),
    ("closing_recorded", {"reason": "任务调整"}, STANDING),
    ("scan_recorded", {"scan_digest": "ab"}, STANDING),
]


@pytest.mark.parametrize(("name", "facts", "standing"), MET)
def test_a_condition_is_met_by_what_it_asks_for(name: str, facts: Facts, standing: Standing) -> None:
    assert GUARDS[name].check(facts, standing, Side.OPENER)


@pytest.mark.parametrize(("name", "facts", "standing"), UNMET)
def test_a_condition_is_not_met_by_less(name: str, facts: Facts, standing: Standing) -> None:
    assert not GUARDS[name].check(facts, standing, Side.OPENER)


def test_every_condition_has_both_cases() -> None:
    assert {name for name, *_ in MET} == {name for name, *_ in UNMET} == set(GUARDS)
