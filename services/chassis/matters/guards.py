"""The named conditions of a step, each a predicate over the act's own facts and where the matter stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.chassis.matters.model import Facts, Medium, Rung, Side, Standing

SECTION_STATES = frozenset({"provided", "none", "not_held", "withheld"})
_NOTHING = frozenset({"none", "not_held"})

Check = Callable[[Facts, Standing, Side], bool]


@dataclass(frozen=True)
class Guard:
    """A condition, the facts it reads, and what to say when it is not met."""

    name: str
    reads: tuple[str, ...]
    check: Check
    zh: str
    en: str


def _leader_signed(facts: Facts, _standing: Standing, _side: Side) -> bool:
    return _given(facts, "leader_signed_at") or facts.get("signature_not_asked") is True


def _given(facts: Facts, name: str) -> bool:
    value = facts.get(name)
    return isinstance(value, str) and bool(value.strip())


def _all_given(*names: str) -> Check:
    return lambda facts, _standing, _side: all(_given(facts, name) for name in names)


def _true(name: str) -> Check:
    return lambda facts, _standing, _side: facts.get(name) is True


def _mapping(facts: Facts, name: str) -> Mapping[object, object]:
    value = facts.get(name)
    return value if isinstance(value, Mapping) else {}


def _is_one_of(value: object, words: frozenset[str]) -> bool:
    return isinstance(value, str) and value in words


def _positive_length(facts: Facts, _standing: Standing, _side: Side) -> bool:
    length = facts.get("length")
    return isinstance(length, int) and not isinstance(length, bool) and length > 0


def _every_section_has_state(facts: Facts, standing: Standing, _side: Side) -> bool:
    sections = _mapping(facts, "sections")
    return all(_is_one_of(sections.get(code), SECTION_STATES) for code in standing.required_sections)


def _empty_is_confirmed(facts: Facts, _standing: Standing, _side: Side) -> bool:
    states = _mapping(facts, "sections").values()
    empty = all(_is_one_of(state, _NOTHING) for state in states) if states else facts.get("empty") is True
    return not empty or facts.get("empty_confirmed") is True


def _reason_per_section(facts: Facts, _standing: Standing, _side: Side) -> bool:
    reasons = _mapping(facts, "section_reasons")
    return bool(reasons) and all(isinstance(text, str) and text.strip() for text in reasons.values())


def _names_own_letter(facts: Facts, standing: Standing, side: Side) -> bool:
    letter = facts.get("letter")
    return isinstance(letter, str) and (side, letter) in standing.own_letters


def _names_opening_letter(facts: Facts, standing: Standing, _side: Side) -> bool:
    return standing.opening_id is not None and facts.get("letter") == standing.opening_id


def _names_own_answer(facts: Facts, standing: Standing, _side: Side) -> bool:
    return facts.get("letter") in standing.answers


def _no_person_signed_yet(_facts: Facts, standing: Standing, _side: Side) -> bool:
    signed = (step for step in standing.steps if step.rung is Rung.SIGNED_FOR)
    return all(step.medium is Medium.DEEMED for step in signed)


def _results_coded(facts: Facts, _standing: Standing, _side: Side) -> bool:
    results = _mapping(facts, "results")
    return bool(results) and all(isinstance(code, str) and code for code in results.values())


def _every_person_has_result(_facts: Facts, standing: Standing, _side: Side) -> bool:
    return {person for _letter, person in standing.results}.issuperset(standing.persons)


def _packed_by_two(facts: Facts, _standing: Standing, _side: Side) -> bool:
    both = _given(facts, "packed_by") and _given(facts, "witness")
    return both and facts["packed_by"] != facts["witness"]


def _hearing_recorded(facts: Facts, _standing: Standing, _side: Side) -> bool:
    return _given(facts, "hearing_decision") or _given(facts, "early_handover_decision")


def _not_past_reporting(facts: Facts, _standing: Standing, _side: Side) -> bool:
    return facts.get("past_reporting") is not True


def _suspended(_facts: Facts, standing: Standing, _side: Side) -> bool:
    return standing.suspended


def _running(_facts: Facts, standing: Standing, _side: Side) -> bool:
    return not standing.suspended


_ALL = (
    Guard(
        "leader_signed",
        ("leader_signed_at", "signature_not_asked"),
        _leader_signed,
        "须由领导签发。",
        "A leader signs it first.",
    ),
    Guard("reason_given", ("reason",), _all_given("reason"), "须写明理由。", "State the reason."),
    Guard(
        "reason_and_approver",
        ("reason", "approver"),
        _all_given("reason", "approver"),
        "须写明理由和批准人。",
        "State the reason and who approved it.",
    ),
    Guard(
        "length_given",
        ("length",),
        _positive_length,
        "须写明延长多少（按该期限自身的单位）。",
        "State by how much, in the rule's own unit.",
    ),
    Guard(
        "telephone_recorded",
        ("telephoned_by", "telephoned_whom", "telephoned_at"),
        _all_given("telephoned_by", "telephoned_whom", "telephoned_at"),
        "视为签收须登记何人何时电话联系何人。",
        "A deemed receipt records who telephoned whom, and when.",
    ),
    Guard(
        "named_person_signs",
        ("signed_for_by",),
        _all_given("signed_for_by"),
        "签收须有具名人员。",
        "A named person signs for it.",
    ),
    Guard(
        "no_person_signed_yet",
        (),
        _no_person_signed_yet,
        "已有人签收。",
        "A person has already signed for it.",
    ),
    Guard(
        "every_section_has_state",
        ("sections",),
        _every_section_has_state,
        "每个必填部分须写明情况：有、无、未掌握或仅口头。",
        "Every required section needs a state: provided, none, not held, or withheld.",
    ),
    Guard(
        "empty_is_confirmed",
        ("sections", "empty", "empty_confirmed"),
        _empty_is_confirmed,
        "答复为空或全部为“无”，须由领导明确确认。",
        "The reply is empty or all 'none': the leader confirms that explicitly.",
    ),
    Guard(
        "deidentified",
        ("deidentified",),
        _true("deidentified"),
        "须先通过去标识检查。",
        "The de-identification check has not passed.",
    ),
    Guard(
        "reason_per_section",
        ("section_reasons",),
        _reason_per_section,
        "退回须逐部分写明理由。",
        "A return states a reason for each section.",
    ),
    Guard(
        "target_date_given",
        ("target_date",),
        _all_given("target_date"),
        "退回须写明新的报送日期。",
        "A return sets a new target date.",
    ),
    Guard(
        "not_past_reporting",
        ("past_reporting",),
        _not_past_reporting,
        "该单位巡察已过报告阶段，不再补充。",
        "The unit is past the reporting stage; supplements are no longer taken.",
    ),
    Guard(
        "names_own_letter",
        ("letter",),
        _names_own_letter,
        "须指明本方在本事项中的来函。",
        "Name one of your own letters of this matter.",
    ),
    Guard(
        "names_opening_letter",
        ("letter",),
        _names_opening_letter,
        "须指明本事项的发起函。",
        "Name the letter that opened this matter.",
    ),
    Guard(
        "names_own_answer",
        ("letter",),
        _names_own_answer,
        "须指明本方的有效答复。",
        "Name a reply of yours that still stands.",
    ),
    Guard("suspended", (), _suspended, "期限并未中止。", "The clock is not suspended."),
    Guard("running", (), _running, "期限已经中止。", "The clock is already suspended."),
    Guard("step_named", ("step",), _all_given("step"), "须写明催办级别。", "Name the step of the reminder ladder."),
    Guard(
        "packed_by_two",
        ("packed_by", "witness"),
        _packed_by_two,
        "移交须由两人共同封装。",
        "Two different persons pack a handover.",
    ),
    Guard(
        "hearing_recorded",
        ("hearing_decision", "early_handover_decision"),
        _hearing_recorded,
        "县委书记专题会议听取综合汇报后方可移交。",
        "Handover waits for the secretary's special meeting, or a recorded approval of early handover.",
    ),
    Guard(
        "proposed_body_given",
        ("proposed_body",),
        _all_given("proposed_body"),
        "退回须建议承办单位。",
        "A return proposes the body that should take it.",
    ),
    Guard(
        "results_coded",
        ("results",),
        _results_coded,
        "办理结果须有结果代码。",
        "A result needs a result code.",
    ),
    Guard(
        "every_person_has_result",
        (),
        _every_person_has_result,
        "线索所涉每个人均须有结果。",
        "Every person in the lead needs a result.",
    ),
    Guard(
        "closing_recorded",
        ("reason", "decision"),
        _all_given("reason", "decision"),
        "提前结束须有理由和决定记录。",
        "Closing it early needs a reason and a recorded decision.",
    ),
    Guard(
        "scan_recorded",
        ("scan_digest", "recorded_by"),
        _all_given("scan_digest", "recorded_by"),
        "纸质办理须登记扫描件摘要和登记人。",
        "A step on paper is recorded with the scan's digest and who recorded it.",
    ),
)

GUARDS: Mapping[str, Guard] = {guard.name: guard for guard in _ALL}
"""Every guard by name; the tables name them."""
