"""Serves the body's ledgers to its own people: what there is, a spreadsheet in, rows withdrawn."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import sqlalchemy as sa

from guantong.node.v1 import ledgers_service_pb2 as pb
from guantong.node.v1 import ledgers_service_pb2_grpc as rpc
from services.chassis.desk.drafts_messages_service import words
from services.chassis.destruction.exports import note_export
from services.chassis.destruction.model import Export, ExportKind
from services.chassis.ledgers.errors import DisclosureNeededError, LedgerUnknownError
from services.chassis.ledgers.export import Format, export_ledger
from services.chassis.ledgers.filtering import RowFilter, conditions
from services.chassis.ledgers.imports import import_rows, retire_row
from services.chassis.ledgers.parse import prepare
from services.chassis.ledgers.previewing import cell, preview, report_message
from services.chassis.ledgers.rights import caller_of_ledgers, demand_in_person
from services.chassis.ledgers.rows import LedgerRow, select_rows
from services.chassis.ledgers.tables import Ledger
from services.chassis.ledgers.vault import Custodians
from services.chassis.reads.keeping import Reading, What, demand_reason, note_reading
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import BUSINESS_ROLES, Role, Scope
from services.chassis.rpc.errors import FieldInvalidError, RequestIdReusedError
from services.chassis.rpc.paging import LARGEST_SIZE, Page, Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.storage import Database, Transaction

ACCESS = ServiceAccess(
    "guantong.node.v1.LedgersService",
    BUSINESS_ROLES,
    {
        "ImportLedger": frozenset({Role.CLERK}),
        "ListRows": frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER}),
        "ExportLedger": frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER}),
        "RetireRow": frozenset({Role.CLERK}),
    },
    tokens={
        **dict.fromkeys(("ListLedgers", "ListRows", "ExportLedger"), Scope.READ),
        **dict.fromkeys(("ImportLedger", "RetireRow"), Scope.WRITE_LEDGER),
    },
)

_PIECE = 1024 * 1024


def _nobody(_tx: Transaction) -> None:
    """Nobody else wants to know that a ledger changed."""


@dataclass(frozen=True)
class Ledgers:
    """What the service works with.

    Attributes:
        custodians: To whom petitioners' identities are sealed; a body without petition ledgers has none.
        slip_key: Numbers the routing slips; it lives as long as the process.
        changed: Told in the unit of work that changes a ledger, so that drafts resting on it are looked at.
    """

    database: Database
    ledgers: tuple[Ledger, ...]
    custodians: Custodians | None = None
    changed: Callable[[Transaction], object] = _nobody
    paging: Paging = field(default_factory=lambda: Paging(secrets.token_bytes(32)))
    slip_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def ledger(self, name: str) -> Ledger:
        """The ledger of that name.

        Raises:
            LedgerUnknownError: the body keeps none.
        """
        found = next((ledger for ledger in self.ledgers if ledger.name == name), None)
        if found is None:
            raise LedgerUnknownError(known="、".join(ledger.name for ledger in self.ledgers) or "—")
        return found


def add_ledgers(builder: ServerBuilder, ledgers: Ledgers) -> None:
    """Have the server offer the ledgers."""
    builder.add(rpc.add_LedgersServiceServicer_to_server, LedgersServicer(ledgers), ACCESS)


class LedgersServicer(rpc.LedgersServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, ledgers: Ledgers) -> None:
        self._ledgers = ledgers
        self._database = ledgers.database

    async def ListLedgers(self, request: pb.ListLedgersRequest, context: object) -> pb.ListLedgersResponse:
        counts = await self._database.reader.read(lambda connection: _row_counts(connection, self._ledgers.ledgers))
        views = [
            pb.LedgerView(
                name=ledger.name,
                title_zh=ledger.spec.title_zh,
                title_en=ledger.spec.title_en,
                row_count=row_count,
                headers=ledger.spec.headers,
                shown_headers=_shown(ledger),
                named_persons_only=ledger.spec.named_persons_only,
            )
            for ledger, row_count in zip(self._ledgers.ledgers, counts, strict=True)
        ]
        return pb.ListLedgersResponse(ledgers=views)

    async def ImportLedger(self, request: pb.ImportLedgerRequest, context: object) -> pb.ImportLedgerResponse:
        caller, ledger = caller_of_ledgers(ACCESS, "ImportLedger"), self._ledgers.ledger(request.ledger)
        demand_in_person(caller, ledger)
        # Reading a spreadsheet takes seconds and touches no database: neither the loop nor the writer waits for it.
        prepared = await asyncio.to_thread(prepare, ledger.spec, request.file, slip_key=self._ledgers.slip_key)
        if request.dry_run:
            return await self._database.reader.read(lambda c: preview(c, ledger, prepared))

        def work(tx: Transaction) -> pb.ImportLedgerResponse:
            report = import_rows(tx, ledger, prepared, by=caller.account_id, custodians=self._ledgers.custodians)
            if report.added or report.changed:
                self._ledgers.changed(tx)
            return report_message(report, prepared)

        response = await write_once(self._database, caller, request, pb.ImportLedgerResponse, work)
        if response.imported and response.kept_digest != prepared.file_digest:
            # The file itself has no part in what the log compares: it would be a place to guess petitioners.
            raise RequestIdReusedError(field="request_id")
        return response

    async def ListRows(self, request: pb.ListRowsRequest, context: object) -> pb.ListRowsResponse:
        caller = caller_of_ledgers(ACCESS, "ListRows")
        ledger, page = self._ledgers.ledger(request.ledger), self._ledgers.paging.page(request)
        demand_in_person(caller, ledger)
        if len(request.row_ids) > LARGEST_SIZE:
            raise FieldInvalidError(field="row_ids", problem=f"more than {LARGEST_SIZE}")
        closed = ledger.spec.named_persons_only
        wanted = RowFilter(request.text, tuple((one.header, one.text) for one in request.filters))
        limits = conditions(ledger, wanted)
        reason = demand_reason(request.read_reason) if closed else ""
        found = await self._database.reader.read(lambda c: _page_of_rows(c, ledger, page, request.row_ids, limits))
        shown, token = self._ledgers.paging.cut(request, page, found, lambda row: row.ref.row_id)
        if closed:
            ends: dict[str, object] = {"rows": len(shown)}
            if shown:
                ends |= {"first": shown[0].ref.row_id, "last": shown[-1].ref.row_id}
            reading = Reading(What.LEDGER, ledger.name, "rows", caller.account_id, reason, ends)
            await self._database.writer.run(lambda tx: note_reading(tx, reading))
        return pb.ListRowsResponse(
            headers=_shown(ledger),
            rows=[_row(ledger, row) for row in shown],
            next_page_token=token,
        )

    async def RetireRow(self, request: pb.RetireRowRequest, context: object) -> pb.RetireRowResponse:
        caller, ledger = caller_of_ledgers(ACCESS, "RetireRow"), self._ledgers.ledger(request.ledger)
        demand_in_person(caller, ledger)

        def work(tx: Transaction) -> pb.RetireRowResponse:
            retire_row(tx, ledger, request.row_id, by=caller.account_id)
            self._ledgers.changed(tx)
            return pb.RetireRowResponse()

        return await write_once(self._database, caller, request, pb.RetireRowResponse, work)

    async def ExportLedger(
        self, request: pb.ExportLedgerRequest, context: object
    ) -> AsyncIterator[pb.ExportLedgerResponse]:
        caller, ledger = caller_of_ledgers(ACCESS, "ExportLedger"), self._ledgers.ledger(request.ledger)
        if ledger.spec.named_persons_only:
            raise DisclosureNeededError(ledger=ledger.spec.title_zh)
        form, note = _form(request.format), words("note", request.note)
        file = await self._database.reader.read(lambda c: export_ledger(c, ledger, form))
        # Registered before it is handed out: a file that nobody got is a smaller fault than one that nobody knows of.
        left = Export(ExportKind.LEDGER, sha256(file).digest(), caller.account_id, ledger=ledger.name, note=note)
        await self._database.writer.run(lambda tx: note_export(tx, left))
        for start in range(0, len(file), _PIECE):
            yield pb.ExportLedgerResponse(piece=file[start : start + _PIECE])


def _form(text: str) -> Format:
    try:
        return Format(text)
    except ValueError as error:
        raise FieldInvalidError(field="format", problem=" or ".join(Format)) from error


def _row_counts(connection: sa.Connection, ledgers: Iterable[Ledger]) -> list[int]:
    counts = []
    for ledger in ledgers:
        in_force = ledger.table.c.retired_at.is_(None)
        counts.append(connection.scalar(sa.select(sa.func.count()).select_from(ledger.table).where(in_force)) or 0)
    return counts


def _shown(ledger: Ledger) -> list[str]:
    return [column.header for column in ledger.spec.drafted]


def _page_of_rows(
    connection: sa.Connection, ledger: Ledger, page: Page, only: Iterable[str], limits: Sequence[sa.ColumnElement[bool]]
) -> tuple[LedgerRow, ...]:
    ids = ledger.table.c.id
    wanted = sa.select(ids).where(ledger.table.c.retired_at.is_(None), *limits).order_by(ids).limit(page.limit)
    if page.after is not None:
        wanted = wanted.where(ids > page.after)
    if chosen := list(only):
        wanted = wanted.where(ids.in_(chosen))
    return select_rows(connection, ledger, ids.in_(wanted))


def _row(ledger: Ledger, row: LedgerRow) -> pb.LedgerRow:
    cells = [cell(row[column.key]) for column in ledger.spec.drafted]
    return pb.LedgerRow(row_id=row.ref.row_id, revision=row.ref.revision, cells=cells)
