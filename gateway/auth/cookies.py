"""The cookies of a visit: session, form, language, and one notice for the next page."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Literal, Protocol

from fastapi import Request, Response

SESSION, FORM, LANGUAGE, NOTICE = "guantong-session", "guantong-form", "guantong-language", "guantong-notice"
_LANGUAGE_SECONDS = 400 * 24 * 3600
_NOTICE_SECONDS = 60
_SESSION = re.compile(r"([0-9A-Za-z_-]{1,64})\.([0-9A-Za-z_-]{1,200})")


class HasSecure(Protocol):
    """Where it is known whether browsers come by TLS."""

    @property
    def secure(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Session:
    """Who signed in here: the account, and the token that the node gave."""

    account_id: str
    token: str


def session_of(request: Request) -> Session | None:
    """The session that the browser holds; whether it still counts is for the node to say."""
    # Anybody can write a cookie: what no node made goes no further than this.
    held = _SESSION.fullmatch(request.cookies.get(_named(request, SESSION), ""))
    return Session(held[1], held[2]) if held else None


def keep_session(request: Request, response: Response, session: Session) -> None:
    """Have the browser hold the session until it is closed; no script can read it, and no other site's form sends it.

    A link in a notice by mail opens the desk signed in; what changes anything also needs a mark and the right origin.
    """
    _set(request, response, SESSION, f"{session.account_id}.{session.token}", same_site="lax")


def forget_session(request: Request, response: Response) -> None:
    """Have the browser forget it, and everything else that a next person at this machine should not have."""
    for name in (SESSION, FORM, NOTICE):
        response.delete_cookie(_named(request, name), path="/", secure=_secure(request), httponly=True)


def form_nonce(request: Request) -> str:
    """What the marks in this browser's forms are bound to; made once for a request where the browser has none."""
    kept = request.cookies.get(_named(request, FORM))
    if kept:
        return kept
    if not hasattr(request.state, "form_nonce"):
        request.state.form_nonce = secrets.token_urlsafe(18)
    return str(request.state.form_nonce)


def keep_form_nonce(request: Request, response: Response) -> None:
    """Give the browser the nonce if this request made one."""
    made = getattr(request.state, "form_nonce", None)
    if made:
        _set(request, response, FORM, made, same_site="strict")


def keep_language(request: Request, response: Response, language: str) -> None:
    """Remember the language for this browser."""
    _set(request, response, LANGUAGE, language, same_site="lax", seconds=_LANGUAGE_SECONDS)


def keep_notice(request: Request, response: Response, sealed: str) -> None:
    """Have the next page say something."""
    _set(request, response, NOTICE, sealed, same_site="strict", seconds=_NOTICE_SECONDS)


def notice_of(request: Request) -> str | None:
    """What the page before wanted this one to say, sealed."""
    return request.cookies.get(_named(request, NOTICE))


def forget_notice(request: Request, response: Response) -> None:
    """It was said."""
    if notice_of(request):
        response.delete_cookie(_named(request, NOTICE), path="/", secure=_secure(request), httponly=True)


def language_of(request: Request) -> str | None:
    """The language that this browser chose."""
    return request.cookies.get(_named(request, LANGUAGE))


def _secure(request: Request) -> bool:
    web: HasSecure = request.app.state.gateway.config.web
    return web.secure


def _named(request: Request, name: str) -> str:
    # Browsers keep cookies per host, not per port: several bodies' gateways on one machine must not mix them up.
    named = f"{name}-{request.app.state.gateway.config.body}"
    # The prefix makes browsers refuse a cookie that another host of the same domain, or a plain connection, planted.
    return f"__Host-{named}" if _secure(request) else named


def _set(
    request: Request,
    response: Response,
    name: str,
    value: str,
    *,
    same_site: Literal["lax", "strict"],
    seconds: int | None = None,
) -> None:
    response.set_cookie(
        _named(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=_secure(request),
        httponly=True,
        samesite=same_site,
    )
