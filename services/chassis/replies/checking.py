"""The last look at a reply before it is signed: every section answered, nothing that leads to a petitioner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.briefing.compiling import ChangedSection, ReplyRequest, compile_reply
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.replying import Replying, local_of, look_backs
from services.chassis.briefing.wire import reply_of, request_of
from services.chassis.clock import beijing_date
from services.chassis.exchange.errors import ContentDestroyedError
from services.chassis.exchange.model import StoredLetter
from services.chassis.ledgers.deidentify import Finding, Originals, check_text
from services.chassis.replies.errors import ReplyIdentifiesError, ReplyIncompleteError
from services.chassis.replies.leaving import kinds_of, originals_of, refuse_above_county, shown
from services.chassis.replies.texts import texts_of


@dataclass(frozen=True, order=True)
class PlacedFinding:
    """A finding and the section it is in. `place` is `text`, `remarks`, or `t0.2.1` as for figures."""

    unit_id: str
    code: str
    place: str
    finding: Finding


def check_info_reply(
    connection: sa.Connection, replying: Replying, request: StoredLetter, reply: content.InfoReply
) -> None:
    """Refuse a reply that leaves a section open, tells of somebody above the county, or could lead to a petitioner.

    Raises:
        ReplyIncompleteError: sections without a state.
        ReplyAboveCountyError: a subject managed above the county.
        ReplyIdentifiesError: something that leads to a person.
        ContentDestroyedError: what was asked is gone.

    """
    if request.content is None:
        raise ContentDestroyedError(letter_id=request.header.letter_id)
    refuse_above_county(reply, replying.body.ledgers)
    day = beijing_date(request.header.written_at)
    message = content.InfoRequest.FromString(request.content)
    asked = request_of(message, day, look_backs(replying.book, replying.body.id, day))
    own = compile_reply(asked, LedgerReader(connection), replying.body, local_of(connection, replying, day))
    missing = [one for one in unanswered(reply, asked) if one.unit_id not in own.recused]
    if missing:
        raise ReplyIncompleteError(sections=", ".join(f"{one.unit_id}/{one.code}" for one in missing))
    placed = check_reply(reply, originals_of(connection, replying.body.ledgers), reply_of(own))
    found = [one for one in placed if one.finding.risk.blocks]
    if found:
        kinds = kinds_of(one.finding.risk for one in found)
        raise ReplyIdentifiesError(**kinds, places=shown(_named(one, asked) for one in found))


def check_reply(
    reply: content.InfoReply, originals: Iterable[str] = (), compiled: content.InfoReply | None = None
) -> tuple[PlacedFinding, ...]:
    """Everything in the reply's words that could lead to a petitioner.

    `originals`: see `originals_of`. `compiled` is what the ledgers themselves say, in which nothing is copied: units'
    names and the like.
    """
    placed = tuple(_words(reply))
    known = [] if compiled is None else [text for *_, text in _words(compiled)]
    shared = Originals.shared((text for *_, text in placed), originals, known)
    return tuple(
        sorted(
            PlacedFinding(unit_id, code, place, finding)
            for unit_id, code, place, text in placed
            for finding in check_text(text, shared)
        )
    )


def unanswered(reply: content.InfoReply, request: ReplyRequest) -> tuple[ChangedSection, ...]:
    """Sections asked for that the reply does not answer with one of the states."""
    answered = {
        (unit.unit_id, section.code)
        for unit in reply.units
        for section in unit.sections
        if section.state != content.SECTION_STATE_UNSPECIFIED
    }
    return tuple(
        ChangedSection(unit.unit_id, section.code)
        for unit in request.units
        for section in request.sections
        if (unit.unit_id, section.code) not in answered
    )


def _words(reply: content.InfoReply) -> Iterator[tuple[str, str, str, str]]:
    for unit in reply.units:
        for section in unit.sections:
            yield from ((unit.unit_id, section.code, place, text) for place, text in texts_of(section))
        yield from ((unit.unit_id, "", place, text) for place, text in texts_of(unit, without={"sections"}))
    yield from (("", "", place, text) for place, text in texts_of(reply, without={"units"}))


def _named(one: PlacedFinding, asked: ReplyRequest) -> str:
    """The place by what was asked: an id that the reply's writer made up may be what was found, and is not repeated."""
    unit_id = one.unit_id if one.unit_id in {unit.unit_id for unit in asked.units} else "?"
    code = one.code if one.code in {section.code for section in asked.sections} else "?"
    return f"{unit_id}/{code}/{one.place}"
