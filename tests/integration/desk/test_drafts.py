"""Drafts in a real database: revisions kept, conflicts told, words under a key that can be destroyed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from itertools import product

import pytest
import sqlalchemy as sa

from services.chassis.desk.desk import Desk, Text
from services.chassis.desk.drafts import (
    NewDraft,
    Seen,
    approve,
    create_by_hand,
    destroy_content_of_letter,
    discard,
    edit_draft,
    mark_stale,
    return_with_remarks,
    submit_for_review,
    submit_for_signature,
)
from services.chassis.desk.errors import (
    DraftChangedError,
    DraftContentError,
    DraftContentGoneError,
    DraftNotFoundError,
    DraftStaleError,
    NotByHandError,
)
from services.chassis.desk.queries import (
    Shown,
    Viewer,
    discard_reason,
    history,
    letters_being_answered,
    list_drafts,
    open_answers,
    revisions,
    shown,
)
from services.chassis.desk.records import Action, Address, DraftState, shown_digest
from services.chassis.desk.rights import Reach, may
from services.chassis.desk.signing import sign
from services.chassis.desk.tables import DRAFT_REVISIONS, DRAFT_STEPS
from services.chassis.journal.store import read
from services.chassis.storage import Database, Transaction
from tests.integration.desk.desk_for_tests import (
    ANSWERING_KIND,
    CLERK,
    KEYRING,
    NOTICE,
    OPENING_KIND,
    OTHER_CLERK,
    PREPARED_KIND,
    REFUSED_KIND,
    REPLY,
    REVIEWED_KIND,
    REVIEWER,
    NoSuchLetterError,
    a_desk,
    a_new,
    authority,
    displayed,
    do,
    notice,
    started,
    to_sign,
)


def revision_of(database: Database, draft_id: str, number: int) -> Shown:
    return database.reader.read_sync(lambda c: shown(c, KEYRING, draft_id, number))


@pytest.fixture
def desk() -> Desk:
    return a_desk()


def test_a_draft_goes_from_writer_to_reviewer_to_leader_and_back(database: Database, desk: Desk):
    draft = started(database, desk, a_new(kind=REVIEWED_KIND))
    seen = Seen(draft.draft_id, 1)

    states = [
        do(database, lambda tx: submit_for_review(tx, desk, seen, CLERK)).state,
        do(database, lambda tx: return_with_remarks(tx, desk, seen, "请核对日期", REVIEWER)).state,
        do(database, lambda tx: edit_draft(tx, desk, seen, notice("改"), CLERK)).state,
        do(database, lambda tx: submit_for_review(tx, desk, Seen(draft.draft_id, 2), CLERK)).state,
        do(database, lambda tx: approve(tx, desk, Seen(draft.draft_id, 2), REVIEWER, "同意")).state,
    ]

    assert states == [
        DraftState.IN_REVIEW,
        DraftState.RETURNED,
        DraftState.DRAFTING,
        DraftState.IN_REVIEW,
        DraftState.TO_SIGN,
    ]
    steps = database.reader.read_sync(lambda c: history(c, KEYRING, draft.draft_id))
    assert [(step.action, step.by, step.words) for step in steps] == [
        ("create", CLERK, ""),
        (Action.SUBMIT_FOR_REVIEW, CLERK, ""),
        (Action.RETURN, REVIEWER, "请核对日期"),
        (Action.EDIT, CLERK, ""),
        (Action.SUBMIT_FOR_REVIEW, CLERK, ""),
        (Action.APPROVE, REVIEWER, "同意"),
    ]


def test_every_revision_stays_readable(database: Database, desk: Desk):
    draft = started(database, desk, a_new(notice("一稿")))
    do(database, lambda tx: edit_draft(tx, desk, Seen(draft.draft_id, 1), notice("二稿"), OTHER_CLERK))

    first, second = (revision_of(database, draft.draft_id, number) for number in (1, 2))
    written = database.reader.read_sync(lambda c: revisions(c, draft.draft_id))

    assert (first.text, second.text) == (notice("一稿"), notice("二稿"))
    assert [(one.number, one.edited_by) for one in written] == [(1, CLERK), (2, OTHER_CLERK)]
    for one in (first, second):
        recomputed = shown_digest(draft.address, draft.standing, one.text.content_type, one.text.content, one.salt)
        assert recomputed == one.revision.digest


async def test_of_two_editors_one_is_told_what_stands_now_and_nothing_is_lost(database: Database, desk: Desk):
    """Both start from revision 1 at the same moment: one text becomes revision 2, the other's writer hears so."""
    draft = started(database, desk)
    texts = {CLERK: notice("经办人甲的修改"), OTHER_CLERK: notice("经办人乙的修改")}

    async def edit(by: str) -> object:
        seen = Seen(draft.draft_id, 1)
        return await database.writer.run(lambda tx: edit_draft(tx, desk, seen, texts[by], by))

    outcomes = dict(zip(texts, await asyncio.gather(*(edit(by) for by in texts), return_exceptions=True), strict=True))

    (loser,) = [by for by, outcome in outcomes.items() if isinstance(outcome, DraftChangedError)]
    (winner,) = set(texts) - {loser}
    conflict = outcomes[loser]
    assert isinstance(conflict, DraftChangedError)
    assert (conflict.facts["revision"], conflict.facts["current_revision"]) == ("1", "2")
    now = await database.reader.read(lambda c: shown(c, KEYRING, draft.draft_id))
    assert (now.revision.edited_by, now.text) == (winner, texts[winner])

    # The loser reads revision 2 and brings the change in: both texts are in the history.
    await database.writer.run(lambda tx: edit_draft(tx, desk, Seen(draft.draft_id, 2), texts[loser], loser))
    kept = [revision_of(database, draft.draft_id, number).text for number in (1, 2, 3)]
    assert kept == [notice(), texts[winner], texts[loser]]


