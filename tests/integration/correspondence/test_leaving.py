"""What leads to a petitioner leaves a body that holds petitions in no letter of any kind, and is nowhere repeated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence import steps
from services.chassis.errors import GuantongError
from services.chassis.exchange.model import Direction
from services.chassis.exchange.reading import LetterFilter
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import finished, notice, request

WHO = "举报人张三，电话13800138000，身份证110101199001011234"


def in_a_column_of_counts(section: content.Section) -> None:
    table = section.tables.add(title="信访件")
    table.columns.add(key="n", title="数量", kind=content.CELL_KIND_COUNT)
    table.rows.add(cells=[WHO])


def as_a_column(section: content.Section) -> None:
    section.tables.add(title="信访件").columns.add(key="n", title=WHO)


def as_a_remark(section: content.Section) -> None:
    section.tables.add(title="信访件", remark=WHO)


def as_a_scan(section: content.Section) -> None:
    section.attachments.add(file_name="举报信原件.jpg", digest=b"of the scan of the letter")


async def asked(county: OfficeCounty) -> tuple[WholeOffice, str]:
    office, petitions = await county.open("inspection", "petitions")
    letter_id = office.sends("info.request", "petitions", request(county.book, "petitions")).letter_id
    await county.deliver()
    petitions.do(lambda tx: steps.sign_for(tx, petitions.node.office, letter_id, petitions.actor))
    return petitions, letter_id


def sent(office: WholeOffice) -> list[str]:
    wanted = LetterFilter(Direction.OUT)
    return [one.header.kind for one in office.ask(lambda c: office.node.exchange.letters(c, wanted))]


@pytest.mark.article("A3.2e")
@pytest.mark.parametrize(
    ("hide", "reason"),
    [
        (in_a_column_of_counts, "CELL_NOT_A_FIGURE"),
        (as_a_column, "REPLY_IDENTIFIES"),
        (as_a_remark, "REPLY_IDENTIFIES"),
        (as_a_scan, "ATTACHMENT_REFUSED"),
    ],
)
async def test_a_reply_tells_of_no_petitioner_in_whatever_corner(
    office_county: OfficeCounty, hide: Callable[[content.Section], None], reason: str
):
    petitions, letter_id = await asked(office_county)
    reply = finished(petitions, letter_id)
    hide(reply.units[0].sections[0])
    (draft,) = petitions.answer_drafts(letter_id)
    rewritten = petitions.rewritten(draft, reply)

    with pytest.raises(GuantongError) as refused:
        petitions.signed(rewritten)

    assert refused.value.reason == reason
    assert "张三" not in refused.value.text("zh") + refused.value.text("en")
    assert sent(petitions) == ["matter.signed_for"]


@pytest.mark.article("A3.2e")
async def test_neither_a_periodic_report_nor_a_question_back_tells_of_a_petitioner(office_county: OfficeCounty):
    petitions, letter_id = await asked(office_county)
    office = petitions.node.office

    with pytest.raises(GuantongError) as report:
        petitions.sends("periodic_report", "inspection", notice("定期通报", WHO))
    with pytest.raises(GuantongError) as question:
        petitions.do(lambda tx: steps.ask_back(tx, office, letter_id, petitions.actor, f"{WHO}是否列入？"))

    assert report.value.reason == question.value.reason == "NOTICE_IDENTIFIES"
    assert sent(petitions) == ["matter.signed_for"]
    petitions.sends("periodic_report", "inspection", notice("定期通报", "本季度受理来信12件。"))
    assert sent(petitions)[0] == "periodic_report"
