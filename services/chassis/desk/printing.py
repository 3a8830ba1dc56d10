"""What a letter says on paper: its content in words, inside the frame of GB/T 9704, with a return slip for paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

import sqlalchemy as sa
from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.attachments.model import Reference, references_of, size_text
from services.chassis.clock import beijing_date
from services.chassis.desk import wording_answering, wording_asking, wording_telling
from services.chassis.desk.contents import parse
from services.chassis.desk.queries import Shown
from services.chassis.desk.tables import SIGNATURES
from services.chassis.desk.wording import Answered, Context, Worded
from services.chassis.documents.sheet import LetterSheet
from services.chassis.errors import Fault, GuantongError
from services.chassis.rulebook.book import Rulebook

_WORDINGS: Mapping[type[Message], Callable[[Any, Context], Worded]] = MappingProxyType(
    {
        content.InfoRequest: wording_asking.info_request,
        content.OpinionRequest: wording_asking.opinion_request,
        content.AskBack: wording_asking.ask_back,
        content.ReturnForCompletion: wording_asking.returned,
        content.Reminder: wording_asking.reminder,
        content.InfoReply: wording_answering.info_reply,
        content.OpinionReply: wording_answering.opinion_reply,
        content.Clarification: wording_answering.clarification,
        content.DeletionCertificate: wording_answering.deletion_certificate,
        content.NewInfo: wording_telling.new_info,
        content.Notice: wording_telling.notice,
        content.Extension: wording_telling.extension,
        content.Suspension: wording_telling.suspension,
        content.Correction: wording_telling.correction,
        content.Recall: wording_telling.recall,
        content.CalendarMoved: wording_telling.calendar_moved,
        content.LadderStep: wording_telling.ladder_step,
    }
)
_MARKS: Mapping[str, str] = MappingProxyType({"P1": "内部", "P2": "工作秘密", "P3": "工作秘密"})
_URGENCIES: Mapping[int, str] = MappingProxyType({content.URGENCY_URGENT: "加急", content.URGENCY_MOST_URGENT: "特急"})


class NotPrintableError(GuantongError):
    """The content is evidence for programs and no letter that anybody prints."""

    reason: ClassVar[str] = "NOT_PRINTABLE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "A content of type {content_type} is not printed as a letter. Export it instead."
    message_zh: ClassVar[str] = "{content_type} 类内容不作为函件打印。请改用导出。"


@dataclass(frozen=True)
class Frame:
    """What stands around the words of a letter.

    Attributes:
        issuing_body: The name at the head.
        addressee: Whom it is for.
        signed_by: The name above the date.
        number: The document number; empty while there is none.
        date: The day it was signed, in Beijing; None while it is not.
        confidentiality: Data class, P0 to P4.
        copies_to: Who gets a copy.
        return_slip: Whether the slip that paper delivery needs is added.
        context: The letter it answers, and names for ids.
    """

    issuing_body: str
    addressee: str
    signed_by: str
    number: str = ""
    date: date | None = None
    confidentiality: str = ""
    copies_to: str = ""
    return_slip: bool = False
    context: Context = field(default_factory=Context)


def title_of(message: Message, context: Context | None = None) -> str:
    """The title that a letter of this content has on paper: how other letters cite it."""
    return _worded(message, context or Context()).title


def letter_sheet(message: Message, frame: Frame) -> LetterSheet:
    """The letter as the drawing programs take it.

    Raises:
        NotPrintableError: the content is no letter on paper.

    """
    worded = _worded(message, frame.context)
    urgency = _URGENCIES.get(message.urgency, "") if isinstance(message, content.NewInfo) else ""
    return LetterSheet(
        issuing_body=frame.issuing_body,
        number=frame.number,
        title=worded.title,
        addressee=frame.addressee,
        blocks=worded.blocks,
        signed_by=frame.signed_by,
        date=frame.date,
        classification=_MARKS.get(frame.confidentiality, ""),
        urgency=urgency,
        attachments=tuple(_attached(one) for one in references_of(message)),
        copies_to=frame.copies_to,
        contact=worded.contact,
        return_slip=frame.return_slip,
    )


AnsweredLetter = Callable[[sa.Connection, str], Answered]
"""How the letter of that id is cited, and what it asked; the exchange keeps it."""


@dataclass(frozen=True)
class DraftPrinter:
    """Prints the drafts of one body with the names of the rulebook."""

    body: str
    book: Rulebook
    answered: AnsweredLetter

    def __call__(self, connection: sa.Connection, shown: Shown, return_slip: bool) -> LetterSheet:  # noqa: FBT001
        """The shown draft on paper, with number and date once it was signed."""
        draft, address = shown.draft, shown.draft.address
        signed_at = connection.execute(
            sa.select(SIGNATURES.c.signed_at).where(SIGNATURES.c.draft_id == draft.draft_id)
        ).scalar()
        about = address.answers_letter_id
        frame = Frame(
            issuing_body=self.book.body(self.body).document_issuer_zh,
            addressee="、".join(self._addressee(one, address.recipient_sub_unit) for one in address.recipients),
            signed_by=self.book.body(self.body).document_issuer_zh,
            number=draft.document_number,
            date=None if signed_at is None else beijing_date(signed_at),
            confidentiality=draft.standing.confidentiality,
            return_slip=return_slip,
            context=Context(self.answered(connection, about) if about else Answered(), self._section_names()),
        )
        return letter_sheet(parse(shown.text.content_type, shown.text.content), frame)

    def _addressee(self, recipient: str, sub_unit: str) -> str:
        return self.book.name_of(f"{recipient}/{sub_unit}" if sub_unit else recipient, "zh")

    def _section_names(self) -> Mapping[str, str]:
        return {section.id: section.zh for section in self.book.sections}


def _attached(reference: Reference) -> str:
    """Enough of the digest that whoever has paper and file can tell whether they belong together."""
    return f"{reference.file_name}（{size_text(reference.shape.size)}，摘要 {reference.shape.digest.hex()[:16]}）"


def _worded(message: Message, context: Context) -> Worded:
    wording = _WORDINGS.get(type(message))
    if wording is None:
        raise NotPrintableError(content_type=message.DESCRIPTOR.full_name)
    return wording(message, context)
