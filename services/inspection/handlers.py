"""What the office does with letters that come in, beyond the matter itself: replies to its round, new information."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.exchange.model import StoredLetter
from services.chassis.storage import Transaction
from services.inspection.letters.store import RoundLetter, belongs_to_round, letter_of_matter
from services.inspection.newinfo.forwarding import receive
from services.inspection.newinfo.records import Notice, Subject
from services.inspection.replies.reading import answers_in, opinions_in
from services.inspection.replies.records import Reply, SectionAnswer
from services.inspection.replies.store import record_reply

_SUBJECTS: Mapping[int, Subject] = MappingProxyType(
    {
        content.NEW_INFO_SUBJECT_LEADING_GROUP: Subject.LEADING_GROUP,
        content.NEW_INFO_SUBJECT_MEMBER: Subject.MEMBER,
        content.NEW_INFO_SUBJECT_OPINION_EVENT: Subject.OPINION_EVENT,
        content.NEW_INFO_SUBJECT_TEAM_OR_OFFICE: Subject.TEAM_OR_OFFICE,
    }
)


def on_info_reply(tx: Transaction, letter: StoredLetter) -> None:
    """Keep what a body answers to a round's request, at first or in addition, section by section."""
    message = content.InfoReply.FromString(letter.content or b"")
    _keep(tx, letter, lambda _asked: answers_in(message))


def on_opinion_reply(tx: Transaction, letter: StoredLetter) -> None:
    """Keep what congress or CPPCC think of each target."""
    message = content.OpinionReply.FromString(letter.content or b"")
    _keep(tx, letter, lambda asked: opinions_in(message, asked.unit_ids))


def on_new_info(tx: Transaction, letter: StoredLetter) -> None:
    """Keep that new information came; where the sender does not say what it is about, it goes around the office."""
    message = content.NewInfo.FromString(letter.content or b"")
    notice = Notice(
        letter_id=letter.header.letter_id,
        from_body=letter.header.sender,
        round_id=message.round.round_id,
        unit_id=message.unit.unit_id,
        subject=_SUBJECTS.get(message.subject, Subject.TEAM_OR_OFFICE),
        received_at=letter.stored_at,
    )
    receive(tx, notice)


def _keep(tx: Transaction, letter: StoredLetter, read: Callable[[RoundLetter], tuple[SectionAnswer, ...]]) -> None:
    """Keep the reply whether it counts or not: that is for the matter to say, and may change with what comes later."""
    header = letter.header
    if not belongs_to_round(tx.connection, header.matter_id):
        return
    reply = Reply(
        letter_id=header.letter_id,
        matter_id=header.matter_id,
        signed_at=max(header.signer.signed_at, header.written_at) if header.signer else header.written_at,
        stored_at=letter.stored_at,
        document_number=header.document_number,
        content_digest=header.content_digest,
        answers=read(letter_of_matter(tx.connection, header.matter_id)),
    )
    record_reply(tx, reply)


HANDLERS = MappingProxyType(
    {
        "info.reply": on_info_reply,
        "info.supplement": on_info_reply,
        "opinion.reply": on_opinion_reply,
        "new_info.notice": on_new_info,
    }
)
