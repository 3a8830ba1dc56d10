"""Serves files of proof to the body's own people: ask for one, take it."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import AsyncIterator

from guantong.node.v1 import proof_service_pb2 as pb
from guantong.node.v1 import proof_service_pb2_grpc as rpc
from services.chassis.desk.drafts_messages_service import name, words
from services.chassis.proof.exporting import Proving, WantedProof, ask_matter, export_matter
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import BUSINESS_ROLES
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.storage import Transaction

ACCESS = ServiceAccess(
    "guantong.node.v1.ProofService", BUSINESS_ROLES, in_person=frozenset({"AskMatterExport", "ExportMatter"})
)
"""Whose role reaches which matter, and when one leader is not enough, is asked where the file is made."""
_PIECE = 1024 * 1024


def add_proof(builder: ServerBuilder, served: Proving) -> None:
    """Have the server offer files of proof."""
    builder.add(rpc.add_ProofServiceServicer_to_server, ProofServicer(served), ACCESS)


class ProofServicer(rpc.ProofServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Proving) -> None:
        self._served = served

    async def AskMatterExport(self, request: pb.AskMatterExportRequest, context: object) -> pb.AskMatterExportResponse:
        caller, served = current_caller(), self._served
        matter_id, reason = name("matter_id", request.matter_id), words("reason", request.reason)

        def work(tx: Transaction) -> pb.AskMatterExportResponse:
            return pb.AskMatterExportResponse(disclosure_id=ask_matter(tx, served.office, caller, matter_id, reason))

        return await write_once(served.database, caller, request, pb.AskMatterExportResponse, work)

    async def ExportMatter(
        self, request: pb.ExportMatterRequest, context: object
    ) -> AsyncIterator[pb.ExportMatterResponse]:
        wanted = WantedProof(
            name("matter_id", request.matter_id), request.reason, request.with_contents, request.disclosure_id
        )
        file = await export_matter(self._served, current_caller(), wanted)
        for start in range(0, len(file), _PIECE):
            yield pb.ExportMatterResponse(piece=file[start : start + _PIECE])
