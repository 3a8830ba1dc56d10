"""The steps a person takes on a matter at their own node, each of them a short letter to the other side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.correspondence.deeming import check_slip
from services.chassis.correspondence.errors import LetterNotOurStepError, NothingAskedError
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.write import Outgoing, write
from services.chassis.desk.desk import Desk, Text
from services.chassis.desk.drafts import NewDraft, create_draft
from services.chassis.desk.records import Address, Draft
from services.chassis.dossiers import queries
from services.chassis.dossiers.model import Dossier
from services.chassis.matters.may import demand
from services.chassis.matters.model import Event, Rung, Side
from services.chassis.storage.uow import Transaction
from services.chassis.timestamps import timestamp


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step: name and post, as the letter states them."""

    name: str
    post: str


@dataclass(frozen=True, slots=True)
class PaperStep:
    """A step taken on paper: when, by the slip, and the SHA-256 of the scanned slip."""

    event: Event
    happened_at: datetime
    signed_for_by: str
    scan_digest: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A telephone call that confirmed a letter: the post that was telephoned, and when."""

    telephoned_post: str
    at: datetime


def view(tx: Transaction, office: Office, matter_id: str, actor: Actor) -> Dossier:
    """A person opened the letter; told once, and not after signing for it, which says more."""
    dossier = _addressed_to_us(tx, matter_id)
    if dossier.matter.standing.step(Rung.VIEWED) or dossier.matter.standing.step(Rung.SIGNED_FOR):
        return dossier
    return _step(tx, office, dossier, "matter.viewed", content.LadderStep(step=content.STEP_VIEWED, person=_of(actor)))


def sign_for(tx: Transaction, office: Office, matter_id: str, actor: Actor) -> Dossier:
    """Sign for the letter (签收) in the actor's name: starts the clock."""
    step = content.LadderStep(step=content.STEP_SIGNED_FOR, person=_of(actor))
    return _step(tx, office, _addressed_to_us(tx, matter_id), "matter.signed_for", step)


def accept(tx: Transaction, office: Office, matter_id: str, actor: Actor) -> Dossier:
    """Take the matter as this body's own to do (受理)."""
    step = content.LadderStep(step=content.STEP_ACCEPTED, person=_of(actor))
    return _step(tx, office, _addressed_to_us(tx, matter_id), "matter.accepted", step)


def decline(tx: Transaction, desk: Desk, matter_id: str, explanation: str, by: str) -> Draft:
    """Draft declining the matter with a reason: it counts once a leader has signed it.

    Raises:
        MatterRefusedError: the matter is past the point where it can be declined, or no reason is given.

    """
    dossier = _addressed_to_us(tx, matter_id)
    facts = {"reason": explanation, "leader_signed_at": tx.now.isoformat()}
    demand(dossier.matter, Event.DECLINED, Side.ADDRESSEE, facts)
    opening = dossier.header.opened_letter_id
    step = content.LadderStep(letter_id=opening, step=content.STEP_DECLINED, note=explanation)
    address = Address("matter.declined", (dossier.header.counterparty,), matter_id=matter_id, answers_letter_id=opening)
    return create_draft(tx, desk, NewDraft(address, Text(type_name(step), words_of(step))), by)


def ask_back(tx: Transaction, office: Office, matter_id: str, actor: Actor, question: str) -> Dossier:
    """Ask the opener to clarify; moves no date by itself."""
    dossier = _addressed_to_us(tx, matter_id)
    asked = content.AskBack(
        letter_id=dossier.header.opened_letter_id,
        questions=[content.Question(key="1", text=question)],
        contact=content.Contact(name=actor.name, post=actor.post),
    )
    out = Outgoing("matter.asked_back", dossier.header.counterparty, words_of(asked), matter_id)
    return write(tx, office, out).dossier


def clarify(tx: Transaction, office: Office, matter_id: str, letter_id: str, answer: str) -> Dossier:
    """Answer what the addressee asked with the letter `letter_id`; moves no date by itself.

    Raises:
        LetterNotOurStepError: the other side opened the matter.
        NothingAskedError: that letter is no open question.

    """
    dossier = _opened_by_us(tx, matter_id)
    if letter_id not in dossier.matter.standing.open_questions:
        raise NothingAskedError(letter_id=letter_id)
    told = content.Clarification(letter_id=letter_id, answers=[content.Answer(key="1", text=answer)])
    return write(tx, office, Outgoing("clarification", dossier.header.counterparty, words_of(told), matter_id)).dossier


def deem(tx: Transaction, office: Office, matter_id: str, call: Call, actor: Actor) -> Dossier:
    """Record that our letter counts as received, because somebody confirmed it by telephone.

    Always shown as deemed; starts the clock unless a person signed for it earlier.
    """
    dossier = _opened_by_us(tx, matter_id)
    step = content.LadderStep(
        letter_id=dossier.header.opened_letter_id,
        step=content.STEP_DEEMED_SIGNED_FOR,
        step_time=timestamp(call.at),
        person=content.Person(post=call.telephoned_post),
        note=actor.post,
    )
    return _write(tx, office, dossier, "matter.deemed", step)


def on_paper(tx: Transaction, office: Office, matter_id: str, paper: PaperStep, actor: Actor) -> Dossier:
    """Record what the return slip of a letter delivered on paper says; `actor` is who records it.

    Raises:
        SlipBeforeLetterError: the slip bears an earlier day than the letter.

    """
    dossier = _opened_by_us(tx, matter_id)
    check_slip(dossier.matter, paper.happened_at)
    signed = paper.event is Event.SIGNED_FOR
    step = content.LadderStep(
        letter_id=dossier.header.opened_letter_id,
        step=content.STEP_SIGNED_FOR if signed else content.STEP_VIEWED,
        step_time=timestamp(paper.happened_at),
        person=content.Person(name=paper.signed_for_by, post=actor.post),
        scan_digest=paper.scan_digest,
    )
    return _write(tx, office, dossier, "matter.signed_for" if signed else "matter.viewed", step)


def accept_reply(tx: Transaction, office: Office, matter_id: str, actor: Actor, note: str = "") -> Dossier:
    """The opener accepts the answer: nothing is owed any more."""
    dossier = _opened_by_us(tx, matter_id)
    step = content.LadderStep(step=content.STEP_SETTLED, person=_of(actor), note=note)
    return _step(tx, office, dossier, "request.accepted_reply", step)


def _step(tx: Transaction, office: Office, dossier: Dossier, kind: str, step: content.LadderStep) -> Dossier:
    step.letter_id = dossier.header.opened_letter_id
    step.step_time.CopyFrom(timestamp(tx.now))
    return _write(tx, office, dossier, kind, step)


def _write(tx: Transaction, office: Office, dossier: Dossier, kind: str, step: content.LadderStep) -> Dossier:
    out = Outgoing(kind, dossier.header.counterparty, words_of(step), dossier.head.matter_id)
    return write(tx, office, out).dossier


def _addressed_to_us(tx: Transaction, matter_id: str) -> Dossier:
    dossier = queries.get(tx.connection, matter_id)
    if dossier.header.our_side is not Side.ADDRESSEE:
        raise LetterNotOurStepError(matter_id=matter_id)
    return dossier


def _opened_by_us(tx: Transaction, matter_id: str) -> Dossier:
    dossier = queries.get(tx.connection, matter_id)
    if dossier.header.our_side is not Side.OPENER:
        raise LetterNotOurStepError(matter_id=matter_id)
    return dossier


def _of(actor: Actor) -> content.Person:
    return content.Person(name=actor.name, post=actor.post)
