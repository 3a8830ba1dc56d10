"""Files over the node's own API: added to a draft, signed with it, fetched from the letter by whoever may read it."""

from __future__ import annotations

from typing import Any

import pytest

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import attachments_service_pb2 as pb
from services.chassis.attachments.model import references_of
from services.chassis.desk import drafts, store
from services.chassis.desk.drafts import Seen
from services.chassis.desk.records import Draft, DraftState
from services.chassis.errors import GuantongError
from services.chassis.rpc.callers import Role
from tests.fixtures.carriers import some_bytes
from tests.fixtures.offices import CLERK, OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice, person, serving
from tests.integration.correspondence.letters_for_tests import finished, notice
from tests.integration.correspondence.test_letters_service import readings
from tests.integration.correspondence.test_matters_service import asked, signs_for

DATA = some_bytes(700_000)
KIND = "periodic_report"


def drafted(office: WholeOffice) -> Draft:
    return office.drafted(KIND, "inspection", notice("定期通报", "见附件。"))


def now(office: WholeOffice, draft: Draft) -> Draft:
    return office.ask(lambda connection: store.get(connection, draft.draft_id))


def upload(draft: Draft, name: str = "审计报告.pdf", data: bytes = DATA, size: int = -1) -> list[Any]:
    file = pb.FileToAdd(
        draft_id=draft.draft_id, revision=draft.revision, file_name=name, size=len(data) if size < 0 else size
    )
    pieces = [pb.AddAttachmentRequest(data=data[at : at + 300_000]) for at in range(0, len(data), 300_000)]
    return [pb.AddAttachmentRequest(file=file), *pieces]


async def lanes(county: OfficeCounty) -> None:
    """Letters and their attachments go where they belong."""
    await county.deliver()
    steps = [
        step
        for office in county.offices.values()
        for lane in [office.node.lane]
        for step in (lane.ask_once, lane.receive_once, lane.answer_once, lane.check_once)
    ]
    while sum([await step() for step in steps]):
        pass


async def listed(served: ServedOffice, who: str = "clerk", **of: str) -> list[pb.Attachment]:
    return list((await served.attachments("ListAttachments", pb.ListAttachmentsRequest(**of), who)).attachments)


async def fetched(served: ServedOffice, who: str = "clerk", **of: Any) -> bytes:
    first, *rest = await served.attachments("FetchAttachment", pb.FetchAttachmentRequest(**of), who)
    assert first.attachment.state == pb.ATTACHMENT_STATE_READY
    return b"".join(one.data for one in rest)


async def reason_of(call: Any) -> str:
    with pytest.raises(GuantongError) as refused:
        await call
    return refused.value.reason


