"""Names of the people of this body, for pages that say who did what."""

from __future__ import annotations

from collections.abc import Callable

from gateway.visit import Visit
from guantong.node.v1 import handover_service_pb2 as pb
from services.chassis.errors import GuantongError

NameOf = Callable[[str], str]


async def namer(visit: Visit) -> NameOf:
    """Gives the name of an account; a short form of its id where the visitor may not know the name."""
    names = {visit.me.account_id: visit.me.name}
    try:
        found = await visit.node.handover.ListColleagues(pb.ListColleaguesRequest())
        names |= {one.account_id: one.name for one in found.colleagues}
    except GuantongError:
        # Whoever may not list colleagues still sees the page; an id stands where a name would.
        pass

    def name_of(account_id: str) -> str:
        return names.get(account_id, f"…{account_id[-6:]}") if account_id else visit.say("系统")

    return name_of
