"""Builds a node's gRPC server: services with their declared callers, health, reflection, TLS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection

from services.chassis.rpc.access import Handlers, Registrar, ServiceAccess, declared_handlers
from services.chassis.rpc.callers import Authenticator
from services.chassis.rpc.errors import AddressTakenError, PlaintextRefusedError, ServiceUndeclaredError
from services.chassis.rpc.guard import Deadlines, Door, Guard, Refusals
from services.chassis.rpc.tls import ServerTls
from services.chassis.rpc.tracing import NoTracing, Tracing

S = TypeVar("S")
_MEBIBYTE = 1024 * 1024
_CALLS_AT_ONCE = 100
"""Of one connection; more wait for their turn. A gateway holds one open for each person signed in there."""
_LOOPBACK = ("127.", "localhost:", "[::1]:", "unix:")


class Server:
    """One node's server; made by `ServerBuilder`."""

    def __init__(
        self,
        server: grpc.aio.Server,
        port: int,
        health: health_aio.HealthServicer,
        names: list[str],
        stopping: tuple[Callable[[], None], ...] = (),
    ) -> None:
        self._server = server
        self._health = health
        self._names = names
        self._stopping = stopping
        self.port = port

    async def start(self) -> None:
        """Begin to answer, and say so by the health service."""
        await self._server.start()
        await self.set_serving(serving=True)

    async def set_serving(self, *, serving: bool) -> None:
        """What the health service says of every service, and of the node as a whole."""
        kinds = health_pb2.HealthCheckResponse
        for name in ["", *self._names]:
            await self._health.set(name, kinds.SERVING if serving else kinds.NOT_SERVING)

    async def stop(self, grace: float = 5.0) -> None:
        """Take no more calls and let running ones finish for `grace` seconds."""
        for stopping in self._stopping:
            stopping()
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace)


class ServerBuilder:
    """Collects services; nothing is served that was not declared with its callers.

    Args:
        body: Whose node this is; the domain of its errors.
        authenticator: Turns tokens into callers.
        refusals: Told of every refusal of a signed-in caller, before the caller is.
        tracing: Joins calls to traces.
        deadlines: How long calls may take.
        largest_request: Bytes of the largest request, which is in memory before anybody knows who sends it. Enough for
            the fullest content of a letter, and for the spreadsheet of some thousand rows, a body's yearly ledger.
        largest_response: Bytes of the largest response; only people who are signed in can ask for much.
    """

    def __init__(
        self,
        body: str,
        authenticator: Authenticator,
        refusals: Refusals,
        *,
        tracing: Tracing | None = None,
        deadlines: Deadlines | None = None,
        largest_request: int = 8 * _MEBIBYTE,
        largest_response: int = 32 * _MEBIBYTE,
    ) -> None:
        self._guard = Guard(body, authenticator, refusals, tracing or NoTracing(), deadlines or Deadlines())
        self._sizes = largest_request, largest_response
        self._services: dict[str, Handlers] = {}
        self._stopping: list[Callable[[], None]] = []

    def before_stop(self, stopping: Callable[[], None]) -> Self:
        """Have `stopping` called when the server is to stop: whoever streams without end ends then."""
        self._stopping.append(stopping)
        return self

    def add(self, register: Callable[[S, Any], None], servicer: S, access: ServiceAccess) -> Self:
        """Serve `servicer`, registered by the generated function `register`, to the callers of `access`.

        Raises:
            ServiceUndeclaredError: `access` does not describe exactly what `register` registers.

        """
        if access.service in self._services:
            raise ServiceUndeclaredError(service=access.service, problem="added twice")

        def add(registrar: Registrar) -> None:
            register(servicer, registrar)

        self._services[access.service] = {
            name: self._guard.wrap(
                Door(
                    f"/{access.service}/{name}",
                    access.allowed(name),
                    access.tokens.get(name),
                    in_person=name in access.in_person,
                ),
                handler,
            )
            for name, handler in declared_handlers(add, access).items()
        }
        return self

    def build(self, address: str, tls: ServerTls | None) -> Server:
        """The server bound to `address` (port 0: any free one), not yet answering.

        Raises:
            PlaintextRefusedError: no TLS on an address that others can reach.
            AddressTakenError: the address cannot be listened on.

        """
        if tls is None and not address.startswith(_LOOPBACK):
            raise PlaintextRefusedError(address=address)
        server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", self._sizes[0]),
                ("grpc.max_send_message_length", self._sizes[1]),
                ("grpc.max_concurrent_streams", _CALLS_AT_ONCE),
                # Two processes on one port would share its callers by chance.
                ("grpc.so_reuseport", 0),
            ]
        )
        health = health_aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(health, server)
        for name, handlers in self._services.items():
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, dict(handlers)),))
        shown = [*self._services, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME]
        reflection.enable_server_reflection(shown, server)
        try:
            port = server.add_secure_port(address, tls.credentials()) if tls else server.add_insecure_port(address)
        except RuntimeError as error:
            raise AddressTakenError(address=address) from error
        return Server(server, port, health, list(self._services), tuple(self._stopping))
