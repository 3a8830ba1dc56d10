"""What the petitions bureau tells about a unit: counts, repeated and open matters, never who petitioned."""

from __future__ import annotations

from services.chassis.briefing.compiling import SectionCompiler
from services.chassis.briefing.draft import Figure, SectionDraft, nothing, paragraph, provided
from services.chassis.briefing.figures import Rows, count, share, tally, total
from services.chassis.briefing.petitions import petition_list
from services.chassis.briefing.reading import LedgerReader, any_of, of_people, of_unit, within
from services.chassis.briefing.scope import UnitScope, Window
from services.chassis.ledgers.rows import LedgerRow
from services.petitions.ledger import CATEGORIES, SATISFACTION
from services.petitions.tables import PETITIONS

_RUNNING = "办理中"


def petitions(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Counts by year and category, and the repeated, joint and open matters with confirmed summaries (A3.2e)."""
    rows = reader.rows(
        PETITIONS,
        any_of(
            of_unit(PETITIONS, scope),
            of_unit(PETITIONS, scope, "responsible"),
            of_people(PETITIONS, scope, window, "subject"),
        ),
        within(PETITIONS, window, "received_on"),
        order_by=("received_on", "petition_no"),
    )
    if not rows:
        return nothing()
    repeated = [row for row in rows if row.flag("repeated")]
    running = [row for row in rows if row["result"] == _RUNNING]
    named = [row for row in rows if row["subject"] is not None and row["subject"] in scope.people(window)]
    told = [row for row in rows if row in repeated or row in running or row in named or row.flag("joint")]
    return provided(
        paragraph(
            "信访事项{rows}，涉及{persons}；重复件{repeated}（占{repeat_share}），尚未办结{running}，积案{backlog}。",
            rows=count(rows, "件"),
            persons=total(rows, "persons", unit="人次"),
            repeated=count(repeated, "件"),
            repeat_share=share(repeated, rows),
            running=count(running, "件"),
            backlog=count([row for row in rows if row.flag("backlog")], "件"),
        ),
        paragraph("反映领导班子成员{named}。", named=count(named, "件")),
        tables=(
            tally("按年度", "年度", rows, _year, {"件数": count, "未办结": _unfinished}),
            tally("按类别", "类别", rows, "category", {"件数": count, "未办结": _unfinished}, order=CATEGORIES),
            tally("按满意度", "满意度", rows, "satisfaction", {"件数": count}, order=SATISFACTION),
            petition_list(
                reader,
                PETITIONS,
                told,
                date_key="received_on",
                shown=("channel", "joint", "repeated", "category", "result"),
                title="重复、集体、未办结及反映班子成员的事项",
            ),
        ),
    )


def _year(row: LedgerRow) -> str:
    received = row.day("received_on")
    return str(received.year) if received else ""


def _unfinished(rows: Rows) -> Figure:
    return count([row for row in rows if row["result"] == _RUNNING])


PETITIONS_SECTION = SectionCompiler("petitions.petitions", "A3.2e", petitions)
