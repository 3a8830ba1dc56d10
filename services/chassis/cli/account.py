"""`guantong join`, `login`, `logout`, `whoami` and `passwd`: a person at their own body's node."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import click

from guantong.node.v1 import people_service_pb2 as pb
from services.chassis.cli.api import Api, acting_option, at_node, calling, node_option
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
@as_json
@pass_output
def login(output: Output, login: str, node: Path | None, password_file: Path | None, *, json_wanted: bool) -> None:
    """登录; 会话保存在只有本人可读的文件中 / sign in; the session is kept in a file that only you can read."""
    address = find_node(node)
    password = ask_password(output, password_file, _PASSWORD)
    with calling(address, None) as api:
        session = api.people.SignIn(pb.SignInRequest(login=login, password=password))
    Sessions(state_folder(), address).keep(login, session.token)
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
    account = api.people.GetCaller(pb.GetCallerRequest()).account
    if json_wanted:
        output.message(account)
        return
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
    """更改本人密码; 之后须重新登录 / change your password; sign in again afterwards."""
    old = ask_password(output, password_file, ("现密码", "Present password"))
    new = ask_password(output, new_password_file, _NEW_PASSWORD, twice=True)
    api.people.ChangePassword(pb.ChangePasswordRequest(old_password=old, new_password=new))
    output.line("密码已更改, 请重新登录", "Password changed; sign in again")


def grant_text(output: Output, grant: pb.Grant) -> str:
    """A role with its limits on one line."""
    limits = [grant.sub_unit, grant.matter_id, moment(grant, "valid_to_time")]
    return "  ".join([output.word(ROLES, grant.role), *(limit for limit in limits if limit)])
