"""What administrators see of accounts: who there is, what each may do, and what can be given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from gateway.auth.forms import Form
from gateway.visit import Visit
from gateway.web.days import midnight
from gateway.web.people_words import ROLES, STATES, GrantLine, grant_line
from guantong.node.v1 import people_service_pb2 as people
from services.chassis.timestamps import timestamp

_MOST = 500


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account. `tone` and `word` tell its state."""

    account_id: str
    login: str
    name: str
    post: str
    tone: str
    word: str
    held: bool
    closed: bool
    grants: tuple[GrantLine, ...]

    @property
    def roles(self) -> list[str]:
        """Its roles, each once."""
        return list(dict.fromkeys(grant.role for grant in self.grants))


async def accounts(visit: Visit) -> list[AccountLine]:
    """Every account, in the order in which they were opened; a body has some dozens."""
    found: list[people.Account] = []
    page = ""
    while True:
        part = await visit.node.people.ListAccounts(people.ListAccountsRequest(page_size=_MOST, page_token=page))
        found += part.accounts
        page = part.next_page_token
        if not page:
            return lines(visit, found)


def lines(visit: Visit, found: Iterable[people.Account]) -> list[AccountLine]:
    """The accounts as administrators read them."""
    return [_line(visit, one) for one in found]


def _line(visit: Visit, one: people.Account) -> AccountLine:
    tone, word = STATES.get(one.state, ("off", ""))
    return AccountLine(
        one.account_id,
        one.login,
        one.name,
        one.post,
        tone,
        visit.say(word),
        one.held,
        one.state == people.ACCOUNT_STATE_CLOSED,
        tuple(grant_line(visit, grant) for grant in one.grants),
    )


def roles(visit: Visit) -> list[tuple[str, str]]:
    """Roles to choose from."""
    return [(str(role), visit.say(word)) for role, word in ROLES.items()]


def wanted_grant(form: Form, account_id: str) -> people.GrantRoleRequest:
    """The role that a form asks for; days are whole days in Beijing, the last one included."""
    role = next((one for one in ROLES if str(one) == form.text("role")), people.ROLE_UNSPECIFIED)
    first, last = midnight(form.text("from_date"), "from_date"), midnight(form.text("to_date"), "to_date")
    return people.GrantRoleRequest(
        request_id=form.request_id,
        account_id=account_id,
        role=role,
        sub_unit=form.text("sub_unit") or None,
        matter_id=form.text("matter_id") or None,
        valid_from_time=timestamp(first) if first else None,
        valid_to_time=timestamp(last + timedelta(days=1)) if last else None,
    )


def recorded_post(form: Form, account_id: str) -> people.RecordPostRequest:
    """The post that a form states, from a day on."""
    first = midnight(form.text("from_date"), "from_date")
    return people.RecordPostRequest(
        request_id=form.request_id,
        account_id=account_id,
        post=form.text("post"),
        valid_from_time=timestamp(first) if first else None,
    )
