"""A county's own files lie over the shipped ones; rules begin and end on their days; another opinion stands alone."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from services.chassis.rulebook import RulebookError, UnknownRuleError, load
from services.chassis.rulebook.load import DEFAULT_FOLDER
from tests.unit.rulebook.small import SMALL, load_small, write_small

TEN_DAYS = """
[[setting]]
id = "county_choice"
zh = "本县选择"
en = "A choice of this county"
value = 10
unit = "days"
article = "A3.2h"
mark = "county_setting"
help_zh = "说明"
help_en = "Help"
"""


def shipped(name: str) -> str:
    return (DEFAULT_FOLDER / name).read_text(encoding="utf-8")


def county(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_file_of_the_same_name_takes_the_shipped_files_place(tmp_path: Path):
    text = shipped("settings.toml").replace("value = 45", "value = 60")

    book = load(county(tmp_path, settings=text))

    assert book.number("progress_hearing_warn_days") == 60
    assert book.duties == load().duties


def test_a_file_of_a_new_name_is_added(tmp_path: Path):
    book = load(county(tmp_path, our_own=TEN_DAYS))

    assert book.number("county_choice") == 10
    assert len(book.settings) == len(load().settings) + 1


@pytest.mark.article("A0.1")
def test_a_county_adds_a_body_without_any_change_of_code(tmp_path: Path):
    body = """
