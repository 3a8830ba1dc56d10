"""A petitioner's identity, put wherever an office may have put it, leaves no trace: not in the database or its files,
not in the journal, not in what is answered, logged, exported or left in the machine's temporary folder."""

from __future__ import annotations

import hashlib
import hmac
import io
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from guantong.node.v1 import ledgers_service_pb2 as pb
from services.chassis.briefing.tables import LEDGER_SUMMARIES
from services.chassis.errors import GuantongError
from services.chassis.ledgers.export import Format, export_ledger
from services.chassis.rpc.tables import REQUEST_LOG
from services.chassis.storage import Database, Transaction
from tests.integration.ledgers.ledgers_for_tests import PETITIONS, csv_bytes
from tests.integration.ledgers.serving_for_tests import PETITION_HEADER, Served
from tests.integration.ledgers.test_unsealing import everything

NAME, PHONE, ADDRESS = "欧阳金雀", "13855577731", "清水村三组12号"
HEADERS = PETITION_HEADER.split(",")
GOOD = ["X-1", "2026-01-05", "云岭镇", "村组", "要求修路", NAME, f"{PHONE} {ADDRESS}"]


def spellings() -> Iterator[str]:
    """Every way the canaries may have been written on."""
    for word in (NAME, PHONE, ADDRESS):
        yield word
        yield "".join(chr(ord(char) + 0xFEE0) if char.isascii() and char.isalnum() else char for char in word)


def traces(data: bytes) -> list[str]:
    encodings = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "unicode-escape")
    return [word for word in spellings() for encoding in encodings if word.encode(encoding) in data]


def workbook(*rows: list[str], sheet: str = "Sheet1", title: str = "") -> tuple[Workbook, Worksheet]:
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = sheet
    for row in ([title] if title else [], HEADERS, *rows):
        page.append(row)
    return book, page


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def plain(fields: list[str], **changed: str) -> bytes:
    row = [changed.get(header, field) for header, field in zip(HEADERS, fields, strict=True)]
    return ("\r\n".join([PETITION_HEADER, ",".join(row)]) + "\r\n").encode(changed.get("encoding", "utf-8-sig"))


def full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if char.isascii() and char.isdigit() else char for char in text)


def decorated() -> bytes:
    """A good row, and the canaries in every place beside the cells that a workbook has."""
    book, page = workbook(GOOD, sheet=NAME[:30], title=f"经办：{NAME} {PHONE}")
    page["A3"].comment = Comment(f"{NAME} {PHONE}", NAME)
    page["G3"].hyperlink = f"https://example.invalid/{PHONE}"
    if page.oddHeader is not None:
        page.oddHeader.center.text = NAME
    book.properties.creator = book.properties.title = NAME
    hidden = book.create_sheet("hidden")
    hidden.append([NAME, PHONE, ADDRESS])
    hidden.sheet_state = "hidden"
    return saved(book)


ACCEPTED = {
    "utf-8 with its mark": plain(GOOD),
    "gbk": plain(GOOD, encoding="gb18030"),
    "full width": plain([*GOOD[:6], full_width(f"{PHONE} {ADDRESS}")]),
    "a decorated workbook": decorated(),
}


def merged() -> bytes:
    book, page = workbook(GOOD, [*GOOD[:5], "", ""], GOOD)
    page.merge_cells("F2:G3")
    return saved(book)


def formula() -> bytes:
    book, page = workbook(GOOD)
    page["F2"] = f'="{NAME}"&"{PHONE}"'
    return saved(book)


def ambiguous() -> bytes:
    book, _page = workbook(GOOD, sheet=NAME)
    book.create_sheet(PHONE).append([ADDRESS])
    return saved(book)


REFUSED = {
    "in the words": plain(GOOD, 诉求=f"我是{NAME}"),
    "a number in the words": plain(GOOD, 诉求=f"请回电{full_width(PHONE)}", 联系电话=""),
    "in the unit": plain(GOOD, 单位名称=NAME),
    "in the number of the petition": plain(GOOD, 编号=PHONE),
    "as a date": plain(GOOD, 受理日期=PHONE),
    "as a choice": plain(GOOD, 管理权限=NAME),
    "in an extra column": csv_bytes(PETITION_HEADER, ",".join([*GOOD, NAME])),
    "in a header": csv_bytes(f"{PETITION_HEADER},{NAME}{PHONE}", ",".join([*GOOD, ""])),
    "instead of the headers": csv_bytes(f"{NAME},{PHONE},{ADDRESS}"),
    "twice": csv_bytes(PETITION_HEADER, ",".join(GOOD), ",".join(GOOD)),
    "above the county": plain(GOOD, 管理权限="市管（副处级）", 受理日期="昨天"),
    "too long": plain(GOOD, 信访人=NAME * 200),
    "an open quote": csv_bytes(PETITION_HEADER, f'"{NAME}'),
    "utf-16": plain(GOOD, encoding="utf-16"),
    "old format": b"\xd0\xcf\x11\xe0" + NAME.encode() + PHONE.encode(),
    "half a workbook": decorated()[:3000],
    "merged": merged(),
    "a formula": formula(),
    "two sheets": ambiguous(),
}


