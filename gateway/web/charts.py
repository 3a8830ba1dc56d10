"""Draws charts on the server: pictures without script and style of their own; the table beside each says the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pygal  # type: ignore[import-untyped]  # it ships no types
from markupsafe import Markup

_NOT_FOR_PAGES = re.compile(
    r"<!--.*?-->|<defs>.*?</defs>|<desc.*?</desc>|<title>.*?</title>|<g class=\"text-overlay\">.*?</g>"
    r"|<g class=\"titles\" ?/>|<g[^>]*class=\"tooltip\"[^>]*>.*?</g>",
    re.DOTALL,
)
"""Style and script of the library, which a page's policy refuses, and what only they would show."""
_MOST_LABELS, _MOST_DOTS = 9, 60


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: its name, and a value or None for each label."""

    name: str
    values: Sequence[int | None]


def line_chart(labels: Sequence[str], lines: Sequence[Line], *, width: int = 660, height: int = 200) -> Markup:
    """Lines over time; where there is no value the line is broken, for nobody knows how it went."""
    options = _plain(width, height) | {"show_dots": len(labels) <= _MOST_DOTS, "dots_size": 2.6, "truncate_label": -1}
    chart = pygal.Line(**options, allow_interruptions=True, show_minor_x_labels=False)
    chart.x_labels = list(labels)
    step = max(1, -(-len(labels) // _MOST_LABELS))
    chart.x_labels_major = list(labels)[::step]
    for line in lines:
        chart.add(line.name, list(line.values))
    return _cleaned(chart)


def bar_chart(bars: Sequence[tuple[str, int]], *, width: int = 440) -> Markup:
    """Bars beside each other's names, the first on top."""
    height = 46 + 26 * len(bars)
    chart = pygal.HorizontalBar(**_plain(width, height), print_values=True, show_y_guides=False, show_x_labels=False)
    chart.x_labels = [name for name, _ in reversed(bars)]
    chart.add("", [count for _, count in reversed(bars)])
    return _cleaned(chart)


def _plain(width: int, height: int) -> dict[str, object]:
    return {
        "width": width,
        "height": height,
        "margin": 6,
        "js": [],
        "css": [],
        "show_legend": False,
        "include_x_axis": True,
        "min_scale": 2,
        "max_scale": 5,
        "value_formatter": lambda value: f"{value:.0f}",
        "disable_xml_declaration": True,
        "no_prefix": True,
    }


def _cleaned(chart: Any) -> Markup:
    drawn = _NOT_FOR_PAGES.sub("", chart.render(is_unicode=True))
    # A picture of what the table beside it says: read aloud it would say it twice, and worse.
    attributes = 'class="chart drawn" aria-hidden="true" focusable="false"'
    return Markup(re.sub(r"^\s*<svg [^>]*viewBox=\"([^\"]*)\"[^>]*>", rf'<svg viewBox="\1" {attributes}>', drawn))  # noqa: S704 - drawn by us of numbers and names that the library escapes
