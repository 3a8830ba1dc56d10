"""Accepts a whole reply, or returns one with a reason per section; either is a letter in the same matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.clock import beijing_date
from services.chassis.storage import Transaction
from services.chassis.timestamps import timestamp
from services.inspection.journaling import note
from services.inspection.letters.store import OPINION, RoundLetter, article_of, letter_of_matter
from services.inspection.messages import exact_bytes, type_name
from services.inspection.outgoing import Acts
from services.inspection.replies.errors import (
    NoReplyError,
    ReplyIncompleteError,
    ReplyStoppedError,
    ReturnInvalidError,
)
from services.inspection.replies.records import Place, Reply, SectionReason, counted, missing, required, stopped
from services.inspection.replies.store import replies_in
from services.inspection.standing import Standings

ACCEPTED, RETURNED = "request.accepted_reply", "request.returned"


@dataclass(frozen=True)
class Officer:
    """The person of the office who acts, as letters name them, and the account that answers for it."""

    account_id: str
    name: str
    post: str


def accept_reply(tx: Transaction, acts: Acts, standings: Standings, matter_id: str, officer: Officer) -> Reply:
    """Accept the reply: every section of every unit has a state, and the matter is settled.

    Whether one waits is the matter's to say, as both sides fold it: what came when it no longer counted does not.

    Raises:
        NoReplyError: none waits.
        ReplyIncompleteError: a section has no state.
        ReplyStoppedError: a section names somebody above the county.

    """
    letter, replies, wanted = _waiting(tx, standings, matter_id)
    waiting = replies[-1]
    open_places = missing(wanted, replies)
    if open_places:
        raise ReplyIncompleteError(missing=_text(open_places))
    if blocked := stopped(replies):
        raise ReplyStoppedError(stopped=_text(blocked))
    message = content.LadderStep(
        letter_id=waiting.letter_id,
        step=content.STEP_SETTLED,
        step_time=timestamp(tx.now),
        person=content.Person(name=officer.name, post=officer.post),
    )
    _send(tx, acts, ACCEPTED, letter, message)
    _note(tx, "reply_accepted", waiting, officer)
    return waiting


def return_reply(
    tx: Transaction,
    acts: Acts,
    standings: Standings,
    matter_id: str,
    officer: Officer,
    *,
    reasons: Sequence[SectionReason],
    target_date: date,
) -> Reply:
    """Return the reply for completion; the first reply's date is kept, so a return makes nobody late or on time.

    Raises:
        NoReplyError: none waits.
        ReturnInvalidError: no reason is given, one names what was not asked, or the date has passed.

    """
    letter, replies, wanted = _waiting(tx, standings, matter_id)
    waiting = replies[-1]
    if not reasons or any(not reason.text.strip() for reason in reasons):
        raise ReturnInvalidError(problem="a reason per section / 须逐项说明理由")
    if not {reason.place for reason in reasons} <= set(wanted):
        raise ReturnInvalidError(problem="a section that was not asked / 含未商请的事项")
    if target_date <= beijing_date(tx.now):
        raise ReturnInvalidError(problem="the new date is not after today / 补充期限须晚于今日")
    message = content.ReturnForCompletion(
        letter_id=waiting.letter_id,
        reasons=[
            content.ReturnReason(unit_id=reason.unit_id, section_code=reason.code, text=reason.text)
            for reason in reasons
        ],
        target_date=target_date.isoformat(),
    )
    _send(tx, acts, RETURNED, letter, message)
    _note(tx, "reply_returned", waiting, officer)
    return waiting


def _waiting(
    tx: Transaction, standings: Standings, matter_id: str
) -> tuple[RoundLetter, Sequence[Reply], tuple[Place, ...]]:
    letter = letter_of_matter(tx.connection, matter_id)
    standing = standings(tx.connection, matter_id)
    if standing is None or not standing.waits:
        raise NoReplyError(matter_id=matter_id)
    replies = counted(replies_in(tx.connection, [matter_id])[matter_id], standing.answers)
    if not replies:
        raise NoReplyError(matter_id=matter_id)
    if letter.kind == OPINION:
        # An opinion need not take every target up; whatever it does take up, it has to say something on.
        return letter, replies, tuple(dict.fromkeys(one.place for reply in replies for one in reply.answers))
    return letter, replies, required(letter.unit_ids, letter.sections)


def _note(tx: Transaction, kind: str, reply: Reply, officer: Officer) -> None:
    ids = {"matter": reply.matter_id, "letter": reply.letter_id, "by": officer.account_id}
    note(tx, kind, letter_id=reply.letter_id, **ids)


def _send(tx: Transaction, acts: Acts, kind: str, letter: RoundLetter, message: Message) -> None:
    acts.send(
        tx,
        kind,
        matter_id=letter.matter_id,
        content=exact_bytes(message),
        content_type=type_name(message),
        article_ids=(article_of(letter.kind),),
    )


def _text(places: Sequence[Place]) -> str:
    return "、".join(f"{unit_id}/{code}" for unit_id, code in places)
