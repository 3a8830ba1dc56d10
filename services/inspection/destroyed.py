"""What the office notes of a letter's words goes with them: digests that would confirm a guess, the leader's remark."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.destruction.model import Gone
from services.chassis.storage import Transaction
from services.inspection.briefings.tables import BRIEFINGS
from services.inspection.newinfo.tables import NEW_INFO
from services.inspection.replies.tables import REPLIES, REPLY_SECTIONS

NO_DIGEST = bytes(32)


def forget_words(tx: Transaction, gone: Gone) -> None:
    """Follow a destruction. A section's digest has no salt: whoever guesses a short text could try it out.

    What stays says that a letter came, in which sections it told anything, and what became of it.
    """
    # Of that id another body may have a letter as well, in another matter.
    this = sa.exists().where(REPLIES.c.letter_id == REPLY_SECTIONS.c.letter_id, REPLIES.c.matter_id == gone.matter_id)
    sections = sa.update(REPLY_SECTIONS).where(REPLY_SECTIONS.c.letter_id == gone.letter_id, this)
    tx.connection.execute(sections.values(digest=NO_DIGEST))
    told = NEW_INFO.c.letter_id == gone.letter_id, NEW_INFO.c.from_body == gone.name.sender
    tx.connection.execute(sa.update(NEW_INFO).where(*told).values(note=None))
    named = sa.cast(BRIEFINGS.c.sources, sa.Text).contains(gone.letter_id, autoescape=True)
    for row in tx.connection.execute(sa.select(BRIEFINGS.c.id, BRIEFINGS.c.sources).where(named)).all():
        sources = [one | {"digest": ""} if one["letter_id"] == gone.letter_id else one for one in row.sources]
        tx.connection.execute(sa.update(BRIEFINGS).where(BRIEFINGS.c.id == row.id).values(sources=sources))
