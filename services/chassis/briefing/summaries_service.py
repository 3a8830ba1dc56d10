"""Serves the summaries of petitions to the body's own people: write, confirm, see what is still to do."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from guantong.node.v1 import summaries_service_pb2 as pb
from guantong.node.v1 import summaries_service_pb2_grpc as rpc
from services.chassis.briefing.summaries import Standing, Summary, confirm_summary, current_summaries, write_summary
from services.chassis.desk.drafts_messages_service import name, words
from services.chassis.ledgers.deidentify import Finding
from services.chassis.ledgers.errors import LedgerUnknownError
from services.chassis.ledgers.rights import caller_of_ledgers
from services.chassis.ledgers.tables import Ledger
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import Role
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.paging import Page, Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.storage import Database, Transaction
from services.chassis.timestamps import timestamp

_READING = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER})
ACCESS = ServiceAccess(
    "guantong.node.v1.SummariesService",
    _READING,
    {"WriteSummary": frozenset({Role.CLERK, Role.REVIEWER})},
    in_person=frozenset({"WriteSummary", "ConfirmSummary", "ListSummaries"}),
)
"""Writing and confirming take two persons, not two roles."""
_STATES = {standing: pb.SummaryState.Value(f"SUMMARY_STATE_{standing.name}") for standing in Standing}
_STANDINGS = {number: standing for standing, number in _STATES.items()}
_Line = tuple[str, Standing, Summary | None]


@dataclass(frozen=True)
class Summaries:
    """What the service works with. `changed` is told in the unit of work that changes what drafts may say."""

    database: Database
    ledgers: tuple[Ledger, ...]
    changed: Callable[[Transaction], object]
    paging: Paging

    def ledger(self, wanted: str) -> Ledger:
        """The petition ledger of that name: one that keeps words which no draft may contain.

        Raises:
            LedgerUnknownError: the body keeps none.
        """
        petitions = [one for one in self.ledgers if one.spec.sealed]
        found = next((ledger for ledger in petitions if ledger.name == wanted), None)
        if found is None:
            raise LedgerUnknownError(known="、".join(ledger.name for ledger in petitions) or "—")
        return found


def add_summaries(builder: ServerBuilder, served: Summaries) -> None:
    """Have the server offer summaries."""
    builder.add(rpc.add_SummariesServiceServicer_to_server, SummariesServicer(served), ACCESS)


class SummariesServicer(rpc.SummariesServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Summaries) -> None:
        self._served = served
        self._database = served.database

    async def WriteSummary(self, request: pb.WriteSummaryRequest, context: object) -> pb.WriteSummaryResponse:
        caller, ledger = caller_of_ledgers(ACCESS, "WriteSummary"), self._served.ledger(request.ledger)
        row_id, text = name("row_id", request.row_id), words("text", request.text)

        def work(tx: Transaction) -> pb.WriteSummaryResponse:
            summary = write_summary(tx, ledger, row_id, text, by=caller.account_id)
            self._served.changed(tx)
            return pb.WriteSummaryResponse(summary=_summary(summary))

        return await write_once(self._database, caller, request, pb.WriteSummaryResponse, work)

    async def ConfirmSummary(self, request: pb.ConfirmSummaryRequest, context: object) -> pb.ConfirmSummaryResponse:
        caller, ledger = caller_of_ledgers(ACCESS, "ConfirmSummary"), self._served.ledger(request.ledger)
        summary_id = name("summary_id", request.summary_id)

        def work(tx: Transaction) -> pb.ConfirmSummaryResponse:
            confirm_summary(tx, ledger, summary_id, by=caller.account_id)
            self._served.changed(tx)
            return pb.ConfirmSummaryResponse()

        return await write_once(self._database, caller, request, pb.ConfirmSummaryResponse, work)

    async def ListSummaries(self, request: pb.ListSummariesRequest, context: object) -> pb.ListSummariesResponse:
        caller_of_ledgers(ACCESS, "ListSummaries")
        ledger, page = self._served.ledger(request.ledger), self._served.paging.page(request)
        if set(request.states) - _STANDINGS.keys():
            raise FieldInvalidError(field="states", problem="not a state of summaries")
        wanted = {_STANDINGS[number] for number in request.states} or set(Standing)
        found = await self._database.reader.read(lambda connection: _page(connection, ledger, page))
        shown, token = self._served.paging.cut(request, page, found, lambda line: line[0])
        return pb.ListSummariesResponse(
            rows=[_row(*line) for line in shown if line[1] in wanted], next_page_token=token
        )


def _page(connection: sa.Connection, ledger: Ledger, page: Page) -> tuple[_Line, ...]:
    c = ledger.table.c
    query = sa.select(c.id).where(c.retired_at.is_(None)).order_by(c.id).limit(page.limit)
    if page.after is not None:
        query = query.where(c.id > page.after)
    row_ids = list(connection.scalars(query))
    known = current_summaries(connection, ledger, row_ids)
    return tuple((row_id, *known.get(row_id, (Standing.MISSING, None))) for row_id in row_ids)


def _row(row_id: str, standing: Standing, summary: Summary | None) -> pb.SummarizedRow:
    return pb.SummarizedRow(row_id=row_id, state=_STATES[standing], summary=_summary(summary) if summary else None)


def _summary(one: Summary) -> pb.Summary:
    return pb.Summary(
        summary_id=one.id,
        text=one.text,
        written_by_account_id=one.written_by,
        written_time=timestamp(one.written_at),
        confirmed_by_account_id=one.confirmed_by,
        warnings=[_warning(finding) for finding in one.warnings],
    )


def _warning(finding: Finding) -> pb.SummaryWarning:
    risk = finding.risk
    return pb.SummaryWarning(
        code=finding.code, message_zh=risk.zh, message_en=risk.en, start=finding.start, end=finding.end
    )