def test_many_editors_at_once_make_one_line_of_revisions(database: Database, desk: Desk):
    draft = started(database, desk)

    def edit(tx: Transaction) -> int:
        on = int(tx.connection.execute(sa.select(sa.func.max(DRAFT_REVISIONS.c.number))).scalar_one())
        return edit_draft(tx, desk, Seen(draft.draft_id, on), notice(f"第{on}次"), CLERK).revision

    async def all_at_once() -> list[int]:
        return await asyncio.gather(*(database.writer.run(edit) for _ in range(20)))

    assert asyncio.run(all_at_once()) == list(range(2, 22))


def test_what_the_rulebook_has_no_letter_for_is_not_drafted(database: Database, desk: Desk):
    with pytest.raises(NoSuchLetterError):
        started(database, desk, a_new(kind=REFUSED_KIND))


def test_content_that_is_no_letter_is_refused_and_leaves_nothing(database: Database, desk: Desk):
    with pytest.raises(DraftContentError):
        started(database, desk, a_new(Text("guantong.exchange.v1.Notice", b"\xff")))

    assert database.reader.read_sync(lambda c: c.execute(sa.select(DRAFT_REVISIONS)).all()) == []
    assert database.reader.read_sync(read) == []


OTHER_THAN_THE_RULEBOOK = {
    "content_type": replace(a_new(), text=Text("guantong.exchange.v1.Recall", b"")),
    "address.recipient_sub_unit": replace(a_new(), address=replace(a_new().address, recipient_sub_unit="case-room")),
    "article_ids": replace(a_new(), article_ids=("A9.9z",)),
    "sub_unit": replace(a_new(), sub_unit="no-such-room"),
}


@pytest.mark.parametrize(("field", "new"), OTHER_THAN_THE_RULEBOOK.items(), ids=OTHER_THAN_THE_RULEBOOK)
def test_nobody_is_shown_an_address_or_a_content_other_than_will_leave(
    sqlite_database: Database, desk: Desk, field: str, new: NewDraft
):
    with pytest.raises(DraftContentError) as refused:
        started(sqlite_database, desk, new)

    assert refused.value.facts["field"] == field


