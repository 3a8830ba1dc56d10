"""The desk as programs reach it: every promise kept at the node's one door."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest

from guantong.node.v1 import decisions_service_pb2 as decisions
from guantong.node.v1 import drafts_service_pb2 as pb
from services.chassis.rpc.status import RemoteError
from services.chassis.storage import Database
from tests.integration.desk.desk_for_tests import notice
from tests.integration.desk.desk_services_for_tests import PASSWORD, Served, serving

_IDS = count(1)


@pytest.fixture
async def desk(sqlite_database: Database) -> AsyncIterator[Served]:
    async with serving(sqlite_database) as served:
        yield served


def request_id() -> str:
    return f"request-{next(_IDS)}"


async def create(desk: Served, who: str = "clerk", sub_unit: str | None = None, kind: str = "arrangement.brief") -> str:
    text = notice()
    response = await desk.drafts(
        who,
        "CreateDraft",
        pb.CreateDraftRequest(
            request_id=request_id(),
            address=pb.Address(kind=kind, recipients=["inspection"], matter_id="matter-1"),
            sub_unit=sub_unit,
            content_type=text.content_type,
            content=text.content,
        ),
    )
    draft_id: str = response.draft_id
    return draft_id


async def submit(desk: Served, draft_id: str, *, review: bool = False, revision: int = 1, who: str = "clerk") -> Any:
    request = pb.SubmitDraftRequest(request_id=request_id(), draft_id=draft_id, revision=revision, review=review)
    return await desk.drafts(who, "SubmitDraft", request)


async def look(desk: Served, draft_id: str, who: str = "leader") -> pb.GetDraftResponse:
    response: pb.GetDraftResponse = await desk.drafts(who, "GetDraft", pb.GetDraftRequest(draft_id=draft_id))
    return response


def signature(shown: pb.GetDraftResponse, password: str = PASSWORD) -> pb.SignDraftRequest:
    return pb.SignDraftRequest(
        request_id=request_id(),
        draft_id=shown.draft.draft_id,
        revision=shown.revision,
        shown_digest=shown.digest,
        password=password,
    )


async def refused(call: Any) -> RemoteError:
    with pytest.raises(RemoteError) as error:
        await call
    return error.value


async def test_a_letter_is_written_checked_returned_and_signed(desk: Served):
    draft_id = await create(desk)
    await submit(desk, draft_id, review=True)
    await desk.drafts(
        "reviewer",
        "ReturnDraft",
        pb.ReturnDraftRequest(request_id=request_id(), draft_id=draft_id, revision=1, remarks="请补充"),
    )
    text = notice("补充后的正文")
    edited = await desk.drafts(
        "colleague",
        "EditDraft",
        pb.EditDraftRequest(
            request_id=request_id(),
            draft_id=draft_id,
            revision=1,
            content_type=text.content_type,
            content=text.content,
        ),
    )
    await submit(desk, draft_id, review=True, revision=edited.revision)
    await desk.drafts(
        "reviewer",
        "ApproveDraft",
        pb.ApproveDraftRequest(request_id=request_id(), draft_id=draft_id, revision=2, remarks="同意"),
    )
    shown = await look(desk, draft_id)

    signed = await desk.drafts("leader", "SignDraft", signature(shown))

    assert shown.draft.state == pb.DRAFT_STATE_TO_SIGN
    assert (shown.draft.remarks, shown.draft.reviewed_by_account_id) == ("请补充", "reviewer-1")
    assert [step.action for step in shown.steps] == [
        "create",
        "submit_for_review",
        "return",
        "edit",
        "submit_for_review",
        "approve",
    ]
    (left,) = desk.outbox.left
    assert left.text.content == shown.content == text.content
    assert signed.document_number == "青审函〔2026〕1号"
    after = await look(desk, draft_id, "clerk")
    assert (after.draft.state, after.draft.letter_id) == (pb.DRAFT_STATE_SENT, signed.letter_id)


async def test_whoever_displays_a_draft_can_check_its_digest(desk: Served):
    """Computed from the contract's words alone, as a foreign client would."""
    shown = await look(desk, await create(desk))
    draft, address = shown.draft, shown.draft.address
    parts = [
        shown.salt,
        address.kind.encode(),
        len(address.recipients).to_bytes(4, "big"),
        *(recipient.encode() for recipient in address.recipients),
        address.recipient_sub_unit.encode(),
        address.matter_id.encode(),
        address.answers_letter_id.encode(),
        draft.sub_unit.encode(),
        len(draft.article_ids).to_bytes(4, "big"),
        *(article.encode() for article in draft.article_ids),
        draft.confidentiality.encode(),
        shown.content_type.encode(),
        shown.content,
    ]
    computed = hashlib.sha256(b"guantong-draft-v1" + b"".join(len(p).to_bytes(8, "big") + p for p in parts))

    assert shown.digest == computed.digest() == draft.digest


