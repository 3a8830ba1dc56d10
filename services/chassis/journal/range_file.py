"""A stretch of the journal as a file that verifies without the node: one line of JSON for each entry. Pure.

The first line says what it is, whose, from which entry on, and the digest of the entry before; every entry names the
digest of the one before it; the last line names the last entry and its digest. Who has that digest from elsewhere (a
receipt, a backup, a note) knows that nothing in the file was changed; without it, that nothing was changed within.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.chassis.journal.chain import GENESIS, Entry, check, digest

FORMAT = "guantong-journal-range-1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class RangeFault:
    """Why a file does not hold together: the number of the line, from 1, and what is wrong."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class RangeReport:
    """What a file holds. `head` is the digest of its last entry, hexadecimal."""

    body: str
    first: int
    last: int
    before: str
    head: str
    faults: tuple[RangeFault, ...]


def opening(body: str, county: str, first: int, before: bytes) -> bytes:
    """The first line."""
    return _line({"format": FORMAT, "county": county, "body": body, "first": first, "before": before.hex()})


def entry_line(entry: Entry) -> bytes:
    """The line of one entry; its time counts in whole microseconds since 1970 UTC."""
    return _line(
        {
            "sequence": entry.sequence,
            "previous": entry.previous.hex(),
            "kind": entry.kind,
            "written_at": (entry.written_at - _EPOCH) // _MICROSECOND,
            "payload": base64.b64encode(entry.payload).decode("ascii"),
        }
    )


def closing(last: int, head: bytes) -> bytes:
    """The last line."""
    return _line({"last": last, "head": head.hex()})


def check_range(lines: Iterable[bytes]) -> RangeReport:
    """Look whether a file holds together, line by line; memory does not grow with it."""
    faults: list[RangeFault] = []
    told: dict[str, object] = {}
    sequence, previous, first, ended = 0, GENESIS, 0, False
    number = 0
    for number, line in enumerate(lines, 1):
        fields = _read(line)
        if number == 1:
            told = fields or {}
            first = _number(told.get("first"))
            sequence, previous = first - 1, _bytes(told.get("before"))
            if told.get("format") != FORMAT:
                faults.append(RangeFault(1, "not a file of a journal"))
                break
        elif ended:
            faults.append(RangeFault(number, "goes on after its end"))
        elif fields is not None and "head" in fields:
            ended = True
            if (_number(fields.get("last")), _bytes(fields["head"])) != (sequence, previous):
                faults.append(RangeFault(number, "its end is not that of its last entry"))
        else:
            entry = _entry(fields)
            if entry is None:
                faults.append(RangeFault(number, "not an entry"))
                break
            faults += [RangeFault(number, one.reason) for one in check([entry], after=(sequence, previous))]
            sequence, previous = entry.sequence, digest(entry)
    if not ended and not faults:
        faults.append(RangeFault(number, "has no end"))
    return RangeReport(
        str(told.get("body", "")), first, sequence, str(told.get("before", "")), previous.hex(), tuple(faults)
    )


def _line(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _read(line: bytes) -> dict[str, object] | None:
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _entry(fields: dict[str, object] | None) -> Entry | None:
    if fields is None:
        return None
    try:
        written_at = _EPOCH + _number(fields["written_at"]) * _MICROSECOND
        payload = base64.b64decode(str(fields["payload"]), validate=True)
        return Entry(
            _number(fields["sequence"]),
            bytes.fromhex(str(fields["previous"])),
            str(fields["kind"]),
            written_at,
            payload,
        )
    except (KeyError, ValueError, OverflowError, binascii.Error):
        return None


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62 else 0


def _bytes(value: object) -> bytes:
    try:
        return bytes.fromhex(str(value))
    except ValueError:
        return b""
