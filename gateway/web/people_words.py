"""What people of a body are called on pages: roles with their limits, the states of accounts, colleagues to choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateway.language.marking import N_
from gateway.visit import Visit
from guantong.node.v1 import handover_service_pb2 as handover
from guantong.node.v1 import people_service_pb2 as people
from services.chassis.errors import GuantongError

ROLES: Mapping[people.Role.ValueType, str] = MappingProxyType(
    {
        people.ROLE_CLERK: N_("经办人"),
        people.ROLE_REVIEWER: N_("核稿人"),
        people.ROLE_LEADER: N_("签发领导"),
        people.ROLE_LIAISON: N_("联络员"),
        people.ROLE_SYSTEM_ADMIN: N_("系统管理员"),
        people.ROLE_SECURITY_ADMIN: N_("安全保密管理员"),
        people.ROLE_AUDIT_ADMIN: N_("安全审计员"),
    }
)
STATES: Mapping[people.AccountState.ValueType, tuple[str, str]] = MappingProxyType(
    {
        people.ACCOUNT_STATE_INVITED: ("wait", N_("已邀请, 未设密码")),
        people.ACCOUNT_STATE_ACTIVE: ("good", N_("可用")),
        people.ACCOUNT_STATE_CLOSED: ("off", N_("已注销")),
    }
)


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One role with its limits; a limit that there is not is empty. Times are Beijing's."""

    grant_id: str
    role: str
    sub_unit: str
    matter_id: str
    begins: str
    ends: str


def grant_line(visit: Visit, grant: people.Grant) -> GrantLine:
    """A role as its holder reads it."""
    return GrantLine(
        grant_id=grant.grant_id,
        role=visit.say(ROLES.get(grant.role, "")),
        sub_unit=sub_unit_name(visit, grant.sub_unit),
        matter_id=grant.matter_id,
        begins=visit.formats.when(grant.valid_from_time),
        ends=visit.formats.when(grant.valid_to_time) if grant.HasField("valid_to_time") else "",
    )


def sub_unit_name(visit: Visit, sub_unit: str) -> str:
    """The name of one of the body's own sub-units; empty for none."""
    return visit.name_of(f"{visit.gateway.config.body}/{sub_unit}") if sub_unit else ""


def sub_units(visit: Visit) -> list[tuple[str, str]]:
    """The body's sub-units to choose from, the whole body first."""
    own = visit.gateway.book.body(visit.gateway.config.body).sub_units
    return [("", visit.say("全单位")), *((one.id, sub_unit_name(visit, one.id)) for one in own)]


async def colleagues(visit: Visit) -> list[handover.Colleague]:
    """Everyone who works on matters here."""
    try:
        found = await visit.node.handover.ListColleagues(handover.ListColleaguesRequest())
    except GuantongError as error:
        # Who may not see the list chooses nobody; the page is of use without it.
        if error.reason not in {"ROLE_MISSING", "UNIMPLEMENTED"}:
            raise
        return []
    return list(found.colleagues)


def choices(found: Iterable[handover.Colleague], *without: str) -> list[tuple[str, str]]:
    """People to choose from, by name and post."""
    chosen = (one for one in found if one.account_id not in without)
    return [("", ""), *((one.account_id, f"{one.name} · {one.post}" if one.post else one.name) for one in chosen)]


def names(found: Iterable[handover.Colleague | people.Account], me: people.Account) -> dict[str, str]:
    """The name of each account."""
    return {me.account_id: me.name} | {one.account_id: one.name for one in found}
