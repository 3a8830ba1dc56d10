"""Every service of the gateway's own node, as its pages and its REST interface call them."""

from __future__ import annotations

import uuid

import grpc

from guantong.inspection.v1 import rounds_service_pb2_grpc as rounds_rpc
from guantong.node.v1 import admin_service_pb2_grpc as admin_rpc
from guantong.node.v1 import aliases_service_pb2_grpc as aliases_rpc
from guantong.node.v1 import attachments_service_pb2_grpc as attachments_rpc
from guantong.node.v1 import board_service_pb2_grpc as board_rpc
from guantong.node.v1 import decisions_service_pb2_grpc as decisions_rpc
from guantong.node.v1 import destruction_service_pb2_grpc as destruction_rpc
from guantong.node.v1 import disclosures_service_pb2_grpc as disclosures_rpc
from guantong.node.v1 import drafts_service_pb2_grpc as drafts_rpc
from guantong.node.v1 import handover_service_pb2_grpc as handover_rpc
from guantong.node.v1 import journal_service_pb2_grpc as journal_rpc
from guantong.node.v1 import ledgers_service_pb2_grpc as ledgers_rpc
from guantong.node.v1 import letters_service_pb2_grpc as letters_rpc
from guantong.node.v1 import matters_service_pb2_grpc as matters_rpc
from guantong.node.v1 import notices_service_pb2_grpc as notices_rpc
from guantong.node.v1 import operations_service_pb2_grpc as operations_rpc
from guantong.node.v1 import people_service_pb2_grpc as people_rpc
from guantong.node.v1 import proof_service_pb2_grpc as proof_rpc
from guantong.node.v1 import responsiveness_service_pb2_grpc as responsiveness_rpc
from guantong.node.v1 import second_factor_service_pb2_grpc as second_factor_rpc
from guantong.node.v1 import sessions_service_pb2_grpc as sessions_rpc
from guantong.node.v1 import status_service_pb2_grpc as status_rpc
from guantong.node.v1 import summaries_service_pb2_grpc as summaries_rpc
from guantong.node.v1 import tokens_service_pb2_grpc as tokens_rpc
from guantong.node.v1 import traces_service_pb2_grpc as traces_rpc
from guantong.node.v1 import watch_service_pb2_grpc as watch_rpc


class NodeClient:
    """The services of one node. Whose session a call carries is set around it (`channel.set_caller_token`)."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.people = people_rpc.PeopleServiceStub(channel)
        self.letters = letters_rpc.LettersServiceStub(channel)
        self.matters = matters_rpc.MattersServiceStub(channel)
        self.drafts = drafts_rpc.DraftsServiceStub(channel)
        self.attachments = attachments_rpc.AttachmentsServiceStub(channel)
        self.decisions = decisions_rpc.DecisionsServiceStub(channel)
        self.summaries = summaries_rpc.SummariesServiceStub(channel)
        self.aliases = aliases_rpc.AliasesServiceStub(channel)
        self.destruction = destruction_rpc.DestructionServiceStub(channel)
        self.disclosures = disclosures_rpc.DisclosuresServiceStub(channel)
        self.proof = proof_rpc.ProofServiceStub(channel)
        self.ledgers = ledgers_rpc.LedgersServiceStub(channel)
        self.rounds = rounds_rpc.RoundsServiceStub(channel)
        self.status = status_rpc.StatusServiceStub(channel)
        self.notices = notices_rpc.NoticesServiceStub(channel)
        self.operations = operations_rpc.OperationsServiceStub(channel)
        self.board = board_rpc.BoardServiceStub(channel)
        self.handover = handover_rpc.HandoverServiceStub(channel)
        self.journal = journal_rpc.JournalServiceStub(channel)
        self.responsiveness = responsiveness_rpc.ResponsivenessServiceStub(channel)
        self.second_factor = second_factor_rpc.SecondFactorServiceStub(channel)
        self.sessions = sessions_rpc.SessionsServiceStub(channel)
        self.tokens = tokens_rpc.TokensServiceStub(channel)
        self.traces = traces_rpc.TracesServiceStub(channel)
        self.watch = watch_rpc.WatchServiceStub(channel)
        self.admin = admin_rpc.AdminServiceStub(channel)


def new_request_id() -> str:
    """A fresh id for a request that is to be done once."""
    return uuid.uuid4().hex
