"""A whole round before entry in a county of ten processes: every letter once, every date right, every figure true."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest

from deploy.demo import checks
from deploy.demo.ledgers import COUNTY
from deploy.demo.ledgers.making import made_rows
from deploy.demo.report import checks_of
from services.chassis.clock import BEIJING
from tests.county.lived import Lived, section_of

ASKED = {"discipline", "organization", "publicity", "petitions", "audit", "statistics"}
UNITS = ["U01", "U02", "U03", "U04", "U05", "U06", "U07", "U08"]


def cells(lived: Lived, body: str) -> list[dict[str, Any]]:
    return [cell for cell in lived.report["board"] if cell["body"] == body]


def told(lived: Lived, body: str, *keys: str) -> set[tuple[Any, ...]]:
    """What the board tells of a body, the units where it is recused left out; instants as dates."""
    rows = [cell for cell in cells(lived, body) if cell["state"] != "recused"]
    return {tuple(day(row[key]) for key in keys) for row in rows}


def day(value: Any) -> Any:
    return datetime.fromisoformat(value).astimezone(BEIJING).date().isoformat() if "T" in str(value) else value


def test_every_check_of_the_demonstration_held(lived: Lived):
    failed = [check.name for check in checks_of(lived.demo.seen) if not check.held]

    assert failed == []
    assert lived.passed
    assert lived.report["passed"]


def test_every_letter_is_at_its_recipient_once_and_receipted(lived: Lived):
    """Counted in the database files themselves, past all of our own code."""
    out, into = Counter[tuple[str, str, int]](), Counter[tuple[str, str, int]]()
    for body in lived.county.bodies:
        for direction, peer, number, state in lived.rows(body, "select direction, peer, number, state from letters"):
            if direction == "out":
                out[body, peer, number] += 1
            else:
                into[peer, body, number] += 1
                assert state == "applied"

    assert out == into
    assert set(out.values()) == {1}
    assert lived.report["letters_written"] == lived.report["stored"] == lived.report["receipted"] == len(out)
    assert (lived.report["lost"], lived.report["applied_twice"]) == (0, 0)
    for body in lived.county.bodies:
        receipted = dict(lived.rows(body, "select peer, receipted from channels"))
        assert {peer: receipted[peer] for peer in {to for sender, to, _ in out if sender == body}} == {
            to: sum(1 for sender, peer, _ in out if (sender, peer) == (body, to))
            for to in {to for sender, to, _ in out if sender == body}
        }


def test_every_letter_did_what_it_does_once(lived: Lived):
    """Each body asked has one drafted answer for the letter it got, and the office one entry for each reply."""
    for body in ASKED:
        drafted = "select answers_letter_id, count(*) from drafts where started_by = '' group by answers_letter_id"
        assert [count for _, count in lived.rows(body, drafted)] == [1]
    received = dict(lived.rows("inspection", "select letter_id, count(*) from inspection_replies group by letter_id"))

    assert set(received.values()) == {1}
    assert len(received) == len(ASKED) + 1 + 2  # one came twice, returned and completed; two gave opinions


def test_every_journal_verifies(lived: Lived):
    found = checks.tally(lived.county)

    assert found.journals == dict.fromkeys(lived.county.bodies, 0)
    assert lived.report["journals_verified"] == dict.fromkeys(lived.county.bodies, True)


@pytest.mark.article("A3.2a")
def test_one_letter_went_to_each_of_the_six_bodies(lived: Lived):
    sent = [letter.header for letter in lived.letters("inspection") if letter.header.kind == "info.request"]

    assert sorted(header.recipient for header in sent) == sorted(ASKED)
    assert len({header.document_number for header in sent}) == len(ASKED)
    assert all(header.signer is not None for header in sent)


@pytest.mark.article("A3.2h")
@pytest.mark.parametrize("body", sorted(ASKED))
def test_replies_are_due_on_the_fifth_working_day_after_signing_for(lived: Lived, body: str):
    """Signed for on Monday 2 March 2026; the working days after it are 3, 4, 5, 6 and, after the weekend, 9 March."""
    steps = told(lived, body, "sent", "stored", "viewed", "signed_for", "accepted")

    assert steps == {("2026-03-02",) * 5}
    assert told(lived, body, "due", "article") == {("2026-03-09", "A3.2h")}
    assert lived.report["due"][body] == "2026-03-09"


@pytest.mark.article("A3.2h")
def test_only_the_reply_of_the_tenth_is_late_and_by_one_working_day(lived: Lived):
    late = {(cell["body"], cell["late_working_days"]) for cell in lived.report["board"] if cell["late"]}

    assert late == {("statistics", 1)}
    assert told(lived, "statistics", "answered") == {("2026-03-10",)}
    for body in ASKED - {"statistics"}:
        assert told(lived, body, "answered") == {("2026-03-05",)}


@pytest.mark.article("A3.2h")
def test_a_body_was_late_on_the_board_before_its_reply_came(lived: Lived):
    (before,) = lived.report["requests_before_late_reply"]

    assert (before["state"], before["answered"]) == ("accepted", "")
    assert (before["late"], before["late_working_days"]) == (True, 1)


@pytest.mark.article("A3.2h")
def test_the_returned_reply_had_a_second_date_and_kept_the_first(lived: Lived):
    (returned,) = lived.report["requests_after_return"]
    first, completed = lived.replies["publicity"]

    assert (returned["body"], returned["state"]) == ("publicity", "returned")
    assert (returned["due"], returned["completion_due"]) == ("2026-03-09", "2026-03-11")
    assert told(lived, "publicity", "state", "answered", "late") == {("settled", "2026-03-05", False)}
    assert completed.completes_letter_id
    assert not first.completes_letter_id
    unit_id, code = lived.story.returned
    before, after = section_of(first, unit_id, code).text, section_of(completed, unit_id, code).text
    assert after.startswith(before)
    assert len(after) > len(before)


@pytest.mark.article("A3.2a")
def test_the_body_under_inspection_is_not_asked_about_itself_and_the_gap_shows(lived: Lived):
    (own,) = [cell for cell in cells(lived, "audit") if cell["state"] == "recused"]
    (reply,) = lived.replies["audit"]

    assert COUNTY.unit(own["unit"]).body == "audit"
    assert [unit.unit_id for unit in reply.units] == [unit for unit in UNITS if unit != own["unit"]]
    assert "县审计局不提供县审计局的情况" in lived.printed
    for body in ASKED - {"audit"}:
        assert [cell["unit"] for cell in cells(lived, body)] == UNITS
        assert {cell["state"] for cell in cells(lived, body)} == {"settled"}


@pytest.mark.article("A1.2b")
@pytest.mark.parametrize("body", ["congress", "cppcc"])
def test_opinions_have_the_date_that_their_letter_states(lived: Lived, body: str):
    assert told(lived, body, "signed_for", "answered", "due", "late", "article") == {
        ("2026-02-27", "2026-02-27", "2026-03-06", False, "A1.2b")
    }


@pytest.mark.article("A3.2g")
@pytest.mark.parametrize("unit_id", UNITS)
def test_the_figures_of_a_section_are_those_of_the_spreadsheet(lived: Lived, unit_id: str):
    """Counted once more from the rows the demonstration made up, without database and without briefing code."""
    (reply,) = lived.replies["statistics"]
    section = section_of(reply, unit_id, "statistics.indicators")
    first, last = (date.fromisoformat(one) for one in (section.window_from_date, section.window_to_date))
    unit, made = COUNTY.unit(unit_id), made_rows("statistics")
    names = {unit.name, *unit.former_names}
    rows = [
        row
        for row in made["statistics_indicators"]
        if row["unit"] in names and first.year <= int(str(row["year"])) <= last.year
    ]
    measured = [float(str(row["completion"])) for row in rows if row["completion"] is not None]
    looked = [row for row in made["statistics_quality_checks"] if row["unit"] in names]
    looked = [row for row in looked if first <= date.fromisoformat(str(row["checked_on"])) <= last]

    assert f"统计记录{len(rows)}条" in section.text
    assert f"有完成率的{len(measured)}条中，完成目标{sum(one >= 100 for one in measured)}条" in section.text
    assert f"统计数据质量检查{len(looked)}次" in section.text
    assert rows


@pytest.mark.article("A3.2h")
def test_the_printed_board_tells_every_step_with_dates_and_articles(lived: Lived):
    for word in ("发出", "送达", "查看", "签收", "受理", "答复", "期限", "逾期", "状态", "条款"):
        assert word in lived.printed
    lines = lived.printed.splitlines()
    (statistics,) = [line for line in lines if line.split()[:2] == ["县统计局", "1-8"]]
    steps = ("03-02", "03-02", "03-02", "03-02", "03-02", "03-10", "03-09")
    assert statistics.split() == ["县统计局", "1-8", *steps, "逾期1日", "已办结", "A3.2h"]
    assert all(len(line) <= 140 for line in lines if "A3.2h" in line)
