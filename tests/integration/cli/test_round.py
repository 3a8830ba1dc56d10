"""A round by hand: the office sends, a bureau answers what its ledgers cannot, leaders sign, the office accepts."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from services.chassis.config import read_config
from tests.integration.cli.conftest import SmallCounty, Terminal, eventually, guantong
from tests.integration.proof.conftest import run_verifier

ROUND = ("--name", "十五届县委第八轮巡察", "--term", "15", "--year", "2026", "--seq", "8", "--from", "2027-03-16")
UNITS = ("U01", "U04")
"""The second is a body of the county, and so recused from telling about itself."""


def decide(office: Terminal, round_id: str, act: str, scan: Path) -> str:
    """The clerk records, another person confirms."""
    scope = [word for unit in UNITS for word in ("--unit", unit)]
    paper = ("--by", "leading_group", "--number", "会纪〔2026〕1号", "--date", "2026-01-05", "--participant", "组长")
    recorded = office.json(
        "clerk", "decision", "record", *paper, "--act", act, "--round", round_id, *scope, "--scan", str(scan)
    )
    decision: str = recorded["decision_id"]
    office.does("reviewer", "decision", "confirm", decision, "--scan", str(scan), "--yes")
    return decision


def open_round(office: Terminal, files: list[Path], scan: Path) -> str:
    """A round whose targets are fixed, with one gap that the bureau fills."""
    office.does("clerk", "import", *map(str, files))
    round_id: str = office.json("clerk", "round", "new", *ROUND)["round_id"]
    undecided = office("clerk", "round", "move", round_id, "agree_plan")
    assert (undecided.code, "--act plan.agree" in undecided.err) == (2, True)
    office.does("clerk", "round", "add", round_id, *UNITS)
    office.does("clerk", "round", "move", round_id, "submit_plan")
    agreed = decide(office, round_id, "plan.agree", scan)
    office.does("clerk", "round", "move", round_id, "agree_plan", "--decision", agreed)
    fixed = office.json("clerk", "round", "fix", round_id, "--decision", decide(office, round_id, "targets.fix", scan))
    assert [(gap["unit_id"], gap["body"]) for gap in fixed["gaps"]] == [("U04", "audit")]
    office.does("leader", "round", "substitute", round_id, "--unit", "U04", "--body", "audit", "--by", "statistics")
    return round_id


def sign(terminal: Terminal, draft_id: str) -> str:
    """Reviewed by one person, signed by the leader with the password; what the leader reads."""
    terminal.does("reviewer", "drafts", "approve", draft_id)
    return terminal.does("leader", "sign", draft_id, *terminal.password)


def ask_and_hear(bureau: Terminal, office: Terminal, letter_id: str) -> None:
    """The bureau asks what the letter means, and the office answers; the question has no date on the office's list."""
    bureau.does("clerk", "ask", letter_id, "是否含下属单位?")

    def questions() -> list[dict[str, Any]]:
        return [one for one in office.json("clerk", "tasks") if one["action"] == "clarify"]

    (question,) = eventually(questions)
    (line,) = [one for one in office.does("clerk", "tasks").splitlines() if "答复反问" in one]
    assert question["matter"]["deadlines"][0]["due_date"] not in line
    assert "是否含下属单位" in office.does("clerk", "open", question["letter_id"])
    office.does("clerk", "clarify", question["letter_id"], "含下属单位。")
    assert questions() == []


@pytest.mark.article("A1.2b")
@pytest.mark.article("A3.2a")
@pytest.mark.article("A3.2h")
def test_a_request_goes_out_and_its_reply_comes_back(
    small_county: SmallCounty, sheets: dict[str, list[Path]], tmp_path: Path
):
    office, bureau = small_county.office, small_county.bureau
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"minutes")
    bureau.does("clerk", "import", *map(str, sheets["statistics"]))
    round_id = open_round(office, sheets["inspection"], scan)

    prepared = office.json("clerk", "request", "prepare", round_id, "--contact", "综合股")
    (letter,) = [one for one in prepared if one["stands_for"] == "audit"]
    ambiguous = office("clerk", "drafts", "show", letter["draft_id"][:6])
    assert (ambiguous.code, "ID_AMBIGUOUS" in ambiguous.err) == (1, True)
    tasks = office.does("clerk", "tasks")
    assert "县统计局" in tasks
    assert "商请提供情况函" in tasks
    office.does("clerk", "drafts", "submit", letter["draft_id"], "--review")
    shown = sign(office, letter["draft_id"])

    draft = office.json("leader", "drafts", "show", letter["draft_id"])
    assert "县审计局" in shown
    assert draft["draft"]["state"] == "DRAFT_STATE_SENT"
    assert bytes.fromhex(shown.split("摘要 ")[1].split()[0]) != b""

    received = eventually(lambda: bureau.json("clerk", "inbox", "--state", "stored"))
    letter_id, matter = received[0]["opening_letter_id"], received[0]["matter_id"]
    assert "县审计局" in bureau.does("clerk", "open", letter_id[-8:])
    due = bureau.json("clerk", "sign-for", letter_id)
    assert due["due_date"]
    assert due["article_id"] == "A3.2h"
    bureau.does("clerk", "accept", letter_id)
    ask_and_hear(bureau, office, letter_id)

    answer(bureau, letter_id, matter)

    cells = eventually(lambda: [one for one in board(office, round_id) if one["state"] == "answered"])
    assert {(one["body"], one["unit_id"], one["stands_for"]) for one in cells} == {("statistics", "U04", "audit")}
    assert {rung["step"] for rung in office.json("clerk", "matters", "show", matter)["matter"]["ladder"]} >= {
        "stored",
        "viewed",
        "signed_for",
        "accepted",
        "answered",
    }
    office.does("clerk", "request", "accept", matter)
    assert {one["state"] for one in board(office, round_id) if one["matter_id"] == matter} == {"settled"}
    printed = tmp_path / "letter.pdf"
    office.does("clerk", "print", letter_id, "--to", str(printed))
    assert printed.read_bytes().startswith(b"%PDF")
    assert stat.S_IMODE(printed.stat().st_mode) == 0o600
    destroy(office, letter_id, matter)
    prove(office, matter, tmp_path)


