"""`guantong factor`: the second factor of signing in, enrolled with a device, renewed and removed."""

from __future__ import annotations

import io
from pathlib import Path

import click
import segno

from guantong.node.v1 import second_factor_service_pb2 as pb
from services.chassis.cli.api import Api, at_node
from services.chassis.cli.output import Output, as_json, moment
from services.chassis.cli.passwords import ask_password, password_file
from services.chassis.cli.usage import group

CODE = ("动态口令或备用码", "Code of your device, or a recovery code")
_NEW_CODE = ("新设备上显示的动态口令", "Code that the new device shows")
code_file = click.option(
    "--code-file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True, exists=True),
    help="从文件读取动态口令, - 为标准输入 / file with the code, - for standard input",
)


@group("factor", default="status")
def factor() -> None:
    """动态口令: 绑定、备用码、解除 / the second factor of signing in; shows how it stands by default."""


@factor.command()
@as_json
@at_node
def status(output: Output, api: Api, *, json_wanted: bool) -> None:
    """本账号的动态口令状态 / how your account stands."""
    found = api.second_factor.GetSecondFactor(pb.GetSecondFactorRequest())
    if json_wanted:
        output.message(found)
    elif found.enrolled:
        since, left = moment(found, "enrolled_time"), found.recovery_code_count
        output.line(f"已绑定, 自 {since}; 剩余备用码 {left} 个", f"Enrolled since {since}; {left} recovery codes left")
    elif found.required:
        output.line("尚未绑定, 必须绑定: guantong factor enrol", "Not enrolled, and required: guantong factor enrol")
    else:
        output.line("尚未绑定", "Not enrolled")


@factor.command()
@password_file
@code_file
@at_node
def enrol(output: Output, api: Api, password_file: Path | None, code_file: Path | None) -> None:
    """绑定或更换设备: 显示图码, 再输入设备上的口令 / enrol or change a device: a picture to scan, then a code of it."""
    standing = api.second_factor.GetSecondFactor(pb.GetSecondFactorRequest())
    password = ask_password(output, password_file, ("密码", "Password"))
    present = ask_password(output, code_file, CODE) if standing.enrolled else ""
    enrol_device(output, api, password, present)


@factor.command()
@password_file
@at_node
def start(output: Output, api: Api, password_file: Path | None) -> None:
    """开始首次绑定, 只输出 otpauth 地址 / begin enrolling; prints the otpauth address alone."""
    password = ask_password(output, password_file, ("密码", "Password"))
    offer = api.second_factor.StartSecondFactor(pb.StartSecondFactorRequest(password=password))
    output.lines([offer.otpauth_uri])


@factor.command()
@code_file
@at_node
def confirm(output: Output, api: Api, code_file: Path | None) -> None:
    """输入新设备上的口令, 完成绑定 / finish enrolling with a code of the new device."""
    _confirm(output, api, ask_password(output, code_file, _NEW_CODE))


@factor.command()
@password_file
@code_file
@at_node
def codes(output: Output, api: Api, password_file: Path | None, code_file: Path | None) -> None:
    """作废原备用码并重新生成 / void the recovery codes and make new ones."""
    password = ask_password(output, password_file, ("密码", "Password"))
    code = ask_password(output, code_file, CODE)
    renewed = api.second_factor.RenewRecoveryCodes(pb.RenewRecoveryCodesRequest(password=password, code=code))
    _show_codes(output, list(renewed.recovery_codes))


@factor.command()
@password_file
@code_file
@at_node
def remove(output: Output, api: Api, password_file: Path | None, code_file: Path | None) -> None:
    """解除绑定; 管理员不得解除 / remove your second factor; administrators keep theirs."""
    password = ask_password(output, password_file, ("密码", "Password"))
    code = ask_password(output, code_file, CODE)
    api.second_factor.RemoveSecondFactor(pb.RemoveSecondFactorRequest(password=password, code=code))
    output.line("已解除", "Removed")


def enrol_device(output: Output, api: Api, password: str, present_code: str = "") -> None:
    """Show the picture that a device scans, ask for the code that it then shows, and show the recovery codes."""
    request = pb.StartSecondFactorRequest(password=password, code=present_code)
    offer = api.second_factor.StartSecondFactor(request)
    aside = output.aside()
    aside.line("请用动态口令器扫描(或手工输入密钥):", "Scan this with your authenticator, or type the secret:")
    picture = io.StringIO()
    segno.make(offer.otpauth_uri).terminal(out=picture, compact=True)
    aside.lines([*picture.getvalue().splitlines(), offer.secret])
    _confirm(output, api, ask_password(output, None, _NEW_CODE))


def _confirm(output: Output, api: Api, code: str) -> None:
    done = api.second_factor.ConfirmSecondFactor(pb.ConfirmSecondFactorRequest(code=code))
    output.aside().line("已绑定, 其他会话已终止", "Enrolled; your other sessions have ended")
    _show_codes(output, list(done.recovery_codes))


def _show_codes(output: Output, codes: list[str]) -> None:
    output.aside().line(
        "备用码, 每个只能用一次, 请与设备分开妥存, 不再显示:",
        "Recovery codes, each good once. Keep them where the device is not; they are not shown again:",
    )
    output.lines(codes)
