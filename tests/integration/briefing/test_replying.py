"""When a request comes the reply lies drafted on the desk, follows the ledgers, and lets no petitioner be known."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import pytest
import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.audit.body import BODY
from services.audit.tables import ISSUES
from services.chassis.briefing.errors import NotFromLedgersError
from services.chassis.briefing.replying import (
    Replying,
    bring_up_to_date,
    changed_sections,
    draft_on_arrival,
    look_backs,
    mark_stale_drafts,
)
from services.chassis.briefing.scope import LookBack
from services.chassis.desk.desk import Desk, Text
from services.chassis.desk.drafts import NewDraft, Seen, create_draft, edit_draft, submit_for_signature
from services.chassis.desk.errors import DraftContentError, DraftStaleError
from services.chassis.desk.queries import open_answers, shown
from services.chassis.desk.records import Address, Draft, DraftState
from services.chassis.exchange import reading
from services.chassis.exchange.keeping import Why
from services.chassis.exchange.model import LetterState, StoredLetter
from services.chassis.exchange.naming import name_of
from services.chassis.exchange.reading import LetterFilter
from services.chassis.journal import store as journal
from services.chassis.ledgers.imports import retire_row
from services.chassis.ledgers.rows import select_rows
from services.chassis.replies.errors import NoticeIdentifiesError, ReplyAboveCountyError
from services.chassis.replies.leaving import check_new_info, refuse_above_county
from services.chassis.rulebook.load import load
from services.chassis.storage import Transaction
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode
from tests.integration.audit.audits_for_tests import CODE, ISSUE_HEADER, ISSUE_ROWS, read_all_in, read_in
from tests.integration.desk.desk_for_tests import Outbox, rules
from tests.integration.ledgers.ledgers_for_tests import PETITIONS

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
BOOK = load()
T = TypeVar("T")


def request(**more: str) -> content.InfoRequest:
    return content.InfoRequest(
        units=[
            content.UnitReference(unit_id="U-1", name="县水务局", former_names=["县水利局"]),
            content.UnitReference(unit_id="U-2", name=BOOK.body("audit").zh),
            content.UnitReference(unit_id="U-3", name="青禾县审计局"),
            content.UnitReference(unit_id="U-4", name="审计中心", former_names=["县审计局"]),
            content.UnitReference(unit_id="U-5", name="审计服务中心", coordinating_body="audit"),
        ],
        sections_required=[content.SectionRequired(code=CODE, name="近三年审计情况", article_id="A3.2f", **more)],
    )


@dataclass
class Audit:
    """The audit bureau's node after a request came from the office over the bus."""

    node: ExchangeNode
    replying: Replying
    letters: list[StoredLetter] = field(default_factory=list)

    def do(self, unit: Callable[[Transaction], T]) -> T:
        return self.node.database.writer.run_sync(unit)

    def ask(self, query: Callable[[sa.Connection], T]) -> T:
        return self.node.database.reader.read_sync(query)

    def handle(self, tx: Transaction, letter: StoredLetter) -> None:
        self.letters.append(letter)
        asked = content.InfoRequest.FromString(letter.content or b"")
        draft_on_arrival(tx, self.replying, letter.header, asked)

    @property
    def draft(self) -> Draft:
        letter_id = self.letters[0].header.letter_id
        (draft,) = self.ask(lambda connection: open_answers(connection, letter_id))
        return draft

    @property
    def reply(self) -> content.InfoReply:
        text = self.ask(lambda c: shown(c, self.replying.desk.keyring, self.draft.draft_id)).text
        return content.InfoReply.FromString(text.content)

    def edit(self, reply: content.InfoReply) -> None:
        text = Text(reply.DESCRIPTOR.full_name, reply.SerializeToString())
        draft = self.draft
        self.do(lambda tx: edit_draft(tx, self.replying.desk, Seen(draft.draft_id, draft.revision), text, "clerk-1"))

    def submit(self) -> Draft:
        draft = self.draft
        return self.do(
            lambda tx: submit_for_signature(tx, self.replying.desk, Seen(draft.draft_id, draft.revision), "clerk-1")
        )


