"""Serves personal access tokens to their owners, and their revocation to the security administrator."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from dataclasses import dataclass

from guantong.node.v1 import tokens_service_pb2 as pb
from guantong.node.v1 import tokens_service_pb2_grpc as rpc
from services.chassis.people.dated import civil_date
from services.chassis.people.gate import Gate
from services.chassis.people.records import AccessToken
from services.chassis.people.tokens import WantedToken, create_token, list_tokens, revoke_token
from services.chassis.rpc.access import KNOWN, ServiceAccess
from services.chassis.rpc.callers import Scope
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.storage import Database, Transaction
from services.chassis.timestamps import timestamp

ACCESS = ServiceAccess("guantong.node.v1.TokensService", KNOWN)
"""A person's own tokens are theirs whatever their role; a token without a role reads nothing."""
_SCOPES = {scope: pb.TokenScope.Value(f"TOKEN_SCOPE_{scope.name}") for scope in Scope}
_SCOPE_BY_NUMBER = {number: scope for scope, number in _SCOPES.items()}


@dataclass(frozen=True)
class Tokens:
    """What the service works with."""

    database: Database
    gate: Gate
    paging: Paging


def add_tokens(builder: ServerBuilder, served: Tokens) -> None:
    """Have the server offer access tokens."""
    builder.add(rpc.add_TokensServiceServicer_to_server, TokensServicer(served), ACCESS)


class TokensServicer(rpc.TokensServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Tokens) -> None:
        self._served = served
        self._database = served.database

    async def CreateToken(self, request: pb.CreateTokenRequest, context: object) -> pb.CreateTokenResponse:
        wanted = WantedToken(
            request.name, [_scope(number) for number in request.scopes], civil_date("to_date", request.to_date)
        )
        caller = current_caller()
        proof = await self._served.gate.confirm(caller, request.password)

        def work(tx: Transaction) -> pb.CreateTokenResponse:
            kept, value = create_token(tx, caller, proof, wanted)
            return pb.CreateTokenResponse(token=_message(kept), value=value)

        return await write_once(self._database, caller, request, pb.CreateTokenResponse, work)

    async def ListTokens(self, request: pb.ListTokensRequest, context: object) -> pb.ListTokensResponse:
        caller, page = current_caller(), self._served.paging.page(request)
        found = await self._database.reader.read(
            lambda connection: list_tokens(connection, caller, request.account_id or None, page.after, page.limit)
        )
        shown, token = self._served.paging.cut(request, page, found, lambda one: one.token_id)
        return pb.ListTokensResponse(tokens=[_message(one) for one in shown], next_page_token=token)

    async def RevokeToken(self, request: pb.RevokeTokenRequest, context: object) -> pb.RevokeTokenResponse:
        caller = current_caller()

        def work(tx: Transaction) -> pb.RevokeTokenResponse:
            revoke_token(tx, caller, request.token_id)
            return pb.RevokeTokenResponse()

        return await write_once(self._database, caller, request, pb.RevokeTokenResponse, work)


def _message(kept: AccessToken) -> pb.Token:
    return pb.Token(
        token_id=kept.token_id,
        name=kept.name,
        scopes=[_SCOPES[scope] for scope in sorted(kept.scopes)],
        created_time=timestamp(kept.created_at),
        to_date=kept.to_date.isoformat(),
        used_time=timestamp(kept.used_at) if kept.used_at else None,
        revoked_time=timestamp(kept.revoked_at) if kept.revoked_at else None,
    )


def _scope(number: pb.TokenScope.ValueType) -> Scope:
    if number not in _SCOPE_BY_NUMBER:
        raise FieldInvalidError(field="scopes", problem="not one of the known scopes")
    return _SCOPE_BY_NUMBER[number]
