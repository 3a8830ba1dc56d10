"""One run of the demonstration: a county made in a folder, its processes, the story with its misfortune, the proof."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from datetime import time as day_time
from pathlib import Path

from deploy.demo import checks
from deploy.demo.board import BoardRow, notes_of, rows_of, table_of
from deploy.demo.briefings import team_up_and_brief
from deploy.demo.gateways import look_at_gateways, start_gateways
from deploy.demo.ledgers import make_ledgers
from deploy.demo.misfortune import Misfortune
from deploy.demo.offices import Office
from deploy.demo.report import LETTER_STEPS, Run, checks_of, report_of
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
from deploy.demo.telling import Voice, wait_until
from services.chassis.clock import BEIJING, DemoClock, SystemClock
from services.chassis.config import read_config
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.layout import County
from services.chassis.county.processes import Processes
from services.chassis.rulebook.load import load
from services.chassis.telemetry.start import span_files
from services.chassis.telemetry.traces import SpanNode, assemble_trace, read_spans, render_waterfall, trace_id_of

REPORT = "report.json"
_READY_SECONDS = 90.0
_TEAM_LEADERS = ("team1", "team2", "team3", "team4")


class Demo:
    """One run in `folder`, which must be empty or absent. Its county lies in `folder`/county, its nodes on free ports.

    After `run` the nodes go on running until `stop`.
    """

    def __init__(self, folder: Path, voice: Voice) -> None:
        self.folder = folder
        self.seen = Run()
        self._voice = voice
        self._began = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)
        start = datetime.combine(PLAN_DAY, day_time(9), BEIJING).astimezone(UTC)
        plan = CountyPlan("371399", "青禾县", demo=True, light_passwords=True)
        self.county: County = create_county(folder / "county", plan, start)
        offset = start - SystemClock().now()
        self.county.folder.clock.write_text(repr(offset.total_seconds()), encoding="ascii")
        self.processes = Processes(self.county)
        self.misfortune = Misfortune(self.county, self.processes)
        self.offices: dict[str, Office] = {}
        self.story: Story | None = None

    def run(self) -> bool:
        """Tell the story and write the report; whether every check held.

        Raises:
            StoryError, GuantongError: the story could not be told to its end.

        """
        self._start()
        story = self.story = Story(self.offices, DemoClock(self.county.folder.clock), wait_until, self._voice.say)
        self._plan(story)
        self._ask(story)
        self._answer(story)
        with self._part("settle"):
            wait_until("every letter to be handled", lambda: checks.tally(self.county, verify=False).settled)
        self._look(story)
        self._open_gateways()
        return self._conclude()

    def stop(self) -> None:
        """Stop every process."""
        for office in self.offices.values():
            office.close()
        self.processes.stop(tuple(reversed(self.processes.names)))

    def _start(self) -> None:
        self._voice.say("启动总线和十个节点", "Starting the bus and ten nodes")
        with self._part("start"):
            self.processes.start(self.processes.exchange)
            self.processes.wait_ready(self.processes.exchange, _READY_SECONDS)
        self._voice.say("开立账户", "Opening accounts")
        with self._part("accounts"):
            self.offices = {body: Office.of(self.county, body) for body in self.county.bodies}
            for office in self.offices.values():
                office.staff(_TEAM_LEADERS if office.body == self.county.hub else ())

    def _plan(self, story: Story) -> None:
        self._voice.say("导入各单位台账", "Importing every body's ledgers")
        with self._part("ledgers"):
            rows = self.seen.ledger_rows = story.import_ledgers(make_ledgers(self.folder / "ledgers"))
        self._voice.say(
            f"共 {rows} 行; 拟定并确定巡察对象, 征求人大、政协意见",
            f"{rows} rows; planning the round, fixing its targets, asking for opinions",
        )
        with self._part("plan"):
            story.plan_round()
            story.on(TARGETS_DAY)
            story.fix_targets()
            story.ask_opinions()

    def _ask(self, story: Story) -> None:
        story.on(LETTER_DAY)
        self._voice.say(
            f"发出商请函, 途中断电: 杀掉{self._zh(self.misfortune.killed[0])}节点、总线(存储清空)和巡察办节点",
            "Request letters go out; a recipient, the bus with its storage and the sender are killed on the way",
        )
        struck, seen = self.misfortune, self.seen
        with self._part("misfortune"):
            seen.due = dict(struck.strike(story))
        seen.in_flight, seen.waiting_for_dead = struck.in_flight, struck.waiting_for_dead
        seen.killed, seen.recovery = struck.killed, struck.recovery
        whole = struck.recovery["letters_in_flight_receipted"]
        self._voice.say(
            f"断电时在途函件 {len(seen.in_flight)} 件, 恢复 {whole:.1f} 秒后全部有回执",
            f"{len(seen.in_flight)} letters were in flight; {whole:.1f} s after the restart all are receipted",
        )

    def _answer(self, story: Story) -> None:
        with self._part("replies"):
            story.on(REPLY_DAY)
            on_time = tuple(body for body in ASKED if body != LATE)
            for body in on_time:
                story.reply(body)
            wait_until("five replies", lambda: story.answered(on_time))
            story.on(RETURN_DAY)
            story.return_reply(RETURNED, COMPLETED_DAY)
            self.seen.at_return = rows_of(story.board())
            self._tell_return(self._of(self.seen.at_return, RETURNED))
            story.on(LATE_DAY)
            self.seen.before_late_reply = rows_of(story.board())
            self._tell_late(self._of(self.seen.before_late_reply, LATE))
            story.reply(LATE)
            story.on(COMPLETED_DAY)
            story.complete(RETURNED)
            wait_until("all replies", lambda: story.answered(ASKED) and story.completed(RETURNED))
        self._voice.say("采纳答复, 组建巡察组, 汇编巡前情况", "Accepting replies, forming teams, assembling briefings")
        with self._part("briefings"):
            story.accept_replies()
            self.seen.briefings = team_up_and_brief(story, self.folder / "briefings")

    def _tell_return(self, row: BoardRow) -> None:
        self._voice.say(
            f"{self._zh(row.body)}的函复退回补充: 补充期限 {row.completion_due}; 原期限 {row.due}、"
            f"首次答复 {row.answered[:10]} 照旧, 是否逾期仍以此为准",
            "one reply goes back: a second date for completion, the first date and answer stay",
        )

    def _tell_late(self, row: BoardRow) -> None:
        self._voice.say(
            f"{self._zh(row.body)}尚未答复: 期限 {row.due}, 逾期 {row.late_working_days} 个工作日 ({row.article})",
            "one body has not answered: late on the board before its late reply comes",
        )

    def _look(self, story: Story) -> None:
        """Everything that is looked at once all is quiet."""
        seen = self.seen
        with self._part("proof"):
            answer = story.board()
            seen.board = rows_of(answer)
            self._voice.plain("")
            book = load(self.county.folder.node(self.county.hub) / "rulebook")
            self._voice.show(table_of(seen.board, book, "巡前商请进度  The board"))
            for chinese, english in notes_of(seen.board, {one.unit_id: one.name for one in answer.units}, book):
                self._voice.say(chinese, english)
            self._trace()
            seen.tally = checks.tally(self.county)
            folders = [self.county.folder.node(body) for body in self.county.bodies]
            seen.leaks = checks.leaks([*folders, self.county.folder.bus, self.folder / "briefings"])

    def _trace(self) -> None:
        # Spans are written down a moment after they end.
        wait_until("the trace of a letter", lambda: _whole(self.trace_of_reply(LATE)))
        roots = self.trace_of_reply(LATE)
        self.seen.trace = [(one.span.body, one.span.name) for root in roots for one in _walk(root)]
        self._voice.plain("")
        self._voice.say("一封函件跨单位的轨迹", "The trace of one letter across departments")
        self._voice.plain(render_waterfall(roots))

    def trace_of_reply(self, body: str) -> tuple[SpanNode, ...]:
        """The trees of the trace of the last reply that the office received from `body`, out of all span files.

        Raises:
            StoryError: the office keeps no trace of one.

        """
        traceparent = checks.trace_of(self.county, self.county.hub, body, "info.reply")
        trace_id = trace_id_of(traceparent) if traceparent else None
        if trace_id is None:
            raise StoryError(f"the office keeps no trace of a reply from {body}")
        configs = [read_config(self.county.folder.config(body)) for body in self.county.bodies]
        files = [path for config in configs for path in span_files(config.telemetry)]
        return assemble_trace(read_spans(files), trace_id)

    def _open_gateways(self) -> None:
        """Last, so that what the nodes were measured at is theirs alone."""
        self._voice.plain("")
        self._voice.say("启动各单位网关, 逐一登录查看", "Starting every body's gateway, and signing in at each")
        with self._part("gateways"):
            self.seen.pages = look_at_gateways(start_gateways(self.county, self.processes))

    def _conclude(self) -> bool:
        seen = self.seen
        seen.seconds["in_all"] = time.monotonic() - self._began
        done = checks_of(seen)
        write_report(self.folder, report_of(seen, done))
        tally = seen.tally
        self._voice.plain("")
        self._voice.say(
            f"函件 {len(tally.written)} 件, 送达 {len(tally.stored)}, 回执 {tally.receipted}, "
            f"丢失 {tally.lost}, 重复 {tally.applied_twice}; 用时 {seen.seconds['in_all']:.1f} 秒",
            f"{len(tally.written)} letters, {len(tally.stored)} stored, {tally.receipted} receipted, {tally.lost} lost,"
            f" {tally.applied_twice} applied twice",
        )
        for check in done:
            if not check.held:
                self._voice.say(f"未通过: {check.zh}", f"FAILED {check.name}: found {check.found}")
        return all(check.held for check in done)

    @contextmanager
    def _part(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seen.seconds[name] = time.monotonic() - began

    def _zh(self, body: str) -> str:
        return load().body(body).zh

    @staticmethod
    def _of(rows: list[BoardRow], body: str) -> BoardRow:
        return next(row for row in rows if row.body == body and row.due)


def write_report(folder: Path, report: dict[str, object]) -> None:
    """Keep the report beside what it tells of."""
    (folder / REPORT).write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _whole(roots: tuple[SpanNode, ...]) -> bool:
    return set(LETTER_STEPS) <= {one.span.name for root in roots for one in _walk(root)}


def _walk(node: SpanNode) -> Iterator[SpanNode]:
    yield node
    for child in node.children:
        yield from _walk(child)
