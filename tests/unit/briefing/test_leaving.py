"""Every text of a content is looked at, wherever it stands, and a column of figures holds figures."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.replies.checking import check_reply
from services.chassis.replies.errors import NoticeIdentifiesError
from services.chassis.replies.leaving import refuse_identifying
from services.chassis.replies.texts import attachments_in, texts_of, wrong_cells

WHO = "举报人张三 13800138000"


def table(kind: content.CellKind.ValueType, *cells: str) -> content.Table:
    rows = [content.TableRow(cells=[cell]) for cell in cells]
    return content.Table(title="信访件", columns=[content.TableColumn(key="n", title="数量", kind=kind)], rows=rows)


def reply(**more: object) -> content.InfoReply:
    section = content.Section(code="petitions.petitions", text="见表", **more)  # type: ignore[arg-type]
    return content.InfoReply(units=[content.UnitReply(unit_id="U01", sections=[section])])


@pytest.mark.article("A3.2e")
@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("t0.0.0", reply(tables=[table(content.CELL_KIND_COUNT, WHO)])),
        ("t0.0.0", reply(tables=[table(content.CELL_KIND_COUNT, "13800138000")])),
        ("t0.title", reply(tables=[content.Table(title=WHO)])),
        ("t0.remark", reply(tables=[content.Table(remark=WHO)])),
        ("t0.c0.title", reply(tables=[content.Table(columns=[content.TableColumn(title=WHO)])])),
        ("t0.c0.key", reply(tables=[content.Table(columns=[content.TableColumn(key=WHO)])])),
        ("t0.0.0", reply(tables=[content.Table(rows=[content.TableRow(cells=[WHO])])])),
        ("attachments0.file_name", reply(attachments=[content.AttachmentReference(file_name=f"{WHO}.jpg")])),
        ("window_to_date", reply(window_to_date=WHO)),
        ("remarks", content.InfoReply(remarks=WHO)),
        ("unit_id", content.InfoReply(units=[content.UnitReply(unit_id=WHO)])),
    ],
)
def test_a_petitioner_is_found_in_every_corner_of_a_reply(place: str, told: content.InfoReply):
    assert {one.place for one in check_reply(told)} == {place}


@pytest.mark.article("A3.2e")
@pytest.mark.parametrize(
    "told",
    [
        content.Notice(title="定期通报", text=f"{WHO}，身份证110101199001011234"),
        content.Notice(tables=[table(content.CELL_KIND_COUNT, WHO)]),
        content.Notice(units=[content.UnitReference(name="县水务局", former_names=[WHO])]),
        content.AskBack(questions=[content.Question(key="1", text=WHO)]),
        content.AskBack(contact=content.Contact(phone=WHO)),
        content.LadderStep(note=WHO),
        content.Recall(letter_id=WHO),
    ],
)
def test_no_other_kind_of_letter_tells_of_a_petitioner_and_the_refusal_does_not_either(told: Message):
    with pytest.raises(NoticeIdentifiesError) as refused:
        refuse_identifying(told)

    said = refused.value.text("zh") + refused.value.text("en")
    assert "张三" not in said
    assert "13800138000" not in said


def test_what_a_letter_needs_leads_to_nobody():
    contact = content.Contact(name="李四", post="办公室主任", phone="0539-8123456")
    refuse_identifying(content.AskBack(letter_id="01938001-3800-7138-8001-380013800138", contact=contact))


@pytest.mark.parametrize(
    ("kind", "fits", "fails"),
    [
        (content.CELL_KIND_COUNT, ("0", "12", "", "—"), ("十二", "1.5", "13800138000", "12件", "１２")),
        (content.CELL_KIND_AMOUNT, ("1862400.00", "-3.50"), ("1862400", "约三万", "3.505")),
        (content.CELL_KIND_DATE, ("2026-03-02",), ("2026-02-30", "3月2日", "20260302")),
        (content.CELL_KIND_PERCENT, ("76", "96.18"), ("76%", "大半")),
        (content.CELL_KIND_UNSPECIFIED, ("随便写",), ()),
    ],
)
def test_a_column_of_figures_holds_figures(
    kind: content.CellKind.ValueType, fits: tuple[str, ...], fails: tuple[str, ...]
):
    notice = content.Notice(tables=[table(kind, *fits, *fails)])

    assert list(wrong_cells(notice)) == [f"t0.{line}.0" for line in range(len(fits), len(fits) + len(fails))]


def test_a_file_is_seen_however_deep_it_lies():
    assert attachments_in(reply(attachments=[content.AttachmentReference(digest=b"scan")]))
    assert not attachments_in(reply())
    assert dict(texts_of(reply()))["units0.sections0.text"] == "见表"
