"""Destruction over the node's API: who may ask, decide and look, as far as they may read; each request done once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import destruction_service_pb2 as pb
from services.chassis.correspondence.around import NOTICE
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.destruction.account import destroyed_letters
from services.chassis.destruction.finishing import Finishing
from services.chassis.exchange.model import LetterDraft, Signer
from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty
from tests.fixtures.served import ServedOffice, person, serving
from tests.integration.correspondence.letters_for_tests import new_info
from tests.integration.correspondence.test_matters_service import refusal
from tests.integration.destruction.destroying_for_tests import Persons, finishing, has_content, told


async def listed(served: ServedOffice, who: str) -> list[str]:
    found = await served.destruction("ListDestructions", pb.ListDestructionsRequest(), who)
    return [one.destruction_id for one in found.destructions]


def place(served: ServedOffice, matter_id: str, who: str = "audit_admin", request_id: str = "h") -> Any:
    request = pb.PlaceHoldRequest(
        matter_id=matter_id, cause=pb.HOLD_CAUSE_AUDIT, reason="年度审计", request_id=request_id
    )
    return served.destruction("PlaceHold", request, who)


async def test_one_asks_a_leader_approves_and_both_are_done_once(office_county_on_both: OfficeCounty, tmp_path: Path):
    county = office_county_on_both
    congress, _ = await county.open("congress", "inspection")
    letter_id = told(county, congress, "inspection")
    finish = finishing(congress, tmp_path)

    async with serving(congress, {"leader-2": person("second", Role.LEADER)}, finish.finish) as served:
        persons = Persons(served)
        first, again = [await persons.ask(letter_ids=[letter_id], document_number="青档〔2026〕1号") for _ in range(2)]
        assert first == again
        assert first.letter_count == 1
        for who in ("clerk", "reviewer", "security_admin"):
            assert await refusal(persons.approve(first.destruction_id, who)) == "ROLE_MISSING"
        done, repeated = [await persons.approve(first.destruction_id) for _ in range(2)]
        assert done == repeated
        assert done.destroyed_count == 1
        assert await refusal(persons.approve(first.destruction_id, "leader-2", "other")) == "DESTRUCTION_NOT_OPEN"
        shown = await persons.show(first.destruction_id, "audit_admin")
        assert (shown.destruction.state, shown.outstanding) == (pb.DESTRUCTION_STATE_DESTROYED, [])
        assert shown.destruction.document_number == "青档〔2026〕1号"
    assert not has_content(congress, letter_id)


async def test_a_leader_who_asks_needs_another_leader(office_county: OfficeCounty, tmp_path: Path):
    congress, _ = await office_county.open("congress", "inspection")
    letter_id = told(office_county, congress, "inspection")

    finish = finishing(congress, tmp_path).finish
    async with serving(congress, {"leader-2": person("second", Role.LEADER)}, finish) as served:
        persons = Persons(served)
        asked = await persons.ask("leader", letter_ids=[letter_id])
        assert await refusal(persons.approve(asked.destruction_id)) == "DESTRUCTION_SAME_PERSON"
        await persons.approve(asked.destruction_id, "leader-2")
    assert not has_content(congress, letter_id)


async def test_what_is_for_named_persons_is_asked_decided_and_listed_by_them_alone(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    told_of = audit.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_LEADING_GROUP))
    await county.deliver()
    letter_id = told_of.letter_id

    people = {"room": person("room", Role.LEADER, sub_unit="elsewhere")}
    async with serving(office, people) as served:
        persons = Persons(served)
        assert await refusal(persons.ask("clerk", letter_ids=[letter_id])) == "LETTER_UNKNOWN"
        assert await refusal(persons.ask("clerk", letter_ids=["unknown"], request_id="u")) == "LETTER_UNKNOWN"
        assert await refusal(persons.ask("clerk", matter_id=letter_id, request_id="m")) == "MATTER_NOT_FOUND"
        asked = await persons.ask("reviewer", letter_ids=[letter_id])
        assert await listed(served, "clerk") == await listed(served, "room") == []
        assert await listed(served, "leader") == await listed(served, "audit_admin") == [asked.destruction_id]
        for seen in (persons.show(asked.destruction_id, "clerk"), persons.approve(asked.destruction_id, "room")):
            assert await refusal(seen) == "DESTRUCTION_NOT_OPEN"
        await persons.approve(asked.destruction_id)
    assert not has_content(office, letter_id)


async def test_what_went_around_the_office_is_in_no_list_and_cannot_be_asked_for(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    petitions, office, _ = await county.open("petitions", "inspection", "discipline")
    message = new_info(content.NEW_INFO_SUBJECT_TEAM_OR_OFFICE)
    signer = Signer("甲某", "信访局长", county.clock.now())
    stray = LetterDraft(
        ("inspection",), NOTICE, words_of(message), type_name(message), "stray", signer=signer, letter_id="stray"
    )
    petitions.do(lambda tx: petitions.node.exchange.send(tx, stray))
    await county.deliver()

    assert not has_content(office, "stray")
    async with serving(office) as served:
        assert [await listed(served, who) for who in ("leader", "security_admin", "audit_admin")] == [[], [], []]
        for who in ("leader", "security_admin"):
            assert await refusal(Persons(served).ask(who, letter_ids=["stray"])) == "LETTER_UNKNOWN"
    assert office.ask(destroyed_letters) == []


async def test_a_hold_is_placed_by_leader_or_audit_administrator_and_released_by_another(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    congress, _ = await county.open("congress", "inspection")
    letter_id = told(county, congress, "inspection")

    async with serving(congress) as served:
        persons = Persons(served)
        for who in ("clerk", "security_admin"):
            assert await refusal(place(served, letter_id, who)) == "ROLE_MISSING"
        for who in ("audit_admin", "leader"):
            assert await refusal(place(served, "unknown", who, "u")) == "MATTER_NOT_FOUND"
            assert await refusal(persons.ask("clerk", matter_id="unknown", request_id="m")) == "MATTER_NOT_FOUND"
        first, again = [await place(served, letter_id) for _ in range(2)]
        assert first == again
        assert await refusal(persons.ask(letter_ids=[letter_id])) == "MATTER_HELD"
        release = pb.ReleaseHoldRequest(hold_id=first.hold_id, reason="审计结束", request_id="rel")
        assert await refusal(served.destruction("ReleaseHold", release, "audit_admin")) == "HOLD_SAME_PERSON"
        (held,) = (await served.destruction("ListHolds", pb.ListHoldsRequest(in_force_only=True), "clerk")).holds
        assert (held.hold_id, held.placed_by) == (first.hold_id, "audit_admin-1")
        await served.destruction("ReleaseHold", release, "leader")
        assert (await persons.ask(letter_ids=[letter_id])).letter_count == 1


async def test_a_destruction_stands_though_what_follows_fails_for_now(office_county: OfficeCounty, tmp_path: Path):
    congress, _ = await office_county.open("congress", "inspection")
    letter_id = told(office_county, congress, "inspection")
    away: Finishing = finishing(congress, tmp_path, strike=lambda _keys: False)

    async with serving(congress, finish=away.finish) as served:
        persons = Persons(served)
        asked = await persons.ask(letter_ids=[letter_id])
        assert (await persons.approve(asked.destruction_id)).destroyed_count == 1
        outstanding = (await persons.show(asked.destruction_id)).outstanding
        assert [(one.step, one.count) for one in outstanding] == [("strike", 2)]
