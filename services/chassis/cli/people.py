"""`guantong people`: what administrators do with accounts and roles, and leaders with signing in their place."""

from __future__ import annotations

from pathlib import Path

import click

from guantong.node.v1 import people_service_pb2 as pb
from guantong.node.v1.second_factor_service_pb2 import ResetSecondFactorRequest
from services.chassis.cli.account import ROLES, grant_text
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id
from services.chassis.cli.output import Column, Output, as_json, moment
from services.chassis.cli.passwords import ask_password, password_file
from services.chassis.cli.usage import group

_STATES = {
    pb.ACCOUNT_STATE_INVITED: ("已邀请", "invited"),
    pb.ACCOUNT_STATE_ACTIVE: ("可用", "active"),
    pb.ACCOUNT_STATE_CLOSED: ("已注销", "closed"),
}
_ROLE_NAMES = {english.replace(" administrator", "-admin"): number for number, (_, english) in ROLES.items()}
_ACCOUNTS = (
    Column("账号", "Account", lambda one, _: one.account_id, whole=True),
    Column("登录名", "Login", lambda one, _: one.login),
    Column("姓名", "Name", lambda one, _: one.name),
    Column("职务", "Post", lambda one, _: one.post),
    Column("状态", "State", lambda one, to: to.word(_STATES, one.state)),
    Column("角色", "Roles", lambda one, to: "; ".join(grant_text(to, grant) for grant in one.grants)),
)
_DELEGATIONS = (
    Column("代签授权", "Delegation", lambda one, _: one.delegation_id, whole=True),
    Column("授权人", "From", lambda one, _: one.from_account_id, whole=True),
    Column("代签人", "To", lambda one, _: one.to_account_id, whole=True),
    Column("自", "First day", lambda one, _: one.from_date),
    Column("至", "Last day", lambda one, _: one.to_date),
    Column("终止于", "Ended", lambda one, _: moment(one, "revoked_time")),
)
_ACCOUNT = click.argument("account")
_SUB_UNIT = click.option("--sub-unit", help="限于某内设机构 / only this sub-unit")
_MATTER = click.option("--matter", help="限于某事项 / only this matter")


@group("people", default="list")
def people() -> None:
    """账号、角色与代签; 不写子命令则列出账号 / accounts, roles and signing for others; lists accounts by default."""


@people.command("list")
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, limit: int, *, json_wanted: bool) -> None:
    """列出账号 / list accounts."""
    accounts = listed(output, api.people.ListAccounts, pb.ListAccountsRequest(), "accounts", limit)
    output.listing(("账号", "Accounts"), _ACCOUNTS, accounts, json=json_wanted)


@people.command()
@click.argument("login")
@click.option("--name", required=True, help="姓名, 函件上如此署名 / the name as letters will state it")
@click.option("--post", help="职务, 函件上如此署名 / the post as letters will state it")
@as_json
@at_node
def invite(output: Output, api: Api, login: str, name: str, post: str | None, *, json_wanted: bool) -> None:
    """开立账号并生成一次性邀请码 / open an account and make its one-time code."""
    request = pb.InviteAccountRequest(request_id=request_id(), login=login, name=name, post=post)
    _show_code(output, api.people.InviteAccount(request), json_wanted=json_wanted)


@people.command()
@_ACCOUNT
@as_json
@at_node
def reset(output: Output, api: Api, account: str, *, json_wanted: bool) -> None:
    """作废密码并重新生成邀请码 / void the password and make a fresh code."""
    request = pb.ResetAccountRequest(request_id=request_id(), account_id=account)
    _show_code(output, api.people.ResetAccount(request), json_wanted=json_wanted)


@people.command("reset-factor")
@_ACCOUNT
@click.option("--reason", required=True, help="事由及如何核实本人 / why, and how it was made sure who asks")
@at_node
def reset_factor(output: Output, api: Api, account: str, reason: str) -> None:
    """设备与备用码均遗失的, 解除其动态口令 / remove a person's second factor when device and codes are gone."""
    api.second_factor.ResetSecondFactor(
        ResetSecondFactorRequest(request_id=request_id(), account_id=account, reason=reason)
    )
    output.line("已解除, 其会话已终止", "Removed; their sessions have ended")


