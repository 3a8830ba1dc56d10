"""What is typed finds its place in the letter's content, and what says that there is nothing carries nothing."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from gateway.web.pages.drafts.slots import put, slots_of
from gateway.web.pages.drafts.writing import begun_contents
from guantong.exchange.v1 import content_pb2 as content

STATE, TEXT = "units.0.sections.0.state", "units.0.sections.0.text"


def reply() -> content.InfoReply:
    """One unit, one section with a table."""
    section = content.Section(
        code="audit.audits_3y",
        state=content.SECTION_STATE_PROVIDED,
        text="共涉及审计项目4个。",
        tables=[content.Table(title="审计项目", rows=[content.TableRow(cells=["2024"])])],
    )
    return content.InfoReply(units=[content.UnitReply(unit_id="U01", sections=[section])])


@pytest.mark.parametrize(
    "state", [content.SECTION_STATE_NONE, content.SECTION_STATE_NOT_HELD, content.SECTION_STATE_ORAL_ONLY]
)
def test_a_section_without_material_carries_neither_table_nor_the_words_it_had(
    state: content.SectionState.ValueType,
):
    message = reply()
    put(message, {STATE: str(state), TEXT: "共涉及审计项目4个。"})

    (section,) = message.units[0].sections
    assert (section.state, section.text, list(section.tables)) == (state, "", [])


def test_words_typed_for_such_a_section_stay():
    message = reply()
    put(message, {STATE: str(content.SECTION_STATE_NONE), TEXT: "经查无此情况"})

    assert message.units[0].sections[0].text == "经查无此情况"


def test_places_that_are_no_slots_and_choices_that_are_none_change_nothing():
    message = reply()
    put(message, {"units.0.unit_id": "U09", "units.7.sections.0.text": "x", STATE: "99"})

    assert message == reply()


def test_what_is_shown_again_unchanged_changes_nothing():
    message = reply()
    put(message, {one.path: one.value for one in slots_of(message)})

    assert message == reply()


@pytest.mark.parametrize("message", begun_contents(), ids=lambda one: one.DESCRIPTOR.name)
def test_every_text_of_what_people_start_by_hand_can_be_typed(message: Message):
    slots = slots_of(message)
    put(message, {one.path: "字" for one in slots if one.form in {"area", "line"}})

    assert all(one.value == "字" for one in slots_of(message) if one.form in {"area", "line"})
    assert slots
