"""Letters: what a list tells of each, the receipt ladder it climbed, and one that was opened."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from gateway.api.models.common import Model, Next, Paged, Words, when
from gateway.api.wording import told
from guantong.node.v1 import letters_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2 as matters_pb


class LettersQuery(Paged):
    """Which letters are wanted."""

    direction: Annotated[Literal["in", "out"] | None, told("来函或去函", "Received or sent", "in")] = None
    matter_id: Annotated[str, Field(max_length=64), told("只看该事项的函件", "Only of this matter")] = ""
    kind: Annotated[str, Field(max_length=60), told("只看该种类的函件", "Only of this kind", "info.request")] = ""
    peer: Annotated[str, Field(max_length=60), told("只看与该单位往来的函件", "Only from or to this body", "audit")] = (
        ""
    )
    text: Annotated[
        str,
        Field(max_length=100),
        told(
            "发文字号、函件编号前六位以上, 或种类、单位名称的一部分; 不检索正文",
            "A document number, six or more characters of an id, or part of a kind's or body's name; no contents",
        ),
    ] = ""
    from_date: Annotated[date | None, told("起始日(北京时间)", "First day, Beijing", "2026-03-02")] = None
    to_date: Annotated[date | None, told("截止日(含)", "Last day, included", "2026-03-31")] = None
    unread: Annotated[bool, told("只看尚未有人查看的来函", "Only what came and nobody has viewed")] = False
    matter_state: Annotated[
        str, Field(max_length=40), told("只看处于该状态的事项的函件", "Only of matters in this state", "sent")
    ] = ""

    def message(self) -> pb.ListLettersRequest:
        """As the node takes it."""
        return pb.ListLettersRequest(
            direction=self.direction or "",
            matter_id=self.matter_id,
            kind=self.kind,
            page_size=self.page_size,
            page_token=self.page_token,
            text=self.text,
            peer=self.peer,
            from_date=self.from_date.isoformat() if self.from_date else "",
            to_date=self.to_date.isoformat() if self.to_date else "",
            unread=self.unread,
            matter_state=self.matter_state,
        )


class Rung(Model):
    """One rung of the receipt ladder."""

    step: Annotated[
        str,
        told(
            "written 拟成、signed 签发、sent 发出、stored 收存、viewed 查看、signed_for 签收、"
            "accepted 受理、answered 答复、closed 办结",
            "written, signed, sent, stored, viewed, signed_for, accepted, answered or closed",
            "stored",
        ),
    ]
    time: Annotated[datetime | None, told("到达该级的时间; 仅知已到达时为空", "When; null where only known that")]
    claimed_by: Annotated[str | None, told("由哪个单位陈述", "The body that states the time", "audit")]
    mark: Annotated[
        str | None, told("纸质送达(paper)或视为送达(deemed)", "paper or deemed where it did not come by letter", None)
    ]


class Letter(Model):
    """A letter as lists show it, with its receipts and without its content."""

    letter_id: Annotated[str, told("函件的永久编号", "Permanent identifier", "019f2b6c-7a10-7d34-9c51-2f6f0a4b8e11")]
    matter_id: Annotated[str | None, told("所属事项", "The matter it belongs to")]
    opens_matter: Annotated[bool, told("是否开启该事项", "Whether it opened the matter")]
    matter_state: Annotated[str | None, told("事项状态", "State of the matter", "signed_for")]
    kind: Annotated[str, told("函件种类", "Kind of the rulebook", "info.request")]
    title: Annotated[Words, told("种类名称", "Name of the kind")]
    sender: Annotated[str, told("发函单位", "Sending body", "inspection")]
    recipient: Annotated[str, told("收函单位", "Receiving body", "audit")]
    sub_unit: Annotated[str | None, told("收函单位的内设机构", "Sub-unit of the recipient", None)]
    number: Annotated[int, told("在该通道中的序号, 从 1 起", "Place in the channel, from 1", 7)]
    document_number: Annotated[str | None, told("发文字号", "Document number", "青巡办函〔2026〕12号")]
    confidentiality: Annotated[str, told("数据等级 P0 至 P2", "Data class, P0 to P2", "P1")]
    written_time: Annotated[datetime | None, told("拟成时间(发函方时钟)", "When it was written, by the sender's clock")]
    stored_time: Annotated[datetime | None, told("本节点收存时间", "When this node stored it, if it came")]
    receipted: Annotated[bool, told("对方签名回执是否已覆盖此函", "Whether the peer's signed receipt covers it")]
    reached_step: Annotated[str | None, told("已到达的最高一级", "Highest rung reached", "signed_for")]
    ladder: Annotated[list[Rung], told("回执阶梯, 自下而上", "The receipt ladder, lowest rung first")]
    holder: Annotated[str | None, told("函件现在谁处", "The body that has it now", "audit")]
    held_since_time: Annotated[datetime | None, told("自何时起", "Since when")]
    unread: Annotated[bool, told("来函且本单位尚无人查看", "It came, and nobody here has viewed it")]


class LetterPage(Model):
    """A page of letters, newest first."""

    items: list[Letter]
    next: Next


class Destroyed(Model):
    """What is known of content that was destroyed."""

    time: Annotated[datetime | None, told("本节点销毁时间", "When it was destroyed here")]
    ground: Annotated[str, told("销毁依据", "By what ground", "retention_ended")]


class OpenedLetter(Model):
    """A letter with its content."""

    letter: Letter
    lines: Annotated[list[str], told("正文, 逐行, 中文", "The content as lines people read, in Chinese")]
    content_type: Annotated[str, told("正文的消息类型", "Message type of the content", "InfoRequest")]
    content: Annotated[
        str,
        Field(json_schema_extra={"contentEncoding": "base64"}),
        told("正文的原始字节(base64), 可据以验签", "The exact bytes, base64, as they were signed"),
    ]
    signer: Annotated[str | None, told("签发人职务和姓名", "Post and name of who signed", "主任 王某")]
    signature_verified: Annotated[bool, told("发函方签名现仍有效", "Whether the sender's signature verifies")]
    destroyed: Annotated[Destroyed | None, told("正文已销毁时的说明", "Present when the content was destroyed", None)]


def rung(step: matters_pb.LadderStep) -> Rung:
    """One rung as the node tells it."""
    return Rung(step=step.step, time=when(step.time), claimed_by=step.claimed_by or None, mark=step.mark or None)


def letter(one: pb.LetterSummary) -> Letter:
    """A letter as the node tells of it."""
    return Letter(
        letter_id=one.letter_id,
        matter_id=one.matter_id or None,
        opens_matter=one.opens_matter,
        matter_state=one.matter_state or None,
        kind=one.kind,
        title=Words(zh=one.title_zh, en=one.title_en),
        sender=one.sender,
        recipient=one.recipient,
        sub_unit=one.sub_unit or None,
        number=one.number,
        document_number=one.document_number or None,
        confidentiality=one.confidentiality,
        written_time=when(one.written_time),
        stored_time=when(one.stored_time),
        receipted=one.receipted,
        reached_step=one.reached_step or None,
        ladder=[rung(step) for step in one.ladder],
        holder=one.holder or None,
        held_since_time=when(one.held_since_time),
        unread=one.unread,
    )


def opened(one: pb.OpenLetterResponse) -> OpenedLetter:
    """An opened letter as the node hands it out."""
    gone = one.destroyed if one.HasField("destroyed") else None
    return OpenedLetter(
        letter=letter(one.letter),
        lines=list(one.lines),
        content_type=one.content_type,
        content=base64.b64encode(one.content).decode("ascii"),
        signer=one.signer or None,
        signature_verified=one.signature_verified,
        destroyed=Destroyed(time=when(gone.destroyed_time), ground=gone.ground) if gone else None,
    )
