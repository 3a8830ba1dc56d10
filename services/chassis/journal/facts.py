"""What an entry of the journal says, as names and values an auditor reads: ids, codes, counts; no words of letters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from services.chassis.exchange import wire
from services.chassis.exchange.keeping import RETURNED, SENT, STORED
from services.chassis.journal.chain import Entry

Fact = tuple[str, str]
_LETTERS = frozenset({SENT, STORED, RETURNED})
_LONGEST = 2_000


def facts_of(entry: Entry, shown_kind: Callable[[str], str]) -> list[Fact]:
    """The facts of an entry, in its own order.

    Args:
        entry: The entry.
        shown_kind: Gives a kind of letter, or nothing where that alone says too much.
    """
    if entry.kind in _LETTERS:
        return list(_of_letter(entry.payload, shown_kind))
    try:
        text = entry.payload.decode()
    except UnicodeDecodeError:
        return [("size", str(len(entry.payload)))]
    try:
        fields = json.loads(text)
    except ValueError:
        return _of_lines(text)
    if not isinstance(fields, dict):
        return _of_lines(text)
    return [
        (name, _said(value))
        for name, value in fields.items()
        if name != "kind" or not isinstance(value, str) or shown_kind(value)
    ]


def _of_letter(payload: bytes, shown_kind: Callable[[str], str]) -> Iterator[Fact]:
    header = wire.decode_header(wire.decode_journaled(payload).payload)
    yield "sender", header.sender
    yield "recipient", header.recipient
    yield "number", str(header.number)
    yield "written_at", header.written_at.isoformat()
    yield "matter", header.matter_id
    if kind := shown_kind(header.kind):
        yield "kind", kind
        if header.document_number:
            yield "document_number", header.document_number


def _of_lines(text: str) -> list[Fact]:
    """Entries that hold some ids, one to a line, and at the end what a person gave as the reason."""
    if not text.isprintable() and "\n" not in text:
        return [("size", str(len(text.encode())))]
    return [("text", " / ".join(line for line in text.splitlines() if line)[:_LONGEST])]


def _said(value: object) -> str:
    if isinstance(value, str):
        return value[:_LONGEST]
    return json.dumps(value, ensure_ascii=False, sort_keys=True)[:_LONGEST]
