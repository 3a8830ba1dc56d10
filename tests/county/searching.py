"""Searches everything a county leaves behind for words, in every form in which a file or a row could hold them."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from deploy.demo.offices import request_id
from guantong.node.v1 import disclosures_service_pb2 as disclosures
from guantong.node.v1 import disclosures_service_pb2_grpc as disclosures_rpc
from services.chassis.body import load_body
from services.chassis.desk.queries import history, revisions, shown
from services.chassis.desk.tables import DRAFTS
from tests.county.lived import Lived

_ZIP = b"PK\x03\x04"
_DATABASE = b"SQLite format 3\0"
_FEW = 4
"""Bytes."""


@dataclass(frozen=True)
class Place:
    """Where something lies: what kind of thing, whose, and its name."""

    kind: str
    body: str
    name: str


Things = list[tuple[Place, bytes]]


def forms(word: str) -> set[bytes]:
    """The word as text files, Windows files, older Chinese systems and JSON write it."""
    escaped = json.dumps(word)[1:-1]
    return {word.encode(code) for code in ("utf-8", "utf-16-le", "gb18030")} | {escaped.encode()}


def where(things: Iterable[tuple[Place, bytes]], words: Iterable[str]) -> set[Place]:
    """The places that hold one of the words."""
    wanted = {form for word in words for form in forms(word)}
    return {place for place, data in things if any(form in data for form in wanted)}


def heard(things: Iterable[tuple[Place, bytes]], words: Iterable[str]) -> set[str]:
    """Those of the words that one of the places holds."""
    data = b"\n".join(data for _, data in things)
    # Thousands of words in millions of bytes: nearly all of them fail at one of their pieces, which are looked up.
    pieces = {data[at : at + _FEW] for at in range(len(data) - _FEW + 1)}

    def may_be_there(form: bytes) -> bool:
        return all(form[at : at + _FEW] in pieces for at in range(len(form) - _FEW + 1))

    return {word for word in words if any(may_be_there(form) and form in data for form in forms(word))}


def everything(lived: Lived) -> Things:
    """Files as they lie there and unpacked, rows, letters and drafts as their holder opens them, exports, pages."""
    found = [*files(lived.county.folder.root, "county"), *files(lived.folder / "briefings", "briefing")]
    found.append((Place("printed", "", "board and trace"), lived.printed.encode()))
    found += files(lived.folder / "report.json", "report")
    for body in lived.county.bodies:
        found += [*_letters(lived, body), *_drafts(lived, body), *_exports(lived, body)]
        found.append((Place("metrics", body, "/metrics"), lived.metrics(body)))
    return found


def files(folder: Path, kind: str) -> Iterator[tuple[Place, bytes]]:
    """Every file with what is inside it: members of archives, rows of databases."""
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        parts = path.parts
        body = parts[parts.index("nodes") + 1] if "nodes" in parts else ""
        data = path.read_bytes()
        for name, inner in unpacked(path.name, data):
            yield Place(kind, body, name), inner
        if data.startswith(_DATABASE):
            for table, row in _rows(path):
                yield Place("row", body, table), row


def unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes themselves and, of Office files and other archives, every member."""
    yield name, data
    if data.startswith(_ZIP):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield f"{name}/{member}", archive.read(member)


def _rows(path: Path) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            for row in database.execute(f'select * from "{table}"'):  # noqa: S608  a table of our own
                values = (one if isinstance(one, bytes) else str(one).encode() for one in row)
                yield table, b"\0".join(values)


def _letters(lived: Lived, body: str) -> Iterator[tuple[Place, bytes]]:
    for letter in lived.letters(body):
        assert letter.content is not None
        yield Place("letter", body, letter.header.kind), letter.content + letter.signed.payload


def _drafts(lived: Lived, body: str) -> Things:
    keyring = lived.keyring(body)

    def read(connection: sa.Connection) -> Things:
        found = []
        for draft_id in connection.scalars(sa.select(DRAFTS.c.id)):
            for revision in revisions(connection, draft_id):
                text = shown(connection, keyring, draft_id, revision.number).text
                found.append((Place("draft", body, text.content_type), text.content))
            remarks = " ".join(step.words for step in history(connection, keyring, draft_id))
            found.append((Place("draft", body, "remarks"), remarks.encode()))
        return found

    return lived.read(body, read)


def _exports(lived: Lived, body: str) -> Iterator[tuple[Place, bytes]]:
    """Every ledger as a file: the clerk asks for it, the leader lets it go."""
    office = lived.office(body)
    clerk, leader = (disclosures_rpc.DisclosuresServiceStub(one.channel) for one in (office.clerk, office.leader))
    for ledger in load_body(body).ledgers:
        for form in ("csv", "xlsx"):
            ask = disclosures.AskExportRequest(
                request_id=request_id(), ledger=ledger.name, format=form, reason="年度核对"
            )
            asked = clerk.AskExport(ask).disclosure_id
            leader.ApproveDisclosure(disclosures.ApproveDisclosureRequest(request_id=request_id(), disclosure_id=asked))
            taken = clerk.TakeExport(disclosures.TakeExportRequest(request_id=request_id(), disclosure_id=asked))
            for name, data in unpacked(f"{ledger.name}.{form}", taken.file):
                yield Place("export", body, name), data
