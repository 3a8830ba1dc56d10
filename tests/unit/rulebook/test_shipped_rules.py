"""The shipped rules say what the opinion says: every duty, who writes what to whom, how fast, and who receives what."""

from __future__ import annotations

import re
from datetime import date
from typing import get_args

import pytest

from services.chassis.matters.model import Event
from services.chassis.rulebook import Rulebook, UnknownRuleError, load
from services.chassis.rulebook.dues import MonthsDue, NoNumberDue, NotBeforeDue, WorkingDaysDue
from services.chassis.rulebook.model import EventName

DAY = date(2026, 3, 2)
ARTICLES = [
    "A0.1",
    "A0.2",
    "A1.1a",
    "A1.1b",
    "A1.1c",
    "A1.1d",
    "A1.2a",
    "A1.2b",
    "A1.2c",
    "A1.2d",
    "A1.3a",
    "A1.3b",
    "A1.3c",
    "A1.3d",
    "A2.1a",
    "A2.1b",
    "A2.1c",
    "A2.1d",
    "A2.1e",
    "A2.2a",
    "A2.2b",
    "A2.2c",
    "A2.2d",
    "A2.2e",
    "A2.2f",
    "A2.2g",
    "A2.2h",
    "A2.3a",
    "A2.3b",
    "A2.3c",
    "A2.3d",
    "A2.3e",
    "A3.1a",
    "A3.1b",
    "A3.1c",
    "A3.2a",
    "A3.2b",
    "A3.2c",
    "A3.2d",
    "A3.2e",
    "A3.2f",
    "A3.2g",
    "A3.2h",
    "A3.2i",
    "A3.2j",
    "A3.3a",
    "A3.3b",
    "A3.3c",
    "A3.4a",
    "A3.4b",
    "A3.4c",
    "A3.4d",
    "A3.5a",
    "A3.5b",
    "A3.5c",
    "A4.1a",
    "A4.1b",
    "A4.1c",
    "A4.1d",
    "A4.1e",
    "A4.1f",
    "A4.2a",
    "A4.2b",
    "A4.2c1",
    "A4.2c2",
    "A4.2c3",
    "A4.2c4",
    "A4.2d",
    "A4.3a",
    "A4.3b",
    "A4.3c",
    "A4.3d",
    "A5.1a",
    "A5.1b",
    "A5.1c",
    "A5.1d",
    "A5.1e",
    "A5.1f",
    "A5.1g",
    "A5.2a",
    "A5.2b",
    "A5.2c",
    "A5.2d",
    "A5.2e",
    "A5.2f",
    "A5.3a",
    "A5.3b",
    "A5.3c",
    "A5.3d",
    "A5.3e",
    "A5.3f",
]
SIX = ("discipline", "organization", "publicity", "petitions", "audit", "statistics")
NOT_ASKED = ("congress", "cppcc", "finance")


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load()


def test_every_duty_of_the_opinion_stands_under_its_article(book: Rulebook):
    assert len(ARTICLES) == 91
    assert [duty.id for duty in book.duties] == ARTICLES


def test_every_duty_quotes_the_opinion_in_the_opinions_order(book: Rulebook):
    places = [book.document_text.index(duty.clause) for duty in book.duties if duty.id[:2] in {"A1", "A2", "A5"}]

    assert places == sorted(places)


def test_no_clause_of_the_opinion_is_left_without_a_duty(book: Rulebook):
    """What no duty quotes is headings, link words and repeated beginnings: never a sentence of its own."""
    covered = bytearray(len(book.document_text))
    for duty in book.duties:
        at = book.document_text.index(duty.clause)
        covered[at : at + len(duty.clause)] = b"x" * len(duty.clause)
    body = "".join(
        char if not taken else " " for char, taken in zip(book.document_text, covered, strict=True)
    ).splitlines()[2:]
    left = [
        piece
        for line in body
        for piece in re.split(r"[ ,。;:]+", line)
        if len(piece) > 20 and not re.match(r"\d\.", piece)
    ]

    assert left == []


