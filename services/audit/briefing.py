"""What the audit bureau tells about a unit: its audits in the period, what they found, what is still not rectified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.audit.ledger import ECONOMIC_RESPONSIBILITY, OPEN, RECTIFICATION
from services.audit.tables import ISSUES, PROJECTS
from services.chassis.briefing.compiling import SectionCompiler
from services.chassis.briefing.draft import (
    CellKind,
    Paragraph,
    SectionDraft,
    Table,
    nothing,
    paragraph,
    provided,
)
from services.chassis.briefing.figures import count, listing, tally, total
from services.chassis.briefing.reading import LedgerReader, any_of, of_people, of_unit
from services.chassis.briefing.scope import UnitScope, Window
from services.chassis.ledgers.rows import LedgerRow

Rows = Sequence[LedgerRow]


def audits(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Audits reported in the period and older ones with open issues; issues not rectified come first (A3.2f)."""
    projects, issues = _told(reader, scope, window)
    leaders = _results_of_leaders(reader, scope, window)
    if not (projects or issues or leaders):
        return nothing()
    return provided(
        *_prose(projects, issues),
        tables=(
            listing("审计项目", PROJECTS, ("year", "name", "type", "unit", "report_no", "report_date"), projects),
            listing("审计发现的问题", ISSUES, _ISSUE_COLUMNS, sorted(issues, key=_open_first)),
            _by_category(issues),
            listing(
                "领导干部经济责任审计结果",
                PROJECTS,
                ("leader", "leader_post", "unit", "period_from", "period_to", "report_date", "conclusion"),
                leaders,
                remark="按姓名列出，含在其他单位任职期间的审计；同名者请核对职务。",
            ),
        ),
    )


_AMOUNTS = ("amount_violation", "amount_irregular", "amount_loss")
_ISSUE_COLUMNS = (
    "project_no",
    "unit",
    "category",
    "issue",
    *_AMOUNTS,
    "requirement",
    "due",
    "status",
)


def _told(reader: LedgerReader, scope: UnitScope, window: Window) -> tuple[Rows, Rows]:
    """Projects and issues to tell of: the unit's own, and what audits of others found at it."""
    own = reader.rows(PROJECTS, of_unit(PROJECTS, scope))
    issues = reader.rows(
        ISSUES, any_of(of_unit(ISSUES, scope), ISSUES.c.project_no.in_(_numbers(own))), order_by=("issue_no",)
    )
    projects = reader.rows(
        PROJECTS,
        any_of(of_unit(PROJECTS, scope), PROJECTS.c.project_no.in_(_numbers(issues))),
        order_by=("report_date", "project_no"),
    )
    still_open = set(_numbers(issue for issue in issues if issue["status"] in OPEN)) if window.plus_open else set()
    told = [
        project
        for project in projects
        if window.covers(project.day("report_date"))
        or (project["project_no"] in still_open and not window.after(project.day("report_date")))
    ]
    numbers = _numbers(told)
    return told, [issue for issue in issues if issue["project_no"] in numbers]


def _results_of_leaders(reader: LedgerReader, scope: UnitScope, window: Window) -> Rows:
    found = reader.rows(
        PROJECTS,
        PROJECTS.c.type == ECONOMIC_RESPONSIBILITY,
        any_of(of_unit(PROJECTS, scope), of_people(PROJECTS, scope, window, "leader")),
        order_by=("report_date", "project_no"),
    )
    return [project for project in found if project["leader"] and window.covers(project.day("report_date"))]


def _prose(projects: Rows, issues: Rows) -> Iterable[Paragraph]:
    yield paragraph(
        "共涉及审计项目{projects}，发现问题{issues}。涉及违规金额{violation}，管理不规范金额{irregular}，损失浪费金额{loss}。",
        projects=count(projects),
        issues=count(issues),
        violation=total(issues, "amount_violation"),
        irregular=total(issues, "amount_irregular"),
        loss=total(issues, "amount_loss"),
    )
    by_status = {status: [issue for issue in issues if issue["status"] == status] for status in RECTIFICATION}
    yield paragraph(
        "截至目前，未整改{open}，持续整改{continuing}，已整改{done}；推动建立制度{systems}；移送纪检监察机关{transferred}。",
        open=count(by_status["未整改"]),
        continuing=count(by_status["持续整改"]),
        done=count(by_status["已整改"]),
        systems=total(issues, "systems", unit="项"),
        transferred=count([issue for issue in issues if issue.flag("transferred")], "件"),
    )


def _by_category(issues: Rows) -> Table:
    return tally(
        "问题分类",
        "问题类别",
        issues,
        "category",
        {
            "问题数": count,
            "未整改": lambda rows: count([row for row in rows if row["status"] == "未整改"]),
            "涉及金额（元）": lambda rows: total(rows, *_AMOUNTS),
        },
        kinds={"涉及金额（元）": CellKind.AMOUNT},
    )


def _open_first(issue: LedgerRow) -> tuple[int, str]:
    return RECTIFICATION.index(issue.text("status")), issue.text("issue_no")


def _numbers(rows: Iterable[LedgerRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.text("project_no") for row in rows))


AUDITS = SectionCompiler("audit.audits_3y", "A3.2f", audits)