async def audit_asked(county: ExchangeCounty, message: content.InfoRequest, *, refuses: bool = False) -> Audit:
    county.clock.set(NOW)
    county.join("inspection", "audit")
    office, node = await county.open("inspection"), await county.open("audit")
    read_all_in(node.database)

    def refusing(address: Address, on):
        if refuses:
            raise DraftContentError(field="content", problem="refused by the test")
        return rules(address, on)

    desk = Desk(node.identity.keyring, refusing, Outbox().dispatch)
    audit = Audit(node, Replying(BODY, BOOK, desk))

    node.handle = audit.handle  # type: ignore[method-assign]  # the fixture takes any handler
    await office.send("audit", message.SerializeToString(), content_type=message.DESCRIPTOR.full_name)
    await office.turn()
    await node.turn()
    return audit


@pytest.fixture
async def audit(exchange_county: ExchangeCounty) -> Audit:
    return await audit_asked(exchange_county, request())


@pytest.mark.article("A3.2f")
async def test_the_reply_lies_drafted_when_the_request_has_come(audit: Audit):
    draft, reply = audit.draft, audit.reply

    assert (draft.address.kind, draft.address.recipients) == ("info.reply", ("inspection",))
    assert (draft.state, draft.newest.edited_by, draft.newest.unanswered) == (DraftState.DRAFTING, "", 0)
    assert [unit.unit_id for unit in reply.units] == ["U-1"]  # never on oneself, under whatever name
    section = reply.units[0].sections[0]
    assert section.text.startswith("共涉及审计项目3个，发现问题4个。")
    assert (section.window_from_date, section.window_to_date) == ("2023-03-02", "2026-03-02")
    assert audit.submit().state is DraftState.TO_SIGN


async def test_a_ledger_that_changes_marks_the_draft_and_only_then(audit: Audit):
    assert audit.do(lambda tx: mark_stale_drafts(tx, audit.replying)) == 0
    read_in(audit.node.database, ISSUES, ISSUE_HEADER, *ISSUE_ROWS[:-1], ISSUE_ROWS[-1].replace("77", "78"))
    assert audit.do(lambda tx: mark_stale_drafts(tx, audit.replying)) == 0  # another unit's row

    read_in(audit.node.database, ISSUES, ISSUE_HEADER, ISSUE_ROWS[1].replace("未整改", "持续整改"))
    assert audit.do(lambda tx: mark_stale_drafts(tx, audit.replying)) == 1

    assert audit.draft.stale is not None
    with pytest.raises(DraftStaleError):
        audit.submit()


async def test_a_request_that_was_recalled_and_destroyed_does_not_hold_up_the_ledgers(audit: Audit):
    request = name_of(audit.letters[0])
    why = Why("recall", "person-1", "person-2")
    audit.do(lambda tx: audit.node.exchange.destroy_content(tx, request, why))
    read_in(audit.node.database, ISSUES, ISSUE_HEADER, ISSUE_ROWS[1].replace("未整改", "持续整改"))

    assert audit.do(lambda tx: mark_stale_drafts(tx, audit.replying)) == 0


async def test_bringing_it_up_to_date_rewrites_what_changed_and_keeps_what_people_wrote(audit: Audit):
    reply = audit.reply
    reply.remarks = "另附说明。"
    audit.edit(reply)
    rows = audit.ask(lambda connection: select_rows(connection, ISSUES, ISSUES.c.issue_no == "W-2"))
    audit.do(lambda tx: retire_row(tx, ISSUES, rows[0].ref.row_id, by="clerk-1"))
    audit.do(lambda tx: mark_stale_drafts(tx, audit.replying))
    draft = audit.draft
    assert [one.code for one in audit.ask(lambda c: changed_sections(c, audit.replying, draft.draft_id))] == [CODE]

    audit.do(lambda tx: bring_up_to_date(tx, audit.replying, Seen(draft.draft_id, draft.revision), "clerk-1"))

    assert audit.reply.units[0].sections[0].text.startswith("共涉及审计项目3个，发现问题3个。")
    assert audit.reply.remarks == "另附说明。"
    assert audit.draft.stale is None
    assert audit.ask(lambda c: changed_sections(c, audit.replying, draft.draft_id)) == ()
    assert audit.submit().state is DraftState.TO_SIGN


