"""Rebuilds what our own letters did in matters, when a peer gave them back to a node that had lost them."""

from __future__ import annotations

from services.chassis.correspondence.acts import Sheet, act_of
from services.chassis.correspondence.contents import read
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.settle import keep
from services.chassis.dossiers import queries, recording
from services.chassis.dossiers.model import NewMatter
from services.chassis.exchange.model import LetterHeader, StoredLetter
from services.chassis.matters.model import Kind, Side
from services.chassis.rulebook.model import LetterKind
from services.chassis.storage.uow import Transaction


def follow_ours(tx: Transaction, office: Office, letter: StoredLetter) -> None:
    """Fold a letter of ours, that came back or got another number, into its matter as it was when it was written.

    Nothing is judged anew: the peer holds it, so it counts. Drafts and tasks around it are what the copy has of them.

    Raises:
        ContentUnreadableError: the content is not what the kind calls for.
    """
    header = letter.header
    if not header.matter_id or not office.book.knows_kind(header.kind):
        return
    kind = office.book.kind(header.kind)
    opens = kind.effect == "opens"
    known = queries.head(tx.connection, header.matter_id)
    if known is None and opens:
        recording.open_matter(tx, _opened(office, kind, header))
    side = Side.OPENER if opens or (known is not None and known.header.our_side is Side.OPENER) else Side.ADDRESSEE
    message = None if letter.content is None else read(header.kind, letter.content, header.content_type)
    sheet = Sheet(
        header.letter_id, header.number, header.written_at, header.last_seen_letter_id, header.signer, message
    )
    act = act_of(sheet, kind, side)
    recording.renumber(tx, header.matter_id, act)
    if known is None and not opens:
        # The peer opened it; its letter comes again too, and this act counts from then on.
        recording.record_act(tx, header.matter_id, act, office.body)
        return
    keep(tx, office.book, header.matter_id, act, office.body)


def _opened(office: Office, kind: LetterKind, header: LetterHeader) -> NewMatter:
    return NewMatter(
        matter_id=header.matter_id,
        kind=Kind(kind.matter),
        letter_kind=header.kind,
        opener=office.body,
        addressee=header.recipient,
        our_side=Side.OPENER,
        opened_letter_id=header.letter_id,
        document_number=header.document_number,
        article_ids=header.article_ids,
        sub_unit=header.recipient_subunit,
    )
