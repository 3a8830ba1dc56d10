"""What a unit's briefing consists of: its twelve parts, what was asked and came, and what the office itself keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from services.chassis.documents.sheet import Block
from services.inspection.replies.records import SectionState

PARTS: tuple[str, ...] = (
    "单位基本情况",
    "政治生态状况",
    "问题线索及处置情况",
    "信访举报情况",
    "领导班子建设与选人用人情况",
    "意识形态、网络舆情与网络安全情况",
    "审计与财务情况",
    "主要经济社会发展指标完成情况",
    "人大、政协履职监督发现的问题",
    "上轮巡察及其他监督未办结事项",
    "建议关注事项",
    "材料完整性一览",
)
"""The twelve parts, in the order of the paper."""

UNIT_PART = 1
LEADS_PART = 3
PETITIONS_PART = 4
DUTY_PART = 9
OTHER_PART = 10
FOCUS_PART = 11
COMPLETENESS_PART = 12

_PART_OF_SECTION: Mapping[str, int] = MappingProxyType(
    {
        "discipline.political_ecology": 2,
        "discipline.leads_and_disposal": LEADS_PART,
        "discipline.petitions": PETITIONS_PART,
    }
)
_PART_OF_BODY: Mapping[str, int] = MappingProxyType(
    {
        "discipline": 2,
        "petitions": PETITIONS_PART,
        "organization": 5,
        "publicity": 6,
        "audit": 7,
        "finance": 7,
        "statistics": 8,
        "congress": DUTY_PART,
        "cppcc": DUTY_PART,
    }
)


def part_of(body: str, code: str) -> int:
    """The part that a section belongs to; what the twelve parts do not foresee goes with other supervision."""
    return _PART_OF_SECTION.get(code) or _PART_OF_BODY.get(body, OTHER_PART)


@dataclass(frozen=True)
class Supplied:
    """One section one body was asked for, and what came.

    `part` is the part of the briefing it belongs to; `leader_only` material goes into the leader's file alone.
    `answered` is the Beijing date on which the leader of the body signed the reply. `uncounted` are replies of the body
    that came and do not count.
    """

    body: str
    body_name: str
    code: str
    title: str
    part: int
    article: str
    state: SectionState
    leader_only: bool = False
    text: str = ""
    blocks: Sequence[Block] = ()
    answered: date | None = None
    late: bool = False
    document_number: str = ""
    uncounted: int = 0

    def for_everybody(self) -> Supplied:
        """The same as it may be shown to others than the team's leader.

        What is for the leader alone looks the same whatever came, whenever it came, and if nothing did.
        """
        if not self.leader_only:
            return self
        return replace(
            self,
            state=SectionState.LEADER_ONLY,
            text="",
            blocks=(),
            answered=None,
            late=False,
            document_number="",
            uncounted=0,
        )


@dataclass(frozen=True, kw_only=True)
class DutyFinding:
    """A problem that congress or CPPCC found in their own activities and told of unasked (A1.2c).

    `unsure` says that the unit was named in a way that other units go by, too.
    """

    body_name: str
    title: str
    text: str
    told: date
    blocks: Sequence[Block] = ()
    document_number: str = ""
    unsure: bool = False


@dataclass(frozen=True)
class PostHolder:
    """One member of the leading group on the roster, with dates."""

    name: str
    post: str
    since: date | None
    until: date | None = None


@dataclass(frozen=True)
class UnitCard:
    """The office's own data on the unit: part 1."""

    name: str
    party_org: str
    org_form: str
    category: str
    former_names: Sequence[str] = ()
    roster: Sequence[PostHolder] = ()
    facts: Sequence[tuple[str, str]] = ()
    last_inspection: str = ""


@dataclass(frozen=True)
class PriorIssue:
    """An item of the last inspection or of other supervision that is not closed (A3.5c, A5.1g)."""

    source: str
    issue: str
    status: str
    found: date | None


@dataclass(frozen=True)
class FocusItem:
    """One thing to look at: who, what, where; `source` is hidden from members if the leader so chooses."""

    subject: str
    place: str
    source: str


@dataclass(frozen=True)
class UnitBriefing:
    """Everything that goes into the documents of one unit of one round."""

    round_name: str
    assembled: date
    unit: UnitCard
    supplied: Sequence[Supplied]
    findings: Sequence[DutyFinding] = ()
    prior: Sequence[PriorIssue] = ()
    focus: Sequence[FocusItem] = ()
    hide_sources: bool = True