[[body]]
id = "taxation"
role = "TAX"
zh = "县税务局"
en = "County Taxation Bureau"
document_prefix = "青税函"
document_issuer_zh = "县税务局"
article = "A0.1"
"""

    book = load(county(tmp_path, taxation=body))

    assert [one.id for one in book.bodies_on(date(2026, 3, 2))][-1] == "taxation"
    assert book.may_send("new_info.notice", "taxation", book.hub.id)


@pytest.mark.article("A0.1")
def test_a_body_that_the_opinion_names_cannot_be_taken_out(tmp_path: Path):
    whole = shipped("bodies.toml")
    at = whole.index('[[body]]\nid = "statistics"')

    with pytest.raises(RulebookError) as refused:
        load(county(tmp_path, bodies=whole[:at]))

    assert ("bodies.toml", "body.statistics") in [(fault.file, fault.key) for fault in refused.value.faults]


@pytest.mark.article("A0.1")
@pytest.mark.parametrize(
    "edit", [("named_by_opinion = true\n", ""), ("named_by_opinion = true", "valid_to = 2026-12-31")]
)
def test_a_body_that_the_opinion_names_is_neither_unmarked_nor_ended(tmp_path: Path, edit: tuple[str, str]):
    head, mark, tail = shipped("bodies.toml").partition('id = "audit"')
    text = head + mark + tail.replace(*edit, 1)

    with pytest.raises(RulebookError, match="it cannot be removed, ended or unmarked"):
        load(county(tmp_path, bodies=text))


def test_a_mistake_of_a_county_that_breaks_a_shipped_file_names_both(tmp_path: Path):
    text = shipped("settings.toml").replace('id = "roll_month_deadlines"', 'id = "roll_months"')

    with pytest.raises(RulebookError) as refused:
        load(county(tmp_path, settings=text))

    first = refused.value.faults[0]
    line = shipped("deadlines.toml").splitlines().index('roll_setting = "roll_month_deadlines"') + 1
    assert (first.file, first.line) == ("default/deadlines.toml", line)


@pytest.mark.parametrize("ends_at", ["25:00", "6 pm", "24:30", "18:60"])
def test_a_time_of_day_is_one(tmp_path: Path, ends_at: str):
    text = shipped("settings.toml").replace('"24:00"', f'"{ends_at}"')

    with pytest.raises(RulebookError, match="value does not fit unit time"):
        load(county(tmp_path, settings=text))
    assert load(county(tmp_path, settings=text.replace(ends_at, "18:30"))).choice("day_ends_at") == "18:30"


def test_a_rule_already_shipped_is_told_with_both_places(tmp_path: Path):
    again = TEN_DAYS.replace("county_choice", "day_ends_at")
    line = shipped("settings.toml")[: shipped("settings.toml").index('id = "day_ends_at"')].count("\n")

    with pytest.raises(
        RulebookError, match=f"own.toml:3 setting.1.id: day_ends_at stands already at default/settings.toml:{line} "
    ):
        load(county(tmp_path, own=again))


def test_a_whole_copy_says_the_same(tmp_path: Path):
    """Comments and layout change nothing; a changed word does."""
    copy = shutil.copytree(DEFAULT_FOLDER, tmp_path / "copy")
    assert load(copy).fingerprint == load().fingerprint

    path = copy / "settings.toml"
    path.write_text("# ours\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert load(copy).fingerprint == load().fingerprint

    path.write_text(path.read_text(encoding="utf-8").replace("value = 45", "value = 46"), encoding="utf-8")
    assert load(copy).fingerprint != load().fingerprint


def test_a_text_of_its_own_must_hold_every_word_that_is_quoted(tmp_path: Path):
    text = shipped("opinion.txt").replace("5个工作日", "7个工作日")
    (tmp_path / "opinion.txt").write_text(text, encoding="utf-8")

    with pytest.raises(RulebookError) as refused:
        load(county(tmp_path, document=shipped("document.toml")))

    assert [(fault.file, fault.key.partition(".")[0]) for fault in refused.value.faults] == [
        ("default/duties/A3.toml", "duty")
    ]


def test_another_opinion_stands_alone(tmp_path: Path):
    book = load_small(tmp_path)

    assert [duty.id for duty in book.duties] == ["B1"]
    assert book.hub.id == "office"


CHANGED = """
[[setting]]
id = "weight"
zh = "权重"
en = "Weight"
value = 60
unit = "percent"
article = "B1"
mark = "county_setting"
valid_from = 2027-01-01
help_zh = "说明"
help_en = "Help"
"""
ENDED = SMALL.replace('id = "weight"\n', 'id = "weight"\nvalid_to = 2026-12-31\n')


def test_a_rule_changes_on_its_day_and_the_old_one_stands_for_the_days_before(tmp_path: Path):
    book = load_small(tmp_path, ENDED + CHANGED)

    assert book.number("weight", date(2026, 12, 31)) == 51
    assert book.number("weight", date(2027, 1, 1)) == 60
    assert book.number("weight") == 60


def test_a_rule_does_not_stand_before_or_after_its_days(tmp_path: Path):
    book = load_small(tmp_path, ENDED)

    with pytest.raises(UnknownRuleError, match="weight in force on 2027-01-01"):
        book.setting("weight", date(2027, 1, 1))
    with pytest.raises(UnknownRuleError, match="weight in force on 2025-12-31"):
        book.setting("weight", date(2025, 12, 31))


def test_two_versions_on_one_day_are_refused(tmp_path: Path):
    with pytest.raises(RulebookError, match="weight stands already at"):
        load(write_small(tmp_path, ENDED.replace("2026-12-31", "2027-01-01") + CHANGED))


def test_a_kind_that_ended_may_no_longer_be_sent(tmp_path: Path):
    text = SMALL.replace('id = "ask"\n', 'id = "ask"\nvalid_to = 2026-06-30\n')
    book = load_small(tmp_path, text)

    assert book.may_send("ask", "office", "north", date(2026, 6, 30))
    assert not book.may_send("ask", "office", "north", date(2026, 7, 1))
    assert book.kinds_from("office", date(2026, 7, 1)) == ()
    assert [kind.id for kind in book.answers_to("ask")] == ["reply"]


def test_a_rulebook_cannot_be_changed_once_loaded(tmp_path: Path):
    book = load_small(tmp_path)

    with pytest.raises(ValueError, match="frozen"):
        book.settings[0].value = True
