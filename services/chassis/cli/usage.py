"""Help and wrong calls in the reader's language: texts are written once as "中文 / English" and cut to one of them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import click

_TWO_LANGUAGES = re.compile(r"(?P<zh>.*?) / (?P<en>.*?)(?P<extra>  \[.*\])?", re.DOTALL)
_ZH_WORDS = MappingProxyType(
    {
        "Options": "选项",
        "Commands": "命令",
        "Show this message and exit.": "显示本帮助并退出",
        "[required]": "[必填]",
        "[default: ": "[默认: ",
    }
)
_HELP_NAMES = MappingProxyType({"help_option_names": ["-h", "--help"]})


def language_of(ctx: click.Context) -> str:
    """The reader's language, also before the command line is read to its end."""
    root = ctx.find_root()
    spoken = getattr(root.obj, "language", None) or root.params.get("lang") or os.environ.get("GUANTONG_LANG")
    return "en" if spoken == "en" else "zh"


def in_language(text: str, language: str) -> str:
    """One of the two halves of "中文 / English"; what click adds behind them stays."""
    found = _TWO_LANGUAGES.fullmatch(text)
    cut = text if found is None else found[language] + (found["extra"] or "")
    return cut if language == "en" else _in_chinese(cut)


def _in_chinese(text: str) -> str:
    for english, chinese in _ZH_WORDS.items():
        text = text.replace(english, chinese)
    return text


class _LocalHelp(click.Command):
    """Writes the help of a command in one language."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The line that shows how the command is called."""
        prefix = "用法: " if language_of(ctx) == "zh" else "Usage: "
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command is for."""
        text = in_language(" ".join((self.help or "").split()), language_of(ctx))
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options."""
        language = language_of(ctx)
        found = (param.get_help_record(ctx) for param in self.get_params(ctx))
        # Arguments stand in the line above and say nothing more here.
        records = [record for record in found if record is not None and record[1]]
        with formatter.section(in_language("Options", language)):
            formatter.write_dl([(names, in_language(text, language)) for names, text in records])
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)


class Command(_LocalHelp):
    """A command whose help is in the reader's language."""


class Group(_LocalHelp, click.Group):
    """A group of commands; called without one it does what `default` names."""

    command_class = Command

    def __init__(self, *arguments: Any, default: str | None = None, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default in front where no command is named."""
        asks_for_help = args and args[0] in ctx.help_option_names
        if self._default and not asks_for_help and (not args or args[0].startswith("-")):
            args = [self._default, *args]
        return super().parse_args(ctx, args)

    def short_help_of(self, ctx: click.Context, name: str) -> str:
        """One line on the command of that name, in both languages."""
        found = self.get_command(ctx, name)
        return "" if found is None else (found.help or "").strip()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with one line each."""
        language = language_of(ctx)
        rows = [(name, in_language(self.short_help_of(ctx, name), language)) for name in self.list_commands(ctx)]
        with formatter.section(in_language("Commands", language)):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; a wrong name is told in the reader's language."""
        if self.get_command(ctx, args[0]) is None:
            text = f"没有命令 {args[0]} / There is no command {args[0]}"
            raise click.UsageError(in_language(text, language_of(ctx)), ctx)
        return super().resolve_command(ctx, args)


def command(name: str | None = None, *, dashes: bool = False) -> Callable[[Callable[..., Any]], Command]:
    """Makes a function a command; with `dashes`, what looks like an unknown option is an argument."""
    return click.command(name, cls=Command, context_settings={**_HELP_NAMES, "ignore_unknown_options": dashes})


def group(name: str, default: str | None = None) -> Callable[[Callable[..., Any]], Group]:
    """Makes a function a group of commands."""
    return click.group(name, cls=Group, default=default, context_settings=dict(_HELP_NAMES))


def show_wrong_call(error: click.ClickException) -> None:
    """Say on standard error what is wrong with a call, and how to look up the right one."""
    ctx = getattr(error, "ctx", None)
    language = language_of(ctx) if ctx is not None else "zh"
    if ctx is not None:
        click.echo(ctx.get_usage(), err=True)
        hint = f"查看用法: {ctx.command_path} --help / See {ctx.command_path} --help"
        click.echo(in_language(hint, language), err=True)
    click.echo(_message(error, language), err=True)


def _message(error: click.ClickException, language: str) -> str:
    english = error.format_message()
    if language == "en":
        return f"Error: {english}"
    if isinstance(error, click.MissingParameter):
        name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else error.param_hint
        return f"错误: 缺少 {name}"
    if isinstance(error, click.NoSuchOption):
        return f"错误: 没有选项 {error.option_name}"
    if isinstance(error, click.BadOptionUsage):
        return f"错误: 选项 {error.option_name} 的用法不对: {error.message}"
    if isinstance(error, click.BadParameter):
        name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else error.param_hint
        return f"错误: {name} 的值无效: {error.message}"
    return f"错误: {english}"