@pytest.fixture
def no_temporary_files(served: Served, tmp_path: Path) -> Iterator[Served]:
    """Whoever would write a temporary file now finds no folder for it."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path / "there is none")
    yield served
    tempfile.tempdir = before


def kept_by(database: Database) -> bytes:
    """Every row of every table, and every byte of the database's own files where they can be reached."""
    data = everything(database).encode()
    if database.url.get_backend_name() == "sqlite":
        folder = Path(str(database.url.database)).parent
        data += b"".join(file.read_bytes() for file in folder.glob("node*") if file.is_file())
    return data


def exported(database: Database, form: Format) -> bytes:
    return database.reader.read_sync(lambda connection: export_ledger(connection, PETITIONS, form))


async def asked(served: Served, data: bytes, request_id: str, *, dry_run: bool) -> tuple[bool, bytes]:
    """Whether it was imported, and everything the caller was told."""
    try:
        answer = await served.put(data, request_id, ledger=PETITIONS.name, dry_run=dry_run)
    except GuantongError as error:
        return False, repr((error.facts, error.text("zh"), error.text("en"), str(error))).encode()
    return answer.imported, answer.SerializeToString()


@pytest.mark.parametrize("where", ACCEPTED)
async def test_sealed_at_import_it_is_nowhere_in_the_clear(no_temporary_files: Served, where: str):
    served = no_temporary_files
    with structlog.testing.capture_logs() as logs:
        _, checked = await asked(served, ACCEPTED[where], "dry", dry_run=True)
        imported, told = await asked(served, ACCEPTED[where], "real", dry_run=False)
    assert imported
    listed = await served.call("Ledgers", pb.ListRowsRequest(ledger=PETITIONS.name, read_reason="核对台账"))
    files = [exported(served.database, form) for form in Format]

    kept = kept_by(served.database)
    assert "云岭镇".encode() in kept  # the search finds what is there
    seen = [checked, told, listed.SerializeToString(), repr(logs).encode(), kept, *files]
    assert [traces(one) for one in seen] == [[]] * len(seen)


@pytest.mark.parametrize("where", REFUSED)
async def test_refused_at_import_it_is_not_repeated_anywhere(no_temporary_files: Served, where: str):
    served = no_temporary_files
    with structlog.testing.capture_logs() as logs:
        _, checked = await asked(served, REFUSED[where], "dry", dry_run=True)
        imported, told = await asked(served, REFUSED[where], "real", dry_run=False)

    assert not imported
    assert any(reason.encode() in told for reason in ("第", "row", "表头", "文件", "工作表"))  # it says what to do
    seen = [checked, told, repr(logs).encode(), repr(served.refusals).encode(), kept_by(served.database)]
    assert [traces(one) for one in seen] == [[]] * len(seen)


async def test_no_digest_is_kept_by_which_a_petitioner_could_be_guessed(served: Served):
    """Whoever has the database and knows the rest of a short file could try out every telephone number."""
    first, second = plain(GOOD), plain([*GOOD[:6], "13900000000"])
    request = pb.ImportLedgerRequest(ledger=PETITIONS.name, file=first, format="csv", request_id="r-1")
    await served.call("Ledgers", request)
    await served.put(second, "r-2", ledger=PETITIONS.name)

    kept = everything(served.database)
    for data in (first, second):
        digest = hashlib.sha256(data)
        assert digest.hexdigest() not in kept
        assert repr(digest.digest()) not in kept
    one, other = served.entries("ledger.imported")
    assert one["file_digest"] == other["file_digest"]

    def logged(connection: sa.Connection) -> list[Any]:
        return list(connection.execute(sa.select(REQUEST_LOG.c.salt, REQUEST_LOG.c.request_digest)))

    guess = request.SerializeToString(deterministic=True)
    for row in served.database.reader.read_sync(logged):
        assert hmac.digest(row.salt, guess, hashlib.sha256) != row.request_digest


async def test_the_same_request_id_with_another_file_is_noticed_all_the_same(served: Served):
    await served.put(plain(GOOD), "r-1", ledger=PETITIONS.name)
    with pytest.raises(GuantongError) as refused:
        await served.put(plain(GOOD, 编号="X-2"), "r-1", ledger=PETITIONS.name)
    assert refused.value.reason == "REQUEST_ID_REUSED"


def test_an_error_of_the_database_quotes_nothing_that_was_to_be_stored(database: Database):
    """Errors end in tracebacks, and those on a terminal or in a supervisor's log."""
    row = {"id": "x", "ledger": "l", "row_id": "r", "row_revision": 1, "text": NAME, "written_by": PHONE}

    def twice(tx: Transaction) -> None:
        for _ in range(2):
            tx.connection.execute(sa.insert(LEDGER_SUMMARIES).values(**row, written_at=tx.now))

    with pytest.raises(sa.exc.IntegrityError) as failed:
        database.writer.run_sync(twice)
    assert traces(str(failed.value).encode()) == []


def test_the_canaries_would_be_found_in_every_spelling():
    assert unicodedata.normalize("NFKC", full_width(PHONE)) == PHONE
    for word in spellings():
        assert traces(word.encode("gb18030"))