async def test_a_session_signs_nothing_without_the_password(desk: Served):
    draft_id = await create(desk)
    await submit(desk, draft_id)
    shown = await look(desk, draft_id)

    for password in ("", "a guess"):
        assert (await refused(desk.drafts("leader", "SignDraft", signature(shown, password)))).reason == (
            "WRONG_PASSWORD"
        )
    assert (await refused(desk.drafts("clerk", "SignDraft", signature(shown)))).reason == "NOT_A_SIGNER"

    assert desk.outbox.left == []


async def test_a_signature_sent_twice_signs_once(desk: Served):
    draft_id = await create(desk)
    await submit(desk, draft_id)
    request = signature(await look(desk, draft_id))

    answers = [await desk.drafts("leader", "SignDraft", request) for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(desk.outbox.left) == 1


async def test_several_drafts_are_signed_with_one_password(desk: Served):
    first, second, unready = [await create(desk) for _ in range(3)]
    for draft_id in (first, second):
        await submit(desk, draft_id)
    wanted = []
    for draft_id in (first, unready, second):
        shown = await look(desk, draft_id)
        wanted.append(pb.DraftToSign(draft_id=draft_id, revision=1, shown_digest=shown.digest))

    response = await desk.drafts(
        "leader",
        "SignDrafts",
        pb.SignDraftsRequest(request_id=request_id(), drafts=wanted, password=PASSWORD),
    )

    assert [outcome.document_number for outcome in response.outcomes] == ["青审函〔2026〕1号", "", "青审函〔2026〕2号"]
    assert response.outcomes[1].refusal_reason == "DRAFT_STATE"
    assert response.outcomes[1].refusal_zh


async def test_the_losing_editor_hears_which_revision_stands(desk: Served):
    draft_id = await create(desk)
    text = notice("甲")
    edit = pb.EditDraftRequest(
        request_id=request_id(), draft_id=draft_id, revision=1, content_type=text.content_type, content=text.content
    )
    await desk.drafts("clerk", "EditDraft", edit)

    error = await refused(desk.drafts("colleague", "EditDraft", edit))

    assert (error.reason, error.facts["current_revision"]) == ("DRAFT_CHANGED", "2")


async def test_a_draft_of_another_room_is_not_there(desk: Served):
    theirs, ours = await create(desk), await create(desk, "room", "room-1")

    error = await refused(look(desk, theirs, "room"))
    listed = await desk.drafts("room", "ListDrafts", pb.ListDraftsRequest())

    assert error.reason == "DRAFT_NOT_FOUND"
    assert (await refused(look(desk, "no such draft", "room"))).code == error.code
    assert [(one.reason, one.caller.account_id) for one in desk.refusals] == [("DRAFT_NOT_FOUND", "room-1")] * 2
    assert [draft.draft_id for draft in listed.drafts] == [ours]
    assert (await refused(create(desk, "room"))).reason == "DRAFT_DENIED"


async def test_who_may_see_a_draft_may_not_do_everything_with_it(desk: Served):
    draft_id = await create(desk)
    await submit(desk, draft_id)
    back = pb.ReturnDraftRequest(request_id=request_id(), draft_id=draft_id, revision=1, remarks="退回")

    assert (await refused(submit(desk, draft_id, who="liaison"))).reason == "DRAFT_DENIED"
    assert (await refused(desk.drafts("reviewer", "ReturnDraft", back))).reason == "DRAFT_DENIED"
    assert (await refused(look(desk, draft_id, "admin"))).reason == "ROLE_MISSING"
    assert {refusal.reason for refusal in desk.refusals} == {"DRAFT_DENIED", "ROLE_MISSING"}


async def test_what_only_named_persons_may_see_is_seen_by_them(desk: Served):
    draft_id = await create(desk, kind="new_info.notice")

    assert (await look(desk, draft_id, "clerk")).draft.confidentiality == "P3"
    assert (await look(desk, draft_id, "leader")).draft.draft_id == draft_id
    assert (await refused(look(desk, draft_id, "colleague"))).reason == "DRAFT_NOT_FOUND"


async def test_a_discarded_draft_shows_its_reason_and_no_words(desk: Served):
    draft_id = await create(desk)
    request = pb.DiscardDraftRequest(request_id=request_id(), draft_id=draft_id, revision=1, reason="改为电话沟通")
    await desk.drafts("clerk", "DiscardDraft", request)

    shown = await look(desk, draft_id)

    assert (shown.draft.state, shown.draft.discard_reason) == (pb.DRAFT_STATE_DISCARDED, "改为电话沟通")
    assert (shown.content, shown.salt) == (b"", b"")


async def test_drafts_are_listed_page_by_page(desk: Served):
    made = [await create(desk) for _ in range(3)]
    found, token = [], ""
    for _ in range(2):
        page = await desk.drafts("clerk", "ListDrafts", pb.ListDraftsRequest(page_size=2, page_token=token))
        found += [draft.draft_id for draft in page.drafts]
        token = page.next_page_token

    assert (found, token) == (made, "")


async def test_a_draft_prints_before_it_has_a_number(desk: Served):
    draft_id = await create(desk)

    printed = await desk.drafts("clerk", "PrintDraft", pb.PrintDraftRequest(draft_id=draft_id, return_slip=True))

    assert printed.pdf.startswith(b"%PDF")


async def test_an_address_without_recipient_is_refused_by_field(desk: Served):
    request = pb.CreateDraftRequest(request_id=request_id(), address=pb.Address(kind="arrangement.brief"))

    error = await refused(desk.drafts("clerk", "CreateDraft", request))

    assert error.facts["field"] == "address.recipients"


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        (
            "address.matter_id",
            pb.CreateDraftRequest(address=pb.Address(kind="k", recipients=["a"], matter_id="m" * 65)),
        ),
        ("sub_unit", pb.CreateDraftRequest(address=pb.Address(kind="k", recipients=["a"]), sub_unit="room 1")),
        ("reason", pb.DiscardDraftRequest(draft_id="d", reason="\0")),
        ("reason", pb.DiscardDraftRequest(draft_id="d", reason="长" * 2001)),
        ("remarks", pb.ReturnDraftRequest(draft_id="d", remarks="\0")),
    ],
)
async def test_text_that_no_database_keeps_is_refused_by_field(desk: Served, field: str, request_: Any):
    method = type(request_).__name__.removesuffix("Request")

    error = await refused(desk.drafts("clerk", method, request_))

    assert (error.reason, error.facts["field"]) == ("FIELD_INVALID", field)


