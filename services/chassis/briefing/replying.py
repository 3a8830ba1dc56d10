"""Puts the drafted reply on the desk when a request comes, marks it when a ledger changes, and brings it up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.body import BodyDeclaration
from services.chassis.briefing.aliases import aliases
from services.chassis.briefing.compiling import ChangedSection, Local, ReplyRequest, compile_reply
from services.chassis.briefing.draft import ReplyDraft
from services.chassis.briefing.errors import NotFromLedgersError
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.scope import LookBack
from services.chassis.briefing.sources import remember, stale_sections
from services.chassis.briefing.tables import DRAFT_SOURCES
from services.chassis.briefing.wire import reply_of, request_of
from services.chassis.clock import beijing_date
from services.chassis.desk import drafts, queries, store
from services.chassis.desk.desk import Desk, Text
from services.chassis.desk.drafts import NewDraft, Seen
from services.chassis.desk.record import note
from services.chassis.desk.records import ALLOWED, Action, Address, Draft
from services.chassis.desk.tables import DRAFTS
from services.chassis.errors import GuantongError
from services.chassis.exchange import reading
from services.chassis.exchange.errors import ContentDestroyedError
from services.chassis.exchange.model import LetterHeader
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage.uow import Transaction

REQUEST, REPLY = "info.request", "info.reply"
NOT_DRAFTED = "briefing.not_drafted"
LEDGER_CHANGED = "ledger"
"""Why a draft is marked stale, as its history keeps it."""


@dataclass(frozen=True, slots=True)
class Replying:
    """What drafting replies works with: the body's declaration, the rulebook, and the desk the drafts lie on."""

    body: BodyDeclaration
    book: Rulebook
    desk: Desk


def look_backs(book: Rulebook, body_id: str, on: date) -> Mapping[str, LookBack]:
    """How far each of the body's sections reaches back, where a letter does not say."""
    found = {one.id: book.look_back_for(one, on) for one in book.sections_for(REQUEST, body_id, on)}
    return {code: LookBack(rule.months, rule.plus_unrectified) for code, rule in found.items() if rule is not None}


def draft_on_arrival(
    tx: Transaction, replying: Replying, header: LetterHeader, message: content.InfoRequest
) -> Draft | None:
    """Draft the reply to a request that has just come. None when that is impossible: the request stands all the same.

    That nothing was drafted, and by what reason code, is in the journal; a person then writes the reply.
    """
    try:
        with tx.savepoint():
            return draft_reply(tx, replying, header, message)
    except GuantongError as error:
        note(tx, NOT_DRAFTED, {"reason": error.reason}, header.letter_id)
        return None


def draft_reply(tx: Transaction, replying: Replying, header: LetterHeader, message: content.InfoRequest) -> Draft:
    """Compile the reply and start a draft with it, by nobody: the node itself wrote it.

    Raises:
        GuantongError: there can be no such draft.
    """
    compiled = _compiled(tx.connection, replying, _request(replying, header, message))
    address = Address(REPLY, (header.sender,), matter_id=header.matter_id, answers_letter_id=header.letter_id)
    new = NewDraft(address, _text(reply_of(compiled)), sub_unit=header.recipient_subunit)
    draft = drafts.create_draft(tx, replying.desk, new, by="")
    remember(tx, draft.draft_id, compiled)
    return draft


def mark_stale_drafts(tx: Transaction, replying: Replying) -> int:
    """Mark every open draft that the ledgers would write differently now; how many. Call it where a ledger changes.

    While the ledgers behind a draft stand still, none of them is read. A draft whose request was recalled and destroyed
    is passed over: nothing is owed any more.
    """
    marked = 0
    for draft_id in _open_compiled(tx.connection):
        draft = store.get(tx.connection, draft_id)
        if _can_be_compiled(tx.connection, replying, draft) and _changed(tx.connection, replying, draft):
            marked += drafts.mark_stale(tx, replying.desk, draft_id, LEDGER_CHANGED)
    return marked


def changed_sections(connection: sa.Connection, replying: Replying, draft_id: str) -> tuple[ChangedSection, ...]:
    """The sections of a draft that the ledgers would write differently now, for a person to look at."""
    return _changed(connection, replying, store.get(connection, draft_id))


