"""Completes ids that a person wrote in part: the beginning or the end of an id, or a login, that fits one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from guantong.inspection.v1 import rounds_service_pb2 as rounds
from guantong.node.v1 import destruction_service_pb2 as destroying
from guantong.node.v1 import drafts_service_pb2 as drafts
from guantong.node.v1 import handover_service_pb2 as duties
from guantong.node.v1 import letters_service_pb2 as letters
from guantong.node.v1 import matters_service_pb2 as matters
from guantong.node.v1 import operations_service_pb2 as operations
from guantong.node.v1 import people_service_pb2 as people
from guantong.node.v1 import sessions_service_pb2 as sessions
from guantong.node.v1 import tokens_service_pb2 as tokens
from services.chassis.cli.paging import pages
from services.chassis.errors import Fault, GuantongError
from services.chassis.rpc.status import RemoteError

if TYPE_CHECKING:
    from services.chassis.cli.api import Api

_WHOLE, _LEAST = 36, 6
"""Characters of an id, and how many of them have to be given."""


class IdAmbiguousError(GuantongError):
    """Several things have an id that begins or ends so."""

    reason: ClassVar[str] = "ID_AMBIGUOUS"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{count} ids begin or end with {named}. Give more of the id; its end differs soonest."
    message_zh: ClassVar[str] = "有 {count} 个编号以 {named} 开头或结尾。请多写几位; 编号的末几位最易区分。"


def completed(api: Api, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a command with the ids among them in full; what fits nothing is left for the node to refuse.

    Raises:
        IdAmbiguousError: something fits several ids.

    """
    return {name: _whole(api, name, value) for name, value in options.items()}


def _whole(api: Api, option: str, value: Any) -> Any:
    if option not in _KNOWN:
        return value
    if isinstance(value, tuple):
        return tuple(_whole(api, option, one) for one in value)
    if not isinstance(value, str) or not value or len(value) >= _WHOLE:
        return value
    if option not in _NAMED and len(value) < _LEAST:
        return value
    try:
        return fitting(value, _KNOWN[option](api))
    except RemoteError as error:
        # Whoever may not see the list gives ids in full.
        if error.fault is Fault.DENIED:
            return value
        raise


def fitting(named: str, known: Iterable[tuple[str, str]]) -> str:
    """The id that `named` stands for. `known` are ids, each with another name that counts only in full, or none."""
    found: set[str] = set()
    for whole, alias in known:
        if named == alias:
            return whole
        if len(named) >= _LEAST and (whole.startswith(named) or whole.endswith(named)):
            found.add(whole)
    if len(found) > 1:
        raise IdAmbiguousError(named=named, count=len(found))
    return next(iter(found), named)


def _letters(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.letters.ListLetters, letters.ListLettersRequest(), "letters"):
        yield one.letter_id, ""


def _matters(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.matters.ListMatters, matters.ListMattersRequest(), "matters"):
        yield one.matter_id, ""


def _drafts(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.drafts.ListDrafts, drafts.ListDraftsRequest(), "drafts"):
        yield one.draft_id, ""


def _replies(api: Api) -> Iterable[tuple[str, str]]:
    """Replies are named by draft, letter asked or matter."""
    for one in pages(api.drafts.ListDrafts, drafts.ListDraftsRequest(), "drafts"):
        if one.address.answers_letter_id:
            yield one.draft_id, ""
            yield one.address.answers_letter_id, ""
            yield one.address.matter_id, ""


def _alarms(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.operations.ListAlarms, operations.ListAlarmsRequest(), "alarms"):
        yield one.alarm_id, ""


def _parked(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.operations.ListParkedLetters, operations.ListParkedLettersRequest(), "letters"):
        yield one.letter_id, ""


def _frames(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.operations.ListQuarantine, operations.ListQuarantineRequest(), "frames"):
        yield one.quarantine_id, ""


def _rounds(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.rounds.ListRounds, rounds.ListRoundsRequest(), "rounds"):
        yield one.round_id, ""


def _accounts(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.people.ListAccounts, people.ListAccountsRequest(), "accounts"):
        yield one.account_id, one.login


def _colleagues(api: Api) -> Iterable[tuple[str, str]]:
    """People are also named by their names, where only one of them is called so."""
    found = api.duties.ListColleagues(duties.ListColleaguesRequest()).colleagues
    names = [one.name for one in found]
    for one in found:
        yield one.account_id, one.name if names.count(one.name) == 1 else ""


def _leaves(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.duties.ListLeaves, duties.ListLeavesRequest(), "leaves"):
        yield one.leave_id, ""


def _tokens(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.tokens.ListTokens, tokens.ListTokensRequest(), "tokens"):
        yield one.token_id, ""


def _sessions(api: Api) -> Iterable[tuple[str, str]]:
    for one in api.sessions.ListSessions(sessions.ListSessionsRequest()).sessions:
        yield one.session_id, ""


def _destructions(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.destruction.ListDestructions, destroying.ListDestructionsRequest(), "destructions"):
        yield one.destruction_id, ""


def _copies(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.destruction.ListCopies, destroying.ListCopiesRequest(), "copies"):
        yield one.copy_id, ""


def _holds(api: Api) -> Iterable[tuple[str, str]]:
    for one in pages(api.destruction.ListHolds, destroying.ListHoldsRequest(), "holds"):
        yield one.hold_id, ""


_KNOWN: Mapping[str, Callable[[Any], Iterable[tuple[str, str]]]] = MappingProxyType(
    {
        "draft_or_letter": lambda api: (*_letters(api), *_drafts(api)),
        "letter": _letters,
        "letter_ids": _letters,
        "destruction": _destructions,
        "copy": _copies,
        "hold": _holds,
        "matter": _matters,
        "draft": _drafts,
        "drafts": _drafts,
        "reply": _replies,
        "round_id": _rounds,
        "account": _accounts,
        "colleague": _colleagues,
        "former": _colleagues,
        "leave_id": _leaves,
        "token_id": _tokens,
        "session_id": _sessions,
        "alarm": _alarms,
        "parked_letter": _parked,
        "frame": _frames,
        "frames": _frames,
    }
)
"""How options and arguments are called that take ids, and where a node lists what they may be."""
_NAMED = frozenset({"account", "colleague", "former"})
"""Those that also take a login or a name, however short."""
