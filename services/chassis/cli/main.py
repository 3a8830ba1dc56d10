"""The command `guantong`: finds the sub-command, loads only that one, and says failures in words to act on."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import NoReturn

import click

from services.chassis.cli.output import Output
from services.chassis.errors import Fault, GuantongError

COMMANDS = {
    "init": "county",
    "up": "county",
    "down": "county",
    "status": "county",
    "explain": "explain",
}
"""Each sub-command and the module of this package that holds it: a terminal waits for no import it does not need."""

_EXIT_CODES = {Fault.UNAVAILABLE: 75, Fault.INTERNAL: 70}
"""As in sysexits.h: 75 says that trying again later helps. Everything else ends with 1."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        del ctx
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = getattr(import_module(f"services.chassis.cli.{module}"), cmd_name.replace("-", "_"))
        return command


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", envvar="GUANTONG_LANG", help="界面语言 / language"
)
@click.pass_context
def guantong(ctx: click.Context, lang: str) -> None:
    """贯通: 县级巡察机构与协作单位的公文交换、期限与台账。

    Guantong: how a county's inspection office and nine other bodies write, answer and keep time.
    """
    ctx.obj = Output(lang)


def main() -> NoReturn:
    """Run the command; a known failure is one message on standard error and an exit code."""
    output = Output("zh")
    try:
        with guantong.make_context("guantong", sys.argv[1:]) as context:
            output = context.obj if isinstance(context.obj, Output) else output
            guantong.invoke(context)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except GuantongError as error:
        output.failure(error)
        sys.exit(_EXIT_CODES.get(error.fault, 1))
    sys.exit(0)
