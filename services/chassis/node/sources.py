"""What a drafted reply rests on, as the node's drafts service tells it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from guantong.node.v1 import drafts_service_pb2 as pb
from services.chassis.briefing.replying import changed_sections
from services.chassis.briefing.sources import all_links
from services.chassis.desk.drafts_service import SourcesOf
from services.chassis.desk.records import Draft
from services.chassis.node.assemble import Node


def sources_behind(node: Node) -> SourcesOf:
    """How the rows behind a draft, and the sections that the ledgers would give differently now, are found."""

    def sources_of(connection: sa.Connection, draft: Draft) -> Sequence[pb.SectionSources]:
        found = {
            (one.unit_id, one.code): pb.SectionSources(
                unit_id=one.unit_id,
                code=one.code,
                figures=[
                    pb.FigureSource(
                        place=figure.place,
                        rows=[
                            pb.RowReference(ledger=r.ledger, row_id=r.row_id, revision=r.revision) for r in figure.rows
                        ],
                    )
                    for figure in one.figures
                ],
            )
            for one in all_links(connection, draft.draft_id)
        }
        # Only a draft that was marked is compiled again: that costs a look through the ledgers.
        changed = changed_sections(connection, node.replying, draft.draft_id) if draft.stale is not None else ()
        for place in changed:
            section = found.setdefault(
                (place.unit_id, place.code), pb.SectionSources(unit_id=place.unit_id, code=place.code)
            )
            section.stale = True
        return list(found.values())

    return sources_of
