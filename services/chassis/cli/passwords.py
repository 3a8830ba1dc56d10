"""Takes secrets from a terminal, a file or standard input, never from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

import click

from services.chassis.cli.output import Output
from services.chassis.errors import Fault, GuantongError

_STDIN = Path("-")
_FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True, exists=True)
password_file = click.option(
    "--password-file", type=_FILE, help="从文件读取密码, - 为标准输入 / file with the password, - for standard input"
)


class PasswordNeededError(GuantongError):
    """There is no terminal to ask at, and no file was named."""

    reason: ClassVar[str] = "PASSWORD_NEEDED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "A password is needed and there is no terminal. Give --password-file FILE, or - ."
    message_zh: ClassVar[str] = "需要密码, 但当前没有终端。请用 --password-file 指定文件, 或用 - 从标准输入读取。"


def ask_password(output: Output, file: Path | None, texts: tuple[str, str], *, twice: bool = False) -> str:
    """The first line of `file`, or what is typed at the terminal without being shown.

    Raises:
        PasswordNeededError: there is neither.

    """
    if file is not None:
        text = sys.stdin.readline() if file == _STDIN else file.read_text(encoding="utf-8").partition("\n")[0]
        return text.rstrip("\r\n")
    if not sys.stdin.isatty():
        raise PasswordNeededError
    again = output.pick("请再输入一次", "Once more") if twice else False
    typed: str = click.prompt(output.pick(*texts), hide_input=True, err=True, confirmation_prompt=again)
    return typed
