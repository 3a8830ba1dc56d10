"""Accounts: opened and reset by the system administrator, released, closed and given rights by the security one."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.problems import PageMissingError
from gateway.visit import SignedIn, Visit
from gateway.web.pages.account.view import token_lines
from gateway.web.pages.accounts import view
from gateway.web.people_words import sub_units
from guantong.node.v1 import people_service_pb2 as people
from guantong.node.v1 import second_factor_service_pb2 as factor
from guantong.node.v1 import tokens_service_pb2 as tokens
from services.chassis.errors import GuantongError

router = APIRouter()


@router.get("/accounts", name="accounts")
async def list_accounts(visit: SignedIn) -> Response:
    """Who has access to this node."""
    return visit.page("accounts/list.html", lines=await view.accounts(visit))


@router.post("/accounts", name="inviting")
async def invite(visit: SignedIn) -> Response:
    """Open an account and show its one-time code once."""
    form = await visit.form()
    try:
        made = await visit.node.people.InviteAccount(
            people.InviteAccountRequest(
                request_id=form.request_id,
                login=form.text("login"),
                name=form.text("name"),
                post=form.text("post") or None,
            )
        )
    except GuantongError as error:
        return visit.refused("accounts/list.html", error, form, lines=await view.accounts(visit))
    return visit.page("accounts/code.html", made=made, account_id=made.account_id, login=form.text("login"))


@router.get("/accounts/{account_id}", name="one_account")
async def show(visit: SignedIn, account_id: str) -> Response:
    """One account with its rights."""
    return visit.page("accounts/one.html", **await _one(visit, account_id))


@router.post("/accounts/{account_id}/reset", name="resetting")
async def reset(visit: SignedIn, account_id: str) -> Response:
    """Void the password and show a fresh one-time code once."""
    form = await visit.form()
    try:
        made = await visit.node.people.ResetAccount(
            people.ResetAccountRequest(request_id=form.request_id, account_id=account_id)
        )
    except GuantongError as error:
        return visit.refused("accounts/one.html", error, form, **await _one(visit, account_id))
    return visit.page("accounts/code.html", made=made, account_id=account_id, login="")


@router.post("/accounts/{account_id}/release", name="releasing")
async def release(visit: SignedIn, account_id: str) -> Response:
    """Let its roles count again after a reset."""
    form = await visit.form()
    call = visit.node.people.ReleaseAccount(
        people.ReleaseAccountRequest(request_id=form.request_id, account_id=account_id)
    )
    return await _done(visit, form, account_id, call, visit.say("账户已解除停用, 角色恢复有效。"))


@router.post("/accounts/{account_id}/close", name="closing_account")
async def close(visit: SignedIn, account_id: str) -> Response:
    """Close it for good."""
    form = await visit.form()
    call = visit.node.people.CloseAccount(people.CloseAccountRequest(request_id=form.request_id, account_id=account_id))
    return await _done(visit, form, account_id, call, visit.say("账户已注销。"))


@router.post("/accounts/{account_id}/grants", name="granting")
async def grant(visit: SignedIn, account_id: str) -> Response:
    """Give it a role with its limits."""
    form = await visit.form()
    try:
        wanted = view.wanted_grant(form, account_id)
    except GuantongError as error:
        return visit.refused("accounts/one.html", error, form, **await _one(visit, account_id))
    call = visit.node.people.GrantRole(wanted)
    return await _done(visit, form, account_id, call, visit.say("角色已授予。"))


@router.post("/accounts/{account_id}/grants/end", name="ending_grant")
async def end_grant(visit: SignedIn, account_id: str) -> Response:
    """End one of its roles now."""
    form = await visit.form()
    request = people.RevokeGrantRequest(request_id=form.request_id, grant_id=form.text("grant_id"))
    return await _done(visit, form, account_id, visit.node.people.RevokeGrant(request), visit.say("角色已终止。"))


@router.post("/accounts/{account_id}/post", name="recording_post")
async def record_post(visit: SignedIn, account_id: str) -> Response:
    """Record the person's post from a day on."""
    form = await visit.form()
    try:
        wanted = view.recorded_post(form, account_id)
    except GuantongError as error:
        return visit.refused("accounts/one.html", error, form, **await _one(visit, account_id))
    return await _done(visit, form, account_id, visit.node.people.RecordPost(wanted), visit.say("职务已登记。"))


@router.post("/accounts/{account_id}/second-factor", name="resetting_second_factor")
async def reset_second_factor(visit: SignedIn, account_id: str) -> Response:
    """Remove the second factor of a person whose device and recovery codes are gone."""
    form = await visit.form()
    call = visit.node.second_factor.ResetSecondFactor(
        factor.ResetSecondFactorRequest(request_id=form.request_id, account_id=account_id, reason=form.text("reason"))
    )
    return await _done(visit, form, account_id, call, visit.say("第二因素已重置, 本人下次登录时重新设置。"))


@router.post("/accounts/{account_id}/tokens/revoke", name="revoking_anothers_token")
async def revoke_token(visit: SignedIn, account_id: str) -> Response:
    """End one of its access tokens now."""
    form = await visit.form()
    call = visit.node.tokens.RevokeToken(
        tokens.RevokeTokenRequest(request_id=form.request_id, token_id=form.text("token_id"))
    )
    return await _done(visit, form, account_id, call, visit.say("访问令牌已吊销。"))


async def _done(visit: Visit, form: Form, account_id: str, call: Awaitable[Any], said: str) -> Response:
    """Back to the account when `call` was taken; the same page with what was typed when it was not."""
    try:
        await call
    except GuantongError as error:
        return visit.refused("accounts/one.html", error, form, **await _one(visit, account_id))
    return visit.go(f"/accounts/{account_id}", said)


async def _one(visit: Visit, account_id: str) -> dict[str, Any]:
    line = next((one for one in await view.accounts(visit) if one.account_id == account_id), None)
    if line is None:
        raise PageMissingError
    held = []
    if "security_admin" in visit.roles:
        found = await visit.node.tokens.ListTokens(tokens.ListTokensRequest(account_id=account_id))
        held = token_lines(visit, found.tokens)
    return {
        "line": line,
        "own": account_id == visit.me.account_id,
        "tokens": held,
        "role_choices": view.roles(visit),
        "sub_units": sub_units(visit),
    }
