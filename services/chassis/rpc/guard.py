"""What surrounds every served call: trace, deadline, caller, rights, and one translation of what goes wrong."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import structlog

from services.chassis.errors import Fault, GuantongError
from services.chassis.rpc.access import Allowed, Anyone, AtAnyStep
from services.chassis.rpc.callers import Authenticator, Caller, Scope, Step
from services.chassis.rpc.calls import set_caller
from services.chassis.rpc.errors import (
    InPersonOnlyError,
    NotSignedInError,
    OutOfTimeError,
    RoleMissingError,
    SecondFactorNeededError,
    TokenRefusedError,
)
from services.chassis.rpc.status import DETAILS_KEY, code_of, to_status
from services.chassis.rpc.texts import refuse_zero_bytes
from services.chassis.rpc.tracing import Span, Tracing
from services.chassis.storage.ids import new_id

Context = grpc.aio.ServicerContext[Any, Any]
_log = structlog.get_logger("guantong.rpc")
# The server stops a little before the client gives up, so that the client hears why.
_SERVER_SHARE = 0.95


class UnexpectedError(GuantongError):
    """A mistake of ours; the incident id finds it in the node's log."""

    message_en = "Something went wrong inside this node (incident {incident}). Tell the system administrator."
    message_zh = "本节点内部出错(事件编号 {incident})。请告知系统管理员。"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A signed-in person was refused; goes to the journal."""

    method: str
    reason: str
    caller: Caller


Refusals = Callable[[Refusal], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds a call may take: what a caller gets who names none, and the most anyone gets.

    Calls that carry a file, in either direction, may take as long as `file_maximum`.
    """

    default: float = 30.0
    maximum: float = 300.0
    file_maximum: float = 3600.0

    def granted(self, asked: float | None, *, streams: bool = False) -> float:
        """The time for a call whose caller still waits `asked` seconds."""
        maximum = self.file_maximum if streams else self.maximum
        return self.default if asked is None else min(asked * _SERVER_SHARE, maximum)


@dataclass(frozen=True, slots=True)
class Door:
    """One method, and who may pass: `scope` is what an access token must have, None where no token passes; `in_person`
    that nobody passes who may not see what is for named persons only.
    """

    method: str
    allowed: Allowed
    scope: Scope | None = None
    in_person: bool = False

    def refusal(self, caller: Caller) -> GuantongError | None:
        """Why the caller may not call the method, or None."""
        name = self.method.rpartition("/")[2]
        if caller.scopes is not None and self.scope not in caller.scopes:
            return TokenRefusedError(method=name)
        if caller.step is not Step.DONE and not isinstance(self.allowed, AtAnyStep):
            return SecondFactorNeededError(step=caller.step.value)
        if isinstance(self.allowed, frozenset) and not caller.roles & self.allowed:
            return RoleMissingError(method=name, roles=",".join(sorted(self.allowed)))
        return InPersonOnlyError() if self.in_person and not caller.in_person else None


