"""Error pages: what went wrong, on the page where it happened or on one of its own; ended sessions lead to sign-in."""

from __future__ import annotations

from fastapi import Request, Response

from gateway.auth import cookies
from gateway.auth.forms import Form
from gateway.auth.kept import KeptWords
from gateway.problems import status_of
from gateway.state import gateway_of
from gateway.visit import Visit
from services.chassis.errors import Fault, GuantongError

_ENDED = frozenset({"NOT_SIGNED_IN"})


def answer_error(request: Request, error: GuantongError) -> Response:
    """The page that tells of `error`."""
    known: Visit | None = getattr(request.state, "visit", None)
    visit = known or Visit(request, gateway_of(request), None)
    if error.fault is Fault.UNAUTHENTICATED and error.reason in _ENDED:
        return _sign_in_again(visit)
    trace = gateway_of(request).trace_id()
    return visit.page("problem.html", status_of(error), problem=error, trace=trace)


def _sign_in_again(visit: Visit) -> Response:
    """The sign-in page instead of the one that was asked for; words typed into a form come along, sealed."""
    request = visit.request
    typed = _typed(request)
    page = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    session = cookies.session_of(request)
    kept = ""
    if typed and session:
        kept = KeptWords(session.account_id, page, typed).seal(visit.gateway.secret)
    visit = Visit(request, visit.gateway, None)
    after = "" if request.method != "GET" or page == "/" else page
    # Whoever simply comes is not told of an error.
    return visit.page("session/sign_in.html", 401, kept=kept, after=after, ended=session is not None)


def _typed(request: Request) -> dict[str, list[str]]:
    data = getattr(request, "_form", None)
    return Form(data).typed() if data is not None else {}
