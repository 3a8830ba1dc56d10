"""What the publicity department tells about a unit: ideology, online public opinion, network security."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.briefing.compiling import SectionCompiler
from services.chassis.briefing.draft import SectionDraft, nothing, paragraph, provided
from services.chassis.briefing.figures import count, listing, tally, total
from services.chassis.briefing.reading import LedgerReader, of_unit, within
from services.chassis.briefing.scope import UnitScope, Window
from services.chassis.ledgers.rows import LedgerRow
from services.publicity.ledger import EVENT_OPEN, OPEN
from services.publicity.tables import IDEOLOGY_CHECKS, NETWORK_INCIDENTS, OPINION_EVENTS, POSITIONS


def ideology(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Inspections of the responsibility system in the period, and every platform the unit answers for (A3.2d)."""
    checks = reader.rows(
        IDEOLOGY_CHECKS,
        of_unit(IDEOLOGY_CHECKS, scope),
        within(IDEOLOGY_CHECKS, window, "checked_on"),
        order_by=("checked_on", "check_no"),
    )
    positions = reader.rows(POSITIONS, of_unit(POSITIONS, scope), order_by=("kind", "position_no"))
    if not (checks or positions):
        return nothing()
    return provided(
        paragraph(
            "意识形态工作责任制检查{checks}，发现问题{problems}，尚未整改到位的检查{open}。",
            checks=count(checks, "次"),
            problems=total(checks, "problems", unit="个"),
            open=count(_open(checks), "次"),
        ),
        paragraph(
            "主管主办阵地{positions}，其中问题尚未整改到位{open}。",
            positions=count(positions, "个"),
            open=count(_open(positions), "个"),
        ),
        tables=(
            listing("责任制检查", IDEOLOGY_CHECKS, ("checked_on", "score", "problems", "finding", "status"), checks),
            listing("阵地", POSITIONS, ("kind", "name", "checked_on", "problem", "status"), positions),
        ),
    )


def online_opinion(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Opinion events about the unit in the period: what happened and how it was handled, never who posted (A3.2d)."""
    events = reader.rows(
        OPINION_EVENTS,
        of_unit(OPINION_EVENTS, scope),
        within(OPINION_EVENTS, window, "found_on"),
        order_by=("found_on", "event_no"),
    )
    if not events:
        return nothing()
    running = [row for row in events if row["status"] in EVENT_OPEN]
    return provided(
        paragraph(
            "涉及该单位网络舆情事件{events}，尚未办结{running}。",
            events=count(events, "起"),
            running=count(running, "起"),
        ),
        tables=(
            listing("网络舆情事件", OPINION_EVENTS, _EVENT_COLUMNS, events),
            tally("按等级", "等级", events, "level", {"起数": count}),
        ),
    )


def network_security(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Network-security incidents and notices in the period, and whether they are rectified (A3.2d)."""
    incidents = reader.rows(
        NETWORK_INCIDENTS,
        of_unit(NETWORK_INCIDENTS, scope),
        within(NETWORK_INCIDENTS, window, "found_on"),
        order_by=("found_on", "incident_no"),
    )
    if not incidents:
        return nothing()
    return provided(
        paragraph(
            "网络安全事件和通报{incidents}，尚未整改到位{open}。",
            incidents=count(incidents, "起"),
            open=count(_open(incidents), "起"),
        ),
        tables=(
            listing(
                "网络安全事件", NETWORK_INCIDENTS, ("found_on", "kind", "finding", "notice_no", "status"), incidents
            ),
        ),
    )


_EVENT_COLUMNS = ("found_on", "platform", "topic", "level", "response", "status", "closed_on")


def _open(rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    return [row for row in rows if row["status"] in OPEN]


SECTIONS = (
    SectionCompiler("publicity.ideology", "A3.2d", ideology),
    SectionCompiler("publicity.online_opinion", "A3.2d", online_opinion),
    SectionCompiler("publicity.network_security", "A3.2d", network_security),
)
