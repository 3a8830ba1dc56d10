"""Who may run rounds: they belong to the whole office, so a right for one sub-unit or matter does not reach them."""

from __future__ import annotations

from google.protobuf.message import Message

from services.chassis.rpc.access import SIGNED_IN, ServiceAccess
from services.chassis.rpc.callers import Caller, Role
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.reach import caller_for_all

OFFICE = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER})
_OF_A_TEAM = frozenset({"ListMyUnits", "ListForwarded", "ReadNewInfo", "AssembleBriefing"})
"""What members of a team may call looks at the team itself, not only at roles."""
_IN_A_MATTER = frozenset({"AcceptReply", "ReturnReply"})
"""What is done in one matter may be done by whoever holds the role for that matter."""
ACCESS = ServiceAccess(
    "guantong.inspection.v1.RoundsService",
    OFFICE,
    {"ChooseSubstitute": frozenset({Role.LEADER}), **dict.fromkeys(_OF_A_TEAM, SIGNED_IN)},
    in_person=frozenset({"ListNewInfo", "ForwardNewInfo", "ListForwarded", "ReadNewInfo", "AssembleBriefing"}),
)


def caller_of(request: Message) -> Caller:
    """The caller, who may do what is asked; one whose role ends at a matter only within it.

    Raises:
        RoleMissingError: the caller's roles do not reach as far as that.

    """
    method = request.DESCRIPTOR.name.removesuffix("Request")
    if method in _OF_A_TEAM:
        return current_caller()
    matter_id = str(getattr(request, "matter_id", "")) if method in _IN_A_MATTER else ""
    return caller_for_all(ACCESS, method, matter_id)
