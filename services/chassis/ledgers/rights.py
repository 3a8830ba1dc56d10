"""Who may work with a ledger: it belongs to the whole body, so a right for one sub-unit or matter does not reach it."""

from __future__ import annotations

from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import Caller
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import RoleMissingError


def caller_of_ledgers(access: ServiceAccess, method: str) -> Caller:
    """The caller, who holds one of the method's roles for the whole body.

    Raises:
        RoleMissingError: the caller holds it for a sub-unit or a matter only.
    """
    caller, allowed = current_caller(), access.allowed(method)
    if not isinstance(allowed, frozenset) or not caller.may(allowed):
        raise RoleMissingError(method=method, roles=",".join(sorted(allowed)) if isinstance(allowed, frozenset) else "")
    return caller
