"""Every rule says what it rests on: an article of the opinion, the document, and from when on it holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from services.chassis.rulebook import RulebookError, load
from services.chassis.rulebook.model import Rule

BOOK = load()
RULES: tuple[Rule, ...] = (
    *BOOK.letter_kinds,
    *BOOK.sections,
    *BOOK.look_backs,
    *BOOK.due_rules,
    *BOOK.reminder_ladders,
    *BOOK.lead_routes,
    *BOOK.problem_categories,
    *BOOK.overall_supervisors,
    *BOOK.payloads,
    *BOOK.settings,
)


def articles_of(rule: Rule) -> tuple[str, ...]:
    """The articles that a rule names, however many its table has room for."""
    one = getattr(rule, "article", None)
    return (one,) if one is not None else tuple(getattr(rule, "articles", ()))


@pytest.mark.article("A0.2")
def test_the_opinion_rests_on_the_inspection_regulations_and_on_documents_of_province_and_city():
    assert "《中国共产党巡视工作条例》" in BOOK.document.basis_zh
    assert any("省市委" in basis for basis in BOOK.document.basis_zh)
    assert len(BOOK.document.basis_zh) == len(BOOK.document.basis_en)


@pytest.mark.article("A0.2")
def test_every_rule_cites_articles_of_the_opinion_its_document_and_its_first_day():
    for rule in RULES:
        assert articles_of(rule), rule.id
        assert set(articles_of(rule)) <= BOOK.articles, rule.id
        assert rule.source == BOOK.document.id
        assert rule.valid_from >= BOOK.document.valid_from


@pytest.mark.article("A0.2")
def test_a_rule_of_another_document_says_so_and_one_that_cites_no_article_is_refused(tmp_path: Path):
    setting = """
        [[setting]]
        id = "county_example"
        zh = "县定事项"
        en = "Example of the county"
        value = 3
        unit = "days"
        article = "{article}"
        mark = "county_setting"
        source = "county-notice-2026"
        valid_from = 2026-05-01
        help_zh = "示例。"
        help_en = "An example."
    """
    (tmp_path / "own.toml").write_text(setting.format(article="A3.2h"), encoding="utf-8")
    own = load(tmp_path).setting("county_example")
    assert (own.source, own.valid_from) == ("county-notice-2026", date(2026, 5, 1))

    (tmp_path / "own.toml").write_text(setting.format(article="A9.9"), encoding="utf-8")
    with pytest.raises(RulebookError):
        load(tmp_path)
