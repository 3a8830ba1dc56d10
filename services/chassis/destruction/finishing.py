"""After a destruction is committed: key sheets struck, the register of destroyed letters written, bytes let go of.

Also the other way round: what an old copy of the database, or a peer, brings back although it was destroyed, is
destroyed again. All of it may be done at any time and any number of times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.chassis.destruction import store
from services.chassis.destruction.aftermath import Due, Step, letter_in, note_done, owed
from services.chassis.destruction.carrying_out import Destroying
from services.chassis.destruction.model import Decided, Destruction, Ground, State
from services.chassis.destruction.register import DestroyedRegister, Line
from services.chassis.destruction.tables import DESTRUCTION_LETTERS, DESTRUCTIONS
from services.chassis.exchange.naming import LetterName, held_among
from services.chassis.exchange.tables import LETTERS
from services.chassis.storage import Database, Transaction
from services.chassis.storage.tables import from_microseconds, to_microseconds

Strike = Callable[[Sequence[str]], bool]
"""Takes keys, named table/name, out of every key sheet that is known; False while one of the sheets is out of reach."""
_SCRUBBED = ("letters", "drafts", "quarantine", "attachments", "attachment_arrivals")


def nothing_to_strike(_keys: Sequence[str]) -> bool:
    """For a node that has no backups."""
    return True


@dataclass(frozen=True)
class Finishing:
    """What a node finishes destructions with."""

    database: Database
    destroying: Destroying
    register: DestroyedRegister
    strike: Strike = nothing_to_strike

    async def finish(self) -> int:
        """Do what destructions still ask for; how many steps are left because something was out of reach.

        Raises:
            RegisterDamagedError: somebody changed the file of destroyed letters.
            DatabaseAwayError: the database cannot be reached.

        """
        dues = await self.database.reader.read(owed)
        done: list[Due] = []
        try:
            # Last what may fail for longer: a register that somebody changed keeps nothing else back.
            for step, do in ((Step.STRIKE, self._strike), (Step.SCRUB, self._scrub), (Step.REGISTER, self._write)):
                ours = [one for one in dues if one.step is step]
                if ours and await do(ours):
                    done += ours
        finally:
            if done:
                await self.database.writer.run(lambda tx: note_done(tx, done))
        return len(dues) - len(done)

    async def destroy_again(self) -> int:
        """Destroy again what is in the file of destroyed letters and has content here; returns how many letters.

        Raises:
            RegisterDamagedError: somebody changed the file.

        """
        lines = {line.name: line for line in await asyncio.to_thread(self.register.read)}
        await self._complete(lines)
        alive = LETTERS.c.content_key.is_not(None)
        back = await self.database.reader.read(lambda connection: held_among(connection, lines.keys(), alive))
        if back:
            again = [lines[name] for name in back]
            await self.database.writer.run(lambda tx: self._destroy_again(tx, again))
        return len(back)

    async def _complete(self, lines: Mapping[LetterName, Line]) -> None:
        """Write what the database knows and the file does not: it was put aside, or is not as old as the database."""
        if len(lines) < await self.database.reader.read(_count):
            known = await self.database.reader.read(_all_lines)
            await asyncio.to_thread(self.register.add, known)

    async def _write(self, dues: Sequence[Due]) -> bool:
        lines = await self.database.reader.read(lambda connection: _lines(connection, dues))
        await asyncio.to_thread(self.register.add, lines)
        return True

    async def _strike(self, dues: Sequence[Due]) -> bool:
        return await asyncio.to_thread(self.strike, [one.what for one in dues])

    async def _scrub(self, _dues: Sequence[Due]) -> bool:
        return await asyncio.to_thread(self.database.scrub, _SCRUBBED)

    def _destroy_again(self, tx: Transaction, lines: Sequence[Line]) -> None:
        for line in lines:
            destroy_line_again(tx, self.destroying, line)


def destroy_line_again(tx: Transaction, destroying: Destroying, line: Line) -> None:
    """Destroy a letter of the register again, and have the node's own record of it as it was.

    Raises:
        LetterUnknownError: this node holds no such letter.

    """
    destroying.letter(tx, line.name, _decided(tx, line))


def follow_line_again(tx: Transaction, destroying: Destroying, line: Line) -> None:
    """Have what follows a letter of the register go again, where only that came back.

    Raises:
        LetterUnknownError: this node holds no such letter.

    """
    destroying.what_follows(tx, line.name, _decided(tx, line))


def _decided(tx: Transaction, line: Line) -> Decided:
    first = from_microseconds(line.at)
    _put_back(tx, line, first)
    return Decided(Ground(line.ground), line.asked_by, line.approved_by, line.destruction_id, first)


def _registered() -> sa.Select[Any]:
    place = sa.join(DESTRUCTION_LETTERS, DESTRUCTIONS, DESTRUCTIONS.c.id == DESTRUCTION_LETTERS.c.destruction_id)
    named = sa.select(DESTRUCTION_LETTERS.c.letter_id, DESTRUCTION_LETTERS.c.sender).select_from(place)
    return named.where(DESTRUCTIONS.c.approved.is_(True))


def _count(connection: sa.Connection) -> int:
    letters = _registered().distinct().subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(letters)) or 0


def _all_lines(connection: sa.Connection) -> list[Line]:
    rows = connection.execute(_registered().add_columns(*DESTRUCTIONS.c).order_by(DESTRUCTIONS.c.settled_at))
    return [_line(LetterName(row.letter_id, row.sender), row) for row in rows]


def _lines(connection: sa.Connection, dues: Sequence[Due]) -> list[Line]:
    ids = {one.destruction_id for one in dues}
    rows = connection.execute(sa.select(DESTRUCTIONS).where(DESTRUCTIONS.c.id.in_(ids)))
    known = {row.id: row for row in rows}
    return [_line(letter_in(due), known[due.destruction_id]) for due in dues]


def _line(name: LetterName, row: sa.Row[Any]) -> Line:
    at = to_microseconds(row.settled_at)
    return Line(name.letter_id, name.sender, row.ground, row.asked_by, row.settled_by, row.id, at)


def _put_back(tx: Transaction, line: Line, first: datetime) -> None:
    """The register's entry as it was, where the database that came back is older than the decision."""
    known = store.find(tx.connection, line.destruction_id)
    if known is None:
        one = Destruction(
            id=line.destruction_id,
            ground=Ground(line.ground),
            matter_id="",
            letters=(line.name,),
            reason="",
            document_number="",
            decided_on=None,
            asked_by=line.asked_by,
            asked_at=first,
            settled_by=line.approved_by,
            settled_at=first,
            approved=True,
        )
        store.keep(tx, one)
        return
    if known.state is State.ASKED:
        store.settle(tx, known.id, line.approved_by, first, approved=True)
    if line.name not in known.letters:
        store.add_letter(tx, known.id, line.name)
