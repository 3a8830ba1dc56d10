"""Why an act is not possible or does not count, said in both languages."""

from __future__ import annotations

from enum import Enum


class Why(Enum):
    """A stable reason with the sentence a person reads."""

    NOT_OPENED = ("事项尚未发出。", "The matter has not been opened yet.")
    ALREADY_OPENED = ("事项已经发出，不能再次发出。", "The matter is already open; it is opened once.")
    WRONG_SIDE = ("此步骤应由对方办理。", "This step belongs to the other side.")
    NOT_THIS_KIND = ("此类事项没有这一步骤。", "Matters of this kind have no such step.")
    SIGN_FIRST = ("请先签收。", "Sign for the letter first.")
    ACCEPT_FIRST = ("请先受理。", "Accept the matter first.")
    ALREADY_SIGNED_FOR = ("已经签收。", "The letter has already been signed for.")
    ALREADY_ACCEPTED = ("已经受理。", "The matter has already been accepted.")
    ALREADY_ANSWERED = ("已经答复；如有新情况请补充。", "The reply is already given; send a supplement instead.")
    NOT_ANSWERED = ("尚未答复。", "There is no reply yet.")
    NOTHING_RUNNING = ("没有正在计算的期限。", "No clock is running in this state.")
    OVER = ("事项已经结束。", "The matter is over.")
    NOT_RECALLED = ("该函未被撤回。", "The letter has not been recalled.")
    SIGNED_IS_THE_END = ("通知以签收为终点，不能退回未签状态。", "A notice ends when it is signed for.")
    RESULT_INSTEAD = (
        "已经受理，不能再作不属本单位退回；请以“移送”作为办理结果。",
        "It has been accepted and cannot be returned as not ours; give the result 'transferred'.",
    )
    OPENER_PREVAILED = (
        "与发起方的来函同时发出；以发起方为准，本件保留备查。",
        "It crossed with an act of the side that opened the matter, which prevails; this one is kept and shown.",
    )
    GUARD = ("缺少必要条件。", "A condition of this step is not met.")
    SPEAKS_FOR_OTHER = (
        "一方不能代替另一方办理；只能登记对方的纸质办理情况。",
        "One side cannot act for the other; it can only record what the other did on paper.",
    )

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return self.value[0]

    @property
    def en(self) -> str:
        """The sentence in English."""
        return self.value[1]


LASTING = frozenset({Why.NOT_OPENED, Why.ALREADY_OPENED, Why.WRONG_SIDE, Why.NOT_THIS_KIND})
"""Reasons that hold whatever the writer had seen: crossing is no excuse for them."""
