"""Keeps what replies answer, section by section; their texts stay in the letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from services.chassis.storage import Transaction
from services.inspection.journaling import note
from services.inspection.replies.records import Reply, SectionAnswer
from services.inspection.replies.tables import REPLIES, REPLY_SECTIONS


def record_reply(tx: Transaction, reply: Reply) -> None:
    """Keep a reply that has come in; the same letter again changes nothing."""
    c = REPLIES.c
    if tx.connection.execute(sa.select(c.letter_id).where(c.letter_id == reply.letter_id)).first() is not None:
        return
    tx.connection.execute(
        sa.insert(REPLIES).values(
            letter_id=reply.letter_id,
            matter_id=reply.matter_id,
            signed_at=reply.signed_at,
            stored_at=reply.stored_at,
            document_number=reply.document_number,
            content_digest=reply.content_digest,
        )
    )
    rows = [
        {
            "letter_id": reply.letter_id,
            "unit_id": one.unit_id,
            "code": one.code,
            "state": one.state,
            "digest": one.digest,
            "stopped": one.stopped,
        }
        for one in {answer.place: answer for answer in reply.answers}.values()
    ]
    if rows:
        tx.connection.execute(sa.insert(REPLY_SECTIONS), rows)
    note(tx, "reply_received", letter_id=reply.letter_id, matter=reply.matter_id, letter=reply.letter_id)


def replies_in(connection: sa.Connection, matter_ids: Iterable[str]) -> Mapping[str, tuple[Reply, ...]]:
    """The replies of these matters, oldest first."""
    wanted = list(matter_ids)
    c = REPLIES.c
    query = sa.select(REPLIES).where(c.matter_id.in_(wanted)).order_by(c.stored_at, c.letter_id)
    rows = connection.execute(query).all()
    answers = _answers(connection, [row.letter_id for row in rows])
    found: dict[str, list[Reply]] = {matter_id: [] for matter_id in wanted}
    for row in rows:
        reply = Reply(
            letter_id=row.letter_id,
            matter_id=row.matter_id,
            signed_at=row.signed_at,
            stored_at=row.stored_at,
            document_number=row.document_number,
            content_digest=row.content_digest,
            answers=tuple(answers[row.letter_id]),
        )
        found[row.matter_id].append(reply)
    return {matter_id: tuple(replies) for matter_id, replies in found.items()}


def _answers(connection: sa.Connection, letter_ids: Sequence[str]) -> dict[str, list[SectionAnswer]]:
    found: dict[str, list[SectionAnswer]] = {letter_id: [] for letter_id in letter_ids}
    c = REPLY_SECTIONS.c
    query = sa.select(REPLY_SECTIONS).where(c.letter_id.in_(letter_ids)).order_by(c.unit_id, c.code)
    for row in connection.execute(query):
        found[row.letter_id].append(SectionAnswer(row.unit_id, row.code, row.state, row.digest, row.stopped))
    return found
