"""Writes build/articles.json: for every duty of the opinion, the scenario tests that name it and how they ended."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.chassis.rulebook import Rulebook, RulebookError, load

NOT_RUN = "not run"
_ARTICLE = "article"
_WORSE = (NOT_RUN, "passed", "skipped", "failed")
"""A test has several phases; the worst of them is how it ended."""


@dataclass(eq=False)
class ArticleReport:
    """Collects the marked tests of one run. It reports and never fails a run."""

    target: Path
    tests: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    outcomes: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    writes: bool = True

    def note(self, nodeid: str, articles: Sequence[str]) -> None:
        """A test names articles."""
        for article in articles:
            if nodeid not in self.tests[article]:
                self.tests[article].append(nodeid)
            self.outcomes.setdefault(nodeid, NOT_RUN)

    def ended(self, nodeid: str, outcome: str) -> None:
        """One phase of a test ended."""
        if nodeid in self.outcomes:
            self.outcomes[nodeid] = max(self.outcomes[nodeid], outcome, key=_WORSE.index)

    def rows(self, book: Rulebook) -> list[dict[str, object]]:
        """One row per duty, in the opinion's order."""
        return [
            {
                "article": duty.id,
                "zh": duty.zh,
                "en": duty.en,
                "in_use": duty.in_use,
                "tests": [{"test": name, "outcome": self.outcomes[name]} for name in self.tests.get(duty.id, ())],
            }
            for duty in book.duties
        ]

    def write(self, book: Rulebook) -> None:
        """The report as JSON, and one line for the terminal."""
        rows = self.rows(book)
        unknown = {name: tests for name, tests in sorted(self.tests.items()) if name not in book.articles}
        self.target.parent.mkdir(parents=True, exist_ok=True)
        report = {"duties": rows, "unknown_articles": unknown}
        self.target.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        used = [row for row in rows if row["in_use"]]
        self.summary = (
            f"{self.target.name}: {_with_tests(rows)} of {len(rows)} duties have tests in this run, "
            f"{_with_tests(used)} of the {len(used)} in use"
        )
        if unknown:
            self.summary += f"; no duty is called {', '.join(unknown)}"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            articles = [str(mark.args[0]) for mark in item.iter_markers("article") if mark.args]
            self.note(item.nodeid, articles)
            # What a worker process collects, the one that reports hears with the outcome.
            item.user_properties.extend((_ARTICLE, article) for article in articles)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report.nodeid, [str(value) for name, value in report.user_properties if name == _ARTICLE])
        self.ended(report.nodeid, report.outcome)

    def pytest_sessionfinish(self) -> None:
        if not self.tests or not self.writes:
            return
        try:
            self.write(load())
        except (RulebookError, OSError) as error:
            self.summary = f"{self.target.name} was not written: {error}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.summary:
            terminalreporter.write_line(self.summary)


def _with_tests(rows: Sequence[dict[str, object]]) -> int:
    return sum(bool(row["tests"]) for row in rows)


def pytest_configure(config: pytest.Config) -> None:
    """Collect; of several processes the one that hears of all outcomes writes."""
    report = ArticleReport(config.rootpath / "build" / "articles.json")
    report.writes = not hasattr(config, "workerinput")
    config.pluginmanager.register(report, "article-report")
