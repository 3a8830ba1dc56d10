"""What a request starts at the desk the moment it is handled: a drafted reply, or a form for an opinion."""

from __future__ import annotations

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.briefing.replying import Replying, draft_on_arrival
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.correspondence.office import Received
from services.chassis.desk.desk import Text
from services.chassis.desk.drafts import NewDraft, create_draft
from services.chassis.desk.records import Address
from services.chassis.storage import Transaction

INFO_REQUEST, INFO_REPLY = "info.request", "info.reply"
OPINION_REQUEST, OPINION_REPLY = "opinion.request", "opinion.reply"


def draft_info_reply(tx: Transaction, replying: Replying, received: Received) -> None:
    """Draft the reply to a request for material from the body's own ledgers."""
    if isinstance(received.content, content.InfoRequest):
        draft_on_arrival(tx, replying, received.letter.header, received.content)


def draft_opinion_reply(tx: Transaction, replying: Replying, received: Received) -> None:
    """Start the reply to a request for an opinion: every unit and question listed, the opinion left to people."""
    if not isinstance(received.content, content.OpinionRequest):
        return
    header = received.letter.header
    reply = content.OpinionReply(
        opinions=[content.UnitOpinion(unit_id=unit.unit_id) for unit in received.content.units],
        answers=[content.Answer(key=one.key, unit_id=one.unit_id) for one in received.content.questions],
    )
    address = Address(OPINION_REPLY, (header.sender,), matter_id=header.matter_id, answers_letter_id=header.letter_id)
    text = Text(type_name(reply), words_of(reply))
    create_draft(tx, replying.desk, NewDraft(address, text, header.recipient_subunit), "")
