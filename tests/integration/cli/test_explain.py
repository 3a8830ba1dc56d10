"""`guantong explain` as a person and a program call it: a real process, no county present."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def guantong(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from services.chassis.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False, cwd=folder, timeout=60
    )


@pytest.mark.article("A3.2h")
def test_five_working_days_for_a_program(tmp_path: Path):
    done = guantong("explain", "--working-days", "5", "--from", "2026-03-02", "--json", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["due_date"], told["provisional"]) == ("2026-03-09", False)
    assert [day["date"] for day in told["days"] if day["counted"]] == [
        "2026-03-03",
        "2026-03-04",
        "2026-03-05",
        "2026-03-06",
        "2026-03-09",
    ]
    assert all(day["reason"] for day in told["days"])


@pytest.mark.article("A4.3d")
@pytest.mark.parametrize(("words", "due_date"), [([], "2026-06-08"), (["--no-roll"], "2026-06-06")])
def test_three_months_roll_to_a_working_day_or_stay(tmp_path: Path, words: list[str], due_date: str):
    done = guantong("explain", "--months", "3", "--from", "2026-03-06", "--json", *words, folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["due_date"] == due_date


def test_a_person_reads_chinese_or_english(tmp_path: Path):
    chinese = guantong("explain", "--working-days", "1", "--from", "2026-03-02", folder=tmp_path)
    english = guantong("--lang", "en", "explain", "--working-days", "1", "--from", "2026-03-02", folder=tmp_path)

    assert "2026-03-03（周二）" in chinese.stdout
    assert "2026-03-03 (Tue)" in english.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "--from", "2026-03-02"],
        ["explain", "--working-days", "5", "--months", "3", "--from", "2026-03-02"],
        ["explain", "--working-days", "0", "--from", "2026-03-02"],
        ["explain", "--working-days", "5", "--from", "2026-02-30"],
        ["explain", "--working-days", "5", "--not-before", "--from", "2026-02-27"],
        ["nonsense"],
    ],
)
def test_a_wrong_call_says_how_to_call_and_computes_nothing(tmp_path: Path, words: list[str]):
    done = guantong(*words, folder=tmp_path)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr


def test_a_folder_without_a_county_says_what_to_do(tmp_path: Path):
    done = guantong("--lang", "en", "status", str(tmp_path), folder=tmp_path)

    assert done.returncode == 1
    assert "COUNTY_FOLDER" in done.stderr
    assert "guantong init" in done.stderr
