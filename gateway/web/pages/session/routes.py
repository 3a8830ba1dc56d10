"""Sign in, sign out, set a first password, change it, choose a language."""

from __future__ import annotations

from typing import ClassVar

from fastapi import APIRouter, Response

from gateway.auth import cookies
from gateway.auth.browsers import browser_name
from gateway.auth.forms import Form, mark_of
from gateway.language.words import LANGUAGES
from gateway.problems import PageMissingError
from gateway.visit import AnyVisit, AtAnyStep, SignedIn
from gateway.web.pages.session.finishing import finished, wait_until
from gateway.web.pages.session.second_factor import STEP_PAGES
from gateway.web.paths import inside
from guantong.node.v1 import people_service_pb2 as people
from services.chassis.errors import Fault, GuantongError

router = APIRouter()


@router.get("/sign-in", name="sign_in")
async def ask(visit: AnyVisit, after: str = "") -> Response:
    """The sign-in page."""
    return visit.page("session/sign_in.html", kept="", after=after, ended=False, wait="")


@router.post("/sign-in", name="signing_in")
async def sign_in(visit: AnyVisit) -> Response:
    """Sign in, and go on where the visitor wanted to go, or to the second factor."""
    form = await visit.form()
    after, kept = inside(form.text("after")), form.text("kept")
    client = browser_name(visit.request.headers.get("user-agent", ""))
    try:
        opened = await visit.node.people.SignIn(
            people.SignInRequest(login=form.text("login"), password=form.secret("password"), client=client)
        )
    except GuantongError as error:
        wait = wait_until(visit, error)
        return visit.refused("session/sign_in.html", error, form, kept=kept, after=after, ended=False, wait=wait)
    session = cookies.Session(opened.account.account_id, opened.token)
    if opened.step in STEP_PAGES:
        mark = mark_of(visit.request, visit.gateway.secret, session)
        response = visit.page(STEP_PAGES[opened.step], form_mark=mark, kept=kept, after=after, wait="")
        cookies.keep_session(visit.request, response, session)
        return response
    return await finished(visit, session, kept, after)


@router.post("/sign-out", name="sign_out")
async def sign_out(visit: AtAnyStep) -> Response:
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
        _demand_same(form)
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
    """Change one's own password; every other session of the account ends."""
    form = await visit.form()
    try:
        _demand_same(form)
        changed = await visit.node.people.ChangePassword(
            people.ChangePasswordRequest(old_password=form.secret("password_old"), new_password=form.secret("password"))
        )
    except GuantongError as error:
        return visit.refused("session/password.html", error, form)
    if changed.standing_token_count:
        said = visit.say(
            "密码已更改, 其他会话已结束。仍有 %(count)s 个访问令牌有效, 如密码可能泄露, 请一并吊销。",
            count=changed.standing_token_count,
        )
        return visit.go("/account/tokens", said)
    return visit.go("/account", visit.say("密码已更改, 其他会话已结束。"))


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


def _demand_same(form: Form) -> None:
    if form.secret("password") != form.secret("password_again"):
        raise _RepeatedWronglyError
