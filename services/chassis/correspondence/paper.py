"""Letters that were sent or received, on paper: named and cited with what the exchange keeps of them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.clock import beijing_date
from services.chassis.correspondence.contents import read
from services.chassis.desk.printing import Frame, letter_sheet, title_of
from services.chassis.desk.wording import Answered, Context
from services.chassis.documents.sheet import LetterSheet
from services.chassis.exchange.errors import ContentDestroyedError, LetterUnknownError
from services.chassis.exchange.model import StoredLetter
from services.chassis.exchange.reading import letter as stored_letter
from services.chassis.identity.keys import Keyring
from services.chassis.rulebook.book import Rulebook


@dataclass(frozen=True)
class LetterPrinter:
    """Prints kept letters with the names of the rulebook."""

    keyring: Keyring
    book: Rulebook

    def sheet(self, connection: sa.Connection, letter: StoredLetter, *, return_slip: bool = False) -> LetterSheet:
        """The letter in the layout of GB/T 9704.

        Raises:
            ContentDestroyedError: its content is gone.
            NotPrintableError: it is evidence for programs and no letter that anybody prints.

        """
        header = letter.header
        if letter.content is None:
            raise ContentDestroyedError(letter_id=header.letter_id)
        issuing = self.book.body(header.sender).document_issuer_zh
        unit = f"{header.recipient}/{header.recipient_subunit}" if header.recipient_subunit else header.recipient
        frame = Frame(
            issuing_body=issuing,
            addressee=self.book.name_of(unit, "zh"),
            signed_by=issuing,
            number=header.document_number,
            date=beijing_date(header.signer.signed_at if header.signer else header.written_at),
            confidentiality=self.book.kind(header.kind).confidentiality if self.book.knows_kind(header.kind) else "",
            return_slip=return_slip,
            context=Context(self.answered(connection, header.answers_letter_id), self._sections()),
        )
        return letter_sheet(read(header.kind, letter.content, header.content_type), frame)

    def answered(self, connection: sa.Connection, letter_id: str) -> Answered:
        """How the letter of that id is cited, and what it asked; nothing where this node does not hold it."""
        try:
            letter = stored_letter(connection, self.keyring, letter_id) if letter_id else None
        except LetterUnknownError:
            letter = None
        if letter is None or letter.content is None:
            return Answered()
        message = read(letter.header.kind, letter.content, letter.header.content_type)
        request = message if isinstance(message, content.InfoRequest | content.OpinionRequest) else None
        return Answered(title_of(message), letter.header.document_number, request)

    def _sections(self) -> dict[str, str]:
        return {section.id: section.zh for section in self.book.sections}
