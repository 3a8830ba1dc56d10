"""Runs the demonstration: `python -m deploy.demo`, with `--check` to check everything, stop and end."""

from __future__ import annotations

import json
import shutil
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from datetime import time as day_time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from deploy.demo import checks
from deploy.demo.briefings import team_up_and_brief
from deploy.demo.ledgers import make_ledgers
from deploy.demo.offices import Office
from deploy.demo.story import (
    ASKED,
    COMPLETED_DAY,
    LATE,
    LATE_DAY,
    LETTER_DAY,
    PLAN_DAY,
    REPLY_DAY,
    RETURN_DAY,
    RETURNED,
    TARGETS_DAY,
    Story,
    StoryError,
)
from services.chassis.clock import BEIJING, DemoClock, SystemClock
from services.chassis.config import read_config
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.layout import County
from services.chassis.county.processes import BUS, Processes
from services.chassis.telemetry.start import span_files
from services.chassis.telemetry.traces import assemble_trace, read_spans, render_waterfall, trace_id_of

FOLDER = Path("build/demo")
_READY_SECONDS, _WAIT_SECONDS, _LOOK_SECONDS = 90.0, 90.0, 0.2
_KILLED, _WIDTH = "organization", 140
_COLUMNS = ("单位 body", "对象 unit", "状态 state", "签收 signed for", "期限 due", "答复 answered", "逾期 late")
# As wide as the board needs also where there is no terminal to ask.
_console = Console(highlight=False, width=_WIDTH if not sys.stdout.isatty() else None)


def say(chinese: str, english: str) -> None:
    """One line of the story, in both languages."""
    _console.print(f"{chinese}  [dim]{english}[/dim]")


def wait_until(what: str, holds: Callable[[], bool]) -> None:
    """Wait until `holds`.

    Raises:
        StoryError: it did not within a minute and a half.

    """
    pause = threading.Event()
    for _ in range(int(_WAIT_SECONDS / _LOOK_SECONDS)):
        if holds():
            return
        pause.wait(_LOOK_SECONDS)
    raise StoryError(f"waited in vain for: {what}")


