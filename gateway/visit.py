"""One request of a person: who it is, in which language, and what pages need to answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, ClassVar
from urllib.parse import quote, urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.auth import cookies
from gateway.auth.forms import Form, mark_for, read_form
from gateway.clients.channel import set_caller_token
from gateway.clients.node import NodeClient, new_request_id
from gateway.language.choosing import chosen_language
from gateway.language.formats import Formats
from gateway.language.words import words
from gateway.problems import status_of
from gateway.state import Gateway, gateway_of
from gateway.web.areas import Area, areas_for
from guantong.node.v1 import people_service_pb2 as people
from services.chassis.errors import Fault, GuantongError

_NOTICE_SECONDS = 60
_ROLES = {
    people.ROLE_CLERK: "clerk",
    people.ROLE_REVIEWER: "reviewer",
    people.ROLE_LEADER: "leader",
    people.ROLE_LIAISON: "liaison",
    people.ROLE_SYSTEM_ADMIN: "system_admin",
    people.ROLE_SECURITY_ADMIN: "security_admin",
    people.ROLE_AUDIT_ADMIN: "audit_admin",
}


class SignInNeededError(GuantongError):
    """Nobody is signed in, or the session has ended."""

    reason: ClassVar[str] = "NOT_SIGNED_IN"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "Please sign in."
    message_zh: ClassVar[str] = "请先登录。"


class StepMissingError(GuantongError):
    """Signing in is not complete: the second factor is still to be given, or to be set up."""

    reason: ClassVar[str] = "SECOND_FACTOR_NEEDED"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "Please finish signing in with your second factor."
    message_zh: ClassVar[str] = "请先用第二因素完成登录。"


@dataclass(frozen=True)
class Visit:
    """What a page's function is handed.

    Attributes:
        account: The visitor; None on pages that need nobody signed in, and while a step of signing in is missing.
        step: What signing in still lacks.
        acting_for: The name of the absent person for whom the visitor acts; empty: for themselves.
    """

    request: Request
    gateway: Gateway
    account: people.Account | None
    step: people.SignInStep.ValueType = people.SIGN_IN_STEP_DONE
    acting_for: str = ""

    @property
    def node(self) -> NodeClient:
        """The node's services, called in the visitor's name."""
        return self.gateway.node

    @property
    def me(self) -> people.Account:
        """The visitor."""
        if self.account is None:
            raise SignInNeededError
        return self.account

    @cached_property
    def roles(self) -> frozenset[str]:
        """Every role the visitor holds, whatever its limits; the node judges each call by itself."""
        return frozenset(_ROLES.get(grant.role, "") for grant in self.account.grants) if self.account else frozenset()

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """What the navigation offers this visitor."""
        return areas_for(self.roles, hub=self.gateway.is_hub, served=self.gateway.served)

    @cached_property
    def language(self) -> str:
        """The language's code: "zh" or "en"."""
        return chosen_language(self.request)

    def say(self, text: str, **values: object) -> str:
        """A text in the visitor's language, with `values` put into its %(names)s."""
        said = words(self.language).gettext(text)
        return said % values if values else said

    def pick(self, zh: str, en: str) -> str:
        """Whichever of two texts is in the visitor's language; the other where it is empty."""
        return (zh or en) if self.language == "zh" else (en or zh)

    @cached_property
    def formats(self) -> Formats:
        """Dates and numbers in the visitor's language."""
        return Formats(self.language)

    def name_of(self, ref: str) -> str:
        """The name of a body, party or sub-unit; what nobody knows keeps its id."""
        book = self.gateway.book
        known = {one.id for one in (*book.bodies, *book.parties)}
        return book.name_of(ref, self.language) if ref.partition("/")[0] in known else ref

    def kind_name(self, kind: str) -> str:
        """The name of a kind of letter."""
        book = self.gateway.book
        if not book.knows_kind(kind):
            return kind
        found = book.kind(kind)
        return self.pick(found.zh, found.en)

    async def form(self) -> Form:
        """What was typed into a form of ours.

        Raises:
            ForeignFormError: it is no form of ours.
        """
        return await read_form(self.request, self.gateway.secret)

    def page(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A page."""
        sealed = cookies.notice_of(self.request)
        opened = self.gateway.secret.open(sealed, _NOTICE_SECONDS) if sealed else None
        given: dict[str, Any] = {
            "visit": self,
            "me": self.account,
            "roles": self.roles,
            "path": self.request.url.path,
            "now": self.gateway.now(),
            "notice": (opened or {}).get("text"),
            "form_mark": mark_for(self.request, self.gateway.secret),
            "new_request_id": new_request_id,
        }
        html = self.gateway.rendering.render(template, self.language, {**given, **context})
        response = HTMLResponse(html, status)
        cookies.keep_form_nonce(self.request, response)
        cookies.forget_notice(self.request, response)
        return response

    def refused(self, template: str, error: GuantongError, form: Form | None = None, **context: Any) -> HTMLResponse:
        """The page again with what went wrong and everything that was typed; nobody types twice.

        The template finds the error under `problem` and the typed fields under `typed`.
        """
        typed: Mapping[str, list[str]] = form.typed() if form else {}
        return self.page(template, status_of(error), problem=error, typed=typed, **context)

    def go(self, path: str, notice: str | None = None, **query: object) -> RedirectResponse:
        """On to another page after something was done, which says `notice` once."""
        target = quote(path, safe="/%#?=&:@,;+~.-_") + (f"?{urlencode(query)}" if query else "")
        response = RedirectResponse(target, 303)
        if notice:
            cookies.keep_notice(self.request, response, self.gateway.secret.seal({"text": notice}))
        return response

    def file(self, data: bytes, name: str, media_type: str) -> Response:
        """A download under a safe name."""
        return Response(data, media_type=media_type, headers=download_headers(name))


def download_headers(name: str) -> dict[str, str]:
    """Headers that have a browser save a file instead of showing it, whatever its name holds."""
    safe = "".join(one if one.isalnum() or one in "-_.() 〔〕" else "_" for one in name)[:120].strip(". ") or "file"
    ascii_only = "".join(one if one.isascii() else "_" for one in safe)
    return {
        "content-disposition": f"attachment; filename=\"{ascii_only}\"; filename*=UTF-8''{quote(safe)}",
        "cache-control": "no-store",
    }


async def anyone(request: Request) -> Visit:
    """A visit that needs nobody signed in."""
    set_caller_token(None)
    return Visit(request, gateway_of(request), None)


async def at_any_step(request: Request) -> Visit:
    """A visit of somebody who gave a password, whether or not the second factor is still missing.

    Raises:
        SignInNeededError: nobody did, or the session has ended.
    """
    session = cookies.session_of(request)
    if session is None:
        raise SignInNeededError
    set_caller_token(session.token)
    gateway = gateway_of(request)
    found = await gateway.node.people.GetCaller(people.GetCallerRequest())
    done = found.step in {people.SIGN_IN_STEP_DONE, people.SIGN_IN_STEP_UNSPECIFIED}
    step = people.SIGN_IN_STEP_DONE if done else found.step
    visit = Visit(request, gateway, found.account if done else None, step, found.acting_for_name)
    request.state.visit = visit
    return visit


async def signed_in(request: Request) -> Visit:
    """A visit of somebody who is signed in; rights are read afresh, so that what ended has ended.

    Raises:
        SignInNeededError: nobody is, or no longer.
        StepMissingError: the second factor is still missing.
    """
    visit = await at_any_step(request)
    if visit.account is None:
        raise StepMissingError
    return visit


AnyVisit = Annotated[Visit, Depends(anyone)]
AtAnyStep = Annotated[Visit, Depends(at_any_step)]
SignedIn = Annotated[Visit, Depends(signed_in)]


def without_account(visit: Visit) -> Visit:
    """The same visit once its session has ended."""
    return replace(visit, account=None)
