"""Of which letters a person may ask, decide and know that they were destroyed: as far as they may read them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from services.chassis.correspondence.around import kept_out
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.rights import Sight
from services.chassis.desk.rights import TRUSTED
from services.chassis.destruction.tables import DESTRUCTION_LETTERS, HOLDS
from services.chassis.dossiers.tables import MATTERS
from services.chassis.exchange.errors import LetterUnknownError
from services.chassis.exchange.naming import LetterName, held_among, sender_of_row
from services.chassis.exchange.tables import LETTERS
from services.chassis.rpc.callers import ADMIN_ROLES, Caller, Role


@dataclass(frozen=True)
class DestructionSight:
    """What one person may know of. Administrators see every entry, which names letters by their ids and tells nothing
    of what they said; what went around this body is in nobody's sight.
    """

    connection: sa.Connection
    office: Office
    caller: Caller

    def letters(self, roles: frozenset[Role] | None = None) -> sa.ColumnElement[bool]:
        """A condition on rows of `LETTERS`; of the caller's roles only those among `roles` count, None for all."""
        grants = tuple(one for one in self.caller.grants if roles is None or one.role in roles)
        caller = replace(self.caller, grants=grants)
        allowed = LETTERS.c.matter_id.not_in(sorted(kept_out(self.connection, self.office)))
        if caller.roles & ADMIN_ROLES:
            return allowed
        read = Sight(caller, self.office.book).letters()
        if caller.may(TRUSTED):
            # A letter that could not be handled belongs to no matter; those who are trusted with all decide about it.
            read = sa.or_(read, ~sa.exists().where(MATTERS.c.matter_id == LETTERS.c.matter_id))
        return sa.and_(allowed, read)

    def registered(self) -> sa.ColumnElement[bool]:
        """A condition on rows of `DESTRUCTION_LETTERS`."""
        same_id = LETTERS.c.letter_id == DESTRUCTION_LETTERS.c.letter_id
        return sa.exists().where(same_id, DESTRUCTION_LETTERS.c.sender == sender_of_row, self.letters())

    def holds(self) -> sa.ColumnElement[bool]:
        """A condition on rows of `HOLDS`."""
        if self.caller.roles & ADMIN_ROLES:
            return sa.true()
        return sa.exists().where(
            MATTERS.c.matter_id == HOLDS.c.matter_id, Sight(self.caller, self.office.book).within()
        )

    def demand(self, names: tuple[LetterName, ...], roles: frozenset[Role]) -> None:
        """Raise unless one of `roles` reaches every one of the letters.

        Raises:
            LetterUnknownError: naming one that is not there, or that the caller may not know of.

        """
        known = held_among(self.connection, names, self.letters(roles))
        for name in names:
            if name not in known:
                raise LetterUnknownError(letter_id=name.letter_id[:64])

    def demand_ids(self, letter_ids: tuple[str, ...], roles: frozenset[Role]) -> None:
        """Raise unless one of `roles` reaches a letter of each id; which of several that is, only its row tells.

        Raises:
            LetterUnknownError: naming one that is not there, or that the caller may not know of.

        """
        query = sa.select(LETTERS.c.letter_id).where(LETTERS.c.letter_id.in_(letter_ids), self.letters(roles))
        known = set(self.connection.scalars(query))
        for letter_id in letter_ids:
            if letter_id not in known:
                raise LetterUnknownError(letter_id=letter_id[:64])
