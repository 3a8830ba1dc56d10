"""The body's own look at a reply before others are asked to approve it: nothing that leads to a petitioner leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.briefing.checking import PlacedFinding, check_reply, originals_behind
from services.chassis.briefing.deidentify import Risk, check_text
from services.chassis.briefing.sources import rows_of
from services.chassis.desk.desk import Check, Text
from services.chassis.desk.queries import open_answers
from services.chassis.desk.records import Address
from services.chassis.errors import Fault, GuantongError
from services.chassis.ledgers.jurisdiction import above_county
from services.chassis.ledgers.tables import Ledger
from services.chassis.storage.uow import Transaction


class ReplyIdentifiesError(GuantongError):
    """The text holds what can lead to a petitioner; the facts say what kind of thing and where, never the words."""

    reason: ClassVar[str] = "REPLY_IDENTIFIES"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The text holds {kinds_en} (at {places}). Remove it, then submit again."
    message_zh: ClassVar[str] = "文稿中含有{kinds_zh}（位置：{places}）。请删去后重新提交。"


class ReplyAboveCountyError(GuantongError):
    """The text tells of a subject managed above the county; the facts say where, never who."""

    reason: ClassVar[str] = "REPLY_ABOVE_COUNTY"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The text tells of a subject managed above the county (at {places}). Take it out and send the original to the "
        "competent level on paper; do not copy or excerpt it."
    )
    message_zh: ClassVar[str] = (
        "文稿涉及上级管理对象（位置：{places}）。请删去，并将原件以纸质件转送有权机关，不得复制、摘抄。"
    )


def reply_check(ledgers: Iterable[Ledger]) -> Check:
    """The desk's check for a body with these ledgers.

    The patterns it refuses are certain; what needs judgement is shown to the reviewer by `checking.check_reply`.
    """
    kept = tuple(ledgers)
    authority = frozenset(column.key for ledger in kept for column in ledger.spec if column.authority)

    def check(tx: Transaction, address: Address, text: Text) -> None:
        if text.content_type == content.InfoReply.DESCRIPTOR.full_name:
            reply = content.InfoReply.FromString(text.content)
            _refuse_above_county(reply, authority)
            _refuse(check_reply(reply, _originals(tx.connection, kept, address)))
        elif text.content_type == content.NewInfo.DESCRIPTOR.full_name:
            _refuse(_new_info(content.NewInfo.FromString(text.content)))

    return check


def _originals(connection: sa.Connection, ledgers: tuple[Ledger, ...], address: Address) -> tuple[str, ...]:
    answers = open_answers(connection, address.answers_letter_id) if address.answers_letter_id else []
    refs = {ref for draft in answers for ref in rows_of(connection, draft.draft_id)}
    return originals_behind(connection, ledgers, sorted(refs))


def _new_info(message: content.NewInfo) -> Iterator[PlacedFinding]:
    for place in ("post_concerned", "summary", "source_kind", "petition_reference"):
        for finding in check_text(getattr(message, place)):
            yield PlacedFinding("", "", place, finding)


def _refuse(findings: Iterable[PlacedFinding]) -> None:
    refused = [one for one in findings if one.finding.risk.blocks]
    if refused:
        kinds: list[Risk] = sorted({one.finding.risk for one in refused}, key=lambda risk: risk.name)
        raise ReplyIdentifiesError(
            kinds_zh="、".join(kind.zh for kind in kinds),
            kinds_en=", ".join(kind.en for kind in kinds),
            places=_places((one.code, one.place) for one in refused),
        )


def _refuse_above_county(reply: content.InfoReply, authority: frozenset[str]) -> None:
    found = [
        (section.code, f"t{at}.{line}.{place}")
        for unit in reply.units
        for section in unit.sections
        for at, table in enumerate(section.tables)
        for place, column in enumerate(table.columns)
        if column.key in authority
        for line, row in enumerate(table.rows)
        if place < len(row.cells) and above_county(row.cells[place])
    ]
    if found:
        raise ReplyAboveCountyError(places=_places(found))


def _places(places: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{code} {place}".strip() for code, place in sorted(set(places)))
