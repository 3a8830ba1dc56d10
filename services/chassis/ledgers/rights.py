"""Who may work with a ledger: it belongs to the whole body, so a right for one sub-unit or matter does not reach it."""

from __future__ import annotations

from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import Caller
from services.chassis.rpc.reach import caller_for_all


def caller_of_ledgers(access: ServiceAccess, method: str) -> Caller:
    """The caller, who holds one of the method's roles for the whole body.

    Raises:
        RoleMissingError: the caller holds it for a sub-unit or a matter only.
    """
    return caller_for_all(access, method)
