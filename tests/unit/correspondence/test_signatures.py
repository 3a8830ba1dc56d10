"""Whether a leader signs a letter is the rulebook's word on its kind: what the node itself tells goes out without."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence.errors import SignatureMissingError, demand_signature
from services.chassis.correspondence.facts import facts_for
from services.chassis.exchange.model import Signer
from services.chassis.matters.may import fresh, may
from services.chassis.matters.model import Event, Kind, Side
from services.chassis.rulebook import load

BOOK = load()
LEADER = Signer("甲某", "局长", datetime(2026, 3, 2, 1, tzinfo=UTC))
BY_THE_NODE = ("calendar.moved", "new_info.forward")


def may_open(kind_id: str, signer: Signer | None) -> bool:
    kind = BOOK.kind(kind_id)
    facts = facts_for(kind, content.Notice(), signer)
    return may(fresh(Kind(kind.matter)), Event.OPENED, Side.OPENER, facts) is None


@pytest.mark.parametrize("kind_id", BY_THE_NODE)
def test_what_the_node_tells_by_itself_waits_for_no_leader(kind_id: str):
    assert may_open(kind_id, None)
    demand_signature(BOOK.kind(kind_id), None)


def test_every_other_letter_that_opens_a_matter_is_signed_by_a_leader():
    opening = [kind.id for kind in BOOK.letter_kinds if kind.effect == "opens" and kind.matter != "handover"]

    unsigned = [kind_id for kind_id in opening if may_open(kind_id, None)]

    assert unsigned == [kind_id for kind_id in opening if kind_id in BY_THE_NODE]
    assert all(may_open(kind_id, LEADER) for kind_id in opening)


@pytest.mark.parametrize("kind_id", ["recall", "correction", "matter.declined", "info.reply"])
def test_an_unsigned_letter_of_a_kind_that_is_signed_does_not_count(kind_id: str):
    with pytest.raises(SignatureMissingError):
        demand_signature(BOOK.kind(kind_id), None)
    demand_signature(BOOK.kind(kind_id), LEADER)
