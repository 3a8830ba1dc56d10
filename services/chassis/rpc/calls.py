"""The call being served: how a servicer, whose signature gRPC fixes, learns who is calling."""

from __future__ import annotations

from contextvars import ContextVar

from services.chassis.rpc.callers import Caller
from services.chassis.rpc.errors import NotSignedInError

_CALLER: ContextVar[Caller | None] = ContextVar("guantong_caller", default=None)


def current_caller() -> Caller:
    """The authenticated caller of the call being served.

    Raises:
        NotSignedInError: the method is open to anyone and nobody is signed in.

    """
    caller = _CALLER.get()
    if caller is None:
        raise NotSignedInError
    return caller


def set_caller(caller: Caller | None) -> None:
    """Set once per call by the server, in the call's own task."""
    _CALLER.set(caller)
