"""Error pages: what went wrong, on the page where it happened or on one of its own; ended sessions lead to sign-in."""

from __future__ import annotations

from fastapi import Request, Response

from gateway.auth import cookies
from gateway.auth.forms import ForeignFormError, FormOutdatedError, FormUnreadableError, read_form
from gateway.auth.kept import KeptWords, keep_words
from gateway.problems import status_of
from gateway.state import gateway_of
from gateway.visit import StepMissingError, Visit
from gateway.web.pages.session.second_factor import STEP_PAGES
from services.chassis.errors import Fault, GuantongError

_ENDED, _STEP = "NOT_SIGNED_IN", StepMissingError.reason


async def answer(request: Request, error: GuantongError) -> Response:
    """The page that tells of `error`; what was typed into the form that met it is kept where it can be."""
    if isinstance(error, FormOutdatedError):
        kept = _again(request, error)
        if kept is not None:
            return kept
    if error.fault is Fault.UNAUTHENTICATED and error.reason in {_ENDED, _STEP}:
        return _sign_in_first(request, await _kept(request), step=error.reason == _STEP)
    if error.fault is Fault.UNAVAILABLE and request.method == "POST":
        return await _later(request, error) or answer_error(request, error)
    return answer_error(request, error)


def answer_error(request: Request, error: GuantongError) -> Response:
    """The page that tells of `error`, nothing of the request read or kept."""
    trace = gateway_of(request).trace_id()
    return _visit(request).page("problem.html", status_of(error), problem=error, trace=trace)


def _visit(request: Request) -> Visit:
    known: Visit | None = getattr(request.state, "visit", None)
    return known or Visit(request, gateway_of(request), None)


def _sign_in_first(request: Request, kept: str, *, step: bool) -> Response:
    """Sign-in, or the step of it that is missing, instead of the page that was asked for."""
    page = _page(request)
    after = "" if request.method != "GET" or page == "/" else page
    visit = Visit(request, gateway_of(request), None)
    if step and not kept:
        return visit.go("/second-factor", None, **({"after": after} if after else {}))
    if step:
        return visit.page(STEP_PAGES[_visit(request).step], 401, kept=kept, after=after, wait="")
    # Whoever simply comes is not told of an error.
    ended = cookies.session_of(request) is not None
    return visit.page("session/sign_in.html", 401, kept=kept, after=after, ended=ended, wait="")


def _again(request: Request, error: FormOutdatedError) -> Response | None:
    """The words of a page that was opened in an earlier session of the same person, to be sent anew."""
    session, visit = cookies.session_of(request), _visit(request)
    if session is None or visit.account is None:
        return None
    words = keep_words(session.account_id, _page(request), error.form)
    return visit.page("session/kept.html", 409, words=words)


async def _later(request: Request, error: GuantongError) -> Response | None:
    """The words of a form that met no node, to be sent once it is back. Nothing was done with them: it was not even
    asked who sends them.
    """
    if hasattr(request.state, "visit"):
        return None
    words = await _words(request)
    return _visit(request).page("session/kept.html", status_of(error), words=words, problem=error) if words else None


async def _kept(request: Request) -> str:
    """What was typed, sealed; empty where nothing was, or where it is not a form of ours."""
    words = await _words(request)
    return words.seal(gateway_of(request).secret) if words else ""


async def _words(request: Request) -> KeptWords | None:
    """What was typed; None where nothing was, or where it is not a form of ours."""
    session = cookies.session_of(request)
    if request.method != "POST" or session is None:
        return None
    try:
        form = await read_form(request, gateway_of(request).secret)
    except (ForeignFormError, FormUnreadableError):
        return None
    words = keep_words(session.account_id, _page(request), form)
    return words if words.fields else None


def _page(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
