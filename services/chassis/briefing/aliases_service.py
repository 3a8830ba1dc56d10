"""Serves the ledger names of units to the body's own people: say, end, take back, look."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from guantong.node.v1 import aliases_service_pb2 as pb
from guantong.node.v1 import aliases_service_pb2_grpc as rpc
from services.chassis.briefing.aliases import (
    LONGEST_NAME,
    Alias,
    add_alias,
    end_alias,
    list_aliases,
    unknown_names,
    withdraw_alias,
)
from services.chassis.desk.drafts_messages_service import name, words
from services.chassis.ledgers.rights import caller_of_ledgers
from services.chassis.ledgers.tables import Ledger
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import BUSINESS_ROLES, Role
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.storage import Database, Transaction
from services.chassis.timestamps import timestamp

_MAINTAINING = frozenset({Role.CLERK, Role.REVIEWER})
ACCESS = ServiceAccess(
    "guantong.node.v1.AliasesService",
    BUSINESS_ROLES,
    {
        "AddAlias": _MAINTAINING,
        "EndAlias": _MAINTAINING,
        "WithdrawAlias": _MAINTAINING,
        "ListUnknownNames": _MAINTAINING | {Role.LEADER},
    },
)


@dataclass(frozen=True)
class Aliases:
    """What the service works with. `changed` is told in the unit of work that changes what drafts count."""

    database: Database
    ledgers: tuple[Ledger, ...]
    changed: Callable[[Transaction], object]
    paging: Paging


def add_aliases(builder: ServerBuilder, served: Aliases) -> None:
    """Have the server offer the ledger names of units."""
    builder.add(rpc.add_AliasesServiceServicer_to_server, AliasesServicer(served), ACCESS)


class AliasesServicer(rpc.AliasesServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Aliases) -> None:
        self._served = served
        self._database = served.database

    async def AddAlias(self, request: pb.AddAliasRequest, context: object) -> pb.AddAliasResponse:
        caller = caller_of_ledgers(ACCESS, "AddAlias")
        unit_id, held = name("unit_id", request.unit_id), words("held_name", request.held_name)
        first = _date("valid_from_date", request.valid_from_date) if request.HasField("valid_from_date") else None
        last = _date("valid_to_date", request.valid_to_date) if request.HasField("valid_to_date") else None

        def work(tx: Transaction) -> pb.AddAliasResponse:
            alias = add_alias(tx, unit_id, held, by=caller.account_id, valid_from=first, valid_to=last)
            self._served.changed(tx)
            return pb.AddAliasResponse(alias=_alias(alias))

        return await write_once(self._database, caller, request, pb.AddAliasResponse, work)

    async def EndAlias(self, request: pb.EndAliasRequest, context: object) -> pb.EndAliasResponse:
        caller, alias_id = caller_of_ledgers(ACCESS, "EndAlias"), name("alias_id", request.alias_id)
        last = _date("valid_to_date", request.valid_to_date)

        def work(tx: Transaction) -> pb.EndAliasResponse:
            end_alias(tx, alias_id, last, by=caller.account_id)
            self._served.changed(tx)
            return pb.EndAliasResponse()

        return await write_once(self._database, caller, request, pb.EndAliasResponse, work)

    async def WithdrawAlias(self, request: pb.WithdrawAliasRequest, context: object) -> pb.WithdrawAliasResponse:
        caller, alias_id = caller_of_ledgers(ACCESS, "WithdrawAlias"), name("alias_id", request.alias_id)

        def work(tx: Transaction) -> pb.WithdrawAliasResponse:
            withdraw_alias(tx, alias_id, by=caller.account_id)
            self._served.changed(tx)
            return pb.WithdrawAliasResponse()

        return await write_once(self._database, caller, request, pb.WithdrawAliasResponse, work)

    async def ListAliases(self, request: pb.ListAliasesRequest, context: object) -> pb.ListAliasesResponse:
        caller_of_ledgers(ACCESS, "ListAliases")
        page, unit_id = self._served.paging.page(request), name("unit_id", request.unit_id)
        found = await self._database.reader.read(
            lambda connection: list_aliases(connection, unit_id, after=page.after, limit=page.limit)
        )
        shown, token = self._served.paging.cut(request, page, found, lambda alias: alias.id)
        return pb.ListAliasesResponse(aliases=[_alias(alias) for alias in shown], next_page_token=token)

    async def ListUnknownNames(
        self, request: pb.ListUnknownNamesRequest, context: object
    ) -> pb.ListUnknownNamesResponse:
        caller_of_ledgers(ACCESS, "ListUnknownNames")
        unit_name = words("unit_name", request.unit_name)
        if not 0 < len(unit_name) <= LONGEST_NAME:
            raise FieldInvalidError(field="unit_name", problem=f"1 to {LONGEST_NAME} characters")
        found = await self._database.reader.read(
            lambda connection: unknown_names(connection, self._served.ledgers, unit_name)
        )
        return pb.ListUnknownNamesResponse(held_names=found)


def _date(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FieldInvalidError(field=field, problem="not a date like 2026-03-02") from error


def _alias(alias: Alias) -> pb.Alias:
    return pb.Alias(
        alias_id=alias.id,
        unit_id=alias.unit_id,
        held_name=alias.held,
        valid_from_date=alias.valid_from.isoformat() if alias.valid_from else None,
        valid_to_date=alias.valid_to.isoformat() if alias.valid_to else None,
        added_by_account_id=alias.added_by,
        added_time=timestamp(alias.added_at),
        ended_by_account_id=alias.ended_by,
    )
