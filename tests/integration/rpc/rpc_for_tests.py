"""A real server on loopback with TLS, whose one service does what each test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from guantong.node.v1 import people_service_pb2 as pb
from guantong.node.v1 import people_service_pb2_grpc as rpc
from services.chassis.bus.certificates import CertificateAuthority
from services.chassis.clock import SystemClock
from services.chassis.rpc.access import ANYONE, SIGNED_IN, ServiceAccess
from services.chassis.rpc.callers import Caller, Grant, Role
from services.chassis.rpc.client import ClientTls, connect
from services.chassis.rpc.errors import NotSignedInError
from services.chassis.rpc.guard import Deadlines, Refusal
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.tls import ServerTls

SERVICE = "guantong.node.v1.PeopleService"
ACCESS = ServiceAccess(
    SERVICE,
    SIGNED_IN,
    {"SignIn": ANYONE, "GrantRole": frozenset({Role.SECURITY_ADMIN}), "ListAccounts": SIGNED_IN},
)
Method = Callable[[Any], Awaitable[Any]]


def caller(name: str, role: Role) -> Caller:
    began = SystemClock().now() - timedelta(days=1)
    return Caller(f"account-{name}", f"person-{name}", f"session-{name}", (Grant(role, None, None, began, None),))


CALLERS = {"clerk-token": caller("clerk", Role.CLERK), "security-token": caller("security", Role.SECURITY_ADMIN)}


class KnownTokens:
    """Knows the tokens of `CALLERS` and no other."""

    async def authenticate(self, token: str) -> Caller:
        if token not in CALLERS:
            raise NotSignedInError
        return CALLERS[token]


def telling(methods: dict[str, Method]) -> rpc.PeopleServiceServicer:
    """A servicer that answers each method with what the test gave for it, and has no others."""
    kind: Any = rpc.PeopleServiceServicer  # the generated types would have every method written out
    servicer: rpc.PeopleServiceServicer = kind()
    for name, method in methods.items():
        setattr(servicer, name, _ignoring_context(method))
    return servicer


def _ignoring_context(method: Method) -> Callable[[Any, Any], Awaitable[Any]]:
    async def answer(request: Any, context: Any) -> Any:
        del context
        return await method(request)

    return answer


@dataclass
class Served:
    """A running server as a client finds it, and the refusals it told of."""

    address: str
    tls: ClientTls
    refusals: list[Refusal] = field(default_factory=list)

    async def call(self, method: str, request: Any, token: str | None = "clerk-token", patience: float = 10.0) -> Any:
        """Call as a program does: blocking, so in a thread of its own."""
        return await asyncio.to_thread(self._call, method, request, token, patience)

    def _call(self, method: str, request: Any, token: str | None, timeout: float) -> Any:
        with connect(self.address, self.tls, token, timeout=timeout) as channel:
            return getattr(rpc.PeopleServiceStub(channel), method)(request)


@dataclass(frozen=True)
class Pki:
    """Certificate files for one test."""

    server: ServerTls
    client: ClientTls
    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Pki:
        authority = CertificateAuthority.create("test", SystemClock().now())
        authority.credential.write(folder / "ca.crt", folder / "ca.key")
        authority.issue_server(["127.0.0.1", "localhost"], SystemClock().now()).write(
            folder / "rpc.crt", folder / "rpc.key"
        )
        return cls(ServerTls(folder / "rpc.crt", folder / "rpc.key"), ClientTls(folder / "ca.crt"), folder)


@asynccontextmanager
async def serving(pki: Pki, methods: dict[str, Method], **options: Any) -> AsyncIterator[Served]:
    """A server that offers `methods`."""
    served = Served("", pki.client)

    async def note(refusal: Refusal) -> None:
        served.refusals.append(refusal)

    builder = ServerBuilder("audit", KnownTokens(), note, **options)
    builder.add(rpc.add_PeopleServiceServicer_to_server, telling(methods), ACCESS)
    server = builder.build("127.0.0.1:0", pki.server)
    served.address = f"127.0.0.1:{server.port}"
    await server.start()
    try:
        yield served
    finally:
        await server.stop(grace=1.0)


async def who(request: pb.GetCallerRequest) -> pb.GetCallerResponse:
    """A method that only answers."""
    del request
    return pb.GetCallerResponse()


QUICK = Deadlines(default=0.2, maximum=0.4)
