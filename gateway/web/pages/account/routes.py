"""My account: who I am, my sessions, my access tokens."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.pages.account import view
from gateway.web.people_words import grant_line
from guantong.node.v1 import second_factor_service_pb2 as factor
from guantong.node.v1 import sessions_service_pb2 as sessions
from guantong.node.v1 import tokens_service_pb2 as tokens
from services.chassis.errors import GuantongError

router = APIRouter()


@router.get("/account", name="account")
async def account(visit: SignedIn) -> Response:
    """Who I am here, what I may do, and where I am signed in."""
    held = await visit.node.sessions.ListSessions(sessions.ListSessionsRequest())
    standing = await visit.node.second_factor.GetSecondFactor(factor.GetSecondFactorRequest())
    return visit.page(
        "account/account.html",
        grants=[grant_line(visit, grant) for grant in visit.me.grants],
        sessions=list(held.sessions),
        standing=standing,
    )


@router.post("/account/sessions/end", name="ending_session")
async def end_session(visit: SignedIn) -> Response:
    """End one of my sessions, or all but this one."""
    form = await visit.form()
    if form.text("session_id"):
        await visit.node.sessions.EndSession(sessions.EndSessionRequest(session_id=form.text("session_id")))
        return visit.go("/account", visit.say("该会话已结束。"))
    ended = await visit.node.sessions.EndOtherSessions(sessions.EndOtherSessionsRequest())
    return visit.go("/account", visit.say("已结束其他会话 %(count)s 个。", count=ended.ended_count))


@router.get("/account/tokens", name="tokens")
async def list_tokens(visit: SignedIn, page: str = "") -> Response:
    """My access tokens."""
    return visit.page("account/tokens.html", **await _tokens(visit, page))


@router.post("/account/tokens", name="creating_token")
async def create_token(visit: SignedIn) -> Response:
    """Make a token and show its value once."""
    form = await visit.form()
    try:
        made = await visit.node.tokens.CreateToken(
            tokens.CreateTokenRequest(
                request_id=form.request_id,
                name=form.text("name"),
                scopes=_scopes(form),
                to_date=form.text("to_date"),
                password=form.secret("password"),
            )
        )
    except GuantongError as error:
        return visit.refused("account/tokens.html", error, form, **await _tokens(visit, ""))
    return visit.page("account/tokens.html", **(await _tokens(visit, "") | {"made": made}))


@router.post("/account/tokens/revoke", name="revoking_token")
async def revoke_token(visit: SignedIn) -> Response:
    """End one of my tokens now."""
    form = await visit.form()
    await visit.node.tokens.RevokeToken(
        tokens.RevokeTokenRequest(request_id=form.request_id, token_id=form.text("token_id"))
    )
    return visit.go("/account/tokens", visit.say("访问令牌已吊销。"))


async def _tokens(visit: Visit, page: str) -> dict[str, Any]:
    found = await visit.node.tokens.ListTokens(tokens.ListTokensRequest(page_token=page))
    return {
        "lines": view.token_lines(visit, found.tokens),
        "next": f"/account/tokens?page={found.next_page_token}" if found.next_page_token else "",
        "scopes": view.SCOPES,
        "latest": view.last_day(visit),
        "today": view.today(visit).isoformat(),
        "made": None,
    }


def _scopes(form: Form) -> list[tokens.TokenScope.ValueType]:
    return [scope for scope, _ in view.SCOPES if str(scope) in form.texts("scope")]
