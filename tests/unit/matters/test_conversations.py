"""How matters go: the plain course and its branches, what is refused and how that is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chassis.matters.business import business_state
from services.chassis.matters.fold import Matter, fold
from services.chassis.matters.may import MatterRefusedError, demand, fresh, may
from services.chassis.matters.model import COUNTY_SETTING, Event, Kind, Side, State
from tests.unit.matters.steps import (
    ACCEPTED,
    AD,
    ANSWERED,
    OP,
    SECTION,
    SIGNED_FOR,
    hours,
    talked,
    whole_facts,
)

COURSES = [
    (Kind.NOTICE, [(OP, Event.OPENED), (AD, Event.VIEWED), (AD, Event.SIGNED_FOR)], State.SIGNED_FOR, "NOTED"),
    (Kind.REQUEST, [*ANSWERED, (OP, Event.REPLY_ACCEPTED)], State.SETTLED, "ACCEPTED"),
    (Kind.REQUEST, [*SIGNED_FOR, (AD, Event.ANSWERED)], State.ANSWERED, "REPLIED"),
    (Kind.REQUEST, [*ANSWERED, (OP, Event.RETURNED_FOR_COMPLETION)], State.RETURNED, "RETURNED"),
    (
        Kind.REQUEST,
        [*ANSWERED, (OP, Event.RETURNED_FOR_COMPLETION), (AD, Event.SUPPLEMENTED), (OP, Event.REPLY_ACCEPTED)],
        State.SETTLED,
        "ACCEPTED",
    ),
    (Kind.REQUEST, [*ANSWERED, (OP, Event.REPLY_ACCEPTED), (AD, Event.SUPPLEMENTED)], State.SETTLED, "SUPPLEMENTED"),
    (Kind.REQUEST, [(OP, Event.OPENED), (AD, Event.DECLINED)], State.DECLINED, "DECLINED"),
    (
        Kind.REQUEST,
        [(OP, Event.OPENED), (AD, Event.DECLINED), (OP, Event.RETURNED_FOR_COMPLETION), (AD, Event.ANSWERED)],
        State.ANSWERED,
        "REPLIED",
    ),
    (Kind.REQUEST, [*ACCEPTED, (OP, Event.WITHDRAWN)], State.WITHDRAWN, "WITHDRAWN"),
    (
        Kind.HANDOVER,
        [*ACCEPTED, (AD, Event.INTERIM_RESULT), (AD, Event.FINAL_RESULT), (OP, Event.CLOSED)],
        State.CLOSED,
        "CLOSED",
    ),
    (Kind.HANDOVER, [*SIGNED_FOR, (AD, Event.RETURNED_AS_NOT_OURS)], State.NOT_OURS, "RETURNED_BY_BODY"),
]


@pytest.mark.parametrize(("kind", "steps", "state", "business"), COURSES)
def test_a_course_leads_where_the_offices_expect(
    kind: Kind, steps: list[tuple[Side, Event]], state: State, business: str
) -> None:
    matter = talked(kind, *steps).matter()
    assert matter.kept == ()
    assert (matter.state, business_state(matter)) == (state, business)


def test_a_signed_letter_that_was_not_sent_is_no_draft() -> None:
    assert business_state(fresh(Kind.REQUEST)) == "DRAFT"
    assert business_state(fresh(Kind.REQUEST), signed=True) == "SIGNED"
    assert business_state(fresh(Kind.HANDOVER), signed=True) == "ROUTED"


@pytest.mark.article("A4.3d")
def test_a_handover_closes_only_when_every_person_has_a_result() -> None:
    conversation = talked(Kind.HANDOVER)
    conversation.write(OP, Event.OPENED, persons=["p1", "p2"])
    conversation.deliver()
    conversation.talk((AD, Event.SIGNED_FOR), (AD, Event.ACCEPTED), (AD, Event.FINAL_RESULT))
    early = conversation.draft(OP, Event.CLOSED)
    refusal = conversation.refusal(early)
    assert refusal is not None
    assert (refusal.reason, refusal.article) == ("EVERY_PERSON_HAS_RESULT", "A4.3d")
    conversation.write(AD, Event.SUPPLEMENTED, results={"p2": "hold"})
    conversation.deliver()
    assert conversation.talk((OP, Event.CLOSED)).state is State.CLOSED


@pytest.mark.article("A3.2h")
def test_a_late_answer_is_an_answer() -> None:
    conversation = talked(Kind.REQUEST, *SIGNED_FOR)
    late = conversation.draft(AD, Event.ANSWERED)
    year_later = fold(Kind.REQUEST, [*conversation.known[AD], replace(late, at=hours(9000))])
    assert year_later.state is State.ANSWERED


def test_a_refusal_names_the_article_and_says_what_to_do_in_both_languages() -> None:
    conversation = talked(Kind.REQUEST, *ACCEPTED)
    facts = whole_facts(Event.ANSWERED, conversation.matter().standing, AD) | {"sections": {SECTION: "unknown"}}
    with pytest.raises(MatterRefusedError) as refused:
        demand(conversation.matter(), Event.ANSWERED, AD, facts)
    assert refused.value.facts["article"] == "A3.2h"
    assert refused.value.facts["rule"] == "EVERY_SECTION_HAS_STATE"
    assert "每个必填部分" in refused.value.text("zh")
    assert "Every required section" in refused.value.text("en")


def test_a_rule_of_the_county_is_not_dressed_up_as_an_article() -> None:
    matter: Matter = talked(Kind.REQUEST, *SIGNED_FOR).matter()
    refusal = may(matter, Event.REPLY_ACCEPTED, OP, {})
    assert refusal is not None
    assert (refusal.reason, refusal.article) == ("NOT_ANSWERED", COUNTY_SETTING)


def test_a_letter_kind_may_name_its_own_article() -> None:
    refusal = may(fresh(Kind.REQUEST), Event.OPENED, OP, {}, articles={Event.OPENED: "A1.2b"})
    assert refusal is not None
    assert refusal.article == "A1.2b"
