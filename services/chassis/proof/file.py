"""The form of a file of proof: lines of JSON with one spelling each, signed by who hands it out. Pure."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.chassis.identity.keys import KeyPair
from services.chassis.journal.chain import Entry
from services.chassis.journal.store import Head

FORMAT = "guantong-proof-1"
_SIGNATURE = b"guantong-proof-signature-v1\x00"


@dataclass(frozen=True, slots=True)
class Cover:
    """What the first line says: whose file this is, about what, and why it was handed out."""

    county: str
    county_name: str
    demo: bool
    body: str
    matter_id: str
    exported_at: datetime
    name: str
    post: str
    reason: str
    contents: bool
    opinion: str
    """Title of the implementing opinion whose rules the body applies."""
    rulebook: str
    """Fingerprint of those rules."""
    anchor: bytes
    """Public key the county's first directory is signed with; readers have to know it from elsewhere."""
    journal: Head


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """One entry of the exporting body's journal: a letter, a receipt, or that a content was destroyed.

    `content` is None where it is not in the file; the salt then neither. `why` puts into words, "中文 / English", why a
    content was destroyed, which the entry has as a code.
    """

    entry: Entry
    salt: bytes = field(default=b"", repr=False)
    content: bytes | None = field(default=None, repr=False)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A letter between one of the matter and its receipt: its place in the channel and its header's digest only.

    `after` is the number of the letter it follows, which is the one before it unless numbers were lost.
    """

    sender: str
    recipient: str
    number: int
    after: int
    header_digest: bytes


def write_proof(
    cover: Cover,
    directories: Iterable[bytes],
    entries: Iterable[ProvenEntry],
    links: Iterable[Link],
    key: KeyPair,
) -> bytes:
    """The file. Equal arguments give equal bytes: nothing in it depends on anything else."""
    lines = [_line("proof", _cover(cover))]
    lines += [_line("directory", {"bytes": _base64(signed)}) for signed in directories]
    lines += [_line("entry", _entry(one)) for one in entries]
    lines += [_line("link", _link(one)) for one in links]
    proven = b"".join(lines)
    digest = hashlib.sha256(proven).digest()
    signature = {
        "digest": digest.hex(),
        "signing_key_id": key.key_id,
        "suite": key.suite,
        "signature": key.sign(_SIGNATURE + digest).hex(),
    }
    return proven + _line("signature", signature)


def _cover(cover: Cover) -> dict[str, object]:
    return {
        "format": FORMAT,
        "county": cover.county,
        "county_name": cover.county_name,
        "demo": cover.demo,
        "body": cover.body,
        "matter": cover.matter_id,
        "exported": _time(cover.exported_at),
        "by": {"name": cover.name, "post": cover.post},
        "reason": cover.reason,
        "contents": cover.contents,
        "opinion": cover.opinion,
        "rulebook": cover.rulebook,
        "anchor": _base64(cover.anchor),
        "journal": {"sequence": cover.journal.sequence, "digest": cover.journal.digest.hex()},
    }


def _entry(one: ProvenEntry) -> dict[str, object]:
    facts: dict[str, object] = {
        "sequence": one.entry.sequence,
        "previous": one.entry.previous.hex(),
        "kind": one.entry.kind,
        "written": _time(one.entry.written_at),
        "payload": _base64(one.entry.payload),
    }
    if one.why:
        facts["why"] = one.why
    if one.content is not None:
        facts |= {"salt": _base64(one.salt), "content": _base64(one.content)}
    return facts


def _link(one: Link) -> dict[str, object]:
    return {
        "sender": one.sender,
        "recipient": one.recipient,
        "number": one.number,
        "after": one.after,
        "header_digest": one.header_digest.hex(),
    }


def _line(what: str, facts: Mapping[str, object]) -> bytes:
    text = json.dumps({"is": what, **facts}, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode("ascii") + b"\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