def test_every_event_a_kind_can_name_is_an_event_of_matters():
    assert set(get_args(EventName)) == {event.value for event in Event}


def test_kinds_and_duties_name_each_other(book: Rulebook):
    """A duty's letter rests on the duty's article, or on one beside it in the same numbered clause."""
    for duty in book.duties:
        for kind in duty.kinds:
            clauses = {re.sub(r"[a-z]\d?$", "", article) for article in book.kind(kind).articles}
            assert re.sub(r"[a-z]\d?$", "", duty.id) in clauses, (duty.id, kind)
    in_duties = {kind for duty in book.duties for kind in duty.kinds}
    assert {k.id for k in book.letter_kinds if k.effect != "act" and k.mark == "opinion"} <= in_duties


def test_a_duty_in_use_has_only_letters_in_force_or_none(book: Rulebook):
    for duty in book.duties:
        if duty.in_use and duty.kinds:
            assert any(book.kind(kind).in_force for kind in duty.kinds), duty.id


@pytest.mark.article("A0.1")
def test_the_office_and_the_nine_bodies_are_known_by_role(book: Rulebook):
    assert book.hub.role == "CIO"
    assert {body.role for body in book.bodies if body.named_by_opinion} == {
        *("CIO", "CDI", "ORG", "PUB", "NPC", "CPPCC", "PET", "FIN", "AUD", "STA")
    }
    assert book.body_in_role("AUD").id == "audit"
    with pytest.raises(UnknownRuleError):
        book.body_in_role("XXX")


@pytest.mark.article("A3.2a")
def test_exactly_six_bodies_are_asked_before_a_round(book: Rulebook):
    assert book.recipients_of("info.request") == SIX
    assert all(book.may_send("info.request", book.hub.id, body) for body in SIX)
    assert not any(book.may_send("info.request", book.hub.id, body) for body in (*NOT_ASKED, book.hub.id, "unit"))
    assert not any(book.may_send("info.request", body, book.hub.id) for body in SIX)


@pytest.mark.article("A1.2b")
def test_opinions_on_targets_are_sought_of_the_two_organs_only(book: Rulebook):
    assert book.recipients_of("opinion.request") == ("congress", "cppcc")
    assert {book.sub_unit_for("opinion.request", body) for body in ("congress", "cppcc")} == {"organ"}


@pytest.mark.article("A1.2c")
def test_findings_of_duty_activities_come_from_the_two_offices(book: Rulebook):
    assert [body.id for body in book.bodies if book.may_send("duty_finding.notice", body.id, book.hub.id)] == [
        "congress",
        "cppcc",
    ]


@pytest.mark.article("A3.2j")
def test_any_body_may_tell_of_new_information_and_what_concerns_the_team_goes_around_the_office(book: Rulebook):
    others = [body.id for body in book.bodies if body.id != book.hub.id]

    assert all(book.may_send("new_info.notice", body, book.hub.id) for body in others)
    assert book.may_send("new_info.notice", "petitions", "discipline")
    assert book.sub_unit_for("new_info.notice", "discipline") == "case-management"
    assert not book.may_send("new_info.notice", "petitions", "audit")


def test_no_body_writes_to_itself_and_no_kind_is_made_up(book: Rulebook):
    assert not any(book.may_send(kind.id, body.id, body.id) for kind in book.letter_kinds for body in book.bodies)
    assert not book.may_send("info.requests", book.hub.id, "audit")
    assert not book.knows_kind("info.requests")


@pytest.mark.article("A3.2h")
def test_a_reply_is_due_five_working_days_after_signing_for_the_letter(book: Rulebook):
    rule = book.due_rule_for("info.request")

    assert isinstance(rule, WorkingDaysDue)
    assert (rule.working_days, rule.start, rule.start_side, rule.mark) == (5, "signed_for", "recipient", "opinion")
    ladder = book.reminders_for(rule)
    assert ladder is not None
    assert [(step.when, step.count, step.to) for step in ladder.steps] == [
        ("before", 2, ("handler",)),
        ("on", 0, ("handler",)),
        ("after", 1, ("deputy",)),
        ("after", 3, ("leader", "office_list")),
    ]