def test_what_the_rulebook_addresses_is_shown_to_the_signer(sqlite_database: Database, desk: Desk):
    draft = started(sqlite_database, desk, a_new(kind="new_info.notice"))

    assert draft.address.recipient_sub_unit == "intake"


def test_fields_of_no_contract_that_nobody_would_be_shown_are_refused(sqlite_database: Database, desk: Desk):
    smuggled = Text(NOTICE, notice().content + b"\xfa\x06\x03abc")

    with pytest.raises(DraftContentError):
        started(sqlite_database, desk, a_new(smuggled))


def test_a_revision_stays_the_kind_of_content_that_the_draft_was_started_with(sqlite_database: Database, desk: Desk):
    draft = started(sqlite_database, desk)

    with pytest.raises(DraftContentError):
        do(
            sqlite_database,
            lambda tx: edit_draft(tx, desk, Seen(draft.draft_id, 1), Text("guantong.exchange.v1.Recall", b""), CLERK),
        )


def test_letters_with_conditions_of_their_own_are_not_started_by_hand(sqlite_database: Database, desk: Desk):
    with pytest.raises(NotByHandError):
        do(sqlite_database, lambda tx: create_by_hand(tx, desk, a_new(kind=PREPARED_KIND), CLERK))


def test_nobody_chooses_the_id_of_a_matter_that_a_letter_opens(sqlite_database: Database, desk: Desk):
    chosen = NewDraft(Address(OPENING_KIND, ("inspection",), matter_id="matter-1"), notice())

    with pytest.raises(DraftContentError):
        do(sqlite_database, lambda tx: create_by_hand(tx, desk, chosen, CLERK))


def test_a_changed_row_keeps_the_draft_from_being_signed_until_somebody_looked(database: Database, desk: Desk):
    what = to_sign(database, desk)
    assert do(database, lambda tx: mark_stale(tx, desk, what.draft_id, "台账 2 行已变化"))

    with pytest.raises(DraftStaleError):
        do(database, lambda tx: sign(tx, desk, what, authority(tx.now)))
    seen = Seen(what.draft_id, 1)
    do(database, lambda tx: edit_draft(tx, desk, seen, notice("已核对"), CLERK))
    seen = Seen(what.draft_id, 2)
    with pytest.raises(DraftStaleError):
        do(database, lambda tx: submit_for_signature(tx, desk, seen, CLERK))
    do(database, lambda tx: submit_for_signature(tx, desk, seen, CLERK, acknowledge_stale=True))

    again = displayed(database, what.draft_id)
    assert do(database, lambda tx: sign(tx, desk, again, authority(tx.now))).letter_id
    assert not do(database, lambda tx: mark_stale(tx, desk, what.draft_id, "又有变化"))


def test_a_discarded_draft_keeps_its_reason_and_loses_its_words(database: Database, desk: Desk):
    draft = started(database, desk)
    seen = Seen(draft.draft_id, 1)
    do(database, lambda tx: submit_for_signature(tx, desk, seen, CLERK))
    do(database, lambda tx: return_with_remarks(tx, desk, seen, "不必发函", "leader-1"))

    do(database, lambda tx: discard(tx, desk, seen, "改为电话沟通", CLERK))

    with pytest.raises(DraftContentGoneError):
        database.reader.read_sync(lambda c: shown(c, KEYRING, draft.draft_id))
    assert database.reader.read_sync(lambda c: discard_reason(c, draft.draft_id)) == "改为电话沟通"
    steps = database.reader.read_sync(lambda c: history(c, KEYRING, draft.draft_id))
    assert [step.words for step in steps] == [""] * 4


def test_destroying_a_letters_content_destroys_its_drafts(database: Database, desk: Desk):
    what = to_sign(database, desk)
    letter = do(database, lambda tx: sign(tx, desk, what, authority(tx.now)))

    assert do(database, lambda tx: destroy_content_of_letter(tx, letter.letter_id, "admin-1")) == [what.draft_id]

    with pytest.raises(DraftContentGoneError):
        database.reader.read_sync(lambda c: shown(c, KEYRING, what.draft_id))
    assert do(database, lambda tx: destroy_content_of_letter(tx, letter.letter_id, "admin-1")) == []


