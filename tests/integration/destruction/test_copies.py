"""Every file that leaves in readable form is registered; when its content is destroyed, each copy is accounted for."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from guantong.node.v1 import destruction_service_pb2 as pb
from guantong.node.v1 import drafts_service_pb2 as drafts
from guantong.node.v1 import letters_service_pb2 as letters
from services.chassis.journal import store as journal
from tests.fixtures.offices import OfficeCounty
from tests.fixtures.served import ServedOffice, serving
from tests.integration.correspondence.test_matters_service import refusal
from tests.integration.destruction.destroying_for_tests import Persons, finishing, told


def list_exports(served: ServedOffice, letter_id: str = "", who: str = "audit_admin") -> Any:
    return served.destruction("ListExports", pb.ListExportsRequest(letter_id=letter_id), who)


def list_copies(served: ServedOffice, *, open_only: bool = True, who: str = "clerk") -> Any:
    return served.destruction("ListCopies", pb.ListCopiesRequest(open_only=open_only), who)


def certify(served: ServedOffice, copy_id: str, request_id: str = "c", **fields: Any) -> Any:
    outcome = fields.pop("outcome", pb.COPY_OUTCOME_RECOVERED)
    request = pb.CertifyCopyRequest(copy_id=copy_id, request_id=request_id, outcome=outcome, **fields)
    return served.destruction("CertifyCopy", request, "clerk")


async def test_a_print_is_registered_before_it_leaves_and_accounted_for_after_the_destruction(
    office_county_on_both: OfficeCounty, tmp_path: Path
):
    county = office_county_on_both
    congress, _ = await county.open("congress", "inspection")
    letter_id, other = (told(county, congress, "inspection") for _ in range(2))

    async with serving(congress, finish=finishing(congress, tmp_path).finish) as served:
        persons = Persons(served)
        printed = await persons.prints(letter_id, note="交档案室")
        await persons.prints(other)
        (export,) = (await list_exports(served, letter_id)).exports
        assert (export.kind, export.digest, export.handed_to) == (
            "letter_print",
            sha256(printed.pdf).digest(),
            "leader-1",
        )
        assert (export.note, list(export.part_ids)) == ("交档案室", [letter_id])
        assert len((await list_exports(served)).exports) == 2
        assert (await list_copies(served)).copies == []

        asked = await persons.ask(letter_ids=[letter_id])
        await persons.approve(asked.destruction_id)
        (copy,) = (await list_copies(served)).copies
        assert (copy.export.export_id, copy.destruction_id) == (export.export_id, asked.destruction_id)

        assert await refusal(certify(served, copy.copy_id)) == "COPY_PERSON_MISSING"
        for _ in range(2):
            await certify(served, copy.copy_id, person="丁某", remark="已交回")
        assert await refusal(certify(served, copy.copy_id, "again", person="丁某")) == "COPY_NOT_OPEN"
        assert (await list_copies(served)).copies == []
        (done,) = (await persons.show(asked.destruction_id)).copies
        assert (done.outcome, done.person, done.certified_by) == (pb.COPY_OUTCOME_RECOVERED, "丁某", "clerk-1")
    kinds = [one.kind for one in congress.ask(journal.read)]
    assert (kinds.count("export.handed_out"), kinds.count("export.copy_certified")) == (2, 1)
    assert "丁某".encode() not in b"".join(one.payload for one in congress.ask(journal.read))


async def test_a_printed_draft_is_a_copy_of_the_letter_it_became(office_county: OfficeCounty, tmp_path: Path):
    congress, _ = await office_county.open("congress", "inspection")
    letter_id = told(office_county, congress, "inspection")

    async with serving(congress, finish=finishing(congress, tmp_path).finish) as served:
        listed = await served.drafts("ListDrafts", drafts.ListDraftsRequest(), "leader")
        (draft,) = listed.drafts
        await served.drafts("PrintDraft", drafts.PrintDraftRequest(draft_id=draft.draft_id), "leader")
        persons = Persons(served)
        asked = await persons.ask(letter_ids=[letter_id])
        await persons.approve(asked.destruction_id)
        assert [one.export.kind for one in (await list_copies(served)).copies] == ["draft_print"]


async def test_a_letter_that_is_destroyed_is_still_shown_with_who_decided_when_and_why(
    office_county_on_both: OfficeCounty, tmp_path: Path
):
    county = office_county_on_both
    congress, inspection = await county.open("congress", "inspection")
    letter_id = told(county, congress, "inspection")
    opening = letters.OpenLetterRequest(letter_id=letter_id, request_id="r-open")

    async with serving(congress, finish=finishing(congress, tmp_path).finish) as served:
        persons = Persons(served)
        assert (await served.letters("OpenLetter", opening)).signature_verified
        asked = await persons.ask(letter_ids=[letter_id])
        await persons.approve(asked.destruction_id)
        left = await served.letters("OpenLetter", opening)
        assert left.content == b""
        assert left.signature_verified
        assert (left.destroyed.ground, left.destroyed.asked_by) == ("return_or_destroy", "clerk-1")
        assert left.destroyed.approved_by == "leader-1"
        assert left.destroyed.destruction_id == asked.destruction_id
        assert left.lines[0] == "信头签名验证通过"
        assert left.lines[1].startswith("内容已于2026年3月2日依“用毕应退还或销毁”销毁")
        printing = served.letters("PrintLetter", letters.PrintLetterRequest(letter_id=letter_id))
        assert await refusal(printing) == "CONTENT_DESTROYED"

    await county.deliver()
    async with serving(inspection) as served:
        arrived = await served.letters("OpenLetter", opening)
        assert arrived.lines == ["信头签名验证通过", "内容在送达本单位之前已销毁"]
