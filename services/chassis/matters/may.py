"""Whether a side may take a step now; a refusal names its article, or says that the county set the rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.chassis.errors import Fault, GuantongError
from services.chassis.matters.fold import TABLES, Matter, judge
from services.chassis.matters.guards import GUARDS
from services.chassis.matters.model import COUNTY_SETTING, Act, Event, Facts, Kind, Medium, Side, Standing
from services.chassis.matters.reasons import Why

_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Refusal:
    """Why a step is refused, in words for the person who asked."""

    reason: str
    article: str
    message_zh: str
    message_en: str


class MatterRefusedError(GuantongError):
    """The matter is not where this step needs it, or a condition is missing: do what the message says, or wait."""

    reason = "MATTER_REFUSED"
    fault = Fault.STATE
    message_en = "{explanation_en} (event {event}, state {state}, rule: {article})"
    message_zh = "{explanation_zh}（步骤：{event}；当前状态：{state}；依据：{article}）"


def fresh(kind: Kind) -> Matter:
    """A matter in which nothing has happened yet."""
    return Matter(kind, Standing(), ())


def may(
    matter: Matter,
    event: Event,
    side: Side,
    facts: Facts,
    *,
    on_paper_for_other: bool = False,
    articles: Mapping[Event, str] | None = None,
) -> Refusal | None:
    """None when `side` may do `event` now, else the refusal.

    `side` is whose step it is. `on_paper_for_other` says that the other side's office records it from paper.
    `articles` gives the letter kind's own articles where they differ from the table's.
    """
    act = Act(
        letter_id="",
        event=event,
        writer=side.other if on_paper_for_other else side,
        number=0,
        at=_NO_MOMENT,
        facts=facts,
        on_behalf=on_paper_for_other,
        medium=Medium.PAPER if on_paper_for_other else Medium.NODE,
    )
    ruling = judge(TABLES[matter.kind], matter.standing, act, crossed=False)
    if ruling.why is None:
        return None
    article = ruling.row.article if ruling.row else COUNTY_SETTING
    if articles and event in articles:
        article = articles[event]
    if ruling.why is Why.GUARD and ruling.guard is not None:
        guard = GUARDS[ruling.guard]
        return Refusal(guard.name.upper(), article, guard.zh, guard.en)
    return Refusal(ruling.why.name, article, ruling.why.zh, ruling.why.en)


def demand(
    matter: Matter,
    event: Event,
    side: Side,
    facts: Facts,
    *,
    on_paper_for_other: bool = False,
    articles: Mapping[Event, str] | None = None,
) -> None:
    """Raise MatterRefusedError unless the step is possible now."""
    refusal = may(matter, event, side, facts, on_paper_for_other=on_paper_for_other, articles=articles)
    if refusal is not None:
        raise MatterRefusedError(
            event=event,
            state=matter.state,
            rule=refusal.reason,
            article=refusal.article,
            explanation_zh=refusal.message_zh,
            explanation_en=refusal.message_en,
        )
