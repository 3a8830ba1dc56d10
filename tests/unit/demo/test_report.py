"""A demonstration that did not go as told fails by name; its board shows alike units once and everybody's dates."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from deploy.demo.board import BoardRow, notes_of, requests_of, table_of
from deploy.demo.checks import Tally
from deploy.demo.gateways import Looked
from deploy.demo.ledgers import COUNTY
from deploy.demo.report import LETTER_STEPS, Run, checks_of, report_of
from deploy.demo.story import ASKED, HEARD
from services.chassis.rulebook.load import load

COPY = ("inspection", "organization", 1)
UNITS = [unit.id for unit in COUNTY.targets]
NAMES = {unit.id: unit.name for unit in COUNTY.targets}


def row(body: str, unit: str, **changes: object) -> BoardRow:
    """A body that answered in time; the one under inspection itself is recused, statistics is a day late."""
    if (body, unit) == ("audit", "U04"):
        return BoardRow(body=body, unit=unit, article="A3.2h", state="recused")
    late = body == "statistics"
    made = BoardRow(
        body=body,
        unit=unit,
        article="A3.2h" if body in ASKED else "A1.2b",
        state="settled" if body in ASKED else "answered",
        sent="2026-03-02T09:00:00+08:00",
        answered="2026-03-10T09:00:00+08:00" if late else "2026-03-05T09:00:00+08:00",
        due="2026-03-09",
        late=late,
        late_working_days=int(late),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def went_well() -> Run:
    board = [row(body, unit) for body in (*ASKED, *HEARD) for unit in UNITS]
    return Run(
        tally=Tally({COPY}, [COPY], 1, 0, 0, {"inspection": 0, "organization": 0}, 9),
        in_flight={COPY},
        waiting_for_dead={COPY},
        killed=("organization", "bus"),
        due=dict.fromkeys(ASKED, "2026-03-09"),
        at_return=[row("publicity", "U01", state="returned", completion_due="2026-03-11")],
        before_late_reply=[row("statistics", "U01", state="accepted", answered="")],
        board=board,
        briefings=[f"{unit}{end}" for unit in UNITS for end in (".docx", "-leads.docx")],
        trace=[("statistics", LETTER_STEPS[0]), *(("inspection", step) for step in LETTER_STEPS[1:])],
        pages=[Looked("audit", ("/", "/letters"))],
    )


def failed(run: Run) -> set[str]:
    return {check.name for check in checks_of(run) if not check.held}


def test_a_run_that_went_well_passes_every_check():
    assert failed(went_well()) == set()
    assert report_of(went_well(), checks_of(went_well()))["passed"] is True


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"tally": Tally({COPY}, [], 1, 0, 0, {"a": 0, "b": 0})}, {"nothing_lost", "in_flight_arrived"}),
        ({"tally": Tally({COPY}, [COPY, COPY], 1, 0, 0, {"a": 0, "b": 0})}, {"nothing_twice"}),
        ({"tally": Tally({COPY}, [COPY], 1, 0, 1, {"a": 0, "b": 0})}, {"nothing_twice"}),
        ({"pages": []}, {"gateways"}),
        ({"pages": [Looked("audit", ("/",), "/ 500")]}, {"gateways"}),
        ({"tally": Tally({COPY}, [COPY], 0, 0, 0, {"a": 0, "b": 0})}, {"all_receipted"}),
        ({"tally": Tally({COPY}, [COPY], 1, 1, 0, {"a": 0, "b": 0})}, {"all_handled"}),
        ({"tally": Tally({COPY}, [COPY], 1, 0, 0, {"a": 1, "b": 0})}, {"journals_verified"}),
        ({"in_flight": set(), "waiting_for_dead": set()}, {"killed_in_flight"}),
        ({"waiting_for_dead": set()}, {"killed_in_flight"}),
        ({"due": {"audit": "2026-03-10"}}, {"due_dates"}),
        ({"before_late_reply": []}, {"late_body"}),
        ({"at_return": [row("publicity", "U01", state="returned")]}, {"returned_reply"}),
        ({"briefings": ["U01.docx"]}, {"briefings_written"}),
        ({"trace": [("statistics", "letter.write")]}, {"one_trace"}),
        ({"leaks": ["node.db"]}, {"no_identity_in_clear"}),
    ],
)
def test_what_went_wrong_is_named(changes: dict[str, object], named: set[str]):
    assert failed(replace(went_well(), **changes)) == named  # type: ignore[arg-type]


def test_a_body_that_was_asked_about_itself_is_named():
    run = went_well()
    run.board = [
        replace(one, state="settled", due="2026-03-09") if one.state == "recused" else one for one in run.board
    ]

    assert failed(run) == {"recused_body"}


def test_the_report_is_plain_json_with_every_figure_of_the_exchange():
    run = went_well()
    report = json.loads(json.dumps(report_of(run, checks_of(run))))

    wanted = {"letters_written": 1, "stored": 1, "receipted": 1, "applied_twice": 0, "lost": 0}
    assert {key: report[key] for key in wanted} == wanted
    assert {"journals_verified", "recovery_seconds", "requests", "board", "seconds"} <= report.keys()


def test_units_that_stand_alike_are_one_line_in_the_order_of_the_bodies():
    rows = [row(body, unit) for body in ("audit", "statistics") for unit in UNITS]

    groups = [(one["body"], one["units"], one["state"]) for one in requests_of(rows)]
    assert groups == [
        ("audit", ["U01", "U02", "U03", "U05", "U06", "U07", "U08"], "settled"),
        ("audit", ["U04"], "recused"),
        ("statistics", UNITS, "settled"),
    ]


def test_the_board_is_read_without_color_and_fits_a_page():
    out = io.StringIO()
    rows = [row(body, unit) for body in ("audit", "statistics") for unit in UNITS]
    Console(file=out, width=128).print(table_of(rows, load(), "进度"))
    lines = [line.split() for line in out.getvalue().splitlines()]

    assert ["县审计局", "1-3,", "5-8", "03-02", "03-05", "03-09", "-", "已办结", "A3.2h"] in lines
    assert ["4", "回避", "A3.2h"] in lines
    assert ["县统计局", "1-8", "03-02", "03-10", "03-09", "逾期1日", "已办结", "A3.2h"] in lines
    notes = " ".join(chinese for chinese, _ in notes_of(rows, NAMES, load()))
    assert "4 县审计局" in notes
    assert "县审计局不提供县审计局的情况: 该单位即其自身, 应当回避; 替代单位: 尚未确定" in notes
