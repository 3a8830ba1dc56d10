"""What a run proves, check by check with its name, and the file that keeps every figure of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from deploy.demo.board import RECUSED, BoardRow, requests_of
from deploy.demo.checks import Copy, Tally
from deploy.demo.gateways import Looked
from deploy.demo.ledgers import COUNTY
from deploy.demo.story import ASKED, COMPLETED_DAY, DUE_DAY, HEARD, LATE, LATE_WORKING_DAYS, RETURNED

LETTER_STEPS = ("letter.write", "letter.publish", "letter.store", "letter.apply", "letter.receipt")


@dataclass(frozen=True)
class Check:
    """One thing that must hold; `found` tells how it was, in numbers and ids."""

    name: str
    zh: str
    held: bool
    found: object


@dataclass
class Run:
    """Everything that was seen of one run."""

    tally: Tally = field(default_factory=Tally)
    in_flight: set[Copy] = field(default_factory=set)
    waiting_for_dead: set[Copy] = field(default_factory=set)
    killed: tuple[str, ...] = ()
    recovery: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each part took."""
    ledger_rows: int = 0
    due: dict[str, str] = field(default_factory=dict)
    """The date each body was told when it signed for its letter."""
    at_return: list[BoardRow] = field(default_factory=list)
    before_late_reply: list[BoardRow] = field(default_factory=list)
    board: list[BoardRow] = field(default_factory=list)
    briefings: list[str] = field(default_factory=list)
    trace: list[tuple[str, str]] = field(default_factory=list)
    """Body and step of every span of one letter, in the order they began."""
    leaks: list[str] = field(default_factory=list)
    pages: list[Looked] = field(default_factory=list)
    """What each body's clerk saw in a browser, or would have."""


def checks_of(run: Run) -> list[Check]:
    """Every check, held or not."""
    return [*_exchange(run), *_dates(run), *_papers(run)]


def report_of(run: Run, checks: Sequence[Check]) -> dict[str, object]:
    """The report as its file holds it. Times are seconds; instants are in Beijing; letters are counted in copies."""
    tally = run.tally
    return {
        "passed": all(check.held for check in checks),
        "checks": [asdict(check) for check in checks],
        "letters_written": len(tally.written),
        "stored": len(tally.stored),
        "receipted": tally.receipted,
        "applied_twice": tally.applied_twice,
        "lost": tally.lost,
        "journals_verified": {body: not faults for body, faults in tally.journals.items()},
        "journal_entries": tally.entries,
        "killed": run.killed,
        "in_flight_when_killed": len(run.in_flight),
        "recovery_seconds": _rounded(run.recovery),
        "ledger_rows": run.ledger_rows,
        "due": run.due,
        "requests": requests_of(run.board),
        "requests_after_return": requests_of(row for row in run.at_return if row.body == RETURNED),
        "requests_before_late_reply": requests_of(row for row in run.before_late_reply if row.body == LATE),
        "board": [asdict(row) for row in run.board],
        "briefings": run.briefings,
        "trace": [f"{body} {step}" for body, step in run.trace],
        "canary_found_in": run.leaks,
        "gateways": [asdict(one) for one in run.pages],
        "seconds": _rounded(run.seconds),
    }


def _exchange(run: Run) -> list[Check]:
    tally = run.tally
    faults = {body: count for body, count in tally.journals.items() if count}
    struck = run.in_flight & set(tally.stored)
    waited = bool(run.waiting_for_dead) and run.waiting_for_dead <= run.in_flight
    return [
        Check("nothing_lost", "函件无一丢失", bool(tally.written) and not tally.lost, tally.lost),
        Check("nothing_twice", "函件无一重复", not tally.applied_twice, tally.applied_twice),
        Check("all_receipted", "函件全部有回执", tally.receipted == len(tally.written), tally.receipted),
        Check("all_handled", "函件全部已处理", not tally.unhandled, tally.unhandled),
        Check("journals_verified", "日志全部核验无误", len(tally.journals) > 1 and not faults, faults),
        Check("killed_in_flight", "断电时确有函件在途", waited and len(run.killed) > 1, len(run.in_flight)),
        Check("in_flight_arrived", "在途函件均已送达一次", struck == run.in_flight, len(struck)),
    ]


def _dates(run: Run) -> list[Check]:
    asked = [row for row in run.board if row.body in ASKED]
    gaps = {(row.body, row.unit) for row in asked if row.state == RECUSED}
    own = {(unit.body, unit.id) for unit in COUNTY.targets if unit.body in ASKED}
    late = {row.body: row.late_working_days for row in run.board if row.late}
    overdue = {row.body: row.late_working_days for row in run.before_late_reply if row.late}
    states = {row.body: row.state for row in run.board if row.state != RECUSED}
    ends = {**dict.fromkeys(ASKED, "settled"), **dict.fromkeys(HEARD, "answered")}
    returned = {(row.state, row.due, row.completion_due) for row in run.at_return if row.body == RETURNED}
    dues = set(run.due.values()) | {row.due for row in asked if row.due}
    return [
        Check("due_dates", "期限为签收后第五个工作日", dues == {DUE_DAY.isoformat()}, sorted(dues)),
        Check("late_body", "只有一家逾期", late == overdue == {LATE: LATE_WORKING_DAYS}, late),
        Check(
            "returned_reply",
            "退回的函复有补充期限, 原期限不变",
            returned == {("returned", DUE_DAY.isoformat(), COMPLETED_DAY.isoformat())},
            sorted(returned),
        ),
        Check("recused_body", "自身被巡察的单位回避, 缺口可见", gaps == own and bool(own), sorted(gaps)),
        Check("all_settled", "答复全部采纳", states == ends, states),
    ]


def _papers(run: Run) -> list[Check]:
    wanted = {f"{unit.id}{end}" for unit in COUNTY.targets for end in (".docx", "-leads.docx")}
    steps = [step for _, step in run.trace]
    failed = [f"{one.body} {one.failed}" for one in run.pages if one.failed]
    one_trace = all(step in steps for step in LETTER_STEPS) and len({body for body, _ in run.trace}) > 1
    return [
        Check("briefings_written", "每个对象有巡前情况和线索专页", set(run.briefings) == wanted, len(run.briefings)),
        Check("one_trace", "一封函件的轨迹跨两个单位", one_trace, steps),
        Check("no_identity_in_clear", "信访人身份无处可见", not run.leaks, run.leaks),
        Check("gateways", "各单位网关均可登录, 页面均可打开", bool(run.pages) and not failed, failed),
    ]


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in seconds.items()}