async def test_what_is_added_to_a_draft_is_signed_with_it_and_fetched_at_the_other_side(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    audit, inspection = await county.open("audit", "inspection")
    draft = drafted(audit)
    async with serving(audit) as served:
        added = await served.attachments("AddAttachment", upload(draft))
        again = await served.attachments("AddAttachment", upload(draft))
        assert (added.revision, again.revision) == (draft.revision + 1, draft.revision + 1)
        assert await fetched(served, draft_id=draft.draft_id, file_name="审计报告.pdf") == DATA
    letter_id = audit.signed(now(audit, draft)).letter_id
    await lanes(county)

    async with serving(inspection) as served:
        (one,) = await listed(served, letter_id=letter_id)
        assert (one.file_name, one.size, one.state) == ("审计报告.pdf", len(DATA), pb.ATTACHMENT_STATE_READY)
        assert (one.digest, one.arrived_chunk_count) == (added.attachment.digest, one.chunk_count)
        assert await fetched(served, letter_id=letter_id, file_name="审计报告.pdf") == DATA
        half = len(DATA) // 2
        rest = await fetched(served, letter_id=letter_id, file_name="审计报告.pdf", offset=half)
        assert rest == DATA[half:]


async def test_another_file_voids_what_was_submitted_and_one_taken_out_leaves_with_no_letter(
    office_county: OfficeCounty,
):
    audit, _ = await office_county.open("audit", "inspection")
    draft = drafted(audit)
    async with serving(audit) as served:
        await served.attachments("AddAttachment", upload(draft))
        draft = now(audit, draft)
        audit.do(lambda tx: drafts.submit_for_review(tx, audit.node.desk, Seen(draft.draft_id, draft.revision), CLERK))
        await served.attachments("AddAttachment", upload(draft, "附表.pdf", some_bytes(1000, 2)))
        after = now(audit, draft)
        assert after.state is DraftState.DRAFTING

        taken_out = pb.RemoveAttachmentRequest(
            request_id="r-1", draft_id=draft.draft_id, revision=after.revision, file_name="审计报告.pdf"
        )
        await served.attachments("RemoveAttachment", taken_out)
    letter_id = audit.signed(now(audit, draft)).letter_id
    letter = audit.ask(lambda connection: audit.node.exchange.letter(connection, letter_id))
    named = references_of(content.Notice.FromString(letter.content or b""))
    assert [one.file_name for one in named] == ["附表.pdf"]
    await audit.node.lane.sweep()
    assert len(audit.node.lane.parts.shelf.folder.names()) == 1


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("宏.pdf", b"MZ\x90\0" + bytes(5000), "TYPE_MISMATCH"),
        ("程序.exe", b"MZ\x90\0" + bytes(5000), "TYPE_NOT_ALLOWED"),
        ("../报告.pdf", some_bytes(5000), "NAME_UNSAFE"),
        ("报告\u202efdp.pdf", some_bytes(5000), "NAME_UNSAFE"),
    ],
)
async def test_what_may_not_be_opened_is_not_attached_and_leaves_nothing_behind(
    office_county: OfficeCounty, name: str, data: bytes, why: str
):
    audit, _ = await office_county.open("audit", "inspection")
    draft = drafted(audit)
    async with serving(audit) as served:
        with pytest.raises(GuantongError) as refused:
            await served.attachments("AddAttachment", upload(draft, name, data))
        assert (refused.value.reason, refused.value.facts["why"]) == ("ATTACHMENT_UNFIT", why)
        assert await reason_of(served.attachments("AddAttachment", upload(draft, size=10))) == "ATTACHMENT_UNFIT"
        assert await reason_of(served.attachments("AddAttachment", upload(draft, size=10**12))) == "ATTACHMENT_UNFIT"
    assert now(audit, draft).revision == draft.revision
    assert audit.node.lane.parts.shelf.folder.names() == set()


async def test_a_digest_alone_opens_no_file(office_county: OfficeCounty):
    """Whoever knows the digest of a file that the node has for others gets it neither by a draft nor by a letter."""
    audit, _ = await office_county.open("audit", "inspection")
    first, second = drafted(audit), drafted(audit)
    async with serving(audit) as served:
        await served.attachments("AddAttachment", upload(first))
        message = content.Notice.FromString(audit.words(now(audit, first)))
        named = audit.rewritten(second, message)
        asked = fetched(served, draft_id=second.draft_id, file_name="审计报告.pdf")
        assert await reason_of(asked) == "ATTACHMENT_NOT_READY"
    with pytest.raises(GuantongError) as refused:
        audit.signed(named)
    assert refused.value.reason == "ATTACHMENT_MISSING"


async def test_a_reply_for_named_persons_keeps_its_files_to_them_and_says_who_took_them(office_county: OfficeCounty):
    inspection, audit = await office_county.open("inspection", "audit")
    matter_id = asked(inspection, office_county)
    await office_county.deliver()
    signs_for(audit, matter_id)
    await office_county.deliver()
    (draft,) = audit.answer_drafts(matter_id)
    draft = audit.rewritten(draft, finished(audit, matter_id))
    async with serving(audit) as served:
        assert await reason_of(served.attachments("AddAttachment", upload(draft), "clerk")) == "DRAFT_NOT_FOUND"
        await served.attachments("AddAttachment", upload(draft), "leader")
    letter_id = audit.signed(now(audit, draft)).letter_id
    await lanes(office_county)
    named = person("named", Role.CLERK, matter_id=matter_id)

    async with serving(inspection, {"named": named}) as served:
        of = {"letter_id": letter_id, "file_name": "审计报告.pdf"}
        assert await reason_of(fetched(served, "clerk", **of)) == "LETTER_UNKNOWN"
        assert await reason_of(listed(served, "clerk", letter_id=letter_id)) == "LETTER_UNKNOWN"
        assert await reason_of(fetched(served, "named", **of)) == "READ_REASON_REQUIRED"
        assert await fetched(served, "named", read_reason="承办", **of) == DATA
    assert inspection.ask(readings) == [("fetch", "named-1", "承办")]
