"""A body's real node with letters and ledgers, its gateway before it, and a program that calls the gateway."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from gateway.app import create_app
from gateway.config import ApiConfig, GatewayConfig, NodeAddress, WebConfig
from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import people_service_pb2 as people
from guantong.node.v1 import people_service_pb2_grpc as people_rpc
from guantong.node.v1 import tokens_service_pb2 as tokens
from guantong.node.v1 import tokens_service_pb2_grpc as tokens_rpc
from services.chassis.clock import beijing_date
from services.chassis.config import RpcConfig, SessionsConfig
from services.chassis.node.serving import build_server
from services.chassis.rpc.callers import Role
from services.chassis.rpc.client import connect
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import new_info, request
from tests.integration.people.people_for_tests import PASSWORD, Office
from tests.integration.rpc.rpc_for_tests import Pki

BODY, HUB = "organization", "inspection"
PROGRAM = "program"
_REQUESTS = 5
_NUMBERS = count(1)


@dataclass
class Program:
    """Another system of the body: calls its gateway with an access token, and can do nothing else."""

    address: str
    token: str = ""

    def asks(self, method: str, path: str, data: bytes = b"", **headers: str) -> httpx2.Response:
        """Header names are given with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            named.setdefault("authorization", f"Bearer {self.token}")
        whole = path if path.startswith("/api") else f"/api/v1{path}"
        # Without TLS; reading the machine's authorities for it would take longer than the call.
        return httpx2.request(method, self.address + whole, content=data, headers=named, timeout=30, verify=False)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.asks("GET", path, b"", **headers)

    def post(self, path: str, data: bytes = b"", **headers: str) -> httpx2.Response:
        return self.asks("POST", path, data, **headers)

    def found(self, path: str) -> Any:
        """What a list or a thing is, and it has to be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Desk:
    """The gateway of one body as programs and people find it."""

    address: str
    node: str
    pki: Pki
    closed_letter_id: str
    """A letter for named persons only that this body sent."""
    today: str

    def program(self, login: str = PROGRAM, *scopes: tokens.TokenScope.ValueType) -> Program:
        """A program with a token of that person."""
        wanted = scopes or (tokens.TOKEN_SCOPE_READ, tokens.TOKEN_SCOPE_WRITE_LEDGER)
        with connect(self.node, self.pki.client, self.session(login)) as channel:
            made = tokens_rpc.TokensServiceStub(channel).CreateToken(
                tokens.CreateTokenRequest(
                    request_id=f"token-{next(_NUMBERS)}",
                    name="台账对接",
                    scopes=wanted,
                    to_date=self.today,
                    password=PASSWORD,
                )
            )
        return Program(self.address, made.value)

    def session(self, login: str) -> str:
        """The token of that person's session, as a browser's cookie has it."""
        with connect(self.node, self.pki.client) as channel:
            signed_in = people_rpc.PeopleServiceStub(channel).SignIn(
                people.SignInRequest(login=login, password=PASSWORD)
            )
        return str(signed_in.token)


@dataclass
class _World:
    """Everything on one event loop in a thread of its own, so that tests may block."""

    folder: Path
    desk: Desk | None = None
    failure: BaseException | None = None
    ready: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  the test's thread raises it
            self.failure = error
        finally:
            self.ready.set()

    async def _serve(self) -> None:
        async with AsyncExitStack() as ends:
            clock = FixedClock()
            county = OfficeCounty(clock, self.folder, _opening(self.folder, clock, ends))
            ends.callback(county.close)
            hub, office = await county.open(HUB, BODY)
            closed = await _correspond(county, hub, office)
            await _people(office, clock)
            pki = Pki.make(self.folder)
            server = build_server(_served(office, pki).node)
            await server.start()
            ends.push_async_callback(server.stop, 0)
            address = await _gateway(self.folder, pki, server.port, clock, ends)
            today = beijing_date(clock.now()).isoformat()
            self.desk = Desk(address, f"127.0.0.1:{server.port}", pki, closed, today)
            self.ready.set()
            await asyncio.to_thread(self.stop.wait)


def _opening(folder: Path, clock: FixedClock, ends: AsyncExitStack) -> Any:
    def open_database() -> Database:
        database = Database.open(f"sqlite:///{folder / f'{next(_NUMBERS)}.sqlite'}", clock)
        database.create_all()
        ends.callback(database.close)
        return database

    return open_database


async def _correspond(county: OfficeCounty, hub: WholeOffice, office: WholeOffice) -> str:
    """Several requests and a notice from the office, and something for named persons only to it."""
    for _ in range(_REQUESTS):
        hub.sends("info.request", BODY, request(county.book, BODY))
    await county.deliver()
    closed = office.sends("new_info.notice", HUB, new_info(content.NEW_INFO_SUBJECT_MEMBER))
    await county.deliver()
    return closed.letter_id


async def _people(office: WholeOffice, clock: FixedClock) -> None:
    staff = await Office(office.node.database, clock).found()
    await staff.hire(PROGRAM, Role.CLERK)
    await staff.hire("leader", Role.LEADER)


def _served(office: WholeOffice, pki: Pki) -> WholeOffice:
    """The office with what its server is configured with."""
    known = {
        "county_name": "青禾县",
        "custodian_keys": None,
        "light_passwords": True,
        "second_factor": False,
        "sessions": SessionsConfig(),
        "rpc": RpcConfig.model_construct(
            host="127.0.0.1", port=0, certificate=pki.server.certificate, key=pki.server.key
        ),
    }
    return WholeOffice(replace(office.node, config=office.node.config.model_copy(update=known)))


async def _gateway(folder: Path, pki: Pki, port: int, clock: FixedClock, ends: AsyncExitStack) -> str:
    config = GatewayConfig(
        body=BODY,
        county_name="青禾县",
        node=NodeAddress(port=port, authority=pki.folder / "ca.crt"),
        web=WebConfig(port=0),
        api=ApiConfig(requests_per_minute=60_000, import_mib=1),
        secret=folder / "gateway.key",
    )
    settings = uvicorn.Config(
        create_app(config, clock=clock), port=0, lifespan="on", log_config=None, access_log=False, ws="none"
    )
    server = uvicorn.Server(settings)
    settings.load()
    server.lifespan = settings.lifespan_class(settings)
    await server.startup()
    ends.push_async_callback(server.shutdown)
    listening = server.servers[0].sockets[0].getsockname()[1]
    ticking = asyncio.create_task(server.main_loop())
    ends.callback(ticking.cancel)
    return f"http://127.0.0.1:{listening}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One body's gateway and node for all tests of a file."""
    world = _World(tmp_path_factory.mktemp("desk"))
    thread = threading.Thread(target=world.run, name="desk")
    thread.start()
    with ExitStack() as ends:
        ends.callback(thread.join, 30)
        ends.callback(world.stop.set)
        world.ready.wait(60)
        if world.failure is not None:
            raise world.failure
        assert world.desk is not None
        yield world.desk


@pytest.fixture(scope="module")
def program(desk: Desk) -> Program:
    """A program with a clerk's token that may read and import."""
    return desk.program()
