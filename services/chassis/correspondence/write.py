"""Writes one letter: allowed by the rulebook, possible in its matter, then sent and folded in, all in one unit."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.correspondence.acts import Sheet, act_of
from services.chassis.correspondence.contents import read, type_name
from services.chassis.correspondence.errors import (
    KindNotAllowedError,
    MatterNeededError,
    MisdirectedError,
    demand_signature,
)
from services.chassis.correspondence.facts import facts_for
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.settle import keep
from services.chassis.dossiers import queries, recording
from services.chassis.dossiers.model import Dossier, NewMatter
from services.chassis.exchange.model import LetterDraft, Signer
from services.chassis.exchange.reading import heading
from services.chassis.matters.may import demand, fresh
from services.chassis.matters.model import Event, Facts, Kind, Side
from services.chassis.rulebook.model import LetterKind
from services.chassis.storage.uow import Transaction


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter to be written: the exact content bytes, and the matter it acts on unless it opens one."""

    kind: str
    recipient: str
    content: bytes
    matter_id: str = ""
    answers_letter_id: str = ""
    signer: Signer | None = None
    document_number: str = ""
    article_ids: tuple[str, ...] = ()
    letter_id: str = ""
    """Given when the id was shown to the signer beforehand; made when empty."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter that is in the outbox, and its matter as it stands after it."""

    letter_id: str
    dossier: Dossier


def write(tx: Transaction, office: Office, out: Outgoing) -> Written:
    """Write a letter and everything that follows from it at this node.

    Raises:
        KindNotAllowedError: the rulebook has no such letter from here to there.
        MatterNeededError: the kind acts on a matter and none is named.
        MisdirectedError: it goes past the other party of its matter, or answers a letter of another one.
        MatterRefusedError: the matter is not where this step needs it, or a condition is missing.
        SignatureMissingError: the rulebook asks for a leader's signature, and there is none.
        ContentUnreadableError: the content is not what the kind calls for.
        GuantongError: it says what this body does not let leave.

    """
    kind = _allowed(office, out)
    message = read(out.kind, out.content)
    office.look(tx.connection, message)
    dossier = _matter(tx, kind, out)
    _demand_direction(tx, kind, out, dossier)
    side = Side.OPENER if dossier is None else dossier.header.our_side
    _demand(kind, dossier, side, facts_for(kind, message, out.signer))
    demand_signature(kind, out.signer)
    letter_id = out.letter_id or tx.new_id()
    matter_id = letter_id if dossier is None else dossier.head.matter_id
    last_seen = "" if dossier is None else dossier.last_seen or ""
    draft = LetterDraft(
        recipients=(out.recipient,),
        kind=out.kind,
        content=out.content,
        content_type=type_name(message),
        matter_id=matter_id,
        answers_letter_id=out.answers_letter_id,
        last_seen_letter_id=last_seen,
        recipient_subunit=office.book.sub_unit_for(out.kind, out.recipient) or "",
        signer=out.signer,
        document_number=out.document_number,
        article_ids=out.article_ids or kind.articles,
        letter_id=letter_id,
    )
    sent = office.send(tx, draft)
    if dossier is None:
        recording.open_matter(tx, _opened(office, kind, draft))
    sheet = Sheet(letter_id, sent.copies[0].number, sent.written_at, last_seen, out.signer, message)
    return Written(letter_id, keep(tx, office.book, matter_id, act_of(sheet, kind, side), office.body))


def _allowed(office: Office, out: Outgoing) -> LetterKind:
    if not office.book.may_send(out.kind, office.body, out.recipient):
        raise KindNotAllowedError(kind=out.kind, sender=office.body, recipient=out.recipient)
    return office.book.kind(out.kind)


def _matter(tx: Transaction, kind: LetterKind, out: Outgoing) -> Dossier | None:
    if kind.effect == "opens":
        return None
    if not out.matter_id:
        raise MatterNeededError(kind=out.kind)
    return queries.get(tx.connection, out.matter_id)


def _demand_direction(tx: Transaction, kind: LetterKind, out: Outgoing, dossier: Dossier | None) -> None:
    """A matter has two parties, and an answer belongs where the question stands."""
    if dossier is None:
        return
    header = dossier.header
    asked = heading(tx.connection, out.answers_letter_id) if out.answers_letter_id else None
    astray = out.recipient != header.counterparty
    if out.answers_letter_id:
        astray |= asked is None or asked.matter_id != dossier.head.matter_id
    if kind.effect == "answers":
        astray |= asked is None or asked.kind not in kind.answers
    if astray:
        raise MisdirectedError(kind=out.kind, matter_id=dossier.head.matter_id, counterparty=header.counterparty)


def _demand(kind: LetterKind, dossier: Dossier | None, side: Side, facts: Facts) -> None:
    matter = dossier.matter if dossier is not None else fresh(Kind(kind.matter))
    event = Event(kind.event)
    on_paper = "scan_digest" in facts and event in {Event.VIEWED, Event.SIGNED_FOR}
    articles = {event: kind.articles[0]} if kind.mark == "opinion" else None
    demand(matter, event, side.other if on_paper else side, facts, on_paper_for_other=on_paper, articles=articles)


def _opened(office: Office, kind: LetterKind, draft: LetterDraft) -> NewMatter:
    return NewMatter(
        matter_id=draft.matter_id,
        kind=Kind(kind.matter),
        letter_kind=draft.kind,
        opener=office.body,
        addressee=draft.recipients[0],
        our_side=Side.OPENER,
        opened_letter_id=draft.letter_id,
        document_number=draft.document_number,
        article_ids=draft.article_ids,
        sub_unit=draft.recipient_subunit,
    )
