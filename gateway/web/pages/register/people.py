"""Whose account stands behind an id in a register, for whoever may know."""

from __future__ import annotations

from collections.abc import Callable

from gateway.visit import Visit
from gateway.web.pages.accounts.view import accounts
from gateway.web.people_words import colleagues

_LISTING = frozenset({"leader", "system_admin", "security_admin", "audit_admin"})


async def naming(visit: Visit) -> Callable[[str], str]:
    """A function from an account to its name; what the visitor may not look up keeps its id."""
    if visit.roles & _LISTING:
        known = {one.account_id: one.name for one in await accounts(visit)}
    else:
        known = {one.account_id: one.name for one in await colleagues(visit)}
    known[visit.me.account_id] = visit.me.name
    return lambda account_id: known.get(account_id, account_id)