class Demo:
    """One run of the demonstration in `build/demo`."""

    def __init__(self) -> None:
        self.report: dict[str, object] = {}
        self.times: dict[str, float] = {}
        self._began = time.monotonic()
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        start = datetime.combine(PLAN_DAY, day_time(9), BEIJING).astimezone(UTC)
        plan = CountyPlan("371399", "青禾县", demo=True, light_passwords=True)
        self.county: County = create_county(FOLDER / "county", plan, start)
        offset = start - SystemClock().now()
        self.county.folder.clock.write_text(repr(offset.total_seconds()), encoding="ascii")
        self.processes = Processes(self.county)
        self.offices: dict[str, Office] = {}

    def run(self) -> bool:
        """Tell the story; whether every check held."""
        say("启动总线和十个节点", "Starting the bus and ten nodes")
        self._timed("start", self._start)
        self.offices = {body: Office.of(self.county, body) for body in self.county.bodies}
        say("开立账户", "Opening accounts")
        for office in self.offices.values():
            office.staff(("team1", "team2", "team3", "team4") if office.body == "inspection" else ())
        story = Story(self.offices, DemoClock(self.county.folder.clock), wait_until, say)
        self._tell(story)
        self._timed("settle", lambda: wait_until("every letter receipted and handled", self._settled))
        return self._finish(story)

    def stop(self) -> None:
        """Stop every process."""
        for office in self.offices.values():
            office.close()
        self.processes.stop(tuple(reversed(self.processes.names)))

    def _tell(self, story: Story) -> None:
        say("导入各单位台账", "Importing every body's ledgers")
        rows = story.import_ledgers(make_ledgers(FOLDER / "ledgers"))
        self.report["ledger_rows"] = rows
        say(f"共 {rows} 行; 拟定巡察对象, 征求人大、政协意见", f"{rows} rows; planning the round, asking for opinions")
        story.plan_round()
        story.on(TARGETS_DAY)
        self.report["gaps"] = story.fix_targets()
        story.ask_opinions()
        story.on(LETTER_DAY)
        say("发出商请函", "Sending the request letters")
        self.report["request_letters"] = story.send_requests()
        self.report["due"] = story.sign_for_requests()
        self._misfortune(story)
        story.on(REPLY_DAY)
        for body in ASKED:
            if body != LATE:
                story.reply(body)
        wait_until("five replies", lambda: story.answered(tuple(body for body in ASKED if body != LATE)))
        story.on(RETURN_DAY)
        say("退回一份, 限期补充", "One reply goes back for completion")
        story.return_reply(RETURNED, COMPLETED_DAY)
        story.on(LATE_DAY)
        say("一份逾期答复", "One reply comes late")
        story.reply(LATE)
        story.on(COMPLETED_DAY)
        story.complete(RETURNED)
        wait_until("all replies", lambda: story.answered(ASKED))
        say("接受答复, 组建巡察组, 汇编巡前情况", "Accepting replies, forming teams, assembling briefings")
        story.accept_replies()
        self.report["briefings"] = team_up_and_brief(story, FOLDER / "briefings")

    def _misfortune(self, story: Story) -> None:
        say(
            "杀掉一个节点, 清空总线存储",
            "Killing a node and wiping the bus's storage; both recover",
        )
        self.processes.kill(_KILLED)
        self.processes.kill(BUS)
        shutil.rmtree(self.county.folder.bus / "storage", ignore_errors=True)
        self._timed("bus_recovery", lambda: self._again(BUS))
        self._timed("node_recovery", lambda: self._again(_KILLED))
        story.offices[_KILLED].sign_in_again()

    def _again(self, name: str) -> None:
        self.processes.start([name])
        self.processes.wait_ready([name], _READY_SECONDS)

    def _start(self) -> None:
        self.processes.start(self.processes.names)
        self.processes.wait_ready(self.processes.names, _READY_SECONDS)

    def _settled(self) -> bool:
        return checks.tally(self.county).sound

    def _finish(self, story: Story) -> bool:
        self._print_board(story)
        self._print_trace(story)
        tally = checks.tally(self.county)
        leaked = checks.leaks([self.county.folder.node(body) for body in self.county.bodies])
        leaked += checks.leaks([self.county.folder.bus, FOLDER / "briefings"])
        self.report |= {
            "letters_written": len(tally.written),
            "stored": len(tally.stored),
            "receipted": tally.receipted,
            "applied_twice": tally.applied_twice,
            "lost": tally.lost,
            "journals_verified": {body: not faults for body, faults in tally.journals.items()},
            "journal_entries": tally.entries,
            "canary_found_in": leaked,
            "seconds": {name: round(value, 2) for name, value in self.times.items()},
            "seconds_in_all": round(time.monotonic() - self._began, 1),
        }
        (FOLDER / "report.json").write_text(json.dumps(self.report, ensure_ascii=False, indent=2), encoding="utf-8")
        held = tally.sound and not leaked and bool(self.report["briefings"])
        say(
            f"函件 {len(tally.written)} 件, 送达 {len(tally.stored)}, 回执 {tally.receipted}, "
            f"丢失 {tally.lost}, 重复 {tally.applied_twice}; 用时 {self.report['seconds_in_all']} 秒",
            f"{len(tally.written)} letters, {len(tally.stored)} stored, {tally.receipted} receipted, {tally.lost} lost",
        )
        return held

    def _print_board(self, story: Story) -> None:
        board = story.board()
        table = Table(title="巡前商请进度 / The board", title_justify="left")
        for column in (
            "单位 body",
            "对象 unit",
            "状态 state",
            "签收 signed for",
            "期限 due",
            "答复 answered",
            "逾期 late",
        ):
            table.add_column(column)
        names = {unit.unit_id: unit.name for unit in board.units}
        cells = []
        for cell in board.cells:
            times = [_day(cell, name) for name in ("sent_time", "stored_time", "viewed_time", "signed_for_time")]
            row = (cell.body, names.get(cell.unit_id, ""), cell.state, times[3], cell.due_date)
            late = f"{cell.late_working_day_count} ({cell.article_id})" if cell.late else ""
            table.add_row(*row, _day(cell, "answered_time"), late)
            cells.append(
                {
                    "body": cell.body,
                    "unit": cell.unit_id,
                    "state": cell.state,
                    "sent": times[0],
                    "stored": times[1],
                    "viewed": times[2],
                    "signed_for": times[3],
                    "accepted": _day(cell, "accepted_time"),
                    "answered": _day(cell, "answered_time"),
                    "due": cell.due_date,
                    "late": cell.late,
                    "article": cell.article_id,
                }
            )
        self.report["board"] = cells
        _console.print(table)

    def _print_trace(self, story: Story) -> None:
        spans = [
            path
            for body in self.county.bodies
            for path in span_files(read_config(self.county.folder.config(body)).telemetry)
        ]
        traceparent = checks.trace_of(self.county, "audit", story.letter_of["audit"])
        if traceparent is None:
            raise StoryError("the letter has no trace")
        trace_id = trace_id_of(traceparent)
        if trace_id is None:
            raise StoryError("the letter's trace cannot be read")
        roots = assemble_trace(read_spans(spans), trace_id)
        say("一封函件的轨迹", "The trace of one letter across departments")
        waterfall = render_waterfall(roots)
        _console.print(waterfall, markup=False)
        self.report["trace_spans"] = len(waterfall.splitlines())

    def _timed(self, name: str, work: Callable[[], None]) -> None:
        began = time.monotonic()
        work()
        self.times[name] = time.monotonic() - began


def _day(cell: object, name: str) -> str:
    if not cell.HasField(name):  # type: ignore[attr-defined]  # a protobuf message
        return ""
    at: datetime = getattr(cell, name).ToDatetime(tzinfo=UTC)
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


@click.command()
@click.option("--check", is_flag=True, help="检查、停止并退出 / check, stop and exit")
def main(*, check: bool) -> None:
    """Run the demonstration."""
    demo = Demo()
    try:
        held = demo.run()
    except BaseException:
        demo.stop()
        raise
    if check or not held:
        demo.stop()
    else:
        say(
            "节点仍在运行; 停止: guantong down build/demo/county",
            "The nodes keep running until you stop them",
        )
    say(
        "全部检查通过" if held else "检查未通过, 见 build/demo/report.json",
        "All checks passed" if held else "Checks failed",
    )
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
