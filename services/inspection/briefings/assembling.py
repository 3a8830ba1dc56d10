"""Assembles a unit's briefing: twelve parts for the team, leads for its leader alone, and where all of it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa

from services.chassis.calendar.dues import add_months
from services.chassis.destruction.exports import note_export
from services.chassis.destruction.model import Export, ExportKind
from services.chassis.storage import Transaction
from services.inspection.access.reads import LEADS, Reader, record_read
from services.inspection.briefings.collecting import Collected, Sight, collect
from services.inspection.briefings.document import briefing_docx, leads_docx
from services.inspection.briefings.records import FocusItem, PostHolder, PriorIssue, UnitBriefing, UnitCard
from services.inspection.briefings.tables import BRIEFINGS
from services.inspection.journaling import note
from services.inspection.rounds import rules
from services.inspection.rounds.records import numeral
from services.inspection.rounds.store import get_round, target_of
from services.inspection.units import queries
from services.inspection.units.queries import UnitOn
from services.inspection.units.records import PastRound, Post

_TERM_MONTHS = 60


@dataclass(frozen=True)
class Gathered:
    """A briefing before it is printed, with what it rests on."""

    round_id: str
    unit_id: str
    briefing: UnitBriefing
    collected: Collected
    with_leads: bool


@dataclass(frozen=True)
class Files:
    """The two files. `leads` is empty unless the team's leader asked."""

    briefing: bytes
    leads: bytes


def gather(
    connection: sa.Connection,
    round_id: str,
    unit_id: str,
    sight: Sight,
    *,
    focus: Sequence[FocusItem] = (),
    hide_sources: bool = True,
) -> Gathered:
    """Everything that goes into the briefing, read from the ledgers and the accepted replies.

    Raises:
        NotInRoundError: the unit is not in the round.
        SourceChangedError: a letter's section is not the one that was received.

    """
    current = get_round(connection, round_id)
    target_of(connection, round_id, unit_id)
    names = rules.body_names(sight.book, sight.day)
    unit = queries.units_on(connection, [unit_id], sight.day, names)[0]
    last = queries.last_inspection(connection, unit_id, sight.day)
    term = add_months(sight.day, -_TERM_MONTHS)
    since = max(last.ended, term) if last else term
    collected = collect(connection, round_id, unit, since, sight)
    briefing = UnitBriefing(
        round_name=current.name,
        assembled=sight.day,
        unit=_card(connection, unit, last, since, sight),
        supplied=collected.supplied,
        findings=collected.findings,
        prior=_prior(connection, unit_id),
        focus=tuple(focus),
        hide_sources=hide_sources,
    )
    return Gathered(round_id, unit_id, briefing, collected, sight.with_leads)


def print_files(gathered: Gathered) -> Files:
    """The Word files; leads are printed for the leader only."""
    leads = leads_docx(gathered.briefing) if gathered.with_leads else b""
    return Files(briefing_docx(gathered.briefing), leads)


def record_briefing(tx: Transaction, gathered: Gathered, files: Files, reader: Reader) -> str:
    """Keep that the briefing was handed out, from which sections of which letters; leads only with a reason.

    Raises:
        ReasonMissingError: leads are in it and no reason was given.

    """
    briefing_id = tx.new_id()
    if gathered.with_leads:
        record_read(tx, LEADS, briefing_id, reader)
    tx.connection.execute(
        sa.insert(BRIEFINGS).values(
            id=briefing_id,
            round_id=gathered.round_id,
            unit_id=gathered.unit_id,
            assembled_by=reader.account_id,
            assembled_at=tx.now,
            digest=hashlib.sha256(files.briefing).digest(),
            leads_digest=hashlib.sha256(files.leads).digest() if files.leads else None,
            sources=[asdict(one) for one in gathered.collected.sources],
        )
    )
    ids = {"round": gathered.round_id, "unit": gathered.unit_id, "by": reader.account_id}
    note(tx, "briefing_assembled", briefing=briefing_id, leads=gathered.with_leads, **ids)
    letters = tuple({one.letter_id for one in gathered.collected.sources})
    for file in (files.briefing, files.leads):
        if file:
            digest = hashlib.sha256(file).digest()
            note_export(tx, Export(ExportKind.BRIEFING, digest, reader.account_id, letters))
    return briefing_id


def _card(connection: sa.Connection, unit: UnitOn, last: PastRound | None, since: date, sight: Sight) -> UnitCard:
    group = queries.leading_group_within(connection, unit.unit_id, since, sight.day)
    version = unit.version
    return UnitCard(
        name=unit.name,
        party_org=version.party_organization,
        org_form=version.organization_form,
        category=version.category,
        former_names=unit.former_names,
        roster=tuple(_holder(post) for post in group),
        facts=tuple(_facts(connection, unit, sight)),
        last_inspection=_last_text(last),
    )


def _facts(connection: sa.Connection, unit: UnitOn, sight: Sight) -> list[tuple[str, str]]:
    charges = queries.leaders_in_charge(connection, unit.unit_id, sight.day)
    version = unit.version
    facts = (
        ("下属延伸单位", "、".join(version.sub_units)),
        ("联系监督检查室", version.supervision_room),
        ("派驻纪检监察组", version.resident_group),
        ("县分管领导", "、".join(f"{one.leader}（{one.side}）" for one in charges)),
    )
    return [(name, text or "—") for name, text in facts]


def _holder(post: Post) -> PostHolder:
    return PostHolder(post.name, post.post, post.since, post.until)


def _last_text(last: PastRound | None) -> str:
    if last is None:
        return ""
    site = f"{last.site_from.isoformat()}至{last.ended.isoformat()}"
    return f"{numeral(last.term_no)}届第{numeral(last.seq)}轮（{site}），{_counts(last)}"


def _counts(last: PastRound) -> str:
    return f"发现问题{last.problems}个，未办结{last.unfinished}个"


def _prior(connection: sa.Connection, unit_id: str) -> tuple[PriorIssue, ...]:
    return tuple(
        PriorIssue(row.text("source"), row.text("issue"), row.text("status"), row.day("found"))
        for row in queries.open_issues(connection, unit_id)
    )