@pytest.mark.article("A4.3d")
@pytest.mark.article("A5.1b")
@pytest.mark.article("A5.2b")
def test_months_and_milestones_are_not_working_days(book: Rulebook):
    feedback, stage, hearing = (
        book.due_rule(name) for name in ("lead_feedback", "concentrated_stage", "progress_hearing")
    )

    assert isinstance(feedback, MonthsDue)
    assert isinstance(stage, MonthsDue)
    assert isinstance(hearing, NotBeforeDue)
    assert (feedback.months, stage.months, hearing.months) == (3, 3, 1)


@pytest.mark.parametrize("word", ["及时", "适时", "定期", "根据需要", "同时"])
def test_words_without_a_number_have_none(book: Rulebook, word: str):
    rule = next(rule for rule in book.due_rules if isinstance(rule, NoNumberDue) and rule.word_zh == word)

    assert not any(isinstance(value, int) and not isinstance(value, bool) for value in rule.model_dump().values())


@pytest.mark.article("A3.2b")
@pytest.mark.article("A3.2c")
@pytest.mark.article("A3.2d")
@pytest.mark.article("A3.2e")
@pytest.mark.article("A3.2f")
@pytest.mark.article("A3.2g")
def test_each_body_owes_its_own_sections(book: Rulebook):
    owed = {body: [(s.code, s.part) for s in book.sections_for("info.request", body)] for body in SIX}

    assert owed == {
        "discipline": [("political_ecology", 2), ("petitions", 4), ("leads_and_disposal", 3)],
        "organization": [
            ("team", 5),
            ("annual_assessment", 5),
            ("personal_matters", 5),
            ("personnel", 5),
            ("problems", 5),
        ],
        "publicity": [("ideology", 6), ("online_opinion", 6), ("network_security", 6)],
        "petitions": [("petitions", 4)],
        "audit": [("audits_3y", 7)],
        "statistics": [("indicators", 8)],
    }
    assert book.sections_for("info.reply", "audit") == book.sections_for("info.request", "audit")
    assert [s.id for s in book.sections if s.leader_only] == [
        "discipline.leads_and_disposal",
        "organization.personal_matters",
    ]


@pytest.mark.article("A3.2f")
def test_audits_reach_back_three_years_and_keep_what_is_not_rectified(book: Rulebook):
    reach = book.look_back_for(book.sections_for("info.request", "audit")[0])

    assert reach is not None
    assert (reach.starts, reach.months, reach.plus_unrectified) == ("letter_date", 36, True)


@pytest.mark.article("A4.1e")
@pytest.mark.article("A4.1f")
def test_leads_are_handed_to_whom_the_opinion_names_and_to_two_when_they_are_both(book: Rulebook):
    assert book.lead_recipients(["leading_cadre"]) == ("discipline",)
    assert book.lead_recipients(["selection"]) == ("organization",)
    assert book.lead_recipients(["leading_cadre", "inaction"]) == ("discipline", "organization")
    assert book.lead_recipients(["selection", "inaction"]) == ("organization",)
    with pytest.raises(UnknownRuleError):
        book.lead_recipients(["weather"])


@pytest.mark.article("A5.1c")
@pytest.mark.article("A5.1d")
@pytest.mark.article("A5.1e")
@pytest.mark.article("A5.1f")
def test_every_category_of_problems_has_its_supervisor(book: Rulebook):
    assert [rule.body for rule in book.overall_supervisors] == ["discipline"]
    assert book.supervisors_of("personnel") == ("organization",)
    assert book.supervisors_of("ideology") == ("publicity",)
    assert book.supervisors_of("special_topic") == ("functional",)
    assert sum(book.supervisors_of(c.id) == ("organization",) for c in book.problem_categories) == 5


