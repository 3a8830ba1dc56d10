"""What no letter may carry, whoever wrote it: a subject managed above the county, or what leads to a petitioner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.ledgers.deidentify import Originals, Risk, blocked, check_text
from services.chassis.ledgers.jurisdiction import above_county
from services.chassis.ledgers.rows import free_texts, unit_names
from services.chassis.ledgers.tables import Ledger
from services.chassis.replies.errors import (
    AttachmentRefusedError,
    CellNotAFigureError,
    NoticeIdentifiesError,
    ReplyAboveCountyError,
)
from services.chassis.replies.texts import attachments_in, texts_of, wrong_cells

_MOST_PLACES = 10


def check_leaving(connection: sa.Connection, ledgers: Sequence[Ledger], message: Message) -> None:
    """Look at a letter's content, of whatever kind, before it leaves a body that keeps these ledgers.

    What a body without petitions writes is not looked at for petitioners, except new information. A reply to a request
    for material is looked at with what the ledgers say: see `check_info_reply`.

    Raises:
        CellNotAFigureError: a cell is not the figure that its column declares.
        AttachmentRefusedError: it carries a file, and the body keeps petitions.
        ReplyAboveCountyError: it concerns a post above the county.
        NoticeIdentifiesError: it holds what leads to a petitioner.
    """
    wrong = list(wrong_cells(message))
    if wrong:
        raise CellNotAFigureError(places=shown(wrong))
    holds = any(ledger.spec.sealed for ledger in ledgers)
    if holds and attachments_in(message):
        raise AttachmentRefusedError
    if isinstance(message, content.NewInfo):
        check_new_info(message, originals_of(connection, ledgers), unit_names(connection, ledgers))
    elif holds and not isinstance(message, content.InfoReply):
        refuse_identifying(message, originals_of(connection, ledgers), unit_names(connection, ledgers))


def originals_of(connection: sa.Connection, ledgers: Iterable[Ledger]) -> Iterator[str]:
    """The petitions' own words in all of the body's ledgers: those behind the draft and those beside it."""
    for ledger in ledgers:
        yield from free_texts(connection, ledger)


def check_new_info(message: content.NewInfo, originals: Iterable[str] = (), known: Iterable[str] = ()) -> None:
    """Stop new information that concerns a post above the county, or could lead to a petitioner.

    `originals` are the petitions' own words, none of which may be copied; `known` are names of units, which no letter
    can do without.

    Raises:
        ReplyAboveCountyError: it concerns such a post.
        NoticeIdentifiesError: it holds a number, an account, a name or words that lead to a petitioner.
    """
    if above_county(message.post_concerned):
        raise ReplyAboveCountyError(places="post_concerned")
    refuse_identifying(message, originals, known)


def refuse_identifying(message: Message, originals: Iterable[str] = (), known: Iterable[str] = ()) -> None:
    """Stop a content that could lead to a petitioner, in whichever of its texts; see `check_new_info`.

    Raises:
        NoticeIdentifiesError: it holds a number, an account, a name or words that lead to a petitioner.
    """
    placed = tuple(texts_of(message))
    shared = Originals.shared((text for _, text in placed), originals, known)
    found = [(place, one.risk) for place, text in placed for one in blocked(check_text(text, shared))]
    if found:
        raise NoticeIdentifiesError(**kinds_of(risk for _, risk in found), places=shown(place for place, _ in found))


def kinds_of(risks: Iterable[Risk]) -> dict[str, str]:
    """What was found, once each, as the facts of an error in both languages."""
    kinds = sorted(set(risks), key=lambda risk: risk.name)
    return {"kinds_zh": "、".join(kind.zh for kind in kinds), "kinds_en": ", ".join(kind.en for kind in kinds)}


def shown(places: Iterable[str]) -> str:
    """The first places, each once, as an error names them."""
    return ", ".join([*dict.fromkeys(places)][:_MOST_PLACES])


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
        raise ReplyAboveCountyError(places=shown(places))
