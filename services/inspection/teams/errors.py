"""What can be wrong with forming or authorizing a team."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class TeamFaultsError(GuantongError):
    """The team cannot be formed like this; every fault is named with its article and the person's id."""

    reason: ClassVar[str] = "TEAM_FAULTS"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The team cannot be formed: {faults}. Change the members named and try again."
    message_zh: ClassVar[str] = "不能组建该巡察组: {faults}。请调整所列人员后重试。"


class TeamNotFoundError(GuantongError):
    """There is no such team."""

    reason: ClassVar[str] = "TEAM_NOT_FOUND"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no team {team_id}. Open the round and use one of its teams."
    message_zh: ClassVar[str] = "没有编号为 {team_id} 的巡察组。请从本轮巡察组中选取。"


class TeamAuthorizedError(GuantongError):
    """The team has an authorization; revoke it, with a reason, before changing the team."""

    reason: ClassVar[str] = "TEAM_AUTHORIZED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The team holds an authorization (A2.1e). Revoke it with a reason first; the changed team needs a new one."
    )
    message_zh: ClassVar[str] = "该组已获授权(A2.1e)。请先说明理由撤销授权; 调整后须重新授权。"


class UnitHasTeamError(GuantongError):
    """Another team of the round has that unit."""

    reason: ClassVar[str] = "UNIT_HAS_TEAM"
    fault: ClassVar[Fault] = Fault.EXISTS
    message_en: ClassVar[str] = "Unit {unit_id} belongs to team {team_no} of this round. Take it out there first."
    message_zh: ClassVar[str] = "单位 {unit_id} 已由本轮第 {team_no} 巡察组负责。请先从该组移出。"


class AuthorizationDatesError(GuantongError):
    """The dates of an authorization cannot be."""

    reason: ClassVar[str] = "AUTHORIZATION_DATES"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "An authorization runs from a day not before its decision ({decided}) to a later or the same day (A2.1e)."
    )
    message_zh: ClassVar[str] = "授权期限的起始日不得早于决定日期({decided}), 截止日不得早于起始日(A2.1e)。"


class AuthorizationNotFoundError(GuantongError):
    """The team holds no authorization that could be revoked."""

    reason: ClassVar[str] = "AUTHORIZATION_NOT_FOUND"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "Team {team_id} holds no authorization now; there is nothing to revoke."
    message_zh: ClassVar[str] = "该组 {team_id} 目前没有有效授权, 无须撤销。"


class NoLiveLeaderError(GuantongError):
    """The unit has no team leader whose authorization is live."""

    reason: ClassVar[str] = "NO_LIVE_LEADER"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Unit {unit_id} has no team leader with a live authorization today (A2.1e). Authorize its team first."
    )
    message_zh: ClassVar[str] = "单位 {unit_id} 目前没有在授权期内的巡察组组长(A2.1e)。请先办理授权。"


class NotTheLeaderError(GuantongError):
    """Only the leader of the unit's team may see this, while the authorization lives."""

    reason: ClassVar[str] = "NOT_FOUND_OR_NOT_YOURS"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    hides: ClassVar[bool] = True
    message_en: ClassVar[str] = "There is nothing here that you may see."
    message_zh: ClassVar[str] = "没有可供您查看的内容。"