def prove(office: Terminal, matter: str, folder: Path) -> None:
    """Two persons let the matter out as one file, and a stranger checks it with nothing but Python."""
    file = folder / "matter.proof"
    to = ("--to", str(file))
    alone = office("leader", "export", matter[-8:], *to, "--reason", "上级调阅")
    assert (alone.code, "PROOF_NEEDS_SECOND_PERSON" in alone.err) == (1, True)
    asked = office.does("reviewer", "export", matter, "--ask", "--reason", "上级调阅").split()[1].rstrip(",")
    office.does("leader", "disclosures", "approve", asked)
    office.does("reviewer", "export", matter, *to, "--with-contents", "--approved", asked)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    anchor = read_config(office.folder / "node.toml").anchor
    read = run_verifier([str(file), "--anchor", anchor], folder)

    assert read.code == 0, read.out
    assert "县委巡察办" in read.out or "(inspection)" in read.out
    assert "已销毁" in read.out
    assert "用毕应退还或销毁" in read.out
    assert read.out.count("对方回执") >= 1
    assert office.json("clerk", "destruction", "copies") == []


def destroy(office: Terminal, letter_id: str, matter: str) -> None:
    """One asks, a leader approves and it is done; the print handed out is accounted for; the rest may be held."""
    why = ("--ground", "return-or-destroy", "--reason", "用毕销毁")
    asked = office.json("clerk", "destruction", "ask", "--letter", letter_id[-8:], *why)["destruction_id"]
    assert "ROLE_MISSING" in office("clerk", "destruction", "approve", asked).err
    office.does("leader", "destruction", "approve", asked[-8:])
    assert "依“用毕应退还或销毁”" in office.does("clerk", "open", letter_id)
    assert office.json("clerk", "destruction", "show", asked).get("outstanding", []) == []
    assert (office.folder / "destroyed.jsonl").exists()
    (copy,) = office.json("clerk", "destruction", "copies")
    assert copy["export"]["kind"] == "letter_print"
    office.does("clerk", "destruction", "certify", copy["copy_id"], "--outcome", "destroyed", "--person", "丁某")
    assert office.json("clerk", "destruction", "copies") == []
    (verified,) = guantong("verify", str(office.folder), "--json").json
    assert (verified["sound"], [gone["letter_id"] for gone in verified["destroyed"]]) == (True, [letter_id])
    hold = office.does("leader", "destruction", "hold", matter, "--cause", "audit", "--reason", "审计调阅").split()[-1]
    assert "MATTER_HELD" in office("leader", "destruction", "ask", "--matter", matter, *why).err
    alone = office("leader", "destruction", "release-hold", hold, "--reason", "审计结束")
    assert "HOLD_SAME_PERSON" in alone.err


def answer(bureau: Terminal, letter_id: str, matter: str) -> None:
    """Restricted to named persons: the clerk is named, gives every open section a state, and the leader signs."""
    unknown = bureau("clerk", "reply", "show", letter_id)
    assert unknown.code == 1
    assert "REPLY_UNKNOWN" in unknown.err
    bureau.does("security-admin", "people", "grant", "clerk", "clerk", "--matter", matter)

    draft = bureau.json("clerk", "reply", "show", letter_id[-8:])["draft"]
    assert draft["unanswered_section_count"] == 1
    early = bureau("clerk", "reply", "submit", letter_id, "--review")
    assert (early.code, "SECTION_UNANSWERED" in early.err or "REPLY_INCOMPLETE" in early.err) == (1, True)
    bureau.does("clerk", "reply", "set", letter_id, "provided", "--text", "近三年未列入审计计划, 有专项核查1次。")
    assert "有专项核查1次" in bureau.does("clerk", "reply", "show", letter_id)
    bureau.does("clerk", "reply", "submit", letter_id, "--review")
    assert "有专项核查1次" in sign(bureau, draft["draft_id"])


def board(office: Terminal, round_id: str) -> list[dict[str, str]]:
    cells: list[dict[str, str]] = office.json("clerk", "round", "board", round_id)["cells"]
    return cells
