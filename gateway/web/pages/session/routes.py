"""Sign in, sign out, set a first password, change it, choose a language."""

from __future__ import annotations

from typing import ClassVar

from fastapi import APIRouter, Response

from gateway.auth import cookies
from gateway.auth.forms import Form
from gateway.auth.kept import kept_words
from gateway.clients.channel import calling_as
from gateway.language.words import LANGUAGES
from gateway.problems import PageMissingError
from gateway.visit import AnyVisit, SignedIn, Visit
from gateway.web.paths import inside
from guantong.node.v1 import people_service_pb2 as people
from services.chassis.errors import Fault, GuantongError

router = APIRouter()


@router.get("/sign-in", name="sign_in")
async def ask(visit: AnyVisit, after: str = "") -> Response:
    """The sign-in page."""
    return visit.page("session/sign_in.html", kept="", after=after, ended=False)


@router.post("/sign-in", name="signing_in")
async def sign_in(visit: AnyVisit) -> Response:
    """Sign in, and go on where the visitor wanted to go."""
    form = await visit.form()
    after, kept = inside(form.text("after")), form.text("kept")
    try:
        opened = await visit.node.people.SignIn(
            people.SignInRequest(login=form.text("login"), password=form.secret("password"))
        )
    except GuantongError as error:
        return visit.refused("session/sign_in.html", error, form, kept=kept, after=after, ended=False)
    session = cookies.Session(opened.account.account_id, opened.token)
    response = await _give_back(visit, session, kept) or visit.go(after)
    cookies.keep_session(visit.request, response, session)
    return response


async def _give_back(visit: Visit, session: cookies.Session, sealed: str) -> Response | None:
    """A page with the words that were typed when the session ended; only for whoever typed them."""
    words = kept_words(visit.gateway.secret, sealed)
    if words is None or words.account_id != session.account_id:
        return None
    with calling_as(session.token):
        found = await visit.node.people.GetCaller(people.GetCallerRequest())
    mark = visit.gateway.secret.mark("form", cookies.form_nonce(visit.request), session.token)
    return Visit(visit.request, visit.gateway, found.account).page("session/kept.html", words=words, form_mark=mark)


@router.post("/sign-out", name="sign_out")
async def sign_out(visit: SignedIn) -> Response:
    """End the session, here and at the node."""
    await visit.form()
    await visit.node.people.SignOut(people.SignOutRequest())
    response = visit.go("/sign-in")
    cookies.forget_session(visit.request, response)
    return response


@router.get("/invitation", name="invitation")
async def ask_invitation(visit: AnyVisit) -> Response:
    """Where the first password is set."""
    return visit.page("session/invitation.html")


@router.post("/invitation", name="redeeming")
async def redeem(visit: AnyVisit) -> Response:
    """Set the first password with a one-time code."""
    form = await visit.form()
    try:
        _demand_same(visit, form)
        await visit.node.people.RedeemInvitation(
            people.RedeemInvitationRequest(code=form.text("code"), password=form.secret("password"))
        )
    except GuantongError as error:
        return visit.refused("session/invitation.html", error, form)
    return visit.go("/sign-in", visit.say("密码已设置, 请登录。"))


@router.get("/password", name="password")
async def ask_password(visit: SignedIn) -> Response:
    """Where one's own password is changed."""
    return visit.page("session/password.html")


@router.post("/password", name="changing_password")
async def change_password(visit: SignedIn) -> Response:
    """Change one's own password; every session of the account ends."""
    form = await visit.form()
    try:
        _demand_same(visit, form)
        await visit.node.people.ChangePassword(
            people.ChangePasswordRequest(old_password=form.secret("password_old"), new_password=form.secret("password"))
        )
    except GuantongError as error:
        return visit.refused("session/password.html", error, form)
    response = visit.go("/sign-in", visit.say("密码已更改, 请用新密码登录。"))
    cookies.forget_session(visit.request, response)
    return response


@router.get("/language/{language}", name="language")
async def choose_language(visit: AnyVisit, language: str, back: str = "/") -> Response:
    """Show everything in this language from now on, in this browser."""
    if language not in LANGUAGES:
        raise PageMissingError
    response = visit.go(inside(back))
    cookies.keep_language(visit.request, response, language)
    return response


class _RepeatedWronglyError(GuantongError):
    """The new password was typed differently the second time."""

    reason: ClassVar[str] = "PASSWORDS_DIFFER"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The two new passwords differ. Type the new password twice."
    message_zh: ClassVar[str] = "两次输入的新密码不一致, 请重新输入。"


def _demand_same(visit: Visit, form: Form) -> None:
    del visit
    if form.secret("password") != form.secret("password_again"):
        raise _RepeatedWronglyError
