"""What concerns the office itself or a team goes around the office: refused at the sender, passed on unread here."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.correspondence.errors import NewInfoMisaddressedError, NewInfoSubjectError
from services.chassis.correspondence.office import Office
from services.chassis.destruction.carrying_out import Destroying
from services.chassis.destruction.model import Decided, Ground
from services.chassis.exchange.hooks import Receipted
from services.chassis.exchange.model import Direction, LetterDraft, StoredLetter
from services.chassis.exchange.naming import LetterName, name_of
from services.chassis.exchange.reading import LetterFilter, listed
from services.chassis.exchange.tables import LETTERS
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.model import body_of
from services.chassis.storage.uow import Transaction

NOTICE, FORWARD = "new_info.notice", "new_info.forward"
_UNSAID = content.NEW_INFO_SUBJECT_UNSPECIFIED
_AROUND = frozenset({_UNSAID, content.NEW_INFO_SUBJECT_TEAM_OR_OFFICE})
"""What does not say what it is about is kept from the office like what concerns it."""
_ALL = 10_000
_SENT = (LETTERS.c.direction == Direction.OUT.value,)


def intake_of(book: Rulebook, on: date | None = None) -> str:
    """Whom new information goes to that concerns the office itself: a reference of the rulebook, body/sub-unit."""
    kind = book.kind(FORWARD, on)
    nodes = {body.id for body in book.bodies}
    return next(ref for ref in (*kind.recipients, *kind.optional_recipients) if body_of(ref) in nodes)


def check_addressee(book: Rulebook, recipient: str, message: content.NewInfo) -> None:
    """Look, before anybody is asked to approve it, whether new information goes to whom it may go to.

    Raises:
        NewInfoSubjectError: it does not say what it is about.
        NewInfoMisaddressedError: it concerns a team or the office, and is addressed to the office.

    """
    if message.subject == _UNSAID:
        raise NewInfoSubjectError
    if message.subject in _AROUND and recipient == book.hub.id:
        raise NewInfoMisaddressedError(
            intake=intake_of(book), intake_zh=book.name_of(intake_of(book), "zh"), office=book.hub.id
        )


def goes_around(tx: Transaction, office: Office, letter: StoredLetter, message: Message | None) -> bool:
    """Whether the letter is none of the office's business, and then do with it what is: no matter shows that it came.

    New information about the office or a team is passed on to the intake, and its words here are destroyed. What the
    intake then writes about it is not looked at.
    """
    if office.body != office.book.hub.id:
        return False
    if isinstance(message, content.NewInfo) and message.subject in _AROUND:
        _pass_on(tx, office, letter, message)
        return True
    ours = (LETTERS.c.letter_id == letter.header.matter_id, LETTERS.c.kind == FORWARD, *_SENT)
    return tx.connection.execute(sa.select(LETTERS.c.place).where(*ours)).first() is not None


def kept_out(connection: sa.Connection, office: Office) -> frozenset[str]:
    """The matters whose letters the office's people never see, not even that there are any."""
    if office.body != office.book.hub.id:
        return frozenset()
    passed = [one.header for one in listed(connection, LetterFilter(Direction.OUT, kind=FORWARD), limit=_ALL)]
    return frozenset(ref for header in passed for ref in (header.letter_id, header.answers_letter_id))


def forget(tx: Transaction, destroying: Destroying, receipted: Receipted) -> None:
    """Destroy our copy of what was passed on, as soon as the intake has stored its own."""
    number = LETTERS.c.number
    stored = (LETTERS.c.peer == receipted.peer, number > receipted.after, number <= receipted.up_to)
    query = sa.select(LETTERS.c.letter_id).where(*_SENT, *stored, LETTERS.c.kind == FORWARD)
    for letter_id in tx.connection.scalars(query).all():
        _destroy(tx, destroying, LetterName(letter_id), receipted.peer)


def _pass_on(tx: Transaction, office: Office, letter: StoredLetter, message: content.NewInfo) -> None:
    header, intake = letter.header, intake_of(office.book)
    body, _, sub_unit = intake.partition("/")
    told = content.NewInfo()
    told.CopyFrom(message)
    told.passed_on_from, told.passed_on_letter_id = header.sender, header.letter_id
    passed_id = tx.new_id()
    draft = LetterDraft(
        recipients=(body,),
        kind=FORWARD,
        content=words_of(told),
        content_type=type_name(told),
        matter_id=passed_id,
        answers_letter_id=header.letter_id,
        recipient_subunit=sub_unit,
        article_ids=office.book.kind(FORWARD).articles,
        letter_id=passed_id,
    )
    office.send(tx, draft)
    _destroy(tx, office.destroying, name_of(letter), body)


def _destroy(tx: Transaction, destroying: Destroying, name: LetterName, intake: str) -> None:
    """No two persons may decide this, since none may know of it: the rulebook has, by naming the intake."""
    destroying.letter(tx, name, Decided(Ground.MISDIRECTED, FORWARD, intake))
