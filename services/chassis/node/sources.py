"""What a drafted reply rests on and what was asked, as the node's drafts service tells it."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import drafts_service_pb2 as pb
from services.chassis.briefing.replying import changed_sections
from services.chassis.briefing.sources import SectionLinks, all_links
from services.chassis.correspondence.contents import read
from services.chassis.desk.drafts_service import SourcesOf
from services.chassis.desk.records import Draft
from services.chassis.exchange import reading
from services.chassis.identity.keys import Keyring
from services.chassis.node.assemble import Node

Asked = content.InfoRequest | content.OpinionRequest | content.AskBack


def sources_behind(node: Node) -> SourcesOf:
    """How the rows behind a draft, the sections that ledgers would give differently now, and the request are found."""

    def sources_of(connection: sa.Connection, draft: Draft) -> pb.GetDraftSourcesResponse:
        sections = {(one.unit_id, one.code): _section(one) for one in all_links(connection, draft.draft_id)}
        # Only a draft that was marked is compiled again: that costs a look through the ledgers.
        changed = changed_sections(connection, node.replying, draft.draft_id) if draft.stale is not None else ()
        for place in changed:
            fresh = pb.SectionSources(unit_id=place.unit_id, code=place.code)
            sections.setdefault((place.unit_id, place.code), fresh).stale = True
        response = pb.GetDraftSourcesResponse(sections=sections.values())
        _tell_asked(response, _asked(connection, node.identity.keyring, draft.address.answers_letter_id))
        return response

    return sources_of


def _section(links: SectionLinks) -> pb.SectionSources:
    figures: Iterable[pb.FigureSource] = (
        pb.FigureSource(
            place=figure.place,
            rows=[pb.RowReference(ledger=one.ledger, row_id=one.row_id, revision=one.revision) for one in figure.rows],
        )
        for figure in links.figures
    )
    return pb.SectionSources(unit_id=links.unit_id, code=links.code, figures=figures)


def _asked(connection: sa.Connection, keyring: Keyring, letter_id: str) -> Asked | None:
    letter = reading.letter(connection, keyring, letter_id) if letter_id else None
    if letter is None or letter.content is None:
        return None
    message = read(letter.header.kind, letter.content, letter.header.content_type)
    return message if isinstance(message, Asked) else None


def _tell_asked(response: pb.GetDraftSourcesResponse, asked: Asked | None) -> None:
    if asked is None:
        return
    response.questions.extend(
        pb.AskedQuestion(key=one.key, unit_id=one.unit_id, text=one.text)
        for one in (() if isinstance(asked, content.InfoRequest) else asked.questions)
    )
    if isinstance(asked, content.AskBack):
        return
    response.units.extend(pb.AskedUnit(unit_id=one.unit_id, name=one.name) for one in asked.units)
    response.asked_sections.extend(
        pb.AskedSection(code=one.code, name=one.name, article_id=one.article_id, guidance=one.guidance)
        for one in (asked.sections_required if isinstance(asked, content.InfoRequest) else ())
    )
