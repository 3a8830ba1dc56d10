"""What the office needs of the desk: letters drafted for a leader to sign, and short acts sent at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.chassis.storage import Transaction


class Outgoing(Protocol):
    """Drafts letters. A draft is not a letter until the head of the office has signed it."""

    def draft(
        self,
        tx: Transaction,
        kind: str,
        *,
        recipients: Sequence[str],
        content: bytes,
        content_type: str,
        article_ids: Sequence[str],
        matter_ref: str,
    ) -> str:
        """Start a draft and give its id.

        Args:
            tx: The unit of work that the draft belongs to.
            kind: Letter kind of the rulebook.
            recipients: References of the rulebook: a body, or a body and its sub-unit (`body/sub-unit`).
            content: Serialized content message.
            content_type: Full name of that message.
            article_ids: Articles the letter rests on.
            matter_ref: Id that the matter bears or, where this letter opens it, shall bear.

        """
        ...

    def is_given_up(self, tx: Transaction, draft_id: str) -> bool:
        """Whether the draft was given up, so that its letter will never be sent."""
        ...


class Acts(Protocol):
    """Sends short acts of a named person, which need no leader's signature."""

    def send(
        self,
        tx: Transaction,
        kind: str,
        *,
        matter_id: str,
        content: bytes,
        content_type: str,
        article_ids: Sequence[str],
    ) -> str:
        """Write the act into its matter, addressed to the matter's other side, and give the letter's id."""
        ...
