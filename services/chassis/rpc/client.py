"""Calling a node: one connection with TLS, token and trace, whose failures come back as our own errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import grpc

from services.chassis.rpc.errors import PlaintextRefusedError
from services.chassis.rpc.status import from_rpc_error
from services.chassis.rpc.tracing import NoTracing, Tracing

_LOOPBACK = ("127.", "localhost:", "[::1]:", "unix:")
_LARGEST = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ClientTls:
    """The authority that the node's certificate comes from, and our own certificate where the node asks for one."""

    authority: Path
    certificate: Path | None = None
    key: Path | None = None
    server_name: str | None = None

    def credentials(self) -> grpc.ChannelCredentials:
        """Read the files now."""
        return grpc.ssl_channel_credentials(
            self.authority.read_bytes(),
            self.key.read_bytes() if self.key else None,
            self.certificate.read_bytes() if self.certificate else None,
        )


@contextmanager
def connect(
    address: str,
    tls: ClientTls | None,
    token: str | None = None,
    *,
    timeout: float = 30.0,
    tracing: Tracing | None = None,
) -> Iterator[grpc.Channel]:
    """A channel for the generated stubs; calls on it are blocking and raise `RemoteError`.

    Args:
        address: Where the node listens, for example `127.0.0.1:7001`.
        tls: None only for a loopback address.
        token: From `SignIn`; sent with every call.
        timeout: Seconds for calls that name none.
        tracing: Hands the present trace on.

    Raises:
        PlaintextRefusedError: no TLS for an address beyond this machine; a token must not travel in the clear.

    """
    with connection(address, tls) as channel:
        yield calling(channel, token, timeout=timeout, tracing=tracing)


@contextmanager
def connection(address: str, tls: ClientTls | None) -> Iterator[grpc.Channel]:
    """One connection that several callers may share, each by `calling`.

    Raises:
        PlaintextRefusedError: no TLS for an address beyond this machine.

    """
    options = [("grpc.max_receive_message_length", _LARGEST), ("grpc.max_send_message_length", _LARGEST)]
    if tls is None:
        if not address.startswith(_LOOPBACK):
            raise PlaintextRefusedError(address=address)
        channel = grpc.insecure_channel(address, options)
    else:
        if tls.server_name:
            options.append(("grpc.ssl_target_name_override", tls.server_name))  # type: ignore[arg-type]
        channel = grpc.secure_channel(address, tls.credentials(), options)
    with channel:
        yield channel


def calling(
    channel: grpc.Channel, token: str | None, *, timeout: float = 30.0, tracing: Tracing | None = None
) -> grpc.Channel:
    """The connection as whoever has `token` uses it."""
    return grpc.intercept_channel(channel, _OurCall(token, timeout, tracing or NoTracing()))


class _Details(NamedTuple):
    method: str
    timeout: float | None
    metadata: list[tuple[str, str | bytes]]
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


class _OurCall(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor, grpc.StreamUnaryClientInterceptor):
    def __init__(self, token: str | None, timeout: float, tracing: Tracing) -> None:
        self._token = token
        self._timeout = timeout
        self._tracing = tracing

    def intercept_unary_unary(
        self, continuation: Callable[[Any, Any], Any], client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Any:
        with self._tracing.calling(client_call_details.method) as headers:
            call = continuation(self._details(client_call_details, headers), request)
            # Waiting here, inside the span, makes its length the call's.
            failure = call.exception()
            if isinstance(failure, grpc.RpcError):
                raise from_rpc_error(failure) from None
            return call

    def intercept_stream_unary(
        self,
        continuation: Callable[[Any, Any], Any],
        client_call_details: grpc.ClientCallDetails,
        request_iterator: Iterator[Any],
    ) -> Any:
        return self.intercept_unary_unary(continuation, client_call_details, request_iterator)

    def intercept_unary_stream(
        self, continuation: Callable[[Any, Any], Any], client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Any:
        with self._tracing.calling(client_call_details.method) as headers:
            return _unwrapped(continuation(self._details(client_call_details, headers), request))

    def _details(self, given: grpc.ClientCallDetails, headers: Any) -> Any:
        metadata: list[tuple[str, str | bytes]] = [*(given.metadata or ()), *headers.items()]
        if self._token is not None:
            metadata.append(("authorization", f"Bearer {self._token}"))
        return _Details(
            given.method,
            self._timeout if given.timeout is None else given.timeout,
            metadata,
            given.credentials,
            given.wait_for_ready,
            given.compression,
        )


def _unwrapped(responses: Any) -> Iterator[Any]:
    try:
        yield from responses
    except grpc.RpcError as failure:
        raise from_rpc_error(failure) from None
