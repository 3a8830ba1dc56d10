"""Binds the desk to the way out: the rulebook's word on a kind, and a signed draft written as a letter."""

from __future__ import annotations

from datetime import date

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.attachments.model import references_of
from services.chassis.attachments.uses import bind
from services.chassis.briefing.replying import Replying
from services.chassis.correspondence.around import check_addressee
from services.chassis.correspondence.contents import content_type_of, read
from services.chassis.correspondence.errors import KindNotAllowedError, OneRecipientError
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.recall import certify, check_certificate, take_back
from services.chassis.correspondence.write import Outgoing, write
from services.chassis.desk.desk import KindRules, SignedDraft, Text
from services.chassis.desk.records import Address
from services.chassis.exchange.model import Signer
from services.chassis.exchange.reading import letter
from services.chassis.identity.keys import Keyring
from services.chassis.replies.checking import check_info_reply
from services.chassis.replies.leaving import check_leaving
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Transaction


def rules_of(book: Rulebook, body: str, address: Address, on: date) -> KindRules:
    """What holds for a letter to this address on this day.

    Raises:
        OneRecipientError: it names several bodies, each of which would have a matter of its own.
        KindNotAllowedError: the rulebook has no such letter from here to there.

    """
    if len(address.recipients) != 1:
        raise OneRecipientError(recipients=len(address.recipients))
    for recipient in address.recipients:
        if not book.may_send(address.kind, body, recipient, on):
            raise KindNotAllowedError(kind=address.kind, sender=body, recipient=recipient)
    kind, ours = book.kind(address.kind, on), book.body(body, on)
    return KindRules(
        series=ours.document_prefix,
        content_type=content_type_of(address.kind),
        article_ids=kind.articles,
        confidentiality=kind.confidentiality,
        review_needed=kind.needs_review,
        # Short steps of named persons have methods of their own; what needs a decision, a use case that looks for it.
        by_hand=kind.needs_signature and not kind.approvals,
        opens_matter=kind.effect == "opens",
        recipient_sub_unit=book.sub_unit_for(address.kind, address.recipients[0], on) or "",
        sub_units=frozenset(unit.id for unit in ours.sub_units),
    )


def dispatch(tx: Transaction, office: Office, signed: SignedDraft) -> str:
    """Write the letter of a signed draft, and do what it states of our own letters; returns its id.

    A letter that opens a matter bears the matter's id.
    """
    address = signed.address
    message = read(address.kind, signed.text.content, signed.text.content_type)
    opens = office.book.kind(address.kind).effect == "opens"
    out = Outgoing(
        kind=address.kind,
        recipient=address.recipients[0],
        content=signed.text.content,
        matter_id=address.matter_id,
        answers_letter_id=address.answers_letter_id,
        signer=Signer(signed.name, signed.post, signed.signed_at, signed.for_whom),
        document_number=signed.document_number,
        article_ids=signed.standing.article_ids,
        letter_id=address.matter_id if opens else "",
    )
    letter_id = write(tx, office, out).letter_id
    bind(tx, signed.draft_id, letter_id, references_of(message))
    match message:
        case content.Recall() as recall:
            take_back(tx, office.destroying, signed, recall)
        case content.DeletionCertificate():
            certify(tx, office.destroying, signed)
    return letter_id


def check(tx: Transaction, replying: Replying, keyring: Keyring, address: Address, text: Text) -> None:
    """Look at a text before others are asked to approve it, and again when it is signed."""
    message = read(address.kind, text.content, text.content_type)
    if isinstance(message, content.NewInfo):
        check_addressee(replying.book, address.recipients[0], message)
    check_leaving(tx.connection, replying.body.ledgers, message)
    match message:
        case content.InfoReply() as reply:
            request = letter(tx.connection, keyring, address.answers_letter_id)
            check_info_reply(tx.connection, replying, request, reply)
        case content.DeletionCertificate() as certificate:
            check_certificate(tx, keyring, address.matter_id, certificate)
