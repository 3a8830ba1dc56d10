"""Help is quick, in one language, and there for every command."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import click

from services.chassis.cli.main import guantong as guantong_group
from tests.integration.cli.conftest import guantong

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_help_is_in_one_language():
    chinese, english = guantong("--help"), guantong("--lang", "en", "--help")

    assert (chinese.code, english.code) == (0, 0)
    assert not CHINESE.search(english.out)
    assert "命令" in chinese.out


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[list[str], click.Command]]:
    """Every command below the group, with the words that name it."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield [name], command
        if isinstance(command, click.Group):
            yield from (([name, *rest], one) for rest, one in commands(command, context))


def test_every_command_and_option_explains_itself_in_either_language():
    root = guantong_group.make_context("guantong", [], resilient_parsing=True)

    for words, _ in commands(guantong_group, root):
        chinese, english = guantong(*words, "--help"), guantong("--lang", "en", *words, "--help")

        assert (chinese.code, english.code) == (0, 0), words
        assert CHINESE.search(chinese.out), words
        assert not CHINESE.search(english.out), words


def test_the_list_of_commands_loads_none_of_them():
    """A terminal waits for no import that it does not need."""
    program = (
        "import sys; from services.chassis.cli.main import run; run(['--help']); "
        "print([name for name in ('grpc', 'sqlalchemy', 'pydantic', 'nats') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.splitlines()[-1] == "[]"
