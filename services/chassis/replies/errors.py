"""Why a text may not leave as a person has written it; the facts say where and what kind of thing, never the words."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class ReplyIdentifiesError(GuantongError):
    """The reply holds something that could lead to a petitioner; the places are named, never the words."""

    reason: ClassVar[str] = "REPLY_IDENTIFIES"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The reply holds what could lead to a person ({kinds_en}) in: {places}. Take it out, then submit it again."
    )
    message_zh: ClassVar[str] = "答复中有可能指向信访人的内容({kinds_zh}), 位置: {places}。请删去后重新提交。"


class ReplyIncompleteError(GuantongError):
    """Sections that were asked for have no state."""

    reason: ClassVar[str] = "REPLY_INCOMPLETE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "These sections have no answer yet: {sections}. Give each a state: provided, none, not held, or oral only."
    )
    message_zh: ClassVar[str] = "下列部分尚未填写情况: {sections}。请逐项填写: 有、无、未掌握或仅口头。"


class NoticeIdentifiesError(GuantongError):
    """A letter other than a reply holds what can lead to a petitioner."""

    reason: ClassVar[str] = "NOTICE_IDENTIFIES"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The text holds {kinds_en} (at {places}). Write it in your own words without that, then submit again."
    )
    message_zh: ClassVar[str] = "文稿中含有{kinds_zh}（位置：{places}）。请用自己的话改写，删去后重新提交。"


class ReplyAboveCountyError(GuantongError):
    """A text tells of a subject managed above the county; the facts say where, never who."""

    reason: ClassVar[str] = "REPLY_ABOVE_COUNTY"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The text tells of a subject managed above the county (at {places}). Take it out and send the original to the "
        "competent level on paper; do not copy or excerpt it."
    )
    message_zh: ClassVar[str] = (
        "文稿涉及上级管理对象（位置：{places}）。请删去，并将原件以纸质件转送有权机关，不得复制、摘抄。"
    )


class CellNotAFigureError(GuantongError):
    """A cell holds something else than the count, amount, percentage or date that its column declares."""

    reason: ClassVar[str] = "CELL_NOT_A_FIGURE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "Cells that hold no figure stand in columns of figures: {places}. Write whole numbers of at most nine digits, "
        "amounts as 1862400.00, dates as 2026-03-02, or leave the cell empty."
    )
    message_zh: ClassVar[str] = (
        "数字栏内有非数字内容，位置：{places}。件数填九位以内整数，金额如 1862400.00，日期如 2026-03-02，也可留空。"
    )


class AttachmentRefusedError(GuantongError):
    """A body that holds petitions sends no files: in scans and recordings nobody can look for who complained."""

    reason: ClassVar[str] = "ATTACHMENT_REFUSED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "A body that holds petitions attaches no files to its letters: a scan can show who complained. Take the file "
        "out and write what matters in your own words."
    )
    message_zh: ClassVar[str] = "存有信访件的单位不得随函附文件：扫描件可能暴露信访人。请删去附件，用自己的话写明情况。"
