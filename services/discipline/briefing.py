"""What the discipline commission tells about a unit: political ecology, petitions without petitioners, leads."""

from __future__ import annotations

from services.chassis.briefing.compiling import SectionCompiler
from services.chassis.briefing.draft import SectionDraft, nothing, paragraph, provided
from services.chassis.briefing.figures import count, listing, quote, share, tally
from services.chassis.briefing.petitions import petition_list, tally_tags
from services.chassis.briefing.reading import LedgerReader, any_of, of_people, of_unit, within
from services.chassis.briefing.scope import UnitScope, Window
from services.chassis.ledgers.rows import LedgerRow
from services.discipline.ledger import CHANNELS, DISCIPLINES, LEAD_OPEN
from services.discipline.tables import CASES, DECISIONS, LEADS, PETITIONS, PROFILES

_BY_NAME = "按姓名列出，含调任前后在其他单位的记录；同名者请核对职务。"
_UNTOUCHED = "标明“正在办理”的，请勿接触，先行沟通。"


def political_ecology(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """The commission's own assessments in its own words, and the cases and decisions behind them (A3.2b)."""
    profiles = reader.rows(
        PROFILES, of_unit(PROFILES, scope), within(PROFILES, window, "assessed_on"), order_by=("assessed_on",)
    )
    cases = reader.rows(
        CASES, of_unit(CASES, scope), within(CASES, window, "found_on"), order_by=("found_on", "case_no")
    )
    decisions = reader.rows(
        DECISIONS,
        any_of(of_unit(DECISIONS, scope), of_people(DECISIONS, scope, window, "subject")),
        within(DECISIONS, window, "decided_on"),
        order_by=("decided_on", "decision_no"),
    )
    if not (profiles or cases or decisions):
        return nothing()
    latest = [paragraph("{assessment}", assessment=quote(profiles[-1], "assessment"))] if profiles else []
    return provided(
        *latest,
        paragraph(
            "查处违反八项规定精神和“四风”问题{cases}，党纪政务处分{decisions}。",
            cases=count(cases, "起"),
            decisions=count(decisions, "人次"),
        ),
        tables=(
            listing("历次研判", PROFILES, ("assessed_on", "assessment", "weakness"), profiles),
            listing("“四风”等问题", CASES, ("found_on", "kind", "circulated", "result"), cases),
            listing("党纪政务处分", DECISIONS, ("decided_on", "subject", "unit", "kind"), decisions, remark=_BY_NAME),
        ),
    )


def petitions(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Counts by year, channel, discipline and rank, and a list without any petitioner (A3.2b)."""
    rows = reader.rows(
        PETITIONS,
        any_of(of_unit(PETITIONS, scope), of_people(PETITIONS, scope, window, "subject")),
        within(PETITIONS, window, "received_on"),
        order_by=("received_on", "petition_no"),
    )
    if not rows:
        return nothing()
    repeated = [row for row in rows if row.flag("repeated")]
    named = [row for row in rows if row.flag("real_name")]
    return provided(
        paragraph(
            "信访举报{rows}，其中重复件{repeated}（占{repeat_share}），实名件{named}（占{named_share}）。",
            rows=count(rows, "件"),
            repeated=count(repeated, "件"),
            repeat_share=share(repeated, rows),
            named=count(named, "件"),
            named_share=share(named, rows),
        ),
        tables=(
            tally("按年度", "年度", rows, _year, {"件数": count}),
            tally("按渠道", "渠道", rows, "channel", {"件数": count}, order=CHANNELS),
            tally_tags("按六项纪律", "纪律", rows, "disciplines", DISCIPLINES),
            tally("按级别", "级别", rows, "rank", {"件数": count}),
            petition_list(reader, PETITIONS, rows, date_key="received_on", shown=("channel", "real_name", "repeated")),
        ),
    )


def leads_and_disposal(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Leads about leading cadres with their disposal; what is still being handled is marked (A3.2b, leader only)."""
    rows = reader.rows(
        LEADS,
        any_of(of_unit(LEADS, scope), of_people(LEADS, scope, window, "subject")),
        within(LEADS, window, "registered_on", still_open=LEADS.c.status.in_(LEAD_OPEN)),
        order_by=("registered_on", "lead_no"),
    )
    if not rows:
        return nothing()
    running = [row for row in rows if row["status"] in LEAD_OPEN]
    columns = ("registered_on", "subject", "unit", "post", "rank", "disciplines", "disposal", "status")
    return provided(
        paragraph("问题线索{rows}，其中正在办理{running}。", rows=count(rows, "件"), running=count(running, "件")),
        tables=(
            listing("正在办理的线索", LEADS, columns, running, remark=_UNTOUCHED),
            listing(
                "已处置的线索",
                LEADS,
                (*columns, "ended_on", "outcome"),
                [row for row in rows if row not in running],
                remark=_BY_NAME,
            ),
            tally("按处置方式", "处置方式", rows, "disposal", {"件数": count}),
        ),
    )


def _year(row: LedgerRow) -> str:
    received = row.day("received_on")
    return str(received.year) if received else ""


SECTIONS = (
    SectionCompiler("discipline.political_ecology", "A3.2b", political_ecology),
    SectionCompiler("discipline.petitions", "A3.2b", petitions),
    SectionCompiler("discipline.leads_and_disposal", "A3.2b", leads_and_disposal),
)
