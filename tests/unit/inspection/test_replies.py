"""A reply is whole when every section of every unit has a state; later replies replace only what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from guantong.exchange.v1 import content_pb2 as content
from services.inspection.replies.reading import answers_in, opinions_in, section_digest, section_of
from services.inspection.replies.records import (
    Reply,
    SectionAnswer,
    counted,
    effective,
    first_answered,
    missing,
    required,
    states_of,
    stopped,
)

START = datetime(2026, 3, 9, 1, tzinfo=UTC)
CODES = ("audit.audits_3y", "audit.other")

answers = st.lists(
    st.builds(
        SectionAnswer,
        st.sampled_from(["u1", "u2"]),
        st.sampled_from(CODES),
        st.sampled_from(["provided", "none", "not_held", "withheld", ""]),
        st.binary(min_size=2, max_size=2),
    ),
    max_size=6,
    unique_by=lambda one: one.place,
)


def reply(number: int, given: list[SectionAnswer]) -> Reply:
    at = START + timedelta(days=number)
    return Reply(
        letter_id=f"L{number}",
        matter_id="m",
        signed_at=at,
        stored_at=at,
        document_number="",
        content_digest=b"",
        answers=tuple(given),
    )


@given(st.lists(answers, max_size=4))
def test_every_section_is_answered_or_missing_and_the_last_word_counts(rounds: list[list[SectionAnswer]]):
    replies = [reply(number, given) for number, given in enumerate(rounds)]
    wanted = required(["u1", "u2"], CODES)

    found = effective(reversed(replies))

    assert set(missing(wanted, replies)) == set(wanted) - set(found)
    for place, one in found.items():
        later = replies[int(one.reply.letter_id[1:]) + 1 :]
        assert one.answer.state
        assert not any(answer.place == place and answer.state for again in later for answer in again.answers)


def test_a_completed_reply_keeps_the_first_date_and_the_sections_it_does_not_repeat():
    first = reply(0, [SectionAnswer("u1", CODES[0], "provided", b"1"), SectionAnswer("u1", CODES[1], "", b"2")])
    second = reply(4, [SectionAnswer("u1", CODES[1], "none", b"3")])

    assert missing(required(["u1"], CODES), [first]) == (("u1", CODES[1]),)
    assert missing(required(["u1"], CODES), [first, second]) == ()
    assert states_of([first, second], "u1") == {CODES[0]: "provided", CODES[1]: "none"}
    assert first_answered([second, first]) == START


def test_the_content_of_a_reply_is_read_into_states_and_digests():
    section = content.Section(code=CODES[0], state=content.SECTION_STATE_PROVIDED, text="共2项")
    silent = content.Section(code=CODES[1])
    message = content.InfoReply(units=[content.UnitReply(unit_id="u1", sections=[section, silent])])

    found = answers_in(message)

    assert [(one.place, one.state) for one in found] == [(("u1", CODES[0]), "provided"), (("u1", CODES[1]), "")]
    assert found[0].digest == section_digest(section) != found[1].digest
    assert section_of(message, "u1", CODES[0]) == section
    assert section_of(message, "u2", CODES[0]) is None


def test_a_section_that_states_a_rank_above_the_county_is_stopped():
    row = content.TableRow(cells=["甲某", "副县长", "副处级"])
    table = content.Table(title="线索", rows=[row])
    section = content.Section(code="discipline.leads", state=content.SECTION_STATE_PROVIDED, tables=[table])
    message = content.InfoReply(units=[content.UnitReply(unit_id="u1", sections=[section])])

    assert stopped([reply(0, list(answers_in(message)))]) == (("u1", "discipline.leads"),)


def test_opinions_are_read_per_target():
    message = content.OpinionReply(
        opinions=[
            content.UnitOpinion(unit_id="u1", kind=content.OPINION_KIND_AGREES),
            content.UnitOpinion(unit_id="u2", kind=content.OPINION_KIND_SUGGESTS, text="关注工程建设"),
        ]
    )

    found = opinions_in(message, ["u1", "u2", "u3"])
    assert [(one.unit_id, one.state) for one in found] == [("u1", "agrees"), ("u2", "suggests")]


def test_an_opinion_on_all_targets_answers_for_those_it_says_nothing_on_by_itself():
    message = content.OpinionReply(
        opinions=[
            content.UnitOpinion(unit_id="u1", kind=content.OPINION_KIND_OBJECTS),
            content.UnitOpinion(unit_id="u2"),
        ],
        general_opinion="建议重点关注工程招投标。",
    )

    found = opinions_in(message, ["u1", "u2", "u3"])

    assert [(one.unit_id, one.state) for one in found] == [("u1", "objects"), ("u2", "general"), ("u3", "general")]
    message.general_opinion = " "
    silent = opinions_in(message, ["u1", "u2", "u3"])
    assert [(one.unit_id, one.state) for one in silent] == [("u1", "objects"), ("u2", "")]


def test_a_reply_that_does_not_stand_says_nothing_whenever_it_came():
    first = reply(0, [SectionAnswer("u1", CODES[0], "provided", b"1")])
    second = reply(1, [SectionAnswer("u1", CODES[0], "none", b"2")])

    assert counted([first, second], ("L0",)) == (first,)
    assert counted([first, second], ()) == ()
    assert effective(counted([first, second], ("L0", "L1")))["u1", CODES[0]].answer.state == "none"
