"""Who may work with a ledger: it belongs to the whole body, so a right for one sub-unit or matter does not reach it."""

from __future__ import annotations

from services.chassis.ledgers.tables import Ledger
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import Caller
from services.chassis.rpc.errors import InPersonOnlyError
from services.chassis.rpc.reach import caller_for_all


def caller_of_ledgers(access: ServiceAccess, method: str) -> Caller:
    """The caller, who holds one of the method's roles for the whole body.

    Raises:
        RoleMissingError: the caller holds it for a sub-unit or a matter only.
    """
    return caller_for_all(access, method)


def demand_in_person(caller: Caller, ledger: Ledger) -> None:
    """Keep programs and deputies away from a ledger for named persons only.

    Raises:
        InPersonOnlyError: the caller is one of these, and the ledger is.

    """
    if ledger.spec.named_persons_only and not caller.in_person:
        raise InPersonOnlyError
