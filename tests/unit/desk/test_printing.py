"""Letters on paper: everything the sender wrote is on the sheet, and no date where the opinion gives none."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.desk.printing import Frame, NotPrintableError, letter_sheet, title_of
from services.chassis.desk.wording import Answered, Context, zh_date, zh_number
from services.chassis.documents.docx import letter_docx
from services.chassis.documents.pdf import letter_pdf
from services.chassis.documents.sheet import Heading, LetterSheet, Paragraph, Table

FRAME = Frame("县委巡察工作领导小组办公室", "县审计局", "县委巡察办", "青巡办函〔2026〕7号", date(2026, 3, 2), "P2")
LETTERS = [
    content.InfoRequest,
    content.InfoReply,
    content.OpinionRequest,
    content.OpinionReply,
    content.NewInfo,
    content.ReturnForCompletion,
    content.LadderStep,
    content.Reminder,
    content.Extension,
    content.Suspension,
    content.AskBack,
    content.Clarification,
    content.Correction,
    content.Recall,
    content.DeletionCertificate,
    content.CalendarMoved,
    content.Notice,
]
FOR_PROGRAMS = {
    # Identifiers and keys by which programs find things; people read names.
    "round_id",
    "letter_id",
    "completes_letter_id",
    "passed_on_letter_id",
    # The id of a body: the letter that was passed on says who wrote it, and this one that it was passed on.
    "passed_on_from",
    "key",
    "article_id",
    "media_type",
    "suite",
    "table_version",
    # How the ledgers of the addressee may know a unit; the paper names the unit as it is called now.
    "unit.code",
    "former_names",
    # Says that a unit is one of the bodies, to that body alone; people know it by its name.
    "coordinating_body",
    # Said by the title in its own words, or by the head of the sheet.
    "by_date",
    "rule.text",
}


def filled(kind: type[Message], words: Iterator[str]) -> Message:
    """A message with a word of its own in every text, and something in everything else."""
    message = kind()
    for field in kind.DESCRIPTOR.fields:
        value = _value(field, words)
        if field.is_repeated:
            if field.type == FieldDescriptor.TYPE_MESSAGE:
                getattr(message, field.name).add().CopyFrom(value)
            else:
                getattr(message, field.name).append(value)
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            getattr(message, field.name).CopyFrom(value)
        else:
            setattr(message, field.name, value)
    return message


def _value(field: Any, words: Iterator[str]) -> Any:
    match field.type:
        case FieldDescriptor.TYPE_STRING:
            return f"{field.containing_type.name}.{field.name}#{next(words)}"
        case FieldDescriptor.TYPE_BYTES:
            return b"\x01\x02"
        case FieldDescriptor.TYPE_MESSAGE:
            return filled(GetMessageClass(field.message_type), words)
        case FieldDescriptor.TYPE_BOOL:
            return True
        case FieldDescriptor.TYPE_ENUM:
            return 1
    return 7


def texts(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        for one in values:
            if isinstance(one, Message):
                yield from texts(one)
            elif isinstance(one, str):
                yield one


def printed(sheet: LetterSheet) -> str:
    lines = [sheet.title, sheet.contact, *sheet.attachments]
    for block in sheet.blocks:
        match block:
            case Heading(text, _) | Paragraph(text):
                lines.append(text)
            case Table(columns, rows):
                lines += [*columns, *(cell for row in rows for cell in row)]
    return "\n".join(lines)


@pytest.mark.parametrize("kind", LETTERS)
def test_everything_the_sender_wrote_is_on_paper(kind: type[Message]):
    message = filled(kind, iter(f"<{n}>" for n in range(1000)))
    paper = printed(letter_sheet(message, FRAME))

    missing = {text.partition("#")[0] for text in texts(message) if text not in paper}

    names = {
        "UnitReference.code": "unit.code",
        "ReplyRule.text": "rule.text",
    }
    unexpected = {one for one in missing if names.get(one, one.partition(".")[2]) not in FOR_PROGRAMS}
    # A unit or question is named by its name where the letter has one.
    assert unexpected <= {"UnitReference.unit_id", "SectionRequired.code"}


@pytest.mark.parametrize("kind", LETTERS)
def test_an_empty_content_prints_too(kind: type[Message]):
    """A draft can be looked at on paper before anything is written in it."""
    sheet = letter_sheet(kind(), replace(FRAME, number="", date=None))

    assert sheet.written_date == ""
    assert title_of(kind()) == sheet.title


def test_what_is_no_content_of_a_letter_is_not_printed():
    with pytest.raises(NotPrintableError):
        letter_sheet(content.UnitReference(), FRAME)


@pytest.mark.article("A3.2h")
def test_a_request_states_the_clock_of_the_opinion():
    rule = content.ReplyRule(kind=content.REPLY_RULE_KIND_WORKING_DAYS_AFTER_RECEIPT, working_day_count=5)

    paper = printed(letter_sheet(content.InfoRequest(reply_rule=rule), FRAME))

    assert "请于签收本函后5个工作日内函复。" in paper


def test_a_date_set_by_the_office_is_printed_as_letters_write_dates():
    rule = content.ReplyRule(kind=content.REPLY_RULE_KIND_BY_DATE, by_date="2026-03-09")

    assert "请于2026年3月9日前函复。" in printed(letter_sheet(content.OpinionRequest(reply_rule=rule), FRAME))


@pytest.mark.parametrize("text", ["", "及时"])
def test_no_date_is_printed_where_the_opinion_gives_none(text: str):
    rule = content.ReplyRule(kind=content.REPLY_RULE_KIND_NO_DATE, text=text, by_date="2026-03-09", working_day_count=5)

    paper = printed(letter_sheet(content.InfoRequest(reply_rule=rule), FRAME))

    assert not re.search(r"\d", paper)
    assert "及时" in paper


def test_a_return_without_target_date_states_none():
    assert not re.search(r"\d", printed(letter_sheet(content.ReturnForCompletion(remarks="请补充"), FRAME)))


@pytest.fixture
def request_message() -> content.InfoRequest:
    return content.InfoRequest(
        round=content.RoundReference(round_id="r", name="十四届县委第三轮巡察"),
        units=[
            content.UnitReference(unit_id="u1", name="县水务局"),
            content.UnitReference(unit_id="u2", name="云岭镇"),
        ],
        sections_required=[content.SectionRequired(code="audit.issues", name="审计发现问题")],
    )


def test_a_reply_names_units_and_sections_as_the_request_did(request_message: content.InfoRequest):
    reply = content.InfoReply(
        units=[
            content.UnitReply(
                unit_id="u2",
                sections=[
                    content.Section(code="audit.issues", state=content.SECTION_STATE_NONE),
                    content.Section(code="audit.other", state=content.SECTION_STATE_ORAL_ONLY, text="不应出现"),
                ],
            )
        ]
    )
    context = Context(
        Answered("关于商请提供情况的函", "青巡办函〔2026〕7号", request_message), {"audit.other": "其他情况"}
    )

    paper = printed(letter_sheet(reply, replace(FRAME, context=context)))

    for part in (
        "关于提供十四届县委第三轮巡察有关单位情况的复函",
        "《关于商请提供情况的函》(青巡办函〔2026〕7号)收悉",
        "一、云岭镇",
        "(一)审计发现问题",
        "经查, 无相关情况。",
        "(二)其他情况",
        "口头通报",
    ):
        assert part in paper
    assert "不应出现" not in paper
    assert "u2" not in paper


def test_the_paper_for_delivery_has_a_slip_to_sign_and_return(request_message: content.InfoRequest):
    sheet = letter_sheet(request_message, replace(FRAME, return_slip=True))

    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(letter_docx(sheet))).paragraphs)

    for part in ("回　执", sheet.number, sheet.title, "签收单位（盖章）：____", "签收人：____", "签收时间：____"):
        assert part in text
    assert letter_pdf(sheet).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("confidentiality", "mark"), [("P0", ""), ("P1", "内部"), ("P2", "工作秘密"), ("P3", "工作秘密")]
)
def test_the_sheet_carries_the_mark_of_its_class(confidentiality: str, mark: str):
    sheet = letter_sheet(content.Notice(title="通报"), replace(FRAME, confidentiality=confidentiality))

    assert sheet.classification == mark


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (99, "九十九")]
)
def test_headings_count_in_chinese(number: int, text: str):
    assert zh_number(number) == text


def test_a_date_that_is_none_stays_as_it_was_signed():
    assert (zh_date("2026-03-02"), zh_date("年底前")) == ("2026年3月2日", "年底前")
