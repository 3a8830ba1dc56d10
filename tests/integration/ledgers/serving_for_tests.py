"""A node's ledger services over real gRPC, called by people whose tokens say who they are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from guantong.node.v1 import (
    aliases_service_pb2_grpc,
    disclosures_service_pb2_grpc,
    ledgers_service_pb2_grpc,
    summaries_service_pb2_grpc,
)
from guantong.node.v1 import ledgers_service_pb2 as ledgers
from services.chassis.briefing.aliases_service import Aliases, add_aliases
from services.chassis.briefing.summaries_service import Summaries, add_summaries
from services.chassis.clock import SystemClock
from services.chassis.disclosures.service import Disclosures, add_disclosures
from services.chassis.journal import store as journal
from services.chassis.ledgers.service import Ledgers, add_ledgers
from services.chassis.rpc.callers import Caller, Grant, Role
from services.chassis.rpc.client import connect
from services.chassis.rpc.errors import NotSignedInError
from services.chassis.rpc.guard import Refusal
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database, Transaction
from services.chassis.testing.clock import FixedClock
from tests.integration.ledgers.ledgers_for_tests import CUSTODIANS, ISSUES, PETITIONS, with_ledgers
from tests.integration.rpc.rpc_for_tests import Pki

_STUBS = {
    "Ledgers": ledgers_service_pb2_grpc.LedgersServiceStub,
    "Summaries": summaries_service_pb2_grpc.SummariesServiceStub,
    "Aliases": aliases_service_pb2_grpc.AliasesServiceStub,
    "Disclosures": disclosures_service_pb2_grpc.DisclosuresServiceStub,
}
PETITION_HEADER = "编号,受理日期,单位名称,管理权限,诉求,信访人,联系电话"


class Tokens:
    """`clerk-2` is the token of the second clerk; `clerk@room` of one whose role reaches that sub-unit only."""

    async def authenticate(self, token: str) -> Caller:
        who, _, sub_unit = token.partition("@")
        role = who.partition("-")[0]
        if role not in {one.value for one in Role}:
            raise NotSignedInError
        began = SystemClock().now() - timedelta(days=1)
        return Caller(token, f"person-{token}", "session", (Grant(Role(role), sub_unit or None, None, began, None),))


@dataclass
class Served:
    """The running services, the refusals that were noted, and how often drafts were looked at."""

    address: str
    pki: Pki
    database: Database
    changes: list[Transaction] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    async def call(self, service: str, request: Any, who: str = "clerk") -> Any:
        """Call the method that takes this kind of request."""
        return await asyncio.to_thread(self._call, service, request, who)

    def _call(self, service: str, request: Any, token: str) -> Any:
        method = request.DESCRIPTOR.name.removesuffix("Request")
        with connect(self.address, self.pki.client, token, timeout=10.0) as channel:
            return getattr(_STUBS[service](channel), method)(request)

    async def put(
        self,
        data: bytes,
        request_id: str,
        *,
        ledger: str = ISSUES.name,
        dry_run: bool = False,
        who: str = "clerk",
    ) -> Any:
        """Import a spreadsheet."""
        request = ledgers.ImportLedgerRequest(
            ledger=ledger, file=data, format="csv", dry_run=dry_run, request_id=request_id
        )
        return await self.call("Ledgers", request, who)

    def entries(self, kind: str) -> list[dict[str, object]]:
        """What the journal says of this kind."""
        found = self.database.reader.read_sync(journal.read)
        return [json.loads(entry.payload) for entry in found if entry.kind == kind]


@asynccontextmanager
async def serving_ledgers(database: Database, folder: Path, clock: FixedClock) -> AsyncIterator[Served]:
    """Serve the two ledgers of these tests."""
    served = Served("", Pki.make(folder), with_ledgers(database))

    async def note(refusal: Refusal) -> None:
        served.refusals.append(refusal)

    kept, paging, changed = (ISSUES, PETITIONS), Paging(b"k" * 32), served.changes.append
    builder = ServerBuilder("north", Tokens(), note)
    add_ledgers(builder, Ledgers(database, kept, CUSTODIANS, changed, paging))
    add_summaries(builder, Summaries(database, kept, changed, paging))
    add_aliases(builder, Aliases(database, kept, changed, paging))
    add_disclosures(builder, Disclosures(database, kept, clock, paging))
    server = builder.build("127.0.0.1:0", served.pki.server)
    served.address = f"127.0.0.1:{server.port}"
    await server.start()
    try:
        yield served
    finally:
        await server.stop(grace=1.0)
