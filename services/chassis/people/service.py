"""Serves people to their own node's clients: turns requests into use cases, and what they return into messages."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.node.v1 import people_service_pb2 as pb
from guantong.node.v1 import people_service_pb2_grpc as rpc
from services.chassis.clock import Clock, beijing_date
from services.chassis.people import accounts, grants, sessions, signing, store
from services.chassis.people.dated import civil_date
from services.chassis.people.gate import Gate
from services.chassis.people.queries import AccountView, delegations_for, list_accounts, view_account
from services.chassis.people.records import AccountState, Delegation
from services.chassis.rpc.access import ANYONE, AT_ANY_STEP, KNOWN, SIGNED_IN, ServiceAccess
from services.chassis.rpc.callers import ADMIN_ROLES, Caller, Grant, Role, Scope, Step
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.idempotency import once
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database, Transaction
from services.chassis.timestamps import instant, timestamp

R = TypeVar("R", bound=Message)

_SYSTEM, _SECURITY = frozenset({Role.SYSTEM_ADMIN}), frozenset({Role.SECURITY_ADMIN})
ACCESS = ServiceAccess(
    "guantong.node.v1.PeopleService",
    _SECURITY,
    {
        "SignIn": ANYONE,
        "RedeemInvitation": ANYONE,
        "SignOut": AT_ANY_STEP,
        "ChangePassword": KNOWN,
        "GetCaller": AT_ANY_STEP,
        "InviteAccount": _SYSTEM | _SECURITY,
        "ResetAccount": _SYSTEM,
        "ListAccounts": ADMIN_ROLES | {Role.LEADER},
        "DelegateSigning": frozenset({Role.LEADER}),
        "RevokeDelegation": _SECURITY | {Role.LEADER},
        "ListDelegations": SIGNED_IN,
    },
    tokens={"GetCaller": Scope.READ},
)
_ROLES = {role: pb.Role.Value(f"ROLE_{role.name}") for role in Role}
_ROLE_BY_NUMBER = {number: role for role, number in _ROLES.items()}
_STEPS = {step: pb.SignInStep.Value(f"SIGN_IN_STEP_{step.name}") for step in Step}
_STATES = {state: pb.AccountState.Value(f"ACCOUNT_STATE_{state.name}") for state in AccountState}


@dataclass(frozen=True)
class People:
    """What the service works with.

    Attributes:
        sub_units: The body's sub-units; a right for another would never count, so it is refused.
    """

    database: Database
    gate: Gate
    clock: Clock
    paging: Paging
    sub_units: Collection[str] = ()


def add_people(builder: ServerBuilder, people: People) -> None:
    """Have the server offer people."""
    builder.add(rpc.add_PeopleServiceServicer_to_server, PeopleServicer(people), ACCESS)


class PeopleServicer(rpc.PeopleServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._database = people.database

    async def SignIn(self, request: pb.SignInRequest, context: object) -> pb.SignInResponse:
        session = await self._people.gate.sign_in(request.login, request.password, request.client)
        account = await self._view(session.account.account_id)
        return pb.SignInResponse(
            token=session.token,
            expires_time=timestamp(session.expires_at),
            account=_account(account) if session.step is Step.DONE else _nameplate(account),
            step=_STEPS[session.step],
        )

    async def SignOut(self, request: pb.SignOutRequest, context: object) -> pb.SignOutResponse:
        caller = current_caller()
        await self._database.writer.run(lambda tx: sessions.sign_out(tx, caller))
        return pb.SignOutResponse()

    async def RedeemInvitation(
        self, request: pb.RedeemInvitationRequest, context: object
    ) -> pb.RedeemInvitationResponse:
        account = await self._people.gate.redeem(request.code, request.password)
        return pb.RedeemInvitationResponse(login=account.login)

    async def ChangePassword(self, request: pb.ChangePasswordRequest, context: object) -> pb.ChangePasswordResponse:
        caller, gate = current_caller(), self._people.gate
        standing = await gate.change_password(caller, request.old_password, request.new_password)
        return pb.ChangePasswordResponse(standing_token_count=standing)

    async def GetCaller(self, request: pb.GetCallerRequest, context: object) -> pb.GetCallerResponse:
        caller = current_caller()
        if caller.step is not Step.DONE:
            return pb.GetCallerResponse(
                account=_nameplate(await self._view(caller.account_id)), step=_STEPS[caller.step]
            )
        absent = await self._view(caller.acting_for) if caller.acting_for else None
        message = _account(await self._view(caller.account_id))
        held = [one for one in (_account(absent) if absent else message).grants if _counts(one, caller)]
        del message.grants[:]
        message.grants.extend(held)
        return pb.GetCallerResponse(
            account=message,
            step=_STEPS[caller.step],
            acting_for_account_id=caller.acting_for,
            acting_for_name=absent.account.name if absent else "",
            access_token=caller.scopes is not None,
        )

    async def InviteAccount(self, request: pb.InviteAccountRequest, context: object) -> pb.InviteAccountResponse:
        new = accounts.NewAccount(request.login, request.name, request.post if request.HasField("post") else None)

        def work(tx: Transaction, caller: Caller) -> pb.InviteAccountResponse:
            made = accounts.invite_account(tx, caller, new)
            return pb.InviteAccountResponse(
                account_id=made.account_id, code=made.code, expires_time=timestamp(made.expires_at)
            )

        return await self._once(request, pb.InviteAccountResponse, work)

    async def ResetAccount(self, request: pb.ResetAccountRequest, context: object) -> pb.ResetAccountResponse:
        def work(tx: Transaction, caller: Caller) -> pb.ResetAccountResponse:
            made = accounts.reset_account(tx, caller, request.account_id)
            return pb.ResetAccountResponse(code=made.code, expires_time=timestamp(made.expires_at))

        return await self._once(request, pb.ResetAccountResponse, work)

    async def ReleaseAccount(self, request: pb.ReleaseAccountRequest, context: object) -> pb.ReleaseAccountResponse:
        def work(tx: Transaction, caller: Caller) -> pb.ReleaseAccountResponse:
            accounts.release_account(tx, caller, request.account_id)
            return pb.ReleaseAccountResponse()

        return await self._once(request, pb.ReleaseAccountResponse, work)

    async def CloseAccount(self, request: pb.CloseAccountRequest, context: object) -> pb.CloseAccountResponse:
        def work(tx: Transaction, caller: Caller) -> pb.CloseAccountResponse:
            accounts.close_account(tx, caller, request.account_id)
            return pb.CloseAccountResponse()

        return await self._once(request, pb.CloseAccountResponse, work)

    async def ListAccounts(self, request: pb.ListAccountsRequest, context: object) -> pb.ListAccountsResponse:
        page, now = self._people.paging.page(request), self._people.clock.now()
        found = await self._database.reader.read(
            lambda connection: list_accounts(connection, page.after, page.limit, now)
        )
        shown, token = self._people.paging.cut(request, page, found, lambda view: view.account.account_id)
        return pb.ListAccountsResponse(accounts=[_account(view) for view in shown], next_page_token=token)

    async def GrantRole(self, request: pb.GrantRoleRequest, context: object) -> pb.GrantRoleResponse:
        wanted = grants.Wanted(
            _role(request.role),
            self._sub_unit(request),
            request.matter_id or None,
            _instant(request.valid_from_time) if request.HasField("valid_from_time") else None,
            _instant(request.valid_to_time) if request.HasField("valid_to_time") else None,
        )

        def work(tx: Transaction, caller: Caller) -> pb.GrantRoleResponse:
            stored = grants.grant_role(tx, caller, request.account_id, wanted)
            return pb.GrantRoleResponse(grant=_grant(stored.grant_id, stored.grant))

        return await self._once(request, pb.GrantRoleResponse, work)

    async def RevokeGrant(self, request: pb.RevokeGrantRequest, context: object) -> pb.RevokeGrantResponse:
        def work(tx: Transaction, caller: Caller) -> pb.RevokeGrantResponse:
            grants.revoke_grant(tx, caller, request.grant_id)
            return pb.RevokeGrantResponse()

        return await self._once(request, pb.RevokeGrantResponse, work)

    async def RecordPost(self, request: pb.RecordPostRequest, context: object) -> pb.RecordPostResponse:
        start = _instant(request.valid_from_time) if request.HasField("valid_from_time") else None

        def work(tx: Transaction, caller: Caller) -> pb.RecordPostResponse:
            accounts.record_post(tx, caller, request.account_id, request.post, start)
            return pb.RecordPostResponse()

        return await self._once(request, pb.RecordPostResponse, work)

    async def DelegateSigning(self, request: pb.DelegateSigningRequest, context: object) -> pb.DelegateSigningResponse:
        today = beijing_date(self._people.clock.now())
        wanted = signing.Substitution(
            request.to_account_id,
            civil_date("from_date", request.from_date) if request.HasField("from_date") else today,
            civil_date("to_date", request.to_date),
            request.reason,
            self._sub_unit(request),
            request.matter_id or None,
        )
        proof = await self._people.gate.confirm(current_caller(), request.password)

        def work(tx: Transaction, caller: Caller) -> pb.DelegateSigningResponse:
            return pb.DelegateSigningResponse(
                delegation=_delegation(signing.delegate_signing(tx, caller, proof, wanted))
            )

        return await self._once(request, pb.DelegateSigningResponse, work)

    async def RevokeDelegation(
        self, request: pb.RevokeDelegationRequest, context: object
    ) -> pb.RevokeDelegationResponse:
        def work(tx: Transaction, caller: Caller) -> pb.RevokeDelegationResponse:
            signing.revoke_delegation(tx, caller, request.delegation_id)
            return pb.RevokeDelegationResponse()

        return await self._once(request, pb.RevokeDelegationResponse, work)

    async def ListDelegations(self, request: pb.ListDelegationsRequest, context: object) -> pb.ListDelegationsResponse:
        caller, page = current_caller(), self._people.paging.page(request)
        found = await self._database.reader.read(
            lambda connection: delegations_for(connection, caller, page.after, page.limit)
        )
        shown, token = self._people.paging.cut(request, page, found, lambda one: one.delegation_id)
        return pb.ListDelegationsResponse(delegations=[_delegation(one) for one in shown], next_page_token=token)

    async def _once(self, request: Message, response_type: type[R], work: Callable[[Transaction, Caller], R]) -> R:
        caller = current_caller()
        return await self._database.writer.run(
            lambda tx: once(tx, caller, request, response_type, lambda: work(tx, caller))
        )

    async def _view(self, account_id: str) -> AccountView:
        now = self._people.clock.now()
        return await self._database.reader.read(
            lambda connection: view_account(connection, store.account(connection, account_id), now)
        )

    def _sub_unit(self, request: pb.GrantRoleRequest | pb.DelegateSigningRequest) -> str | None:
        if request.sub_unit and request.sub_unit not in self._people.sub_units:
            raise FieldInvalidError(field="sub_unit", problem="not a sub-unit of this body")
        return request.sub_unit or None


def _account(view: AccountView) -> pb.Account:
    account = view.account
    return pb.Account(
        account_id=account.account_id,
        person_id=account.person_id,
        login=account.login,
        name=account.name,
        post=view.post,
        state=_STATES[account.state],
        grants=_grants(view),
        held=account.held,
    )


def _nameplate(view: AccountView) -> pb.Account:
    """What is told of an account before its second factor is given."""
    account = view.account
    return pb.Account(
        account_id=account.account_id, login=account.login, name=account.name, state=_STATES[account.state]
    )


def _grants(view: AccountView) -> Sequence[pb.Grant]:
    return [_grant(stored.grant_id, stored.grant) for stored in view.grants]


def _grant(grant_id: str, grant: Grant) -> pb.Grant:
    return pb.Grant(
        grant_id=grant_id,
        role=_ROLES[grant.role],
        sub_unit=grant.sub_unit,
        matter_id=grant.matter_id,
        valid_from_time=timestamp(grant.valid_from),
        valid_to_time=timestamp(grant.valid_to) if grant.valid_to else None,
    )


def _counts(grant: pb.Grant, caller: Caller) -> bool:
    return any(_grant(grant.grant_id, one) == grant for one in caller.grants)


def _delegation(given: Delegation) -> pb.Delegation:
    return pb.Delegation(
        delegation_id=given.delegation_id,
        from_account_id=given.from_account_id,
        to_account_id=given.to_account_id,
        from_date=given.from_date.isoformat(),
        to_date=given.to_date.isoformat(),
        revoked_time=timestamp(given.revoked_at) if given.revoked_at else None,
        sub_unit=given.sub_unit,
        matter_id=given.matter_id,
        reason=given.reason,
    )


def _role(number: pb.Role.ValueType) -> Role:
    if number not in _ROLE_BY_NUMBER:
        raise FieldInvalidError(field="role", problem="not one of the known roles")
    return _ROLE_BY_NUMBER[number]


def _instant(stamp: Timestamp) -> datetime:
    try:
        return instant(stamp)
    except (ValueError, OverflowError) as error:
        raise FieldInvalidError(field="valid_from_time, valid_to_time", problem="not a time of this era") from error