async def test_a_decision_is_entered_by_one_and_confirmed_by_another(desk: Served):
    text = decisions.DecisionText(
        decided_by="leading_group",
        number="2号",
        decided_date="2026-03-01",
        form=decisions.DECISION_FORM_MEETING,
        participants=["甲"],
        scope=decisions.DecisionScope(acts=["targets.fix"], round_id="round-1", unit_ids=["unit-1"]),
        scan_digest=b"s" * 32,
    )
    entered = await desk.decisions(
        "clerk", "RecordDecision", decisions.RecordDecisionRequest(request_id=request_id(), text=text)
    )
    confirm = decisions.ConfirmDecisionRequest(
        request_id=request_id(), decision_id=entered.decision_id, shown_digest=entered.digest
    )

    assert (await refused(desk.decisions("clerk", "ConfirmDecision", confirm))).reason == "OWN_WORK"
    await desk.decisions("leader", "ConfirmDecision", confirm)

    given = decisions.GetDecisionRequest(decision_id=entered.decision_id)
    found = (await desk.decisions("liaison", "GetDecision", given)).decision
    assert (found.state, found.text) == (decisions.DECISION_STATE_CONFIRMED, text)
    states = [decisions.DECISION_STATE_CONFIRMED]
    listed = await desk.decisions("leader", "ListDecisions", decisions.ListDecisionsRequest(states=states))
    assert list(listed.decisions) == [found]


async def test_a_decision_without_a_date_is_refused_by_field(desk: Served):
    text = decisions.DecisionText(form=decisions.DECISION_FORM_MEETING, decided_date="1 March")
    request = decisions.RecordDecisionRequest(request_id=request_id(), text=text)

    error = await refused(desk.decisions("clerk", "RecordDecision", request))

    assert error.facts["field"] == "text.decided_date"