@dataclass(frozen=True)
class Guard:
    """Wraps handlers so that a servicer only ever sees calls that may be made."""

    body: str
    authenticator: Authenticator
    refusals: Refusals
    tracing: Tracing
    deadlines: Deadlines

    def wrap(self, door: Door, handler: grpc.RpcMethodHandler[Any, Any]) -> grpc.RpcMethodHandler[Any, Any]:
        """`handler` as it may be registered under the full name of the door's method."""
        if handler.response_streaming:
            produce: Callable[[Any, Any], AsyncIterator[Any]] = handler.unary_stream  # type: ignore[assignment]

            async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
                async with self._surrounded(door, context, streams=True):
                    refuse_zero_bytes(request)
                    async for response in produce(request, context):
                        yield response

            return grpc.unary_stream_rpc_method_handler(
                stream,
                handler.request_deserializer,
                handler.response_serializer,
            )
        if handler.request_streaming:
            return self._taking(door, handler)
        answer: Callable[[Any, Any], Awaitable[Any]] = handler.unary_unary  # type: ignore[assignment]

        async def unary(request: Any, context: Context) -> Any:
            async with self._surrounded(door, context):
                refuse_zero_bytes(request)
                return await answer(request, context)

        return grpc.unary_unary_rpc_method_handler(
            unary,
            handler.request_deserializer,
            handler.response_serializer,
        )

    def _taking(self, door: Door, handler: grpc.RpcMethodHandler[Any, Any]) -> grpc.RpcMethodHandler[Any, Any]:
        take: Callable[[AsyncIterator[Any], Any], Awaitable[Any]] = handler.stream_unary  # type: ignore[assignment]

        async def looked_at(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
            async for request in requests:
                refuse_zero_bytes(request)
                yield request

        async def stream(requests: AsyncIterator[Any], context: Context) -> Any:
            async with self._surrounded(door, context, streams=True):
                return await take(looked_at(requests), context)

        return grpc.stream_unary_rpc_method_handler(
            stream,
            handler.request_deserializer,
            handler.response_serializer,
        )

    @asynccontextmanager
    async def _surrounded(self, door: Door, context: Context, *, streams: bool = False) -> AsyncIterator[None]:
        method = door.method
        metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        with self.tracing.serving(method, metadata) as span:
            caller: Caller | None = None
            try:
                seconds = self.deadlines.granted(context.time_remaining(), streams=streams)
                async with _at_most(seconds, method):
                    caller = await self._admit(door, metadata)
                    set_caller(caller)
                    yield
            except GuantongError as error:
                await self._refuse(method, error, caller, span, context)
            except Exception as error:  # noqa: BLE001  the last door: whatever is left is our mistake
                await self._refuse(method, _incident(method, error), caller, span, context)
            else:
                span.ended(grpc.StatusCode.OK.name, None)

    async def _admit(self, door: Door, metadata: dict[str, str]) -> Caller | None:
        scheme, _, token = metadata.get("authorization", "").partition(" ")
        if isinstance(door.allowed, Anyone):
            return None
        if scheme.lower() != "bearer" or not token:
            raise NotSignedInError
        caller = await self.authenticator.authenticate(token)
        refusal = door.refusal(caller)
        if refusal is not None:
            if refusal.fault is Fault.DENIED:
                await self.refusals(Refusal(door.method, refusal.reason, caller))
            raise refusal
        return caller

    async def _refuse(
        self, method: str, error: GuantongError, caller: Caller | None, span: Span, context: Context
    ) -> None:
        if (error.fault is Fault.DENIED or error.hides) and caller is not None:
            await self.refusals(Refusal(method, error.reason, caller))
        code = code_of(error)
        if not isinstance(error, UnexpectedError):
            # The caller's fault, or a neighbour's: worth a line, not an alarm.
            _log.info("rpc_refused", method=method, code=code.name, reason=error.reason)
        span.ended(code.name, error.reason)
        status = to_status(error, self.body)
        await context.abort(code, status.message, ((DETAILS_KEY, status.SerializeToString()),))


@asynccontextmanager
async def _at_most(seconds: float, method: str) -> AsyncIterator[None]:
    time = asyncio.timeout(seconds)
    try:
        async with time:
            yield
    except TimeoutError as late:
        if not time.expired():
            raise  # something inside ran out of a time of its own: not the caller's
        raise OutOfTimeError(method=method.rpartition("/")[2], seconds=round(seconds, 1)) from late


def _incident(method: str, error: Exception) -> UnexpectedError:
    incident = new_id()
    # Where, never what: an exception's own text may quote a letter or a name.
    where = [f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in traceback.extract_tb(error.__traceback__)]
    _log.error("rpc_failed", method=method, incident=incident, error=type(error).__name__, where=where[-12:])
    return UnexpectedError(incident=incident)
