"""Every mistake in a rulebook is told with its file, key, line and reason; nothing half right is ever used."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.rulebook import RulebookError, RuleFault, load
from tests.unit.rulebook.bad_cases import CASES, Case
from tests.unit.rulebook.small import SMALL, load_small, write_small


def faults_of(folder: Path, text: str) -> tuple[RuleFault, ...]:
    with pytest.raises(RulebookError) as refused:
        load_small(folder, text)
    return refused.value.faults


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_mistake_is_told_with_file_key_line_and_reason(tmp_path: Path, case: Case):
    faults = faults_of(tmp_path, case.text)

    assert ("rules.toml", case.line, case.key, case.reason) in [(f.file, f.line, f.key, f.en) for f in faults]
    assert all(fault.zh and fault.zh != fault.en for fault in faults)


def test_one_mistake_is_told_once_and_not_again_wherever_the_entry_is_named(tmp_path: Path):
    """A setting, a body, a section and a kind that are wrong in themselves are each one mistake."""
    for number, (old, new) in enumerate(
        [
            ("value = false", "value = 3"),
            ('id = "north"\nrole = "NOR"', 'id = "north"\nrole = 5'),
            ("part = 2", "part = 0"),
            ('confidentiality = "P2"', 'confidentiality = "P9"'),
            ("working_days = 5", "working_days = -5"),
        ]
    ):
        assert len(faults_of(tmp_path / str(number), SMALL.replace(old, new, 1))) == 1


def test_every_mistake_of_every_file_is_told_at_once(tmp_path: Path):
    write_small(tmp_path, SMALL.replace("part = 2", "part = 0").replace("working_days = 5", "working_days = 0"))
    (tmp_path / "more.toml").write_text("[[setting]\n", encoding="utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "other.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(RulebookError) as refused:
        load(tmp_path)

    assert [(fault.file, fault.key) for fault in refused.value.faults] == [
        ("deep/other.toml", "-"),
        ("more.toml", "-"),
        ("rules.toml", "section.1.part"),
        ("rules.toml", "due_rule.1.working_days"),
    ]
    assert refused.value.faults[0].en == "cannot be read as UTF-8 text; save it as UTF-8"


def test_the_message_lists_every_mistake_in_both_languages(tmp_path: Path):
    write_small(tmp_path, SMALL.replace("part = 2", "part = 0").replace("working_days = 5", "working_days = 0"))

    with pytest.raises(RulebookError) as refused:
        load(tmp_path)

    line = SMALL[: SMALL.index("part = 2")].count("\n") + 1
    assert f"rules.toml:{line} section.1.part: must be at least 1" in str(refused.value)
    assert f"rules.toml:{line} section.1.part: 不得小于 1" in refused.value.text("zh")


def test_a_second_document_is_refused(tmp_path: Path):
    write_small(tmp_path)
    (tmp_path / "second.toml").write_text('[document]\nid = "second"\n', encoding="utf-8")

    with pytest.raises(RulebookError) as refused:
        load(tmp_path)

    assert [(f.file, f.line, f.key, f.en) for f in refused.value.faults] == [
        ("second.toml", 1, "document", "the document is described twice")
    ]


def test_a_folder_that_is_not_there_or_empty_says_so(tmp_path: Path):
    with pytest.raises(RulebookError, match="no such folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(RulebookError, match=r"the folder holds no \.toml file"):
        load(tmp_path)


def test_a_file_too_large_to_be_rules_is_refused_unread(tmp_path: Path):
    write_small(tmp_path)
    (tmp_path / "large.toml").write_bytes(b"#" * 4_000_001)

    with pytest.raises(RulebookError, match=r"large\.toml:0 -: the file is too large"):
        load(tmp_path)
