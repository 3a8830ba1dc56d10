"""Handles one stored letter: read, allowed, folded into its matter, clocks followed, the body told; all in one unit."""

from __future__ import annotations

from services.chassis.correspondence.acts import Sheet, act_of
from services.chassis.correspondence.around import goes_around
from services.chassis.correspondence.clock_steps import check_stop_told
from services.chassis.correspondence.contents import read
from services.chassis.correspondence.errors import KindNotAllowedError, NotOurMatterError, demand_signature
from services.chassis.correspondence.office import Office, Received
from services.chassis.correspondence.settle import keep
from services.chassis.dossiers import queries, recording
from services.chassis.dossiers.model import Dossier, NewMatter
from services.chassis.exchange.errors import ContentDestroyedError
from services.chassis.exchange.model import LetterHeader, StoredLetter
from services.chassis.matters.model import Event, Kind, Side
from services.chassis.rulebook.model import LetterKind
from services.chassis.storage.uow import Transaction


def receive(tx: Transaction, office: Office, letter: StoredLetter) -> Dossier | None:
    """Apply `letter`. Whatever it raises leaves the letter stored and receipted, and parks it with the reason.

    A letter that opens a matter may come without its words: its sender recalled and destroyed it on the way.

    Returns:
        The matter as it stands now; None where the letter goes around this body.

    Raises:
        ContentUnreadableError: the content is not what the kind calls for.
        KindNotAllowedError: the rulebook has no such letter from its sender to this body.
        SignatureMissingError: the rulebook asks for a leader's signature, and there is none.
        NotOurMatterError: it acts on a matter that its sender is no party to.
        ContentDestroyedError: its words are gone, and it does more than open a matter.
        MatterNotFoundError: it acts on a matter that this node does not hold.
        DeadlineOverdueError: it stops a clock whose date had passed.

    """
    header = letter.header
    message = read(header.kind, letter.content, header.content_type) if letter.content is not None else None
    kind = _allowed(office, header)
    if message is None and kind.effect != "opens":
        raise ContentDestroyedError(letter_id=header.letter_id)
    demand_signature(kind, header.signer)
    if goes_around(tx, office, letter, message):
        return None
    side = _side(tx, kind, letter)
    if kind.event == Event.SUSPENDED.value:
        check_stop_told(tx, office, header.matter_id, header.written_at)
    sheet = Sheet(
        header.letter_id, header.number, header.written_at, header.last_seen_letter_id, header.signer, message
    )
    dossier = keep(tx, office.book, header.matter_id, act_of(sheet, kind, side), header.sender)
    if message is not None:
        for hook in office.hooks.get(header.kind, ()):
            hook(tx, Received(letter, message, dossier))
    return dossier


def _allowed(office: Office, header: LetterHeader) -> LetterKind:
    if not office.book.may_send(header.kind, header.sender, office.body):
        raise KindNotAllowedError(kind=header.kind, sender=header.sender, recipient=office.body)
    return office.book.kind(header.kind)


def _side(tx: Transaction, kind: LetterKind, letter: StoredLetter) -> Side:
    """Whose side the sender is on; opens the matter where the letter does."""
    header = letter.header
    if kind.effect == "opens":
        # A matter is named by the letter that opened it, so no peer can open one under another's name.
        if header.matter_id != header.letter_id:
            raise NotOurMatterError(matter_id=header.matter_id)
        recording.open_matter(tx, _opened(kind, header))
        # The sender learns the same from our receipt, so that both sides show the letter as stored.
        recording.set_stored_at(tx, header.matter_id, letter.stored_at)
        return Side.OPENER
    dossier = queries.get(tx.connection, header.matter_id)
    if dossier.header.counterparty != header.sender:
        raise NotOurMatterError(matter_id=header.matter_id)
    return dossier.header.our_side.other


def _opened(kind: LetterKind, header: LetterHeader) -> NewMatter:
    return NewMatter(
        matter_id=header.matter_id,
        kind=Kind(kind.matter),
        letter_kind=header.kind,
        opener=header.sender,
        addressee=header.recipient,
        our_side=Side.ADDRESSEE,
        opened_letter_id=header.letter_id,
        document_number=header.document_number,
        article_ids=header.article_ids,
        sub_unit=header.recipient_subunit,
    )
