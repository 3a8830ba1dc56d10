"""What the pages of decisions show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.language.marking import N_
from gateway.visit import Visit
from gateway.web.colleagues import NameOf
from guantong.node.v1 import decisions_service_pb2 as pb

STATES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        pb.DECISION_STATE_ENTERED: ("soon", N_("待确认")),
        pb.DECISION_STATE_CONFIRMED: ("good", N_("已确认")),
        pb.DECISION_STATE_REFUSED: ("late", N_("未予确认")),
        pb.DECISION_STATE_CORRECTED: ("off", N_("已更正")),
    }
)
FORMS: Mapping[int, str] = MappingProxyType(
    {pb.DECISION_FORM_MEETING: N_("会议"), pb.DECISION_FORM_CIRCULATION: N_("传批")}
)
ACTS: Mapping[str, str] = MappingProxyType(
    {
        "plan.agree": N_("同意方案"),
        "targets.fix": N_("确定对象"),
        "team.authorize": N_("授权巡察组"),
        "gap.substitute": N_("指定替代单位"),
    }
)
DECIDERS = ("leading_group", "secretary_meeting", "office_head")
_OFFICE_HEAD = N_("巡察办负责人")


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision."""

    decision_id: str
    number: str
    date: str
    decided_by: str
    form: str
    acts: str
    tone: str
    state: str
    entered_by: str
    entered: Timestamp
    settled_by: str
    mine: bool
    """Whether the visitor entered it, and so cannot be who confirms it."""
    waiting: bool


def decision_line(visit: Visit, one: pb.Decision, name_of: NameOf) -> DecisionLine:
    """One decision of a list."""
    tone, state = STATES.get(one.state, ("off", ""))
    text = one.text
    return DecisionLine(
        decision_id=one.decision_id,
        number=text.number,
        date=text.decided_date,
        decided_by=decider(visit, text.decided_by),
        form=visit.say(FORMS[text.form]) if text.form in FORMS else "",
        acts="、".join(visit.say(ACTS.get(act, act)) for act in text.scope.acts),
        tone=tone,
        state=visit.say(state),
        entered_by=name_of(one.entered_by_account_id),
        entered=one.entered_time,
        settled_by=name_of(one.settled_by_account_id) if one.HasField("settled_by_account_id") else "",
        mine=one.entered_by_account_id == visit.me.account_id,
        waiting=one.state == pb.DECISION_STATE_ENTERED,
    )


def decider(visit: Visit, who: str) -> str:
    """Who decided, by name."""
    return visit.say(_OFFICE_HEAD) if who == "office_head" else visit.name_of(who)
