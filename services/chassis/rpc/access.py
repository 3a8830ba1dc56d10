"""Who may call which service: declared where the service is added, checked before the node starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import grpc

from services.chassis.rpc.callers import Role, Scope
from services.chassis.rpc.errors import ServiceUndeclaredError

Handlers = Mapping[str, "grpc.RpcMethodHandler[Any, Any]"]


class Anyone:
    """Marks a method that is open to callers who are not signed in."""


class Known:
    """Marks a method that needs a session and no role: whoever has none yet can still change the password."""


class AtAnyStep:
    """Marks a method that needs a session and no role, also one whose second factor is still missing."""


ANYONE: Final = Anyone()
KNOWN: Final = Known()
AT_ANY_STEP: Final = AtAnyStep()
SIGNED_IN: Final = frozenset(Role)
"""Every role: whoever is signed in and holds any role at all."""

Allowed = frozenset[Role] | Known | AtAnyStep | Anyone


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """The callers of one gRPC service.

    Attributes:
        service: Full name, for example `guantong.node.v1.DraftsService`.
        roles: Who may call its methods.
        methods: Exceptions for single methods, by their short name.
        tokens: Methods that personal access tokens may call, and the scope it takes; they are refused every other one,
            so a new method is closed to them until somebody lists it here.
        in_person: Methods about what only named persons may see, so neither for programs nor for deputies whom their
            office did not name.
        streams: Methods that take a stream of requests: long ones, which are safe to repeat by what they carry.
    """

    service: str
    roles: Allowed
    methods: Mapping[str, Allowed] = field(default_factory=dict)
    tokens: Mapping[str, Scope] = field(default_factory=dict)
    in_person: frozenset[str] = frozenset()
    streams: frozenset[str] = frozenset()

    def allowed(self, method: str) -> Allowed:
        """Who may call the method of this short name."""
        return self.methods.get(method, self.roles)


class Registrar:
    """Stands in for the server while generated code registers a servicer, to learn what was registered."""

    def __init__(self) -> None:
        self.services: dict[str, Handlers] = {}

    def add_generic_rpc_handlers(self, generic_rpc_handlers: Iterable[object]) -> None:
        """The same handlers come through the other method by name; these are not needed."""

    def add_registered_method_handlers(self, service_name: str, method_handlers: Handlers) -> None:
        """Remember the handlers of one service."""
        self.services[service_name] = method_handlers


def _takes(handler: grpc.RpcMethodHandler[Any, Any]) -> bool:
    """Whether it takes a stream and answers once."""
    return bool(handler.request_streaming) and not handler.response_streaming


def declared_handlers(add: Callable[[Registrar], None], access: ServiceAccess) -> Handlers:
    """The handlers that `add` registers, which must be exactly those of the service that `access` declares.

    Raises:
        ServiceUndeclaredError: another service is registered, a named method does not exist, or a method takes a
            stream of requests and is not declared to: such a method has no idempotency but its own.

    """
    registrar = Registrar()
    add(registrar)
    strays = registrar.services.keys() - {access.service}
    if strays:
        raise ServiceUndeclaredError(service=min(strays), problem="registered, its callers not declared")
    if access.service not in registrar.services:
        raise ServiceUndeclaredError(service=access.service, problem="its callers declared, not registered")
    handlers = registrar.services[access.service]
    unknown = (access.methods.keys() | access.tokens.keys() | access.in_person) - handlers.keys()
    if unknown:
        raise ServiceUndeclaredError(service=access.service, problem=f"has no method {min(unknown)}")
    streaming = sorted(
        name for name, one in handlers.items() if one.request_streaming and not (name in access.streams and _takes(one))
    )
    if streaming:
        raise ServiceUndeclaredError(service=access.service, problem=f"{streaming[0]} takes a stream of requests")
    return handlers