async def test_a_section_nobody_touched_since_keeps_a_persons_words(audit: Audit):
    reply = audit.reply
    reply.units[0].sections[0].text = "人工改写。"
    audit.edit(reply)
    draft = audit.draft
    audit.do(lambda tx: bring_up_to_date(tx, audit.replying, Seen(draft.draft_id, draft.revision), "clerk-1"))

    assert audit.reply.units[0].sections[0].text == "人工改写。"


async def test_a_draft_that_no_ledger_stands_behind_is_not_redrafted(audit: Audit):
    address = audit.draft.address
    by_hand = NewDraft(address, Text(content.InfoReply.DESCRIPTOR.full_name, b""))
    draft = audit.do(lambda tx: create_draft(tx, audit.replying.desk, by_hand, "clerk-1"))

    with pytest.raises(NotFromLedgersError):
        audit.do(lambda tx: bring_up_to_date(tx, audit.replying, Seen(draft.draft_id, 1), "clerk-1"))


def test_a_subject_above_the_county_does_not_leave_in_a_reply():
    reply = content.InfoReply()
    table = reply.units.add(unit_id="U-1").sections.add(code="north.leads").tables.add(title="线索")
    table.columns.extend([content.TableColumn(key="name"), content.TableColumn(key="authority", title="管理权限")])
    table.rows.add(cells=["甲某", "县管"])
    refuse_above_county(reply, [PETITIONS])

    table.rows.add(cells=["市管", "市管"])
    with pytest.raises(ReplyAboveCountyError) as refused:
        refuse_above_county(reply, [PETITIONS])
    assert refused.value.facts == {"places": "north.leads t0.1.1"}


@pytest.mark.article("A3.2j")
def test_new_information_does_not_lead_to_who_brought_it():
    check_new_info(content.NewInfo(summary="反映某班子成员在工程变更签证中存在问题", source_kind="信访"))
    with pytest.raises(NoticeIdentifiesError) as refused:
        check_new_info(content.NewInfo(summary="举报人张三(电话13800138000)称……"))

    assert refused.value.facts["kinds_zh"] == "信访人姓名、电话号码"
    assert "张三" not in refused.value.text("zh")
    words = "村主任把修路的沙石款十二万元打进了他小舅子的账户"
    with pytest.raises(NoticeIdentifiesError):
        check_new_info(content.NewInfo(summary=f"来信称{words}"), [words])


def test_new_information_about_a_post_above_the_county_goes_up_on_paper_and_is_not_repeated():
    with pytest.raises(ReplyAboveCountyError) as refused:
        check_new_info(content.NewInfo(post_concerned="副县长", summary="反映工程问题"))
    assert "副县长" not in refused.value.text("zh") + refused.value.text("en")


async def test_a_request_that_cannot_be_drafted_stands_all_the_same(exchange_county: ExchangeCounty):
    audit = await audit_asked(exchange_county, request(), refuses=True)

    assert len(audit.letters) == 1
    assert audit.ask(lambda c: open_answers(c, audit.letters[0].header.letter_id)) == []
    entries = [e for e in audit.ask(journal.read) if e.kind == "briefing.not_drafted"]
    assert [json.loads(entry.payload)["reason"] for entry in entries] == ["DRAFT_CONTENT"]


async def test_a_request_with_a_date_that_is_none_is_left_to_a_person(exchange_county: ExchangeCounty):
    audit = await audit_asked(exchange_county, request(window_from_date="昨天"))

    assert audit.ask(lambda c: open_answers(c, audit.letters[0].header.letter_id)) == []
    assert [letter.state for letter in audit.ask(lambda c: reading.listed(c, LetterFilter()))] == [LetterState.APPLIED]
    entries = [e for e in audit.ask(journal.read) if e.kind == "briefing.not_drafted"]
    assert [json.loads(entry.payload)["reason"] for entry in entries] == ["REQUEST_PERIOD_UNREADABLE"]


def test_periods_come_from_the_rulebook():
    assert look_backs(BOOK, "audit", NOW.date()) == {CODE: LookBack(36, plus_open=True)}
    assert look_backs(BOOK, "organization", NOW.date())["organization.team"] == LookBack(60)