@pytest.mark.article("A4.1b")
@pytest.mark.article("A4.1c")
@pytest.mark.article("A4.1d")
@pytest.mark.article("A3.1c")
def test_who_receives_what_is_what_the_opinion_names(book: Rulebook):
    def receivers(name: str) -> set[str]:
        return {who for who, share in book.payload(name).shares.items() if share not in {"never", "if_double"}}

    assert receivers("opinion_request") == {"congress", "cppcc"}
    assert receivers("info_request") == set(SIX)
    assert receivers("periodic_summary") == {*SIX, "congress", "cppcc", "finance"}
    assert receivers("immediate") == {"discipline", "unit"}
    assert receivers("special_check_notice") == {"publicity"}
    assert receivers("feedback_opinion") == {"chief", "discipline", "organization", "unit"}
    assert receivers("relevant_situation") == {"publicity", "congress", "cppcc", "finance", "audit"}
    assert receivers("leads_leading_cadre") == {"discipline"}
    assert receivers("leads_selection") == {"organization"}
    assert receivers("leads_ideology") == {"publicity"}
    assert receivers("progress_hearing") == {"discipline", "organization", "publicity", "inspection", "unit"}


@pytest.mark.article("A3.3a")
@pytest.mark.article("A2.1d")
@pytest.mark.article("A3.4d")
@pytest.mark.article("A4.1a")
def test_letters_that_wait_for_a_decision_say_whose_and_what_it_covers(book: Rulebook):
    def needed(kind: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        return [(a.by, a.covers) for a in book.kind(kind).approvals if a.mark == "opinion"]

    assert needed("assist.request") == [(("leading_group",), ("round", "units", "persons", "scope"))]
    assert needed("staffing.request") == [(("leading_group",), ("round", "plan"))]
    assert needed("special_check.notice") == [(("leading_group",), ("round", "hearing"))]
    for kind in ("feedback.copy", "feedback.copy_up", "relevant.situation", "lead.handover", "feedback.opinion"):
        assert needed(kind) == [(("secretary_meeting",), ("round", "hearing"))]


def test_what_the_opinion_does_not_fix_is_a_setting_of_its_kind(book: Rulebook):
    assert book.number("opinion_remind_working_days") == 2
    assert book.flag("early_handover_allowed") is False
    assert book.choice("periodic_report_period", DAY) == "quarter"
    for ask in (book.number, book.choice):
        with pytest.raises(UnknownRuleError):
            ask("early_handover_allowed")
    with pytest.raises(UnknownRuleError):
        book.flag("opinion_remind_working_days")


def test_every_duty_but_the_preamble_belongs_to_one_of_the_five_strands(book: Rulebook):
    assert [strand.zh for strand in book.strands] == ["人员选派", "情况通报", "信息沟通", "成果运用", "整改监督"]
    outside = {duty.id for duty in book.duties if not book.strand_of([duty.id])}
    assert outside == {"A0.1", "A0.2", "A1.1d"}
    assert book.strand_of(book.kind("info.request").articles) == "briefing"
    assert book.strand_of(["A1.1d", "A4.3d"], DAY) == "result_use"
    assert book.strand_of([]) == ""


def test_everything_has_both_names(book: Rulebook):
    assert book.name_of("discipline/case-management", "zh") == "案管室"
    assert book.name_of("leading_group", "en") == "County Inspection Leading Group"
    assert book.duty("A3.2h").title("en") == "Written material within 5 working days after receipt of the letter"
    with pytest.raises(UnknownRuleError):
        book.name_of("nobody", "zh")


def test_asking_for_what_no_rule_says_is_refused_by_name(book: Rulebook):
    for ask in (book.kind, book.body, book.party, book.due_rule, book.payload, book.setting, book.duty):
        with pytest.raises(UnknownRuleError, match="nothing-of-the-kind"):
            ask("nothing-of-the-kind")
