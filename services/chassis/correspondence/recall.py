"""What a recall leaves behind: a void number, destroyed words where nobody had read them, an incident where one had."""

from __future__ import annotations

import json

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.correspondence.errors import CertificateWrongError, TwoPersonsError
from services.chassis.correspondence.office import Received
from services.chassis.desk import store
from services.chassis.desk.desk import Desk, SignedDraft, Text
from services.chassis.desk.drafts import NewDraft, Seen, create_draft, discard
from services.chassis.desk.numbers import number_of_letter, void_number
from services.chassis.desk.queries import open_answers
from services.chassis.desk.records import Address
from services.chassis.destruction.carrying_out import Destroying
from services.chassis.destruction.holds import demand_not_held, is_held
from services.chassis.destruction.model import Decided, Ground
from services.chassis.dossiers import queries
from services.chassis.dossiers.model import Dossier
from services.chassis.exchange.naming import OURS, LetterName, is_named, names_among
from services.chassis.exchange.reading import named
from services.chassis.identity.keys import Keyring
from services.chassis.journal.store import append
from services.chassis.matters.fold import fold
from services.chassis.matters.model import Act, Side
from services.chassis.storage.uow import Transaction

RECALL, CERTIFICATE = "recall", "recall.certified"
INCIDENT = "letter.read_before_recall"
"""Kind of journal entry: somebody had read what was then recalled. The payload names the matter."""
_ANSWERED_NO_MORE = "来函已撤回"


def take_back(tx: Transaction, destroying: Destroying, signed: SignedDraft, message: content.Recall) -> None:
    """Follow our own recall: the number of the letter is void; where the recall asks for it, our copy is destroyed too.

    A letter that has not left yet then goes out without its words.

    Raises:
        TwoPersonsError: one person alone wrote and signed a recall that destroys.
        MatterHeldError: it would destroy what is on hold.

    """
    number = number_of_letter(tx.connection, message.letter_id)
    if number is not None:
        void_number(tx, number, message.reason, signed.account_id)
    if message.destroy_content:
        ours = LetterName(message.letter_id)
        demand_not_held(tx.connection, (signed.address.matter_id, *names_among(tx.connection, is_named(ours)).values()))
        destroying.letter(tx, ours, Decided(Ground.RECALL, *_two_persons(tx, signed)))


def follow_recall(tx: Transaction, desk: Desk, destroying: Destroying, received: Received) -> None:
    """Follow the other body's recall of the letter that opened a matter: nothing is owed on it any more.

    What nobody here had opened is destroyed at once. What somebody had is kept as an incident, and where the recall
    asks for it, the certificate of its destruction lies drafted for two persons to carry out and a leader to sign. So
    it does for what is on hold: nothing of that is destroyed before the hold is released.
    """
    message, dossier, header = received.content, received.dossier, received.letter.header
    if not isinstance(message, content.Recall) or not _counts(dossier, header.letter_id):
        return
    if dossier.header.our_side is not Side.ADDRESSEE:
        return
    recalled = dossier.header.opened_letter_id
    for draft in open_answers(tx.connection, recalled):
        discard(tx, desk, Seen(draft.draft_id, draft.revision), _ANSWERED_NO_MORE, "")
    held = is_held(tx.connection, header.matter_id)
    if not dossier.matter.standing.read_before_recall and not held:
        signer = header.signer.post if header.signer else header.sender
        destroying.letter(tx, _opening(dossier), Decided(Ground.RECALL, signer, message.approver.post))
    elif message.destroy_content:
        _draft_certificate(tx, desk, received)


def check_certificate(tx: Transaction, keyring: Keyring, matter_id: str, message: content.DeletionCertificate) -> None:
    """Look at a certificate before a leader signs it.

    Raises:
        CertificateWrongError: it is not about the recalled letter, states another digest, or names fewer than two.

    """
    dossier = queries.get(tx.connection, matter_id)
    digest = named(tx.connection, keyring, _opening(dossier)).header.content_digest
    if message.letter_id != dossier.header.opened_letter_id or message.content_digest != digest:
        raise CertificateWrongError(problem="another letter", problem_zh="所列函件与被撤回函件不符")
    if len({one.name for one in message.destroyed_by if one.name.strip()}) < 2:
        raise CertificateWrongError(problem="fewer than two persons", problem_zh="销毁人不足两人")


def certify(tx: Transaction, destroying: Destroying, signed: SignedDraft) -> None:
    """Do what a signed certificate states: the content of the letter that was recalled is destroyed in the same unit.

    Raises:
        TwoPersonsError: one person alone wrote and signed it.
        MatterHeldError: the letter is on hold.

    """
    demand_not_held(tx.connection, (signed.address.matter_id,))
    recalled = _opening(queries.get(tx.connection, signed.address.matter_id))
    destroying.letter(tx, recalled, Decided(Ground.RECALL, *_two_persons(tx, signed)))


def note_incident(tx: Transaction, dossier: Dossier, act: Act) -> None:
    """Journal, once at each side, that the recalled letter had been read: `act` is what made it known."""
    if not dossier.matter.standing.read_before_recall:
        return
    before = (one for one in dossier.acts if one.letter_id != act.letter_id)
    if not fold(dossier.header.kind, before, dossier.head.stored_at).standing.read_before_recall:
        payload = json.dumps({"matter_id": dossier.head.matter_id}).encode()
        append(tx, INCIDENT, payload, dossier.header.opened_letter_id)


def _counts(dossier: Dossier, letter_id: str) -> bool:
    return any(one.act.letter_id == letter_id and one.effective for one in dossier.matter.verdicts)


def _opening(dossier: Dossier) -> LetterName:
    """The letter that opened a matter: of that id its opener's, and of no other body."""
    header = dossier.header
    return LetterName(header.opened_letter_id, OURS if header.our_side is Side.OPENER else header.opener)


def _draft_certificate(tx: Transaction, desk: Desk, received: Received) -> None:
    header, recalled = received.letter.header, _opening(received.dossier)
    digest = named(tx.connection, desk.keyring, recalled).header.content_digest
    message = content.DeletionCertificate(letter_id=recalled.letter_id, content_digest=digest)
    address = Address(CERTIFICATE, (header.sender,), matter_id=header.matter_id, answers_letter_id=header.letter_id)
    create_draft(tx, desk, NewDraft(address, Text(type_name(message), words_of(message))), "")


def _two_persons(tx: Transaction, signed: SignedDraft) -> tuple[str, str]:
    """Who wrote it and who signed it, or who checked it in between."""
    draft = store.get(tx.connection, signed.draft_id)
    others = [one for one in (draft.newest.edited_by, draft.reviewed_by) if one and one != signed.account_id]
    if not others:
        raise TwoPersonsError
    return others[0], signed.account_id
