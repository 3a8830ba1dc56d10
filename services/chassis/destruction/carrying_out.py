"""Carries a decided destruction out in one unit of work: the letter's key and content, and whatever follows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from services.chassis.briefing.tables import DRAFT_SOURCES
from services.chassis.desk.drafts import destroy_content_of_letter, give_up_drafts_of_matter
from services.chassis.destruction import store
from services.chassis.destruction.aftermath import DRAFT, LETTER, owe_line, owe_strike
from services.chassis.destruction.exports import open_copies
from services.chassis.destruction.model import Decided, Destruction, Gone
from services.chassis.exchange.errors import LetterUnknownError
from services.chassis.exchange.keeping import Why, destroy_content
from services.chassis.exchange.naming import OURS, LetterName, is_named
from services.chassis.exchange.tables import LETTERS
from services.chassis.storage.uow import Transaction

Follower = Callable[[Transaction, Gone], object]
"""Told of a letter whose content is destroyed, in the same unit of work: makes what else holds its words unreadable."""


@dataclass(frozen=True, slots=True)
class Destroying:
    """How this node destroys: `followers` are asked besides drafts and files handed out, which always follow."""

    followers: tuple[Follower, ...] = ()

    def letter(self, tx: Transaction, name: LetterName, act: Decided) -> None:
        """Destroy the content of every copy of a letter; header, signature and channel still verify.

        Another body's letter of the same id is another letter. A destruction that no request was made for, such as
        by a recall, is put into the register here.

        Raises:
            LetterUnknownError: this node holds no such letter.

        """
        rows = _rows(tx, name)
        act = act if act.destruction_id else _registered(tx, name, act)
        first_at = act.first_at.isoformat() if act.first_at else ""
        why = Why(act.ground.value, act.asked_by, act.approved_by, act.destruction_id, first_at)
        destroy_content(tx, name, why)
        for row in rows:
            owe_strike(tx, act.destruction_id, LETTER, row.digest.hex())
        owe_line(tx, act.destruction_id, name)
        self._followed(tx, Gone(name, rows[0].matter_id, rows[0].kind, act))

    def what_follows(self, tx: Transaction, name: LetterName, act: Decided) -> None:
        """Only what follows the letter, whose own content is gone already.

        Raises:
            LetterUnknownError: this node holds no such letter.

        """
        row = _rows(tx, name)[0]
        self._followed(tx, Gone(name, row.matter_id, row.kind, act))

    def _followed(self, tx: Transaction, gone: Gone) -> None:
        for follow in (_drafts, open_copies, *self.followers):
            follow(tx, gone)

    def rest_of_matter(self, tx: Transaction, matter_id: str, act: Decided) -> None:
        """Give up the matter's drafts that never became letters, too: they speak of what was destroyed."""
        given_up = give_up_drafts_of_matter(tx, matter_id, _GIVEN_UP, act.approved_by)
        _forget_sources(tx, act, given_up)


_GIVEN_UP = "事项内容已销毁"


def _rows(tx: Transaction, name: LetterName) -> Sequence[Any]:
    query = sa.select(LETTERS.c.kind, LETTERS.c.matter_id, LETTERS.c.digest).where(is_named(name))
    rows = tx.connection.execute(query).all()
    if not rows:
        raise LetterUnknownError(letter_id=name.letter_id[:64])
    return rows


def _registered(tx: Transaction, name: LetterName, act: Decided) -> Decided:
    """The act with an entry of the register of its own."""
    one = Destruction(
        id=tx.new_id(),
        ground=act.ground,
        matter_id="",
        letters=(name,),
        reason="",
        document_number="",
        decided_on=None,
        asked_by=act.asked_by,
        asked_at=tx.now,
        settled_by=act.approved_by,
        settled_at=tx.now,
        approved=True,
    )
    store.keep(tx, one)
    return replace(act, destruction_id=one.id)


def _drafts(tx: Transaction, gone: Gone) -> None:
    if gone.name.sender != OURS:
        return  # no draft became another body's letter
    destroyed = destroy_content_of_letter(tx, gone.letter_id, gone.act.approved_by)
    _forget_sources(tx, gone.act, destroyed)


def _forget_sources(tx: Transaction, act: Decided, draft_ids: list[str]) -> None:
    """Which rows of which ledger a destroyed text rested on is told with it, and goes with it."""
    tx.connection.execute(sa.delete(DRAFT_SOURCES).where(DRAFT_SOURCES.c.draft_id.in_(draft_ids)))
    for draft_id in draft_ids:
        owe_strike(tx, act.destruction_id, DRAFT, draft_id)
