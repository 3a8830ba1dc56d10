"""A node's services as one signed-in person calls them: connection, token, pages, and the options that name them."""

from __future__ import annotations

import functools
import itertools
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import click
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
from services.chassis.cli.ids import completed
from services.chassis.cli.names import Names
from services.chassis.cli.nodes import Address, find_node
from services.chassis.cli.output import Output
from services.chassis.cli.paging import pages
from services.chassis.cli.sessions import Sessions, state_folder
from services.chassis.errors import Fault, GuantongError
from services.chassis.rpc.client import ClientTls, connect

_SECONDS = 120.0
"""A large spreadsheet or a briefing takes a while."""
_EVERYTHING = 0
node_option = click.option(
    "--node",
    "node",
    type=click.Path(path_type=Path, exists=True),
    envvar="GUANTONG_NODE",
    help="节点文件夹或配置文件(也可用环境变量 GUANTONG_NODE) / the node's folder or file, or GUANTONG_NODE",
)
acting_option = click.option(
    "--as",
    "acting",
    envvar="GUANTONG_AS",
    help="以哪个登录名操作, 默认为最近登录者 / who acts; else who signed in last",
)
limit_option = click.option(
    "--limit",
    type=click.IntRange(0),
    default=100,
    show_default=True,
    help="最多几条, 0 为全部 / at most so many, 0 for all",
)


class FileTakenError(GuantongError):
    """A file of that name is there already; nothing was written over."""

    reason: ClassVar[str] = "FILE_EXISTS"
    fault: ClassVar[Fault] = Fault.EXISTS
    message_en: ClassVar[str] = "{file} exists. Name another file."
    message_zh: ClassVar[str] = "{file} 已存在。请另选文件名。"


class Api:
    """Every service of one node."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.people = people_rpc.PeopleServiceStub(channel)
        self.second_factor = second_factor_rpc.SecondFactorServiceStub(channel)
        self.sessions = sessions_rpc.SessionsServiceStub(channel)
        self.tokens = tokens_rpc.TokensServiceStub(channel)
        self.duties = handover_rpc.HandoverServiceStub(channel)
        self.letters = letters_rpc.LettersServiceStub(channel)
        self.matters = matters_rpc.MattersServiceStub(channel)
        self.attachments = attachments_rpc.AttachmentsServiceStub(channel)
        self.drafts = drafts_rpc.DraftsServiceStub(channel)
        self.decisions = decisions_rpc.DecisionsServiceStub(channel)
        self.summaries = summaries_rpc.SummariesServiceStub(channel)
        self.aliases = aliases_rpc.AliasesServiceStub(channel)
        self.destruction = destruction_rpc.DestructionServiceStub(channel)
        self.disclosures = disclosures_rpc.DisclosuresServiceStub(channel)
        self.proof = proof_rpc.ProofServiceStub(channel)
        self.ledgers = ledgers_rpc.LedgersServiceStub(channel)
        self.rounds = rounds_rpc.RoundsServiceStub(channel)
        self.status = status_rpc.StatusServiceStub(channel)
        self.operations = operations_rpc.OperationsServiceStub(channel)
        self.board = board_rpc.BoardServiceStub(channel)
        self.traces = traces_rpc.TracesServiceStub(channel)
        self.admin = admin_rpc.AdminServiceStub(channel)
        self.journal = journal_rpc.JournalServiceStub(channel)
        self.responsiveness = responsiveness_rpc.ResponsivenessServiceStub(channel)


def request_id() -> str:
    """A fresh id for a request that is to be done once."""
    return uuid.uuid4().hex


@contextmanager
def calling(address: Address, token: str | None) -> Iterator[Api]:
    """The node's services, called with `token`."""
    with connect(address.target, ClientTls(address.authority), token, timeout=_SECONDS) as channel:
        yield Api(channel)


def at_node(function: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command `--node` and `--as`, and the node's services as its second argument after the output.

    Ids among its arguments may be given in part.
    """

    @node_option
    @acting_option
    @functools.wraps(function)
    def call(*arguments: Any, node: Path | None, acting: str | None, **options: Any) -> Any:
        output = click.get_current_context().find_object(Output) or Output("zh")
        address = find_node(node)
        output.names = Names(address.rulebook)
        with calling(address, Sessions(state_folder(), address).token(acting)) as api:
            return function(output, api, *arguments, **completed(api, options))

    return call


def listed(
    output: Output, method: Callable[[Any], Any], request: Any, field: str, limit: int = _EVERYTHING
) -> list[Any]:
    """What a paged list holds, page by page, up to `limit` (0: all); says so when there is more."""
    found = pages(method, request, field)
    if limit == _EVERYTHING:
        return list(found)
    shown = list(itertools.islice(found, limit))
    if len(shown) == limit and next(found, None) is not None:
        output.note(f"仅显示前 {limit} 条, 用 --limit 0 显示全部", f"Only {limit} are shown; --limit 0 shows all")
    return shown


def save(file: Path, data: bytes) -> None:
    """Write a file that only its owner can read.

    Raises:
        FileTakenError: it is there already.

    """
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)
    except FileExistsError as error:
        raise FileTakenError(file=file) from error