def bring_up_to_date(tx: Transaction, replying: Replying, seen: Seen, by: str) -> Draft:
    """Write the changed sections afresh from the ledgers and leave the others as people edited them.

    Raises:
        NotFromLedgersError: the node did not compile this draft.
        DraftChangedError: somebody else's revision came first.
        DraftStateError: the draft was signed or given up.
    """
    behind = sa.select(DRAFT_SOURCES.c.draft_id).where(DRAFT_SOURCES.c.draft_id == seen.draft_id)
    if tx.connection.scalar(behind) is None:
        raise NotFromLedgersError(draft_id=seen.draft_id)
    shown = queries.shown(tx.connection, replying.desk.keyring, seen.draft_id)
    changed = _changed(tx.connection, replying, shown.draft)
    request = _request_of_draft(tx.connection, replying, shown.draft)
    compiled = _compiled(tx.connection, replying, request)
    edited = content.InfoReply.FromString(shown.text.content)
    _replace_sections(edited, reply_of(compiled), changed)
    draft = drafts.edit_draft(tx, replying.desk, seen, _text(edited), by, recompiled=True)
    remember(tx, seen.draft_id, compiled)
    return draft


def local_of(connection: sa.Connection, replying: Replying, on: date) -> Local:
    """What only this body knows: its own name, on which it never tells, and other names of units."""
    body = replying.book.body(replying.body.id, on)
    names = frozenset({body.zh, body.document_issuer_zh})
    return Local(own_body=replying.body.id, own_names=names, aliases=aliases(connection))


def _compiled(connection: sa.Connection, replying: Replying, request: tuple[ReplyRequest, date]) -> ReplyDraft:
    asked, day = request
    return compile_reply(asked, LedgerReader(connection), replying.body, local_of(connection, replying, day))


def _changed(connection: sa.Connection, replying: Replying, draft: Draft) -> tuple[ChangedSection, ...]:
    asked, day = _request_of_draft(connection, replying, draft)
    return stale_sections(connection, draft.draft_id, asked, replying.body, local_of(connection, replying, day))


def _can_be_compiled(connection: sa.Connection, replying: Replying, draft: Draft) -> bool:
    """Whether the request is still there; a recalled one may be gone, and then nothing is owed that could be stale."""
    return reading.letter(connection, replying.desk.keyring, draft.address.answers_letter_id).content is not None


def _request_of_draft(connection: sa.Connection, replying: Replying, draft: Draft) -> tuple[ReplyRequest, date]:
    letter = reading.letter(connection, replying.desk.keyring, draft.address.answers_letter_id)
    if letter.content is None:
        raise ContentDestroyedError(letter_id=letter.header.letter_id)
    return _request(replying, letter.header, content.InfoRequest.FromString(letter.content))


def _request(replying: Replying, header: LetterHeader, message: content.InfoRequest) -> tuple[ReplyRequest, date]:
    day = beijing_date(header.written_at)
    return request_of(message, day, look_backs(replying.book, replying.body.id, day)), day


def _open_compiled(connection: sa.Connection) -> list[str]:
    live = [state.value for state in ALLOWED[Action.MARK_STALE]]
    query = (
        sa.select(DRAFT_SOURCES.c.draft_id)
        .join(DRAFTS, DRAFTS.c.id == DRAFT_SOURCES.c.draft_id)
        .where(DRAFTS.c.state.in_(live))
        .order_by(DRAFT_SOURCES.c.draft_id)
    )
    return list(connection.scalars(query))


def _replace_sections(edited: content.InfoReply, fresh: content.InfoReply, changed: Iterable[ChangedSection]) -> None:
    wanted = {(one.unit_id, one.code) for one in changed}
    by_place = {(unit.unit_id, section.code): section for unit in fresh.units for section in unit.sections}
    for unit in edited.units:
        for section in unit.sections:
            place = (unit.unit_id, section.code)
            if place in wanted and place in by_place:
                section.CopyFrom(by_place[place])


def _text(reply: content.InfoReply) -> Text:
    return Text(content.InfoReply.DESCRIPTOR.full_name, reply.SerializeToString(deterministic=True))
