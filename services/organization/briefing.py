"""What the organization department tells about a unit: its leading group, assessments, selection, open problems."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.chassis.briefing.compiling import SectionCompiler
from services.chassis.briefing.draft import SectionDraft, nothing, paragraph, provided
from services.chassis.briefing.figures import count, listing, tally, total
from services.chassis.briefing.reading import LedgerReader, any_of, of_people, of_unit, within
from services.chassis.briefing.scope import DatedPost, UnitScope, Window
from services.chassis.ledgers.rows import LedgerRow
from services.organization.ledger import GRADES, OPEN, OUTCOMES
from services.organization.tables import (
    ASSESSMENTS,
    GRASS_ROOTS,
    GROUP_ASSESSMENTS,
    PERSONAL_MATTERS,
    ROSTER,
    SELECTION_CHECKS,
    VACANCIES,
)

_BY_NAME = "按姓名列出，含调任前后在其他单位的记录；同名者请核对职务。"


def roster(reader: LedgerReader, scope: UnitScope) -> tuple[DatedPost, ...]:
    """Everyone who held a post in the unit's leading group, with dates; those who moved on too."""
    rows = reader.rows(ROSTER, of_unit(ROSTER, scope), order_by=("since", "post_no"))
    return tuple(DatedPost(r.text("name"), r.text("post"), r.day("since"), r.day("until")) for r in rows)


def team(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Who was in the leading group during the period, and how it was staffed (A3.2c)."""
    held = [row for row in reader.rows(ROSTER, of_unit(ROSTER, scope), order_by=("since",)) if _in(row, window)]
    staffing = reader.rows(VACANCIES, of_unit(VACANCIES, scope), within(VACANCIES, window, "year"), order_by=("year",))
    if not (held or staffing):
        return nothing()
    now = [row for row in held if (row.day("until") or date.max) > window.last]
    return provided(
        paragraph(
            "期间班子任职记录{held}，截至发函之日在任{now}。",
            held=count(held, "条"),
            now=count(now, "人"),
        ),
        paragraph("超配职数合计{excess}。", excess=total(staffing, "excess", unit="个")),
        tables=(
            listing("班子成员任职", ROSTER, ("name", "post", "rank", "head", "since", "until"), held),
            listing("职数配备", VACANCIES, ("year", "posts_set", "posts_held", "excess", "problem"), staffing),
        ),
    )


def annual_assessment(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Grades of the group and of everyone who served in it during the period (A3.2c)."""
    group = reader.rows(
        GROUP_ASSESSMENTS,
        of_unit(GROUP_ASSESSMENTS, scope),
        within(GROUP_ASSESSMENTS, window, "year"),
        order_by=("year",),
    )
    members = reader.rows(
        ASSESSMENTS,
        any_of(of_unit(ASSESSMENTS, scope), of_people(ASSESSMENTS, scope, window, "name")),
        within(ASSESSMENTS, window, "year"),
        order_by=("year", "name"),
    )
    if not (group or members):
        return nothing()
    return provided(
        paragraph("班子年度考核记录{group}，成员年度考核记录{members}。", group=count(group), members=count(members)),
        tables=(
            listing("班子年度考核", GROUP_ASSESSMENTS, ("year", "grade"), group),
            listing("成员年度考核", ASSESSMENTS, ("year", "name", "unit", "post", "grade"), members, remark=_BY_NAME),
            tally("成员考核等次", "等次", members, "grade", {"人次": count}, order=GRADES),
        ),
    )


def personal_matters(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Outcome class and handling only, never what anybody owns; for the team leader alone (A3.2c)."""
    checks = reader.rows(
        PERSONAL_MATTERS,
        any_of(of_unit(PERSONAL_MATTERS, scope), of_people(PERSONAL_MATTERS, scope, window, "name")),
        within(PERSONAL_MATTERS, window, "checked_on"),
        order_by=("checked_on", "check_no"),
    )
    if not checks:
        return nothing()
    wrong = [row for row in checks if row["outcome"] != OUTCOMES[0]]
    return provided(
        paragraph("查核{checks}，结果不一致{wrong}。", checks=count(checks, "人次"), wrong=count(wrong, "人次")),
        tables=(
            listing(
                "个人有关事项查核",
                PERSONAL_MATTERS,
                ("checked_on", "name", "unit", "post", "outcome", "handling"),
                checks,
                remark=_BY_NAME,
            ),
        ),
    )


def personnel(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Checks of selection and appointment, and posts over the limit (A3.2c)."""
    checks = reader.rows(
        SELECTION_CHECKS,
        of_unit(SELECTION_CHECKS, scope),
        within(SELECTION_CHECKS, window, "checked_on"),
        order_by=("checked_on", "check_no"),
    )
    if not checks:
        return nothing()
    return provided(
        paragraph(
            "选人用人检查{checks}，破格提拔{exemptions}，尚未整改到位{open}。",
            checks=count(checks, "次"),
            exemptions=total(checks, "exemptions", unit="人"),
            open=count(_open(checks), "次"),
        ),
        tables=(
            listing(
                "选人用人检查",
                SELECTION_CHECKS,
                ("checked_on", "satisfaction", "exemptions", "finding", "status"),
                checks,
            ),
        ),
    )


def problems(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Problems found in any of this department's work that are not rectified yet (A3.2c)."""
    selection = reader.rows(
        SELECTION_CHECKS,
        of_unit(SELECTION_CHECKS, scope),
        within(SELECTION_CHECKS, window, "checked_on"),
        SELECTION_CHECKS.c.status.in_(OPEN),
        order_by=("checked_on", "check_no"),
    )
    branches = reader.rows(
        GRASS_ROOTS,
        of_unit(GRASS_ROOTS, scope),
        within(GRASS_ROOTS, window, "checked_on"),
        GRASS_ROOTS.c.status.in_(OPEN),
        order_by=("checked_on", "organization_no"),
    )
    groups = [
        row
        for row in reader.rows(
            VACANCIES, of_unit(VACANCIES, scope), within(VACANCIES, window, "year"), order_by=("year",)
        )
        if row["problem"]
    ]
    if not (selection or branches or groups):
        return nothing()
    return provided(
        paragraph(
            "班子运行问题{groups}，选人用人问题{selection}，基层党组织问题{branches}，其中软弱涣散{weak}。",
            groups=count(groups),
            selection=count(selection),
            branches=count(branches),
            weak=count([row for row in branches if row.flag("weak")]),
        ),
        tables=(
            listing("班子运行问题", VACANCIES, ("year", "problem"), groups),
            listing("选人用人问题", SELECTION_CHECKS, ("checked_on", "finding", "status"), selection),
            listing(
                "基层党组织问题", GRASS_ROOTS, ("checked_on", "organization", "weak", "finding", "status"), branches
            ),
        ),
    )


def _in(row: LedgerRow, window: Window) -> bool:
    return window.overlaps(row.day("since"), row.day("until"))


def _open(rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    return [row for row in rows if row["status"] in OPEN]


SECTIONS = (
    SectionCompiler("organization.team", "A3.2c", team),
    SectionCompiler("organization.annual_assessment", "A3.2c", annual_assessment),
    SectionCompiler("organization.personal_matters", "A3.2c", personal_matters),
    SectionCompiler("organization.personnel", "A3.2c", personnel),
    SectionCompiler("organization.problems", "A3.2c", problems),
)
