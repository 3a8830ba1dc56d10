"""What kinds and states of the registers are called on pages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.language.marking import N_
from guantong.node.v1 import destruction_service_pb2 as destruction
from guantong.node.v1 import disclosures_service_pb2 as disclosures

DISCLOSURE_KINDS: Mapping[int, str] = MappingProxyType(
    {
        disclosures.DISCLOSURE_KIND_UNSEALING: N_("启封信访人身份"),
        disclosures.DISCLOSURE_KIND_EXPORT: N_("导出台账"),
        disclosures.DISCLOSURE_KIND_MATTER: N_("导出事项"),
    }
)
DISCLOSURE_STATES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        disclosures.DISCLOSURE_STATE_ASKED: ("wait", N_("待批准")),
        disclosures.DISCLOSURE_STATE_APPROVED: ("good", N_("已批准, 待领取")),
        disclosures.DISCLOSURE_STATE_REFUSED: ("off", N_("未批准")),
        disclosures.DISCLOSURE_STATE_LAPSED: ("off", N_("未按时领取, 已失效")),
        disclosures.DISCLOSURE_STATE_TAKEN: ("good", N_("已领取")),
    }
)
DESTRUCTION_STATES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        destruction.DESTRUCTION_STATE_ASKED: ("wait", N_("待批准")),
        destruction.DESTRUCTION_STATE_DESTROYED: ("good", N_("已销毁")),
        destruction.DESTRUCTION_STATE_REFUSED: ("off", N_("未批准")),
    }
)
GROUNDS: Mapping[destruction.DestructionGround.ValueType, str] = MappingProxyType(
    {
        destruction.DESTRUCTION_GROUND_RETENTION_ENDED: N_("保管期限届满"),
        destruction.DESTRUCTION_GROUND_RETURN_OR_DESTROY: N_("用毕退还或销毁"),
        destruction.DESTRUCTION_GROUND_WRONGLY_LABELLED: N_("密级错标或超出"),
        destruction.DESTRUCTION_GROUND_RECALL: N_("发函单位收回"),
        destruction.DESTRUCTION_GROUND_MISDIRECTED: N_("误投, 已转送"),
        destruction.DESTRUCTION_GROUND_KEY_STRUCK: N_("密钥已注销"),
    }
)
ASKABLE = tuple(list(GROUNDS)[:4])
"""Grounds on which a person asks; the others are the node's own."""
CAUSES: Mapping[destruction.HoldCause.ValueType, str] = MappingProxyType(
    {
        destruction.HOLD_CAUSE_SUPERVISION: N_("监督检查"),
        destruction.HOLD_CAUSE_COMPLAINT: N_("申诉或举报核查"),
        destruction.HOLD_CAUSE_AUDIT: N_("审计"),
    }
)
OUTCOMES: Mapping[destruction.CopyOutcome.ValueType, str] = MappingProxyType(
    {
        destruction.COPY_OUTCOME_DESTROYED: N_("已销毁"),
        destruction.COPY_OUTCOME_RECOVERED: N_("已收回"),
        destruction.COPY_OUTCOME_NOT_FOUND: N_("未能找到"),
    }
)
EXPORT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "letter_print": N_("函件打印件"),
        "draft_print": N_("文稿打印件"),
        "ledger": N_("台账"),
        "proof": N_("事项证据文件"),
        "briefing": N_("巡前情况"),
        "attachment": N_("附件"),
        "journal": N_("日志"),
    }
)
STEPS: Mapping[str, str] = MappingProxyType(
    {
        "strike": N_("备份密钥单待划去密钥"),
        "register": N_("销毁名册待写入"),
        "scrub": N_("数据库文件待清除"),
    }
)
