"""How the generic states of a matter map onto the states that the offices speak of."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.matters.fold import Matter
from services.chassis.matters.model import Kind, State

BUSINESS_STATES: Mapping[Kind, Mapping[State, str]] = {
    Kind.REQUEST: {
        State.UNOPENED: "DRAFT",
        State.SENT: "SENT",
        State.STORED: "SENT",
        State.VIEWED: "SENT",
        State.SIGNED_FOR: "RECEIVED",
        State.ACCEPTED: "REPLYING",
        State.ANSWERED: "REPLIED",
        State.RETURNED: "RETURNED",
        State.SETTLED: "ACCEPTED",
        State.DECLINED: "DECLINED",
        State.WITHDRAWN: "WITHDRAWN",
        State.RECALLED: "WITHDRAWN",
        State.CLOSED: "CLOSED",
    },
    Kind.HANDOVER: {
        State.UNOPENED: "ROUTED",
        State.SENT: "HANDED_OVER",
        State.STORED: "HANDED_OVER",
        State.SIGNED_FOR: "RECEIPTED",
        State.ACCEPTED: "IN_HAND",
        State.INTERIM: "IN_HAND",
        State.RETURNED: "IN_HAND",
        State.FINAL: "RESULT_FED_BACK",
        State.CLOSED: "CLOSED",
        State.NOT_OURS: "RETURNED_BY_BODY",
        State.WITHDRAWN: "WITHDRAWN",
        State.RECALLED: "WITHDRAWN",
    },
    Kind.NOTICE: {
        State.UNOPENED: "DRAFT",
        State.SENT: "SENT",
        State.STORED: "SENT",
        State.VIEWED: "READ",
        State.SIGNED_FOR: "NOTED",
        State.RECALLED: "WITHDRAWN",
        State.CLOSED: "CLOSED",
    },
}
"""Generic state to business state; a test holds it to every state of every table."""


def business_state(matter: Matter, *, signed: bool = False) -> str:
    """The business state of `matter`; `signed` tells a signed letter that has not been sent from a draft."""
    if matter.state is State.UNOPENED and signed and matter.kind is not Kind.HANDOVER:
        return "SIGNED"
    if matter.state is State.SETTLED and matter.standing.supplements_after_end:
        return "SUPPLEMENTED"
    return BUSINESS_STATES[matter.kind][matter.state]
