"""What states, steps, events and acts of the contract are called on pages; the English stands in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.language.marking import N_
from guantong.node.v1 import drafts_service_pb2 as drafts

Names = Mapping[str, str]
"""The contract's word, and how it reads in Chinese."""

STATES: Names = MappingProxyType(
    {
        "unopened": N_("未发"),
        "sent": N_("已发"),
        "stored": N_("已达"),
        "viewed": N_("已阅"),
        "signed_for": N_("已签收"),
        "accepted": N_("已受理"),
        "answered": N_("已答复"),
        "returned": N_("退回补充"),
        "settled": N_("已办结"),
        "declined": N_("不予受理"),
        "interim": N_("已中期反馈"),
        "final": N_("已反馈结果"),
        "not_ours": N_("不属本单位"),
        "withdrawn": N_("已撤回"),
        "recalled": N_("已收回"),
        "closed": N_("已关闭"),
    }
)
ENDED = frozenset({"settled", "declined", "final", "not_ours", "withdrawn", "recalled", "closed"})
"""States in which nothing is owed any more."""
RUNGS: Names = MappingProxyType(
    {
        "written": N_("拟定"),
        "signed": N_("已签发"),
        "sent": N_("已发出"),
        "stored": N_("已存妥"),
        "viewed": N_("已阅读"),
        "signed_for": N_("已签收"),
        "accepted": N_("已受理"),
        "answered": N_("已答复"),
        "closed": N_("已办结"),
    }
)
EVENTS: Names = MappingProxyType(
    {
        "opened": N_("发起"),
        "stored": N_("已存妥"),
        "viewed": N_("已阅读"),
        "signed_for": N_("已签收"),
        "deemed_signed_for": N_("视同签收"),
        "accepted": N_("已受理"),
        "declined": N_("不予受理"),
        "answered": N_("已答复"),
        "supplemented": N_("补充"),
        "returned_for_completion": N_("退回补充"),
        "reply_accepted": N_("已接受答复"),
        "withdrawn": N_("已撤回"),
        "asked_back": N_("请予说明"),
        "clarified": N_("说明"),
        "reminded": N_("催办"),
        "extended": N_("已延期"),
        "suspended": N_("已中止"),
        "resumed": N_("已恢复"),
        "corrected": N_("更正"),
        "recalled": N_("已收回"),
        "deletion_certified": N_("证明已销毁"),
        "interim_result": N_("中期反馈"),
        "final_result": N_("反馈结果"),
        "returned_as_not_ours": N_("退回: 不属本单位"),
        "closed": N_("已关闭"),
    }
)
MARKS: Names = MappingProxyType({"paper": N_("纸质"), "deemed": N_("视同")})
ACTIONS: Names = MappingProxyType(
    {
        "sign_for": N_("签收"),
        "accept": N_("受理"),
        "draft": N_("拟稿"),
        "review": N_("核稿"),
        "sign": N_("签发"),
        "clarify": N_("答复反问"),
        "settle": N_("审看答复"),
        "wait": N_("等待"),
    }
)
CLOCKS: Names = MappingProxyType(
    {
        "open": N_("计算中"),
        "met": N_("按期"),
        "late_met": N_("逾期完成"),
        "suspended": N_("已中止"),
        "closed": N_("已结束"),
    }
)
MATTER_KINDS: Names = MappingProxyType({"notice": N_("通知"), "request": N_("请求"), "handover": N_("移送")})
SIDES: Names = MappingProxyType({"opener": N_("本单位发起"), "addressee": N_("本单位受理")})
CLASSES: Names = MappingProxyType(
    {
        "P0": N_("可公开"),
        "P1": N_("内部"),
        "P2": N_("内部敏感"),
        "P3": N_("限特定人员知悉"),
        "P4": N_("不得上网"),
    }
)
GROUNDS: Names = MappingProxyType(
    {
        "retention_ended": N_("保管期限届满"),
        "return_or_destroy": N_("用毕退还或销毁"),
        "wrongly_labelled": N_("密级错标或超出"),
        "recall": N_("发函单位收回"),
        "misdirected": N_("误投, 已转送"),
        "key_struck": N_("密钥已注销"),
    }
)
DRAFT_STATES: Mapping[int, str] = MappingProxyType(
    {
        drafts.DRAFT_STATE_DRAFTING: N_("拟稿中"),
        drafts.DRAFT_STATE_IN_REVIEW: N_("核稿中"),
        drafts.DRAFT_STATE_TO_SIGN: N_("待签发"),
        drafts.DRAFT_STATE_RETURNED: N_("退回修改"),
        drafts.DRAFT_STATE_SENT: N_("已签发"),
        drafts.DRAFT_STATE_DISCARDED: N_("作废"),
    }
)
