"""How far a caller's rights have to reach: what belongs to the whole body is not for a role that ends within it."""

from __future__ import annotations

from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import Caller
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import RoleMissingError


def caller_for_all(access: ServiceAccess, method: str, matter_id: str = "") -> Caller:
    """The caller, who holds one of the method's roles for the whole body or, where one is named, for that matter.

    Raises:
        RoleMissingError: the caller holds it for a sub-unit or a matter only.

    """
    caller, allowed = current_caller(), access.allowed(method)
    if not isinstance(allowed, frozenset) or not caller.may(allowed, matter_id=matter_id):
        raise RoleMissingError(method=method, roles=",".join(sorted(allowed)) if isinstance(allowed, frozenset) else "")
    return caller