@people.command()
@_ACCOUNT
@at_node
def release(output: Output, api: Api, account: str) -> None:
    """重置后恢复其角色 / let the roles count again after a reset."""
    api.people.ReleaseAccount(pb.ReleaseAccountRequest(request_id=request_id(), account_id=account))
    output.line("已恢复", "Released")


@people.command()
@_ACCOUNT
@at_node
def close(output: Output, api: Api, account: str) -> None:
    """注销账号 / close an account for good."""
    api.people.CloseAccount(pb.CloseAccountRequest(request_id=request_id(), account_id=account))
    output.line("已注销", "Closed")


@people.command()
@_ACCOUNT
@click.argument("role", type=click.Choice(sorted(_ROLE_NAMES)))
@_SUB_UNIT
@_MATTER
@as_json
@at_node
def grant(
    output: Output, api: Api, *, account: str, role: str, sub_unit: str | None, matter: str | None, json_wanted: bool
) -> None:
    """授予角色 / give a role."""
    request = pb.GrantRoleRequest(
        request_id=request_id(),
        account_id=account,
        role=_ROLE_NAMES[role],
        sub_unit=sub_unit,
        matter_id=matter,
    )
    given = api.people.GrantRole(request).grant
    if json_wanted:
        output.message(given)
    else:
        output.line(f"已授予, 授权编号 {given.grant_id}", f"Given; the grant is {given.grant_id}")


@people.command()
@click.argument("grant")
@at_node
def revoke(output: Output, api: Api, grant: str) -> None:
    """终止一项授权 / end a grant."""
    api.people.RevokeGrant(pb.RevokeGrantRequest(request_id=request_id(), grant_id=grant))
    output.line("已终止", "Ended")


@people.command()
@_ACCOUNT
@click.argument("post")
@at_node
def post(output: Output, api: Api, account: str, post: str) -> None:
    """登记职务 / record a person's post."""
    api.people.RecordPost(pb.RecordPostRequest(request_id=request_id(), account_id=account, post=post))
    output.line("已登记", "Recorded")


@people.command()
@limit_option
@as_json
@at_node
def delegations(output: Output, api: Api, limit: int, *, json_wanted: bool) -> None:
    """列出代签授权 / list who may sign for whom."""
    found = listed(output, api.people.ListDelegations, pb.ListDelegationsRequest(), "delegations", limit)
    output.listing(("代签授权", "Delegations"), _DELEGATIONS, found, json=json_wanted)


@people.command()
@_ACCOUNT
@click.option("--until", "to_date", required=True, help="最后一日, 如 2026-03-31 / the last day: 2026-03-31")
@click.option("--from", "from_date", help="首日, 默认今日 / the first day, else today")
@click.option("--reason", required=True, help="事由 / why")
@_SUB_UNIT
@_MATTER
@password_file
@at_node
def delegate(
    output: Output,
    api: Api,
    *,
    account: str,
    to_date: str,
    from_date: str | None,
    reason: str,
    sub_unit: str | None,
    matter: str | None,
    password_file: Path | None,
) -> None:
    """授权他人在一段时间内代签 / let another person sign for you for some days."""
    given = api.people.DelegateSigning(
        pb.DelegateSigningRequest(
            request_id=request_id(),
            to_account_id=account,
            from_date=from_date,
            to_date=to_date,
            reason=reason,
            sub_unit=sub_unit,
            matter_id=matter,
            password=ask_password(output, password_file, ("请再次输入本人密码", "Your password again")),
        )
    ).delegation
    output.line(f"已授权, 编号 {given.delegation_id}", f"Given; the delegation is {given.delegation_id}")


@people.command()
@click.argument("delegation")
@at_node
def undelegate(output: Output, api: Api, delegation: str) -> None:
    """终止代签授权 / end a delegation."""
    api.people.RevokeDelegation(pb.RevokeDelegationRequest(request_id=request_id(), delegation_id=delegation))
    output.line("已终止", "Ended")


def _show_code(output: Output, made: pb.InviteAccountResponse | pb.ResetAccountResponse, *, json_wanted: bool) -> None:
    if json_wanted:
        output.message(made)
        return
    until = moment(made, "expires_time")
    if isinstance(made, pb.InviteAccountResponse):
        output.line(f"账号 {made.account_id}", f"Account {made.account_id}")
    output.line(f"邀请码(当面交给本人, 有效至 {until}):", f"One-time code, to be handed over in person by {until}:")
    output.lines([made.code])
