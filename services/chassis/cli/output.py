"""What the command prints: tables and lines for people in their language, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.chassis.cli.names import Names
from services.chassis.clock import BEIJING
from services.chassis.errors import GuantongError
from services.chassis.timestamps import instant

_WIDE = 400
"""Characters of a line where no terminal sets the width: nothing that programs or `less -S` read is folded."""
_FOLDED = 1.25
"""How much wider than the terminal a table may be and still read well with folded cells."""


@dataclass(frozen=True)
class Column:
    """One column of a list: its header in both languages, and what its cell says of one message."""

    zh: str
    en: str
    cell: Callable[[Any, Output], str]
    """Takes the message and whom it is told."""
    whole: bool = False
    """Never folded: an id, to be copied."""


class Output:
    """Prints in `language` ("zh" or "en"). Results go to standard output, everything else to standard error."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.names = Names()
        self._out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _WIDE)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)

    def aside(self) -> Output:
        """The same for what is no part of the result: it goes to standard error."""
        other = Output(self.language)
        other._out = self._err
        return other

    def pick(self, chinese: str, english: str) -> str:
        """The text in the reader's language."""
        return chinese if self.language == "zh" else english

    def word(self, words: Mapping[Any, tuple[str, str]], value: Any) -> str:
        """What the reader calls a value of the contract; the value itself where nobody named it."""
        return self.pick(*words[value]) if value in words else str(value)

    def name(self, ref: str) -> str:
        """The name of a body, party or sub-unit."""
        return ref and self.names.of(ref, self.language)

    def kind(self, kind: str) -> str:
        """The name of a kind of letter."""
        return self.names.of_kind(kind, self.language)

    def line(self, chinese: str, english: str) -> None:
        """One line of the result."""
        self._out.print(self.pick(chinese, english), markup=False)

    def lines(self, lines: Iterable[str]) -> None:
        """Lines that are in the reader's language already."""
        for line in lines:
            self._out.print(line, markup=False)

    def note(self, chinese: str, english: str) -> None:
        """A line for a person that is no part of the result."""
        self._err.print(self.pick(chinese, english), markup=False)

    def json(self, value: object) -> None:
        """The result for programs: one JSON value with a line end, keys as documented, text in UTF-8."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    def table(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], whole: Sequence[int] = ()
    ) -> None:
        """A table whose cells are plain text: what a peer wrote is never read as markup.

        `whole` numbers the columns that are never folded: ids. A table with such columns that is much wider than the
        terminal is printed row by row instead, a line for each cell: folded to single characters nobody reads it.
        Where there is no row, a line says so.
        """
        cells = [[_plain(cell) for cell in row] for row in rows]
        if not cells:
            self._out.print(": ".join(text for text in (title, self.pick("没有", "none")) if text), markup=False)
            return
        table = Table(title=title, title_justify="left", header_style="bold")
        for number, column in enumerate(columns):
            table.add_column(column, overflow="fold", no_wrap=number in whole)
        for row in cells:
            table.add_row(*row)
        wanted = self._out.measure(table, options=self._out.options.update(width=_WIDE)).maximum
        if not whole or wanted <= self._out.width * _FOLDED:
            self._out.print(table)
            return
        self._out.print(title, style="italic", markup=False)
        for row in cells:
            self._out.print()
            self._out.print(_card(columns, row))

    def listing(
        self, title: tuple[str, str], columns: Sequence[Column], messages: Iterable[Any], *, json: bool
    ) -> None:
        """Messages of the contract as a table, or as JSON with the contract's own names."""
        if json:
            self.json([as_object(message) for message in messages])
            return
        rows = [[column.cell(message, self) for column in columns] for message in messages]
        headers = [self.pick(column.zh, column.en) for column in columns]
        whole = [number for number, column in enumerate(columns) if column.whole]
        self.table(self.pick(*title), headers, rows, whole)

    def facts(self, rows: Iterable[tuple[tuple[str, str], str]]) -> None:
        """What is known of one thing, a line each; what is empty is left out."""
        known = [(self.pick(*name), _plain(value)) for name, value in rows]
        self._out.print(_card([name for name, _ in known], [value for _, value in known]))

    def message(self, message: Any) -> None:
        """One message of the contract as JSON."""
        self.json(as_object(message))

    @contextmanager
    def progress(self, chinese: str, english: str, total: int | None) -> Iterator[Steps]:
        """A bar on standard error while long work is under way; nothing when that is no terminal.

        `total` is None while nobody knows how much there is.
        """
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._err, transient=True, disable=not self._err.is_terminal) as bar:
            yield Steps(bar, self.pick(chinese, english), total)

    def failure(self, error: GuantongError) -> None:
        """A failure with its stable reason, in the reader's language."""
        self._err.print(f"{error.text(self.language)} [{error.reason}]", markup=False, style="red")


class Steps:
    """The bar of one piece of long work."""

    def __init__(self, bar: Progress, text: str, total: int | None) -> None:
        self._bar = bar
        self._task = bar.add_task(text, total=total)

    def advance(self, done: int = 1) -> None:
        """So much more is done."""
        self._bar.advance(self._task, done)

    def reach(self, done: int, total: int) -> None:
        """So much is done of so much."""
        self._bar.update(self._task, completed=done, total=total)


pass_output = click.make_pass_decorator(Output)
as_json = click.option("--json", "json_wanted", is_flag=True, help="输出 JSON / print JSON")


def as_object(message: Any) -> dict[str, Any]:
    """A message of the contract by proto3's JSON mapping, with the contract's names and nothing left out."""
    # Imported here: commands that show no message do without.
    from google.protobuf.json_format import MessageToDict  # noqa: PLC0415

    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def moment(message: Any, field: str) -> str:
    """A time of a message to the minute in Beijing; empty where it has none."""
    if not message.HasField(field):
        return ""
    at = instant(getattr(message, field))
    return str(at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"))


def _card(names: Sequence[str], values: Sequence[str]) -> Table:
    card = Table(show_header=False, box=None, pad_edge=False)
    for name, value in zip(names, values, strict=True):
        if value:
            card.add_row(name, value)
    return card


def _plain(cell: str) -> str:
    return cell.replace("[", "\\[")
