"""The report of tests per duty lists every duty, tells how tests ended, and names marks that no duty has."""

from __future__ import annotations

import json
from pathlib import Path

from services.chassis.rulebook import load
from tests.article_report import ArticleReport


def test_every_duty_has_a_row_with_its_tests_and_how_they_ended(tmp_path: Path):
    report = ArticleReport(tmp_path / "build" / "articles.json")
    report.note("test_a", ["A3.2h", "A3.2h"])
    report.note("test_b", ["A3.2h", "A9.9"])
    report.note("test_c", ["A1.2b"])
    report.ended("test_a", "passed")
    for outcome in ("passed", "failed", "passed"):
        report.ended("test_b", outcome)
    report.ended("test_unmarked", "failed")

    report.write(load())

    written = json.loads(report.target.read_text(encoding="utf-8"))
    rows = {row["article"]: row["tests"] for row in written["duties"]}
    assert len(rows) == 91
    assert rows["A3.2h"] == [{"test": "test_a", "outcome": "passed"}, {"test": "test_b", "outcome": "failed"}]
    assert rows["A1.2b"] == [{"test": "test_c", "outcome": "not run"}]
    assert rows["A0.1"] == []
    assert written["unknown_articles"] == {"A9.9": ["test_b"]}
    assert "2 of 91 duties have tests" in report.summary
    assert "no duty is called A9.9" in report.summary


def test_a_report_that_cannot_be_written_says_so_and_fails_nothing(tmp_path: Path):
    (tmp_path / "build").write_text("a file where the folder should be")
    report = ArticleReport(tmp_path / "build" / "articles.json")
    report.note("test_a", ["A3.2h"])

    report.pytest_sessionfinish()

    assert "was not written" in report.summary
