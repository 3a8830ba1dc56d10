"""Personal access tokens: how a program reads for one person, within the calls that the node lists for tokens."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.people import store
from services.chassis.people.accounts import digest_of
from services.chassis.people.errors import TokenUnknownError
from services.chassis.people.gate import PasswordProof, demand_proof
from services.chassis.people.records import LONGEST_TOKEN, AccessToken
from services.chassis.people.tables import ACCESS_TOKENS
from services.chassis.people.trail import note
from services.chassis.rpc.callers import Caller, Role, Scope
from services.chassis.rpc.errors import FieldInvalidError, RoleMissingError
from services.chassis.storage import Transaction

PREFIX = "gtp."
"""Tells a token from a session's, which has no dot, and lets scanners of files find one that was left lying about."""
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class WantedToken:
    """What a token is made with; `to_date` is its last day in Beijing."""

    name: str
    scopes: Collection[Scope]
    to_date: date


def create_token(tx: Transaction, caller: Caller, proof: PasswordProof, wanted: WantedToken) -> tuple[AccessToken, str]:
    """Make a token for the caller; its value is in the answer and nowhere else.

    Raises:
        ProofOutdatedError: the password has to be given again.
        FieldInvalidError: name, scopes or last day cannot be used.

    """
    demand_proof(tx, caller, proof)
    name = unicodedata.normalize("NFC", wanted.name).strip()
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        raise FieldInvalidError(field="name", problem=f"1 to {_LONGEST_NAME} printable characters")
    if not wanted.scopes:
        raise FieldInvalidError(field="scopes", problem="at least one")
    today = beijing_date(tx.now)
    if not timedelta(0) <= wanted.to_date - today <= LONGEST_TOKEN:
        raise FieldInvalidError(field="to_date", problem=f"in the past or more than {LONGEST_TOKEN.days} days ahead")
    value = PREFIX + secrets.token_urlsafe(32)
    scopes = frozenset(wanted.scopes)
    kept = AccessToken(tx.new_id(), caller.account_id, name, scopes, tx.now, wanted.to_date)
    tx.connection.execute(
        sa.insert(ACCESS_TOKENS).values(
            id=kept.token_id,
            account_id=kept.account_id,
            token_digest=digest_of(value),
            name=kept.name,
            scopes=sorted(kept.scopes),
            created_at=kept.created_at,
            to_date=kept.to_date,
        )
    )
    told = {"token_id": kept.token_id, "account_id": kept.account_id, "scopes": " ".join(sorted(scopes))}
    note(tx, "token_created", told | {"to_date": kept.to_date.isoformat()})
    return kept, value


def list_tokens(
    connection: sa.Connection, caller: Caller, account_id: str | None, before: str | None, limit: int
) -> Sequence[AccessToken]:
    """Tokens of the caller, or of another account for the security administrator, the newest first.

    Raises:
        RoleMissingError: they are another's and the caller is no security administrator.

    """
    whose = account_id or caller.account_id
    if whose != caller.account_id and Role.SECURITY_ADMIN not in caller.roles:
        raise RoleMissingError(method="ListTokens", roles=Role.SECURITY_ADMIN.value)
    query = sa.select(ACCESS_TOKENS).where(ACCESS_TOKENS.c.account_id == whose)
    if before is not None:
        query = query.where(ACCESS_TOKENS.c.id < before)
    rows = connection.execute(query.order_by(ACCESS_TOKENS.c.id.desc()).limit(limit))
    return [store.access_token(row) for row in rows]


def revoke_token(tx: Transaction, caller: Caller, token_id: str) -> None:
    """End a token now; one that was revoked stays as it is.

    Raises:
        TokenUnknownError: there is none, or it is neither the caller's nor the caller a security administrator.

    """
    row = tx.connection.execute(sa.select(ACCESS_TOKENS).where(ACCESS_TOKENS.c.id == token_id)).one_or_none()
    if row is None or (row.account_id != caller.account_id and Role.SECURITY_ADMIN not in caller.roles):
        raise TokenUnknownError(token_id=token_id[:64])
    if row.revoked_at is None:
        where = ACCESS_TOKENS.c.id == token_id
        tx.connection.execute(sa.update(ACCESS_TOKENS).where(where).values(revoked_at=tx.now))
        note(tx, "token_revoked", {"token_id": token_id, "account_id": row.account_id, "by": caller.account_id})


def note_use(tx: Transaction, token_id: str) -> None:
    """Write down that a token was used now."""
    tx.connection.execute(sa.update(ACCESS_TOKENS).where(ACCESS_TOKENS.c.id == token_id).values(used_at=tx.now))
