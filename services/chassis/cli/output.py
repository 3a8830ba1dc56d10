"""What the command prints: tables and lines for people in their language, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.chassis.errors import GuantongError


class Output:
    """Prints in `language` ("zh" or "en"). Results go to standard output, everything else to standard error."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)

    def pick(self, chinese: str, english: str) -> str:
        """The text in the reader's language."""
        return chinese if self.language == "zh" else english

    def line(self, chinese: str, english: str) -> None:
        """One line of the result."""
        self._out.print(self.pick(chinese, english), markup=False)

    def lines(self, lines: Iterable[str]) -> None:
        """Lines that are in the reader's language already."""
        for line in lines:
            self._out.print(line, markup=False)

    def json(self, value: object) -> None:
        """The result for programs: one JSON value with a line end, keys as documented, text in UTF-8."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table whose cells are plain text: what a peer wrote is never read as markup."""
        table = Table(title=title, title_justify="left", header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(_plain(cell) for cell in row))
        self._out.print(table)

    @contextmanager
    def progress(self, chinese: str, english: str, total: int) -> Iterator[Steps]:
        """A bar on standard error while long work is under way; nothing when that is no terminal."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._err, transient=True, disable=not self._err.is_terminal) as bar:
            yield Steps(bar, self.pick(chinese, english), total)

    def failure(self, error: GuantongError) -> None:
        """A failure with its stable reason, in the reader's language."""
        self._err.print(f"{error.text(self.language)} [{error.reason}]", markup=False, style="red")


class Steps:
    """The bar of one piece of long work."""

    def __init__(self, bar: Progress, text: str, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task(text, total=total)

    def advance(self, done: int = 1) -> None:
        """So much more is done."""
        self._bar.advance(self._task, done)


pass_output = click.make_pass_decorator(Output)
as_json = click.option("--json", "json_wanted", is_flag=True, help="输出 JSON / print JSON")


def _plain(cell: str) -> str:
    return cell.replace("[", "\\[")
