"""Who may know of a matter and act in it: a role is held for a sub-unit and a matter, or for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.desk.rights import NAMED_PERSONS_ONLY, Reach, reaches_of
from services.chassis.desk.tables import DRAFTS, drafter_in
from services.chassis.dossiers.errors import MatterNotFoundError
from services.chassis.dossiers.tables import MATTERS
from services.chassis.exchange.errors import LetterUnknownError
from services.chassis.exchange.model import Direction
from services.chassis.exchange.tables import LETTERS
from services.chassis.matters.model import Side
from services.chassis.rpc.callers import BUSINESS_ROLES, Caller, Role
from services.chassis.rpc.errors import RoleMissingError
from services.chassis.rulebook.book import Rulebook

_OPENING = DRAFTS.alias("opening")
"""The draft of the letter that opened a matter, apart from drafts that a query is about."""


@dataclass(frozen=True)
class Sight:
    """What one person may know of, as a condition on rows of `MATTERS`.

    A matter that came to this body belongs to the sub-unit it was addressed to; one that this body opened belongs to
    the sub-unit that drafted its letter. What only named persons may see takes a role for that very matter, a leader
    or reviewer, or having drafted it; and the person themselves, not a program of theirs, nor a deputy whom the office
    did not name.
    """

    caller: Caller
    book: Rulebook

    def within(self, roles: frozenset[Role] = BUSINESS_ROLES) -> sa.ColumnElement[bool]:
        """The matters that the caller's roles among `roles` reach."""
        return sa.or_(sa.false(), *(self._reached(reach) for reach in reaches_of(self.caller, roles)))

    def letters(self) -> sa.ColumnElement[bool]:
        """The letters that the caller may read, as a condition on rows of `LETTERS`: their matter is in reach, and
        their own kind is, which may be closer kept than the matter.
        """
        reaches = reaches_of(self.caller, BUSINESS_ROLES)
        return sa.or_(sa.false(), *(self._letters_reached(reach) for reach in reaches))

    def narrow(self) -> sa.ColumnElement[bool] | None:
        """The matters in reach, where every role of the caller ends within a sub-unit or a matter; None where one has
        no such end. To whom few matters are open, lists are made from these.
        """
        reaches = reaches_of(self.caller, BUSINESS_ROLES)
        ended = all(reach.sub_unit is not None or reach.matter_id is not None for reach in reaches)
        return self.within() if ended else None

    def drafts(self, roles: frozenset[Role] = BUSINESS_ROLES) -> sa.ColumnElement[bool]:
        """The drafts that no matter out of the reach of `roles` keeps from the caller, as a condition on rows of
        `DRAFTS`; how far the roles reach in drafts without a matter is the desk's rule.
        """
        matter = MATTERS.c.matter_id == DRAFTS.c.matter_id
        return sa.or_(~sa.exists().where(matter), sa.exists().where(matter, self.within(roles)))

    def _letters_reached(self, reach: Reach) -> sa.ColumnElement[bool]:
        in_reach = sa.exists().where(MATTERS.c.matter_id == LETTERS.c.matter_id, self._reached(reach))
        if not reach.in_person:
            return sa.and_(in_reach, _looked_at(LETTERS.c.kind).in_(_open_kinds(self.book)))
        if reach.trusted or reach.matter_id is not None:
            return in_reach
        drafted = sa.and_(
            _looked_at(LETTERS.c.direction) == Direction.OUT.value,
            sa.exists().where(DRAFTS.c.letter_id == LETTERS.c.letter_id, drafter_in(DRAFTS) == self.caller.desk_of),
        )
        return sa.and_(in_reach, sa.or_(_looked_at(LETTERS.c.kind).in_(_open_kinds(self.book)), drafted))

    def place_of_letter(self, connection: sa.Connection, letter_id: str, *, without: frozenset[str]) -> int:
        """Where in the journal the letter of that id stands that the caller may read, and that is of none of the
        matters `without`. Senders choose ids: another letter of the same id is not this one.

        Raises:
            LetterUnknownError: there is no such letter, or the caller may not know of it.

        """
        may = LETTERS.c.letter_id == letter_id, LETTERS.c.matter_id.not_in(sorted(without)), self.letters()
        place: int | None = connection.scalar(sa.select(LETTERS.c.place).where(*may).order_by(LETTERS.c.place).limit(1))
        if place is None:
            raise LetterUnknownError(letter_id=letter_id[:64])
        return place

    def _reached(self, reach: Reach) -> sa.ColumnElement[bool]:
        limits: list[sa.ColumnElement[bool]] = [sa.true()]
        if reach.sub_unit is not None:
            limits.append(_of_sub_unit(reach.sub_unit))
        if reach.matter_id is not None:
            limits.append(MATTERS.c.matter_id == reach.matter_id)
        if not reach.in_person:
            limits.append(_looked_at(MATTERS.c.letter_kind).in_(_open_kinds(self.book)))
        elif reach.matter_id is None and not reach.trusted:
            drafted = _opened_by_draft(drafter_in(_OPENING) == self.caller.desk_of)
            limits.append(sa.or_(_looked_at(MATTERS.c.letter_kind).in_(_open_kinds(self.book)), drafted))
        return sa.and_(*limits)

    def demand(self, connection: sa.Connection, matter_id: str, roles: frozenset[Role], act: str) -> None:
        """Raise unless the caller may do `act` in the matter; it is not there for who may not even know of it.

        Raises:
            MatterNotFoundError: there is no such matter, or the caller may not know of it.
            RoleMissingError: the caller sees it, and holds none of `roles` for it.

        """
        if not self.reaches(connection, matter_id):
            raise MatterNotFoundError(matter_id=matter_id[:64])
        if not self.reaches(connection, matter_id, roles):
            raise RoleMissingError(method=act, roles=",".join(sorted(roles)))

    def reaches(self, connection: sa.Connection, matter_id: str, roles: frozenset[Role] = BUSINESS_ROLES) -> bool:
        """Whether one of `roles` reaches the matter."""
        query = sa.select(MATTERS.c.matter_id).where(MATTERS.c.matter_id == matter_id, self.within(roles))
        return connection.scalar(query) is not None


def _of_sub_unit(sub_unit: str) -> sa.ColumnElement[bool]:
    came = sa.and_(MATTERS.c.our_side == Side.ADDRESSEE.value, MATTERS.c.sub_unit == sub_unit)
    return sa.or_(came, _opened_by_draft(_OPENING.c.sub_unit == sub_unit))


def _opened_by_draft(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    ours = _looked_at(MATTERS.c.our_side) == Side.OPENER.value
    return sa.and_(ours, sa.exists().where(_OPENING.c.letter_id == MATTERS.c.opened_letter_id, condition))


def _looked_at(column: sa.Column[str]) -> sa.ColumnElement[str]:
    """The column as no index has it. Most kinds are open to everybody: with the index of kinds, and of those there are
    many, a list would be made by reading and sorting all there is, instead of going back in time until it is full.
    """
    return column.concat("")


def _open_kinds(book: Rulebook) -> list[str]:
    """Kinds for which a role for the whole body is enough; one that the rulebook does not know is not among them."""
    named = {kind.id for kind in book.letter_kinds if kind.confidentiality in NAMED_PERSONS_ONLY}
    return sorted({kind.id for kind in book.letter_kinds} - named)
