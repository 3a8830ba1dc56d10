"""What matters, their steps and their states are called, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Words = Mapping[str, tuple[str, str]]
"""The contract's word, and how it reads in Chinese and English."""

STATES: Words = MappingProxyType(
    {
        "unopened": ("未发", "not sent"),
        "sent": ("已发", "sent"),
        "stored": ("已达", "stored"),
        "viewed": ("已阅", "viewed"),
        "signed_for": ("已签收", "signed for"),
        "accepted": ("已受理", "accepted"),
        "answered": ("已答复", "answered"),
        "returned": ("退回补充", "returned"),
        "settled": ("已办结", "settled"),
        "declined": ("不予受理", "declined"),
        "interim": ("已中期反馈", "interim result"),
        "final": ("已反馈结果", "final result"),
        "not_ours": ("不属本单位", "not theirs"),
        "withdrawn": ("已撤回", "withdrawn"),
        "recalled": ("已收回", "recalled"),
        "closed": ("已关闭", "closed"),
    }
)
RUNGS: Words = MappingProxyType(
    {
        "written": ("拟定", "written"),
        "signed": ("签发", "signed"),
        "sent": ("发出", "sent"),
        "stored": ("存妥", "stored"),
        "viewed": ("阅读", "viewed"),
        "signed_for": ("签收", "signed for"),
        "accepted": ("受理", "accepted"),
        "answered": ("答复", "answered"),
        "closed": ("办结", "closed"),
    }
)
EVENTS: Words = MappingProxyType(
    {
        "opened": ("来函", "opened"),
        "stored": ("存妥", "stored"),
        "viewed": ("阅读", "viewed"),
        "signed_for": ("签收", "signed for"),
        "deemed_signed_for": ("视同签收", "deemed signed for"),
        "accepted": ("受理", "accepted"),
        "declined": ("不予受理", "declined"),
        "answered": ("答复", "answered"),
        "supplemented": ("补充", "supplemented"),
        "returned_for_completion": ("退回补充", "returned for completion"),
        "reply_accepted": ("接受答复", "reply accepted"),
        "withdrawn": ("撤回", "withdrawn"),
        "asked_back": ("请予说明", "asked back"),
        "clarified": ("说明", "clarified"),
        "reminded": ("催办", "reminded"),
        "extended": ("延期", "extended"),
        "suspended": ("中止", "suspended"),
        "resumed": ("恢复", "resumed"),
        "corrected": ("更正", "corrected"),
        "recalled": ("收回", "recalled"),
        "deletion_certified": ("证明已销毁", "deletion certified"),
        "interim_result": ("中期反馈", "interim result"),
        "final_result": ("反馈结果", "final result"),
        "returned_as_not_ours": ("不属本单位", "returned as not ours"),
        "closed": ("关闭", "closed"),
    }
)
MARKS: Words = MappingProxyType({"paper": ("纸质", "paper"), "deemed": ("视同", "deemed")})
ACTIONS: Words = MappingProxyType(
    {
        "sign_for": ("签收", "sign for"),
        "accept": ("受理", "accept"),
        "draft": ("拟稿", "draft"),
        "review": ("核稿", "review"),
        "sign": ("签发", "sign"),
        "clarify": ("答复反问", "answer a question"),
        "settle": ("接受或退回答复", "settle"),
        "wait": ("等待对方", "wait"),
    }
)
ARTICLES: Words = MappingProxyType({"county setting": ("本县规定", "county setting")})
"""What stands where a date rests on no clause of the opinion; clauses keep their ids."""
