"""A channel to the gateway's own node: every call names the visitor, and failures come back as our errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import grpc

from gateway.config import NodeAddress
from services.chassis.rpc.client import ClientTls
from services.chassis.rpc.status import from_rpc_error
from services.chassis.rpc.tracing import Tracing

_LARGEST = 32 * 1024 * 1024
_SECONDS = 30.0
_token: ContextVar[str | None] = ContextVar("token", default=None)


@contextmanager
def calling_as(token: str | None) -> Iterator[None]:
    """Calls made within carry this session's token."""
    before = _token.set(token)
    try:
        yield
    finally:
        _token.reset(before)


def set_caller_token(token: str | None) -> None:
    """Calls of the present request carry this session's token from now on."""
    _token.set(token)


def open_channel(node: NodeAddress, tracing: Tracing) -> grpc.aio.Channel:
    """A channel for the generated asynchronous stubs. Must be made on a running event loop; it connects by itself."""
    options = [
        ("grpc.max_receive_message_length", _LARGEST),
        ("grpc.max_send_message_length", _LARGEST),
        # A node that was away for an hour is found again within seconds.
        ("grpc.max_reconnect_backoff_ms", 2000),
    ]
    credentials = ClientTls(node.authority).credentials()
    interceptors: list[grpc.aio.ClientInterceptor] = [_Unary(tracing), _Downloads(tracing), _Uploads(tracing)]
    return grpc.aio.secure_channel(node.target, credentials, options, interceptors=interceptors)


class _Details(NamedTuple):
    method: str
    timeout: float | None
    metadata: grpc.aio.Metadata
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None


class _Interceptor:
    def __init__(self, tracing: Tracing) -> None:
        self._tracing = tracing

    def _details(self, given: grpc.aio.ClientCallDetails, headers: Any, seconds: float | None) -> Any:
        metadata = grpc.aio.Metadata(*(given.metadata or ()), *headers.items())
        token = _token.get()
        if token is not None:
            metadata.add("authorization", f"Bearer {token}")
        timeout = seconds if given.timeout is None else given.timeout
        return _Details(given.method, timeout, metadata, given.credentials, given.wait_for_ready)


class _Unary(_Interceptor, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self, continuation: Callable[[Any, Any], Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        with self._tracing.calling(_name(client_call_details)) as headers:
            call = await continuation(self._details(client_call_details, headers, _SECONDS), request)
            try:
                return await call
            except grpc.aio.AioRpcError as failure:
                raise from_rpc_error(failure) from None


class _Downloads(_Interceptor, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self, continuation: Callable[[Any, Any], Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        with self._tracing.calling(_name(client_call_details)) as headers:
            call = await continuation(self._details(client_call_details, headers, None), request)
        return _translated(call)


class _Uploads(_Interceptor, grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(
        self,
        continuation: Callable[[Any, Any], Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request_iterator: Any,
    ) -> Any:
        with self._tracing.calling(_name(client_call_details)) as headers:
            return await continuation(self._details(client_call_details, headers, None), request_iterator)


async def answered(call: Any) -> Any:
    """The answer to an upload; what is refused comes as one of our errors."""
    try:
        return await call
    except grpc.aio.AioRpcError as failure:
        raise from_rpc_error(failure) from None


async def _translated(call: Any) -> AsyncIterator[Any]:
    try:
        async for response in call:
            yield response
    except grpc.aio.AioRpcError as failure:
        raise from_rpc_error(failure) from None
    finally:
        # A browser that goes away in the middle ends the call too.
        call.cancel()


def _name(details: grpc.aio.ClientCallDetails) -> str:
    # The library hands over bytes, whatever its types say.
    method: object = details.method
    return method.decode() if isinstance(method, bytes) else str(method)
