"""`guantong join`, `login`, `logout`, `whoami` and `passwd`: a person at their own body's node."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import click

from guantong.node.v1 import people_service_pb2 as pb
from guantong.node.v1.second_factor_service_pb2 import GiveSecondFactorRequest
from services.chassis.cli.api import Api, acting_option, at_node, calling, node_option
from services.chassis.cli.factor import CODE, code_file, enrol_device
from services.chassis.cli.nodes import find_node
from services.chassis.cli.output import Output, as_json, as_object, moment, pass_output
from services.chassis.cli.passwords import ask_password, password_file
from services.chassis.cli.sessions import Sessions, state_folder
from services.chassis.cli.usage import command
from services.chassis.errors import Fault
from services.chassis.rpc.status import RemoteError

ROLES: Mapping[pb.Role.ValueType, tuple[str, str]] = MappingProxyType(
    {
        pb.ROLE_CLERK: ("经办人", "clerk"),
        pb.ROLE_REVIEWER: ("核稿人", "reviewer"),
        pb.ROLE_LEADER: ("签发领导", "leader"),
        pb.ROLE_LIAISON: ("联络员", "liaison"),
        pb.ROLE_SYSTEM_ADMIN: ("系统管理员", "system administrator"),
        pb.ROLE_SECURITY_ADMIN: ("安全保密管理员", "security administrator"),
        pb.ROLE_AUDIT_ADMIN: ("安全审计员", "audit administrator"),
    }
)
_PASSWORD = ("密码", "Password")
_CLIENT = "guantong"
_NEW_PASSWORD = ("新密码(10 至 256 个字符)", "New password (10 to 256 characters)")


# A code may begin with a dash.
@command(dashes=True)
@click.argument("code", required=False)
@click.option(
    "--code-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="从文件读取邀请码 / file with the code",
)
@node_option
@password_file
@pass_output
def join(
    output: Output, code: str | None, code_file: Path | None, node: Path | None, password_file: Path | None
) -> None:
    """用一次性邀请码设定密码; 不写邀请码则询问 / set a password with a one-time code; asks where none is given."""
    address = find_node(node)
    code = code or ask_password(output, code_file, ("邀请码", "Code"))
    password = ask_password(output, password_file, _NEW_PASSWORD, twice=True)
    with calling(address, None) as api:
        redeemed = api.people.RedeemInvitation(pb.RedeemInvitationRequest(code=code, password=password))
    output.line(
        f"密码已设定。请登录: guantong login {redeemed.login}",
        f"Password set. Sign in: guantong login {redeemed.login}",
    )


@command()
@click.argument("login")
@node_option
@password_file
@code_file
@as_json
@pass_output
def login(
    output: Output,
    *,
    login: str,
    node: Path | None,
    password_file: Path | None,
    code_file: Path | None,
    json_wanted: bool,
) -> None:
    """登录; 会话保存在只有本人可读的文件中 / sign in; the session is kept in a file that only you can read."""
    address = find_node(node)
    password = ask_password(output, password_file, _PASSWORD)
    with calling(address, None) as api:
        session = api.people.SignIn(pb.SignInRequest(login=login, password=password, client=_CLIENT))
    Sessions(state_folder(), address).keep(login, session.token)
    with calling(address, session.token) as api:
        if session.step == pb.SIGN_IN_STEP_CODE:
            code = ask_password(output, code_file, CODE)
            given = api.second_factor.GiveSecondFactor(GiveSecondFactorRequest(code=code))
            session.expires_time.CopyFrom(given.expires_time)
        elif session.step == pb.SIGN_IN_STEP_ENROL and not sys.stdin.isatty():
            output.note(
                "管理员须先绑定动态口令: guantong factor start, 再 guantong factor confirm",
                "Administrators enrol a second factor first: guantong factor start, then guantong factor confirm",
            )
        elif session.step == pb.SIGN_IN_STEP_ENROL:
            enrol_device(output, api, password)
    if json_wanted:
        output.json({"account": as_object(session.account), "expires_time": session.expires_time.ToJsonString()})
        return
    until = moment(session, "expires_time")
    output.line(f"{session.account.name} 已登录, 有效至 {until}", f"{session.account.name} is signed in until {until}")


@command()
@node_option
@acting_option
@pass_output
def logout(output: Output, node: Path | None, acting: str | None) -> None:
    """退出登录并删除本机保存的会话 / sign out and forget the session kept here."""
    address = find_node(node)
    sessions = Sessions(state_folder(), address)
    with calling(address, sessions.token(acting)) as api:
        try:
            api.people.SignOut(pb.SignOutRequest())
        except RemoteError as error:
            # A session that has run out is what was wanted.
            if error.fault is not Fault.UNAUTHENTICATED:
                raise
    sessions.forget(acting)
    output.line("已退出登录", "Signed out")


@command()
@as_json
@at_node
def whoami(output: Output, api: Api, *, json_wanted: bool) -> None:
    """当前登录的是谁、有何角色 / who is signed in, and what they may do."""
    caller = api.people.GetCaller(pb.GetCallerRequest())
    account = caller.account
    if json_wanted:
        output.message(account)
        return
    if caller.step != pb.SIGN_IN_STEP_DONE:
        output.note("登录尚未完成: guantong login, 或 guantong factor", "Not signed in completely: login, or factor")
    if caller.acting_for_account_id:
        output.note(f"正代 {caller.acting_for_name} 办理", f"Acting for {caller.acting_for_name}")
    output.lines([f"{account.name}  {account.post}  {account.login}"])
    output.lines(f"  {grant_text(output, grant)}" for grant in account.grants)


@command()
@password_file
@click.option(
    "--new-password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="从文件读取新密码 / file with the new password",
)
@at_node
def passwd(output: Output, api: Api, password_file: Path | None, new_password_file: Path | None) -> None:
    """更改本人密码; 其他会话随之终止 / change your password; your other sessions end."""
    old = ask_password(output, password_file, ("现密码", "Present password"))
    new = ask_password(output, new_password_file, _NEW_PASSWORD, twice=True)
    done = api.people.ChangePassword(pb.ChangePasswordRequest(old_password=old, new_password=new))
    output.line("密码已更改, 其他会话已终止", "Password changed; your other sessions have ended")
    if done.standing_token_count:
        output.note(
            f"仍有 {done.standing_token_count} 个访问令牌有效: guantong token list",
            f"Access tokens that still work: {done.standing_token_count}; see guantong token list",
        )


def grant_text(output: Output, grant: pb.Grant) -> str:
    """A role with its limits on one line."""
    limits = [grant.sub_unit, grant.matter_id, moment(grant, "valid_to_time")]
    return "  ".join([output.word(ROLES, grant.role), *(limit for limit in limits if limit)])
