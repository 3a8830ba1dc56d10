"""A draft on paper, with the names that the county's rulebook gives its bodies and sections."""

from __future__ import annotations

from datetime import date
from functools import partial

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.desk.desk import Text
from services.chassis.desk.drafts import NewDraft, Seen, submit_for_signature
from services.chassis.desk.printing import DraftPrinter
from services.chassis.desk.queries import shown
from services.chassis.desk.records import Address
from services.chassis.desk.signing import sign
from services.chassis.desk.wording import Answered
from services.chassis.documents.sheet import Heading, LetterSheet
from services.chassis.rulebook.load import load
from services.chassis.storage import Database
from tests.integration.desk.desk_for_tests import CLERK, KEYRING, a_desk, authority, displayed, do, started

REQUEST = content.InfoRequest(
    round=content.RoundReference(name="第三轮巡察"), units=[content.UnitReference(unit_id="u1", name="县水务局")]
)


def answered(connection: sa.Connection, letter_id: str) -> Answered:
    del connection
    assert letter_id == "letter-1"
    return Answered("关于商请提供情况的函", "青巡办函〔2026〕7号", REQUEST)


def test_a_reply_prints_before_and_after_it_is_signed(sqlite_database: Database):
    database, desk, printer = sqlite_database, a_desk(), DraftPrinter("audit", load(), answered)
    section = content.Section(code="audit.audits_3y", state=content.SECTION_STATE_PROVIDED, text="发现问题2个。")
    reply = content.InfoReply(units=[content.UnitReply(unit_id="u1", sections=[section])])
    address = Address("info.reply", ("inspection",), answers_letter_id="letter-1")
    text = Text("guantong.exchange.v1.InfoReply", reply.SerializeToString())
    draft = started(database, desk, NewDraft(address, text))

    def on_paper() -> LetterSheet:
        seen = database.reader.read_sync(partial(shown, keyring=KEYRING, draft_id=draft.draft_id))
        return database.reader.read_sync(lambda connection: printer(connection, seen, True))

    before = on_paper()
    do(database, lambda tx: submit_for_signature(tx, desk, Seen(draft.draft_id, 1), CLERK))
    what = displayed(database, draft.draft_id)
    do(database, lambda tx: sign(tx, desk, what, authority(tx.now)))
    after = on_paper()

    assert (before.number, before.date, before.classification) == ("", None, "工作秘密")
    assert (after.number, after.date, after.blocks) == ("青审函〔2026〕1号", date(2026, 3, 2), before.blocks)
    body = printer.book.body("audit")
    assert (after.issuing_body, after.addressee) == (body.document_issuer_zh, "县委巡察办")
    assert after.return_slip
    headings = [block.text for block in after.blocks if isinstance(block, Heading)]
    (known,) = [section.zh for section in printer.book.sections if section.id == "audit.audits_3y"]
    assert headings == ["一、县水务局", f"(一){known}"]
