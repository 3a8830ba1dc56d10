"""Both sides read the same facts from one letter, and the matter's guards find what they look for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence.contents import CONTENTS, ContentUnreadableError, read, type_name
from services.chassis.correspondence.facts import facts_of, section_key, stated_date
from services.chassis.exchange.model import Signer
from services.chassis.matters.guards import GUARDS
from services.chassis.matters.model import Side, Standing

SIGNED = datetime(2026, 3, 9, 8, 40, tzinfo=UTC)
LEADER = Signer("甲某", "局长", SIGNED)


def reply(state: content.SectionState.ValueType, *, confirmed: str = "") -> content.InfoReply:
    section = content.Section(code="audits_3y", state=state)
    return content.InfoReply(
        units=[content.UnitReply(unit_id="u1", sections=[section])], nothing_to_tell_reason=confirmed
    )


def holds(guard: str, facts: dict[str, object], required: tuple[str, ...] = ()) -> bool:
    return GUARDS[guard].check(facts, Standing(required_sections=required), Side.ADDRESSEE)


def test_a_request_requires_each_section_for_each_unit():
    request = content.InfoRequest(
        units=[content.UnitReference(unit_id="u1"), content.UnitReference(unit_id="u2")],
        sections_required=[content.SectionRequired(code="audits_3y")],
    )

    assert facts_of(request, LEADER) == {
        "required_sections": ["u1/audits_3y", "u2/audits_3y"],
        "reply_by": "",
        "leader_signed_at": SIGNED.isoformat(),
    }


def test_a_reply_without_a_required_section_does_not_pass():
    facts = facts_of(reply(content.SECTION_STATE_PROVIDED), LEADER)

    assert holds("every_section_has_state", facts, required=(section_key("u1", "audits_3y"),))
    assert not holds("every_section_has_state", facts, required=(section_key("u2", "audits_3y"),))
    assert holds("leader_signed", facts)


def test_a_reply_with_nothing_to_tell_needs_the_leaders_word():
    silent = facts_of(reply(content.SECTION_STATE_NONE), LEADER)
    confirmed = facts_of(reply(content.SECTION_STATE_NONE, confirmed="经核查无相关情况"), LEADER)

    assert not holds("empty_is_confirmed", silent)
    assert holds("empty_is_confirmed", confirmed)


def test_a_section_without_a_state_counts_as_missing():
    facts = facts_of(reply(content.SECTION_STATE_UNSPECIFIED), LEADER)

    assert not holds("every_section_has_state", facts, required=(section_key("u1", "audits_3y"),))


def test_a_return_names_reasons_and_a_date():
    message = content.ReturnForCompletion(
        reasons=[content.ReturnReason(unit_id="u1", section_code="audits_3y", text="缺整改情况")],
        target_date="2026-03-13",
    )

    facts = facts_of(message, None)

    assert holds("reason_per_section", facts)
    assert holds("target_date_given", facts)
    assert stated_date(message) == "2026-03-13"


def test_signing_for_names_a_person_and_a_deemed_receipt_its_telephone_call():
    by_person = content.LadderStep(step=content.STEP_SIGNED_FOR, person=content.Person(name="乙某"))
    deemed = content.LadderStep(
        step=content.STEP_DEEMED_SIGNED_FOR, person=content.Person(post="办公室主任"), note="巡察办综合科"
    )
    deemed.step_time.FromDatetime(SIGNED)

    assert holds("named_person_signs", facts_of(by_person, None))
    assert holds("telephone_recorded", facts_of(deemed, None))


def test_every_known_kind_reads_what_it_wrote():
    for kind, message_type in CONTENTS.items():
        empty = message_type()

        assert read(kind, empty.SerializeToString(), type_name(empty)) == empty


@pytest.mark.parametrize(
    ("kind", "content_type", "data"),
    [
        ("a.newer.kind", "guantong.exchange.v2.Whatever", b""),
        ("info.reply", "guantong.exchange.v1.InfoRequest", b""),
        ("info.reply", "guantong.exchange.v1.InfoReply", b"\xff\xff\xff"),
    ],
)
def test_unknown_or_broken_content_is_named_and_never_echoed(kind: str, content_type: str, data: bytes):
    with pytest.raises(ContentUnreadableError) as caught:
        read(kind, data, content_type)

    assert caught.value.facts["kind"] == kind
    assert "parked" in str(caught.value)
