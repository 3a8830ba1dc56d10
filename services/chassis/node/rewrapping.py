"""Wraps the keys of contents with the newest storage key, part by part, and counts what rests under which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.chassis.attachments.rest import wrapping_place as attachment_place
from services.chassis.attachments.tables import ATTACHMENT_ARRIVALS, ATTACHMENTS
from services.chassis.desk.safe import wrapping_place as draft_place
from services.chassis.desk.tables import DRAFTS
from services.chassis.exchange.rest import wrapping_place as letter_place
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.keys import Keyring
from services.chassis.identity.suites import suite_named
from services.chassis.journal import store as journal
from services.chassis.people.second_factor import secret_place
from services.chassis.people.tables import SECOND_FACTORS
from services.chassis.storage import Transaction

AT_ONCE = 500
"""Keys that are wrapped anew in one unit of work: some milliseconds, in which letters wait."""
REWRAPPED = "storage_key.rewrapped"
"""Kind of journal entry: nothing rests under older storage keys any more; the payload is the newest key's id."""


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """A column of wrapped keys, the one that names the storage key, and what each wrapping is bound to."""

    table: sa.Table
    key: sa.Column[Any]
    row_id: sa.Column[Any]
    bound_to: sa.Column[Any]
    place: Callable[[Any], bytes]

    @property
    def storage_key_id(self) -> sa.Column[Any]:
        column: sa.Column[Any] = self.table.c.storage_key_id
        return column


_ALL = (
    _Wrapped(LETTERS, LETTERS.c.content_key, LETTERS.c.place, LETTERS.c.digest, letter_place),
    _Wrapped(DRAFTS, DRAFTS.c.wrapped_key, DRAFTS.c.id, DRAFTS.c.id, draft_place),
    _Wrapped(ATTACHMENTS, ATTACHMENTS.c.wrapped_key, ATTACHMENTS.c.file, ATTACHMENTS.c.file, attachment_place),
    _Wrapped(
        ATTACHMENT_ARRIVALS,
        ATTACHMENT_ARRIVALS.c.wrapped_key,
        ATTACHMENT_ARRIVALS.c.file,
        ATTACHMENT_ARRIVALS.c.file,
        attachment_place,
    ),
    _Wrapped(SECOND_FACTORS, SECOND_FACTORS.c.secret, SECOND_FACTORS.c.id, SECOND_FACTORS.c.id, secret_place),
)


def resting(connection: sa.Connection) -> Counter[str]:
    """How many keys of contents rest under each storage key, by its id."""
    found: Counter[str] = Counter()
    for one in _ALL:
        query = sa.select(one.storage_key_id, sa.func.count()).where(one.key.is_not(None))
        for key_id, count in connection.execute(query.group_by(one.storage_key_id)):
            found[key_id] += count
    return found


def lacking(connection: sa.Connection, keyring: Keyring) -> Counter[str]:
    """Storage keys that contents rest under and that are not in the keyring: those contents cannot be read."""
    return Counter({key_id: count for key_id, count in resting(connection).items() if key_id not in keyring.storage})


def rewrap(tx: Transaction, keyring: Keyring, most: int = AT_ONCE) -> int:
    """Wrap up to `most` keys anew with the newest storage key; how many there were. A crash loses nothing: what was not
    committed is found again.
    """
    done = 0
    for one in _ALL:
        done += _rewrap(tx, keyring, one, most - done)
    if 0 < done < most:
        journal.append(tx, REWRAPPED, keyring.storage_key().key_id.encode())
    return done


def _rewrap(tx: Transaction, keyring: Keyring, one: _Wrapped, most: int) -> int:
    newest = keyring.storage_key()
    old = [key_id for key_id in keyring.storage if key_id != newest.key_id]
    if not old or most <= 0:
        return 0
    query = (
        sa.select(one.row_id.label("row_id"), one.bound_to.label("bound_to"), one.key.label("key"), one.storage_key_id)
        .where(one.storage_key_id.in_(old), one.key.is_not(None))
        .limit(most)
    )
    rows = tx.connection.execute(query).all()
    if rows:
        change = sa.update(one.table).where(one.row_id == sa.bindparam("which"))
        values = {one.key.name: sa.bindparam("wrapped"), "storage_key_id": newest.key_id}
        tx.connection.execute(change.values(values), _wrapped_anew(keyring, one, rows))
    return len(rows)


def _wrapped_anew(keyring: Keyring, one: _Wrapped, rows: Sequence[Any]) -> list[dict[str, object]]:
    newest = keyring.storage_key()
    wrapped: list[dict[str, object]] = []
    for row in rows:
        held, place = keyring.storage_key_with(row.storage_key_id), one.place(row.bound_to)
        key = suite_named(held.suite).decrypt(held.private, row.key, place)
        wrapped.append({"which": row.row_id, "wrapped": suite_named(newest.suite).encrypt(newest.private, key, place)})
    return wrapped
