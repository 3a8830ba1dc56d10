"""Who may take a matter out as a file of proof: a leader alone, or two persons; always with a reason and on record."""

from __future__ import annotations

import base64
import json

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.destruction.exports import HANDED_OUT
from services.chassis.disclosures import register
from services.chassis.disclosures.errors import DisclosureNotOpenError, DisclosureWordsError
from services.chassis.dossiers.errors import MatterNotFoundError
from services.chassis.exchange import wire
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.signed import SignedDirectory
from services.chassis.journal import store as journal
from services.chassis.proof.errors import SecondPersonNeededError
from services.chassis.proof.exporting import EXPORTED, Anchorage, Proving, WantedProof, ask_matter, export_matter
from services.chassis.proof.gathering import Start
from services.chassis.rpc.callers import Role
from services.chassis.rpc.errors import RoleMissingError
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import PEOPLE, person
from tests.integration.correspondence.letters_for_tests import new_info
from tests.integration.correspondence.test_matters_service import asked, signs_for
from tests.integration.exchange.hostile_for_tests import Mallory

REASON = "上级巡察机构调阅"
CLERK, LEADER, OTHER_LEADER = PEOPLE["clerk"], PEOPLE["leader"], person("other-leader", Role.LEADER)


def proving(office: WholeOffice) -> Proving:
    node = office.node
    key = KeyPair.generate(Purpose.SIGNING, node.clock.now())
    signed = SignedDirectory.sign(node.identity.directory, key).to_bytes()
    anchorage = Anchorage("青禾县", key.public, Start(office.body, node.identity.directory.version, signed))
    return Proving(node.database, node.identity, node.office, node.clock, lambda *_: office.actor, lambda: anchorage)


def noted(office: WholeOffice, kind: str) -> list[dict[str, object]]:
    return [json.loads(one.payload) for one in office.ask(journal.read) if one.kind == kind]


@pytest.mark.article("A3.2h")
async def test_a_leader_takes_a_matter_with_a_reason_and_the_journal_has_it_before_the_file_leaves(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    matter_id = asked(office, county)
    await county.deliver()
    signs_for(audit, matter_id)
    await county.deliver()

    file = await export_matter(proving(office), LEADER, WantedProof(matter_id, REASON, contents=True))

    kinds = [json.loads(line).get("kind") for line in file.splitlines()]
    assert kinds.count("letter.sent") == 1
    assert kinds.count("letter.stored") >= 1
    (note,), (handed,) = noted(office, EXPORTED), noted(office, HANDED_OUT)
    assert (note["matter"], note["by"], note["reason"]) == (matter_id, "leader-1", REASON)
    assert note["digest"] == handed["digest"]
    assert matter_id in str(handed["parts"])


async def test_nobody_else_takes_it_alone_and_nobody_without_a_reason(office_county: OfficeCounty):
    office, _ = await office_county.open("inspection", "audit")
    matter_id = asked(office, office_county)

    with pytest.raises(RoleMissingError):
        await export_matter(proving(office), CLERK, WantedProof(matter_id, REASON, contents=False))
    with pytest.raises(DisclosureWordsError):
        await export_matter(proving(office), LEADER, WantedProof(matter_id, " ", contents=False))
    with pytest.raises(MatterNotFoundError):
        await export_matter(proving(office), LEADER, WantedProof("no-such-matter", REASON, contents=False))
    assert noted(office, EXPORTED) == []


async def test_what_only_named_persons_may_see_leaves_when_two_persons_stand_for_it_and_once(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    matter_id = audit.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_LEADING_GROUP)).letter_id
    other = asked(office, county)
    await county.deliver()
    made = proving(office)

    with pytest.raises(SecondPersonNeededError):
        await export_matter(made, LEADER, WantedProof(matter_id, REASON, contents=False))
    with pytest.raises(MatterNotFoundError):
        office.do(lambda tx: ask_matter(tx, made.office, CLERK, matter_id, REASON))
    request = office.do(lambda tx: ask_matter(tx, made.office, LEADER, matter_id, REASON))
    with pytest.raises(DisclosureNotOpenError):
        await export_matter(made, LEADER, WantedProof(matter_id, "", contents=True, approved=request))
    office.do(lambda tx: register.approve(tx, request, by=OTHER_LEADER.account_id))
    with pytest.raises(DisclosureNotOpenError):
        await export_matter(made, LEADER, WantedProof(other, "", contents=True, approved=request))

    file = await export_matter(made, LEADER, WantedProof(matter_id, "", contents=True, approved=request))

    assert json.loads(file.splitlines()[0])["reason"] == REASON
    assert [note["approved"] for note in noted(office, EXPORTED)] == [request]
    with pytest.raises(DisclosureNotOpenError):
        await export_matter(made, LEADER, WantedProof(matter_id, "", contents=True, approved=request))


async def test_what_goes_around_the_office_is_not_there_for_its_leader(office_county: OfficeCounty):
    office, _, audit = await office_county.open("inspection", "discipline", "audit")
    notice = new_info(content.NEW_INFO_SUBJECT_LEADING_GROUP)
    notice.subject = content.NEW_INFO_SUBJECT_TEAM_OR_OFFICE
    sent = office_county.offices["audit"].sends("new_info.notice", "discipline", notice)
    await office_county.deliver()
    assert audit.has(sent.letter_id)

    with pytest.raises(MatterNotFoundError):
        await export_matter(proving(office), LEADER, WantedProof(sent.letter_id, REASON, contents=False))


async def test_what_a_third_body_writes_under_the_matters_id_is_not_in_its_file(office_county: OfficeCounty):
    """Else one parked letter would force a second person on everybody, or exceed what a file holds."""
    office, audit, petitions = await office_county.open("inspection", "audit", "petitions")
    matter_id = asked(office, office_county)
    await office_county.deliver()
    signs_for(audit, matter_id)
    hostile = Mallory(office_county.bus, office_county.clock, petitions.node.identity, "inspection")
    hostile.send(b"x" * 1000, kind="no.such.kind", matter_id=matter_id)
    await office_county.deliver()
    assert [one.letter.header.sender for one in office.ask(office.node.exchange.parked)] == ["petitions"]

    file = await export_matter(proving(office), LEADER, WantedProof(matter_id, REASON, contents=True))

    entries = [one for one in map(json.loads, file.splitlines()) if str(one.get("kind")).startswith("letter.")]
    signed = [wire.decode_journaled(base64.b64decode(one["payload"])) for one in entries]
    assert {wire.decode_header(one.payload).sender for one in signed} == {"inspection", "audit"}
