"""Speaks to whoever runs the demonstration: every line in Chinese with its English, with or without a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.markup import escape

from deploy.demo.story import StoryError

_WIDTH, _WAIT_SECONDS, _LOOK_SECONDS = 128, 90.0, 0.1


class Voice:
    """Prints lines and tables."""

    def __init__(self, console: Console | None = None) -> None:
        # Where there is no terminal to ask for its width: as wide as the board needs.
        self._console = console or Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)

    def say(self, chinese: str, english: str) -> None:
        """One line of the story, in both languages; the English below the Chinese where both are too long for one."""
        beside = cell_len(chinese) + cell_len(english) + 2 <= self._console.width
        between = "  " if beside else "\n    "
        self._console.print(f"{escape(chinese)}{between}[dim]{escape(english)}[/dim]", soft_wrap=True)

    def show(self, what: RenderableType) -> None:
        """A table."""
        self._console.print(what)

    def plain(self, text: str) -> None:
        """Text as it stands, whatever characters it has and however long its lines are."""
        self._console.print(text, markup=False, soft_wrap=True)


def wait_until(what: str, holds: Callable[[], bool]) -> None:
    """Wait until `holds`.

    Raises:
        StoryError: it did not within about a minute and a half.

    """
    pause = threading.Event()
    for _ in range(int(_WAIT_SECONDS / _LOOK_SECONDS)):
        if holds():
            return
        pause.wait(_LOOK_SECONDS)
    raise StoryError(f"waited in vain for: {what}")
