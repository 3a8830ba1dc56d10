"""`guantong token` and `guantong sessions`: what else can call for a person, and where they are signed in."""

from __future__ import annotations

from pathlib import Path

import click

from guantong.node.v1 import sessions_service_pb2 as sessions_pb
from guantong.node.v1 import tokens_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.passwords import ask_password, password_file
from services.chassis.cli.usage import group

_SCOPES = {"read": pb.TOKEN_SCOPE_READ, "write-ledger": pb.TOKEN_SCOPE_WRITE_LEDGER}
_SCOPE_TEXTS = {
    pb.TOKEN_SCOPE_READ: ("读取", "read"),
    pb.TOKEN_SCOPE_WRITE_LEDGER: ("导入台账", "write-ledger"),
}
_TOKENS = (
    Column("令牌", "Token", lambda one, _: one.token_id, whole=True),
    Column("名称", "Name", lambda one, _: one.name),
    Column("范围", "Scopes", lambda one, to: ", ".join(to.word(_SCOPE_TEXTS, scope) for scope in one.scopes)),
    Column("有效至", "Until", lambda one, _: one.to_date),
    Column("最近使用", "Last used", lambda one, _: moment(one, "used_time")),
    Column("撤销于", "Revoked", lambda one, _: moment(one, "revoked_time")),
)
_SESSIONS = (
    Column("会话", "Session", lambda one, _: one.session_id, whole=True),
    Column("程序", "Program", lambda one, _: one.client),
    Column("登录于", "Opened", lambda one, _: moment(one, "opened_time")),
    Column("最近使用", "Last used", lambda one, _: moment(one, "used_time")),
    Column("失效于", "Ends", lambda one, _: moment(one, "expires_time")),
    Column("当前", "This one", lambda one, to: to.pick("是", "yes") if one.current else ""),
)


@group("token", default="list")
def token() -> None:
    """访问令牌: 供其他系统代本人读取; 不写子命令则列出 / access tokens for other systems; lists them by default."""


@token.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(sorted(_SCOPES)),
    default=("read",),
    show_default=True,
    help="范围, 可多次 / what it may do, repeatable",
)
@click.option("--until", "to_date", required=True, help="最后一日, 至多一年 / the last day, a year ahead at most")
@password_file
@as_json
@at_node
def create(
    output: Output,
    api: Api,
    *,
    name: str,
    scopes: tuple[str, ...],
    to_date: str,
    password_file: Path | None,
    json_wanted: bool,
) -> None:
    """生成令牌; 只显示这一次 / make a token; it is shown this once."""
    made = api.tokens.CreateToken(
        pb.CreateTokenRequest(
            request_id=request_id(),
            name=name,
            scopes=[_SCOPES[scope] for scope in scopes],
            to_date=to_date,
            password=ask_password(output, password_file, ("密码", "Password")),
        )
    )
    if json_wanted:
        output.message(made)
        return
    output.aside().line(
        f"令牌 {made.token.token_id}, 有效至 {made.token.to_date}, 仅显示这一次:",
        f"Token {made.token.token_id}, good until {made.token.to_date}, shown this once:",
    )
    output.lines([made.value])


@token.command("list")
@click.option("--account", help="他人账号(安全保密管理员) / another account (security administrator)")
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, account: str | None, limit: int, *, json_wanted: bool) -> None:
    """列出令牌 / list tokens."""
    found = listed(output, api.tokens.ListTokens, pb.ListTokensRequest(account_id=account), "tokens", limit)
    output.listing(("访问令牌", "Access tokens"), _TOKENS, found, json=json_wanted)


@token.command()
@click.argument("token_id")
@at_node
def revoke(output: Output, api: Api, token_id: str) -> None:
    """撤销令牌, 立即失效 / revoke a token; it ends at once."""
    api.tokens.RevokeToken(pb.RevokeTokenRequest(request_id=request_id(), token_id=token_id))
    output.line("已撤销", "Revoked")


@group("sessions", default="list")
def sessions() -> None:
    """本人的会话; 不写子命令则列出 / where you are signed in; lists it by default."""


@sessions.command("list")
@as_json
@at_node
def list_sessions(output: Output, api: Api, *, json_wanted: bool) -> None:
    """列出本人会话 / list your sessions."""
    found = api.sessions.ListSessions(sessions_pb.ListSessionsRequest()).sessions
    output.listing(("会话", "Sessions"), _SESSIONS, found, json=json_wanted)


@sessions.command()
@click.argument("session_id", required=False)
@click.option("--others", is_flag=True, help="除当前外全部终止 / all but this one")
@at_node
def end(output: Output, api: Api, session_id: str | None, *, others: bool) -> None:
    """终止一个会话, 或除当前外的全部 / end a session, or all but this one."""
    if others:
        count = api.sessions.EndOtherSessions(sessions_pb.EndOtherSessionsRequest()).ended_count
        output.line(f"已终止 {count} 个会话", f"Ended: {count}")
    elif session_id:
        api.sessions.EndSession(sessions_pb.EndSessionRequest(session_id=session_id))
        output.line("已终止", "Ended")
    else:
        raise click.UsageError(output.pick("请指明会话, 或用 --others", "Name a session, or use --others"))
