"""A draft's content: one form of text, and what a signer has to be told about it."""

from __future__ import annotations

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.desk.contents import MAX_CONTENT_BYTES, read
from services.chassis.desk.errors import DraftContentError

REPLY = "guantong.exchange.v1.InfoReply"


def a_reply(*states: content.SectionState.ValueType) -> bytes:
    sections = [content.Section(code=f"s{index}", state=state) for index, state in enumerate(states)]
    return content.InfoReply(units=[content.UnitReply(unit_id="u1", sections=sections)]).SerializeToString()


@pytest.mark.parametrize(
    ("states", "says_nothing", "unanswered"),
    [
        ((), True, 0),
        ((content.SECTION_STATE_NONE, content.SECTION_STATE_NOT_HELD), True, 0),
        ((content.SECTION_STATE_NONE, content.SECTION_STATE_PROVIDED), False, 0),
        ((content.SECTION_STATE_ORAL_ONLY,), False, 0),
        ((content.SECTION_STATE_UNSPECIFIED, content.SECTION_STATE_PROVIDED), False, 1),
    ],
)
def test_a_reply_tells_whether_it_tells_anything(states, says_nothing, unanswered):
    reading = read(REPLY, a_reply(*states))

    assert (reading.says_nothing, reading.unanswered) == (says_nothing, unanswered)


def test_an_opinion_without_opinion_says_nothing():
    opinion = content.OpinionReply(answers=[content.Answer(key="q1", text=" ")])
    name = "guantong.exchange.v1.OpinionReply"

    assert read(name, opinion.SerializeToString()).says_nothing
    opinion.general_opinion = "无不同意见"
    assert not read(name, opinion.SerializeToString()).says_nothing


@pytest.mark.article("A1.2b")
def test_an_untouched_form_for_an_opinion_says_nothing_and_is_not_finished():
    name = "guantong.exchange.v1.OpinionReply"
    form = content.OpinionReply(opinions=[content.UnitOpinion(unit_id=unit_id) for unit_id in ("U01", "U02")])

    untouched = read(name, form.SerializeToString())
    form.opinions[0].kind = content.OPINION_KIND_AGREES
    half = read(name, form.SerializeToString())
    form.general_opinion = "建议重点关注工程招投标。"
    whole = read(name, form.SerializeToString())

    assert (untouched.says_nothing, untouched.unanswered) == (True, 2)
    assert (half.says_nothing, half.unanswered) == (False, 1)
    assert (whole.says_nothing, whole.unanswered) == (False, 0)


def test_text_is_kept_in_one_form_and_other_bytes_as_they_came():
    decomposed = content.Notice(title="Zu\u0308rich", units=[content.UnitReference(former_names=["e\u0301", "局"])])
    name = "guantong.exchange.v1.Notice"

    kept = content.Notice.FromString(read(name, decomposed.SerializeToString()).content)

    assert kept.title == "Z\u00fcrich"
    assert list(kept.units[0].former_names) == ["\u00e9", "局"]
    # Fields out of order are unusual and allowed; what is in form already is not written anew.
    unusual = b"\x12\x03abc\x0a\x01t"
    assert read(name, unusual).content == unusual


@pytest.mark.parametrize(
    ("content_type", "data", "field"),
    [
        ("guantong.exchange.v1.Nothing", b"", "content_type"),
        ("InfoReply", b"", "content_type"),
        (REPLY, b"\xff\xff\xff", "content"),
        (REPLY, bytes(MAX_CONTENT_BYTES + 1), "content"),
    ],
)
def test_what_cannot_become_a_letter_is_refused_with_the_field_named(content_type: str, data: bytes, field: str):
    with pytest.raises(DraftContentError) as refused:
        read(content_type, data)

    assert refused.value.facts["field"] == field
