"""The last look at a reply before it is signed: every section answered, nothing that leads to a petitioner."""

from __future__ import annotations

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.briefing.checking import check_reply, originals_of, unanswered
from services.chassis.briefing.compiling import compile_reply
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.replying import Replying, local_of, look_backs
from services.chassis.briefing.wire import reply_of, request_of
from services.chassis.clock import beijing_date
from services.chassis.exchange.errors import ContentDestroyedError
from services.chassis.exchange.model import StoredLetter
from services.chassis.ledgers.deidentify import blocked
from services.chassis.replies.errors import ReplyIdentifiesError, ReplyIncompleteError


def check_info_reply(
    connection: sa.Connection, replying: Replying, request: StoredLetter, reply: content.InfoReply
) -> None:
    """Refuse a reply that leaves a section open or could lead to a petitioner.

    Raises:
        ReplyIncompleteError: sections without a state.
        ReplyIdentifiesError: something that leads to a person.
        ContentDestroyedError: what was asked is gone.

    """
    if request.content is None:
        raise ContentDestroyedError(letter_id=request.header.letter_id)
    day = beijing_date(request.header.written_at)
    message = content.InfoRequest.FromString(request.content)
    asked = request_of(message, day, look_backs(replying.book, replying.body.id, day))
    own = compile_reply(asked, LedgerReader(connection), replying.body, local_of(connection, replying, day))
    missing = [one for one in unanswered(reply, asked) if one.unit_id not in own.recused]
    if missing:
        raise ReplyIncompleteError(sections=", ".join(f"{one.unit_id}/{one.code}" for one in missing))
    placed = check_reply(reply, originals_of(connection, replying.body.ledgers), reply_of(own))
    refused = set(blocked([one.finding for one in placed]))
    found = [one for one in placed if one.finding in refused]
    if found:
        kinds = sorted({one.finding.risk for one in found}, key=lambda risk: risk.name)
        raise ReplyIdentifiesError(
            kinds_zh="、".join(risk.zh for risk in kinds),
            kinds_en=", ".join(risk.en for risk in kinds),
            places=", ".join(f"{one.unit_id}/{one.code}/{one.place}" for one in found[:10]),
        )
