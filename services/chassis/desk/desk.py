"""What the desk works with and does not know itself: the keys, the rulebook's word on a kind, and the way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from services.chassis.desk.records import Address, Standing
from services.chassis.identity.keys import Keyring
from services.chassis.storage import Transaction


@dataclass(frozen=True, slots=True)
class KindRules:
    """What holds for a letter of one kind to one address.

    Attributes:
        series: The series its document number is taken from.
        content_type: Full name of the only content message that such a letter carries.
        article_ids: Clauses it may rest on.
        confidentiality: Data class, P0 to P4.
        review_needed: Whether a reviewer looks at it before a leader signs.
        by_hand: Whether people start such drafts; False where a use case with conditions of its own prepares them.
        opens_matter: Whether it opens a matter, which then bears an id that this node makes.
        recipient_sub_unit: The sub-unit that the rulebook addresses at the recipient; empty for the body.
        sub_units: The writing body's own sub-units.
    """

    series: str
    content_type: str
    article_ids: tuple[str, ...]
    confidentiality: str
    review_needed: bool
    by_hand: bool = True
    opens_matter: bool = False
    recipient_sub_unit: str = ""
    sub_units: frozenset[str] = frozenset()


Rules = Callable[[Address, date], KindRules]
"""The rules for a letter to this address on this day; raises a `GuantongError` when there may be no such letter."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a letter says: the exact bytes, and the contract's message that they are."""

    content_type: str
    content: bytes = field(repr=False)


Check = Callable[[Transaction, Address, Text], None]
"""A body's own look at a text before others are asked to approve it; raises a `GuantongError` to refuse it."""


@dataclass(frozen=True, slots=True)
class SignedDraft:
    """A draft at the moment it becomes a letter: exactly what was shown to the signer, and who that was."""

    draft_id: str
    revision: int
    digest: bytes
    address: Address
    standing: Standing
    text: Text
    document_number: str
    account_id: str
    name: str
    post: str
    for_whom: str
    signed_at: datetime


Dispatch = Callable[[Transaction, SignedDraft], str]
"""Writes the letter in the same transaction and returns its id. What it raises leaves the draft unsigned."""


def nothing_to_check(tx: Transaction, address: Address, text: Text) -> None:
    """The check of a body that has none of its own."""
    del tx, address, text


@dataclass(frozen=True, slots=True)
class Desk:
    """One body's desk."""

    keyring: Keyring
    rules: Rules
    dispatch: Dispatch
    check: Check = nothing_to_check
