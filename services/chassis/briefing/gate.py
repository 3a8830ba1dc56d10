"""What no letter may carry, whoever wrote it: a subject managed above the county, or what leads to a petitioner."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.errors import Fault, GuantongError
from services.chassis.ledgers.deidentify import Originals, blocked, check_text
from services.chassis.ledgers.jurisdiction import above_county
from services.chassis.ledgers.tables import Ledger


class NoticeIdentifiesError(GuantongError):
    """New information holds what can lead to a petitioner; the facts say what kind of thing, never the words."""

    reason: ClassVar[str] = "NOTICE_IDENTIFIES"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The text holds {kinds_en}. Write it in your own words without that, then submit again."
    message_zh: ClassVar[str] = "文稿中含有{kinds_zh}。请用自己的话改写，删去后重新提交。"


class ReplyAboveCountyError(GuantongError):
    """A reply tells of a subject managed above the county; the facts say where, never who."""

    reason: ClassVar[str] = "REPLY_ABOVE_COUNTY"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The text tells of a subject managed above the county (at {places}). Take it out and send the original to the "
        "competent level on paper; do not copy or excerpt it."
    )
    message_zh: ClassVar[str] = (
        "文稿涉及上级管理对象（位置：{places}）。请删去，并将原件以纸质件转送有权机关，不得复制、摘抄。"
    )


def refuse_above_county(reply: content.InfoReply, ledgers: Iterable[Ledger]) -> None:
    """Stop a reply with a subject above the county in a column that one of the ledgers declares for authority or rank.

    Raises:
        ReplyAboveCountyError: there is one; it says in which cell.
    """
    authority = {column.key for ledger in ledgers for column in ledger.spec if column.authority}
    places = [
        f"{section.code} t{at}.{line}.{place}"
        for unit in reply.units
        for section in unit.sections
        for at, table in enumerate(section.tables)
        for place, column in enumerate(table.columns)
        if column.key in authority
        for line, row in enumerate(table.rows)
        if place < len(row.cells) and above_county(row.cells[place])
    ]
    if places:
        raise ReplyAboveCountyError(places=", ".join(places[:10]))


def check_new_info(message: content.NewInfo, originals: Iterable[str] = ()) -> None:
    """Stop new information that concerns a post above the county, or could lead to a petitioner.

    `originals` are the petitions' own words, none of which may be copied.

    Raises:
        ReplyAboveCountyError: it concerns such a post.
        NoticeIdentifiesError: it holds a number, an account, a name or words that lead to a petitioner.
    """
    if above_county(message.post_concerned):
        raise ReplyAboveCountyError(places="post_concerned")
    texts = (message.post_concerned, message.summary, message.source_kind, message.petition_reference)
    shared = Originals.shared(texts, originals)
    risks = {finding.risk for text in texts for finding in blocked(check_text(text, shared))}
    if risks:
        kinds = sorted(risks, key=lambda risk: risk.name)
        raise NoticeIdentifiesError(
            kinds_zh="、".join(kind.zh for kind in kinds), kinds_en=", ".join(kind.en for kind in kinds)
        )
