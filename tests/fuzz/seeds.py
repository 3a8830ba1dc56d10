"""`python -m tests.fuzz.seeds` makes the corpus's seeds anew: inputs that reach far into each reader."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from openpyxl import Workbook

from guantong.exchange.v1 import attachments_pb2, content_pb2, envelope_pb2, receipt_pb2
from services.audit.ledger import ISSUES
from services.chassis.calendar import tables
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.identity.cards import KeyCard
from services.chassis.identity.signed import SignedDirectory
from services.petitions.ledger import PETITIONS
from tests.fuzz.corpus import FOLDER, FOUND
from tests.fuzz.targets import parties

M = TypeVar("M", bound=Message)
_AT = datetime(2026, 11, 2, 1, 2, 3, tzinfo=UTC)


def filled(message: M, depth: int = 4) -> M:
    """A message with something in every field, as a peer could send it."""
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof is not None and field.containing_oneof.fields[0] is not field:
            continue
        if field.message_type is not None:
            if depth:
                inner = filled(_class_of(field)(), depth - 1)
                getattr(message, field.name).extend([inner]) if field.is_repeated else getattr(
                    message, field.name
                ).CopyFrom(inner)
        elif field.is_repeated:
            getattr(message, field.name).append(_value(field))
        else:
            setattr(message, field.name, _value(field))
    return message


def _class_of(field: Any) -> type[Message]:
    return GetMessageClass(field.message_type)


def _value(field: Any) -> object:
    match field.type:
        case FieldDescriptor.TYPE_STRING:
            return "A3.2f" if field.name.endswith(("id", "ids", "kind")) else "文字"
        case FieldDescriptor.TYPE_BYTES:
            return bytes(range(32))
        case FieldDescriptor.TYPE_BOOL:
            return True
        case FieldDescriptor.TYPE_ENUM:
            return 1
    return 7


def _of_the_exchange() -> Iterator[tuple[str, str, bytes]]:
    both = parties()
    header = filled(envelope_pb2.LetterHeader())
    header.MergeFrom(envelope_pb2.LetterHeader(format_version=1, county=both.honest.county, demo=False))
    header.demo, header.format_version = False, 1
    header.sender, header.recipient, header.suite = "mallory", "beta", both.key.suite
    header.written_time.FromDatetime(_AT)
    header.signer.signed_time.FromDatetime(_AT)
    data = header.SerializeToString()
    for target in ("header", "addressed"):
        yield target, "full", data
        yield target, "least", envelope_pb2.LetterHeader(
            format_version=1, county=both.honest.county, suite=both.key.suite, letter_id="l", sender="mallory",
            recipient="beta", number=1, previous_digest=bytes(32), kind="k", content_digest=bytes(32),
            written_time=header.written_time, signing_key_id=both.key.key_id,
        ).SerializeToString()  # fmt: skip
    yield "letter", "full", filled(envelope_pb2.Letter()).SerializeToString()
    yield (
        "letter",
        "with a header",
        envelope_pb2.Letter(
            signed=envelope_pb2.SignedHeader(header=data, signature=bytes(64), signing_key_id="0", suite="guantong-1"),
            salt=bytes(32),
            content="内容".encode(),
        ).SerializeToString(),
    )
    yield "equivocation", "full", filled(envelope_pb2.EquivocationReport()).SerializeToString()
    receipt, hello = filled(receipt_pb2.ReceiptStatement()), filled(receipt_pb2.HelloStatement())
    yield "receipt", "full", receipt.SerializeToString()
    yield "hello", "full", hello.SerializeToString()
    for field in envelope_pb2.Frame.DESCRIPTOR.fields:
        frame = envelope_pb2.Frame()
        if field.message_type is not None:
            getattr(frame, field.name).CopyFrom(filled(_class_of(field)()))
        else:
            setattr(frame, field.name, b"{}")
        yield "frame", field.name, frame.SerializeToString()
    for name, descriptor in attachments_pb2.DESCRIPTOR.message_types_by_name.items():
        yield "attachment_frame", name, filled(GetMessageClass(descriptor)()).SerializeToString()
    for name, descriptor in content_pb2.DESCRIPTOR.message_types_by_name.items():
        yield "content", name, filled(GetMessageClass(descriptor)()).SerializeToString()


def _of_files() -> Iterator[tuple[str, str, bytes]]:
    with tempfile.TemporaryDirectory() as name:
        plan = CountyPlan("371399", "青禾县", demo=True, light_passwords=True)
        county = create_county(Path(name) / "county", plan, _AT)
        for target, named in (("bus_config", "bus.toml"), ("node_config", "node.toml")):
            yield target, "created", min(county.folder.root.rglob(named)).read_bytes()
        versions = sorted(county.folder.directories.glob("*"))
        yield "directory", "first", versions[0].read_bytes()
        yield "directory_payload", "first", SignedDirectory.from_bytes(versions[0].read_bytes()).payload
    folder = Path(tables.__file__).parent / "data"
    yield "calendar", "2026", (folder / "2026.toml").read_bytes()
    yield "calendar", "overlay", b'county = "371399"\nversion = 1\nsource = "x"\noff = [2026-03-02]\nmake_up = []\n'


def _of_spreadsheets() -> Iterator[tuple[str, str, bytes]]:
    for spec in (ISSUES, PETITIONS):
        titles = [column.zh for column in spec.columns]
        rows = [titles, ["1", *("2026-03-02" for _ in titles[1:])], ["2", *("12.50" for _ in titles[1:])]]
        text = "\r\n".join(",".join(row) for row in rows)
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"):
            yield "spreadsheet", f"{spec.name}-{encoding}", text.encode(encoding)
        yield "spreadsheet", f"{spec.name}-nul", text.replace("12.50", "12\0.50").encode()
        yield "spreadsheet", f"{spec.name}-tabs", text.replace(",", "\t").encode("utf-16")
        yield "spreadsheet", f"{spec.name}-quotes", (text + '\r\n"a\r\nb","c""d').encode()
        book = Workbook()
        page = book.active
        assert page is not None
        for row in rows:
            page.append(row)
        yield "spreadsheet", f"{spec.name}-xlsx", _packed(book)
        page["B2"] = "=1+1"
        page.merge_cells("A2:A3")
        page["C2"] = datetime(2026, 3, 2)  # noqa: DTZ001 - spreadsheets know no zones
        book.create_sheet("隐藏").sheet_state = "hidden"
        book.create_sheet("第二")["XFD1"] = "far"
        yield "spreadsheet", f"{spec.name}-odd-xlsx", _packed(book)
    yield "spreadsheet", "many-columns", (",".join("列" for _ in range(3000)) + "\n").encode()
    yield "spreadsheet", "old-xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    yield "spreadsheet", "bomb", _bomb()
    yield "spreadsheet", "empty", b""


def _packed(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(40 * 2**20))
    return stream.getvalue()


def _of_words() -> Iterator[tuple[str, str, bytes]]:
    key = parties().key
    yield "card", "new", KeyCard.of("371399", "audit", key, key).to_bytes()
    yield "page_token", "made up", b"AAAAAAAAAAAAAAAAAAAAACIwMTkyIg=="
    yield "short_id", "part", b"01234567"
    yield "rulebook", "own", '[setting.county_name]\nvalue = "青禾县"\n'.encode()
    for file in ("reminders", "parties", "recipients"):
        folder = Path(tables.__file__).parents[1] / "rulebook" / "default"
        yield "rulebook", file, (folder / f"{file}.toml").read_bytes()


def main() -> None:
    """Write all seeds; what was found once stays."""
    for file in FOLDER.glob("*/*"):
        if not file.name.startswith(FOUND):
            file.unlink()
    for target, name, data in (*_of_the_exchange(), *_of_files(), *_of_spreadsheets(), *_of_words()):
        file = FOLDER / target / name.replace(" ", "-")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


if __name__ == "__main__":
    main()