def test_words_rest_locked_and_the_journal_holds_none(database: Database, desk: Desk):
    draft = started(database, desk, a_new(notice("金额为壹万元")))
    seen = Seen(draft.draft_id, 1)
    do(database, lambda tx: submit_for_signature(tx, desk, seen, CLERK))
    do(database, lambda tx: return_with_remarks(tx, desk, seen, "金额不对", "leader-1"))

    stored = database.reader.read_sync(
        lambda c: (
            [row.kept for row in c.execute(sa.select(DRAFT_REVISIONS))]
            + [row.words for row in c.execute(sa.select(DRAFT_STEPS)) if row.words]
        )
    )
    entries = database.reader.read_sync(read)

    assert len(stored) == 2
    assert not any("金额".encode() in kept for kept in [*stored, *(entry.payload for entry in entries)])
    assert [entry.kind for entry in entries] == ["desk.create", "desk.submit_for_signature", "desk.return"]
    facts = json.loads(entries[0].payload)
    assert facts == {"by": CLERK, "draft_id": draft.draft_id, "digest": draft.newest.digest.hex(), "revision": 1}


def test_open_answers_are_found_by_the_letter_they_answer(database: Database, desk: Desk):
    new = NewDraft(Address(ANSWERING_KIND, ("inspection",), answers_letter_id="letter-1"), Text(REPLY, b""))
    first, second = (started(database, desk, new) for _ in range(2))
    do(database, lambda tx: discard(tx, desk, Seen(first.draft_id, 1), "重复", CLERK))

    found = database.reader.read_sync(lambda c: open_answers(c, "letter-1"))

    assert [draft.draft_id for draft in found] == [second.draft_id]
    assert database.reader.read_sync(letters_being_answered) == ["letter-1"]


REACHES = {
    "the whole body": Reach(),
    "one sub-unit": Reach(sub_unit="room-1"),
    "one matter": Reach(matter_id="matter-1"),
    "one matter in another sub-unit": Reach(sub_unit="room-2", matter_id="matter-1"),
    "the body, trusted": Reach(trusted=True),
    "a sub-unit, trusted": Reach(sub_unit="room-1", trusted=True),
}


@pytest.mark.parametrize("reach", REACHES.values(), ids=REACHES.keys())
def test_the_list_shows_exactly_what_a_role_reaches(database: Database, desk: Desk, reach: Reach):
    """The condition on rows and the rule on one draft never disagree."""
    drafts = [
        started(database, desk, NewDraft(Address(kind, ("inspection",), matter_id=matter), notice(), unit), by)
        for kind, unit, matter, by in product(
            ("arrangement.brief", "new_info.notice"), ("", "room-1"), ("", "matter-1"), (CLERK, OTHER_CLERK)
        )
    ]
    viewer = Viewer(CLERK, (reach,))

    listed = database.reader.read_sync(lambda c: list_drafts(c, viewer))

    assert listed == [draft for draft in drafts if may([reach], draft, CLERK)]
    assert database.reader.read_sync(lambda c: list_drafts(c, Viewer(CLERK, ()))) == []


def test_lists_go_on_where_they_stopped_and_filter_by_state(database: Database, desk: Desk):
    drafts = [started(database, desk) for _ in range(5)]
    do(database, lambda tx: submit_for_signature(tx, desk, Seen(drafts[2].draft_id, 1), CLERK))
    everything = Viewer(CLERK, (Reach(),))

    page = database.reader.read_sync(lambda c: list_drafts(c, everything, after=drafts[0].draft_id, limit=2))
    waiting = database.reader.read_sync(lambda c: list_drafts(c, everything, [DraftState.TO_SIGN]))

    assert [draft.draft_id for draft in page] == [draft.draft_id for draft in drafts[1:3]]
    assert [draft.draft_id for draft in waiting] == [drafts[2].draft_id]


def test_what_is_not_there_is_not_found(database: Database, desk: Desk):
    with pytest.raises(DraftNotFoundError):
        do(database, lambda tx: submit_for_review(tx, desk, Seen("nothing", 1), CLERK))
