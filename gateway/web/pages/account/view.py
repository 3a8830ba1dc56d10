"""What somebody's own account shows: roles, sessions, access tokens, delegations of signing, leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.language.marking import N_
from gateway.visit import Visit
from gateway.web.people_words import sub_unit_name
from guantong.node.v1 import people_service_pb2 as people
from guantong.node.v1 import tokens_service_pb2 as tokens
from services.chassis.clock import beijing_date

SCOPES: tuple[tuple[tokens.TokenScope.ValueType, str], ...] = (
    (tokens.TOKEN_SCOPE_READ, N_("读取本人可读的内容(不含限特定人员知悉的)")),
    (tokens.TOKEN_SCOPE_WRITE_LEDGER, N_("导入台账、撤回台账行(不含限特定人员知悉的台账)")),
)
LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether something counts now, as a tone of states.html and its word."""

    tone: str
    word: str


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One access token without its value."""

    token: tokens.Token
    scopes: tuple[str, ...]
    standing: Standing
    stands: bool


@dataclass(frozen=True, slots=True)
class DelegationLine:
    """One delegation of signing, with the names of both where they are known."""

    delegation: people.Delegation
    giver: str
    signer: str
    sub_unit: str
    standing: Standing
    may_end: bool


def today(visit: Visit) -> date:
    """The present day in Beijing."""
    return beijing_date(visit.gateway.now())


def last_day(visit: Visit) -> str:
    """The last day that a token or a delegation begun today can have."""
    return (today(visit) + timedelta(days=LONGEST_DAYS)).isoformat()


def dated(visit: Visit, from_date: str, to_date: str, *, ended: bool) -> Standing:
    """Whether days given as ISO texts lie before, around or behind today."""
    day = today(visit).isoformat()
    if ended:
        return Standing("off", visit.say("已提前终止"))
    if to_date < day:
        return Standing("off", visit.say("已期满"))
    return Standing("wait", visit.say("未开始")) if from_date > day else Standing("good", visit.say("有效"))


def token_lines(visit: Visit, found: Iterable[tokens.Token]) -> list[TokenLine]:
    """The tokens in the node's order."""
    words = dict(SCOPES)
    lines = []
    for one in found:
        revoked = one.HasField("revoked_time")
        standing = Standing("off", visit.say("已吊销")) if revoked else dated(visit, "", one.to_date, ended=False)
        scopes = tuple(visit.say(words[scope]) for scope in one.scopes if scope in words)
        lines.append(TokenLine(one, scopes, standing, standing.tone == "good"))
    return lines


def delegation_lines(
    visit: Visit, found: Iterable[people.Delegation], names: Mapping[str, str]
) -> list[DelegationLine]:
    """The delegations, newest first."""
    lines = []
    for one in reversed(list(found)):
        standing = dated(visit, one.from_date, one.to_date, ended=one.HasField("revoked_time"))
        mine = one.from_account_id == visit.me.account_id or "security_admin" in visit.roles
        lines.append(
            DelegationLine(
                one,
                names.get(one.from_account_id, one.from_account_id),
                names.get(one.to_account_id, one.to_account_id),
                sub_unit_name(visit, one.sub_unit),
                standing,
                mine and standing.tone != "off",
            )
        )
    return lines
