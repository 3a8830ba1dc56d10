"""The reading half of a second node, written from docs/protocol.md alone: nothing of `services` is in it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from deploy.verifier.guantong_verify import ZERO, BrokenError, Message, ed25519, sha256

SUITE = "guantong-1"
LARGEST_FRAME, LARGEST_CONTENT, LARGEST_HEADER = 4_227_072, 4 * 1024 * 1024, 16 * 1024
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
TURNING = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
NO_MESSAGE = (BrokenError, ValueError, LookupError, OverflowError)


class RefusedError(Exception):
    """The frame is refused; the text is the reason."""


def check(holds: object, reason: str) -> None:
    if not holds:
        raise RefusedError(reason)


# Section 2: the seal, from RFC 9180.

KEM, HPKE = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"


def extract(suite: bytes, label: bytes, key: bytes, salt: bytes = b"") -> bytes:
    return hmac.new(salt or bytes(32), b"HPKE-v1" + suite + label + key, hashlib.sha256).digest()


def expand(suite: bytes, secret: bytes, label: bytes, info: bytes, size: int) -> bytes:
    """One block of HKDF is enough for everything here."""
    labeled = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.new(secret, labeled + b"\x01", hashlib.sha256).digest()[:size]


def cipher(shared: bytes, enc: bytes, public: bytes, info: bytes) -> tuple[ChaCha20Poly1305, bytes]:
    secret = expand(KEM, extract(KEM, b"eae_prk", shared), b"shared_secret", enc + public, 32)
    context = b"\x00" + extract(HPKE, b"psk_id_hash", b"") + extract(HPKE, b"info_hash", info)
    schedule = extract(HPKE, b"secret", b"", secret)
    key, nonce = expand(HPKE, schedule, b"key", context, 32), expand(HPKE, schedule, b"base_nonce", context, 12)
    return ChaCha20Poly1305(key), nonce


def context_of(key_id: str, label: str = "guantong-seal-v1") -> bytes:
    return f"{label}\0{SUITE}\0{key_id}".encode()


def seal(ephemeral: bytes, public: bytes, plain: bytes, info: bytes) -> bytes:
    private = X25519PrivateKey.from_private_bytes(ephemeral)
    enc = private.public_key().public_bytes_raw()
    aead, nonce = cipher(private.exchange(X25519PublicKey.from_public_bytes(public)), enc, public, info)
    return enc + aead.encrypt(nonce, plain, b"")


def unseal(private: bytes, sealed: bytes, info: bytes) -> bytes:
    own = X25519PrivateKey.from_private_bytes(private)
    enc, public = sealed[:32], own.public_key().public_bytes_raw()
    aead, nonce = cipher(own.exchange(X25519PublicKey.from_public_bytes(enc)), enc, public, info)
    return aead.decrypt(nonce, sealed[32:], b"")


# Section 11: what a node knows of keys.


@dataclass
class Key:
    body: str
    suite: str
    public: bytes
    begins: datetime
    ends: datetime | None
    revoked: datetime | None

    def counts(self, signed: datetime, seen: datetime) -> bool:
        valid = self.begins <= signed and (self.ends is None or signed < self.ends)
        return valid and (self.revoked is None or max(signed, seen) < self.revoked)


def key_id_of(public: bytes) -> str:
    return sha256(public).hex()[:16]


def keys_of(body: str, records: list[dict[str, str]]) -> dict[str, Key]:
    found = {}
    for one in records:
        public = b64decode(one["public"], validate=True)
        begins, ends, revoked = (one[name] and moment(one[name]) for name in ("valid_from", "valid_to", "revoked_at"))
        found[key_id_of(public)] = Key(body, one["suite"], public, begins, ends, revoked)  # type: ignore[arg-type]
    return found


def moment(said: str) -> datetime:
    return datetime.fromisoformat(said)


@dataclass
class Directory:
    payload: bytes

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.payload))

    @property
    def digest(self) -> bytes:
        return sha256(b"guantong-directory-v1\0" + self.payload)

    @property
    def signing(self) -> dict[str, Key]:
        keys: dict[str, Key] = {}
        for one in self.said["bodies"]:
            keys |= keys_of(one["body"], one["signing_keys"])
        return keys


def accept(file: bytes, current: Directory | None, anchor: bytes) -> Directory:
    """The rules of section 11, in the order of its table."""
    check(len(file) <= 1024 * 1024, "MALFORMED")
    try:
        outer = json.loads(file)
        offered = Directory(b64decode(outer["directory"], validate=True))
        signatures = [outer, *([outer["second"]] if "second" in outer else [])]
        stamps = [
            (one["suite"], one["signing_key_id"], b64decode(one["signature"], validate=True)) for one in signatures
        ]
    except (ValueError, KeyError, TypeError):
        raise RefusedError("MALFORMED") from None
    if current is None:
        anchors = {key_id_of(anchor): Key("", SUITE, anchor, EARLIEST, None, None)}
        sign_check(offered, stamps, anchors, "guantong-directory-signature-v1\0")
        return offered
    if offered.digest == current.digest:
        return current
    recovers = len(stamps) == 2
    trusted = keys_of("", current.said["recovery_keys" if recovers else "directory_keys"])
    label = "guantong-directory-recovery-v1\0" if recovers else "guantong-directory-signature-v1\0"
    sign_check(offered, stamps, trusted, label)
    new, old = offered.said, current.said
    check((new["county"], new["demo"]) == (old["county"], old["demo"]), "WRONG_COUNTY")
    check(new["version"] >= old["version"], "DIRECTORY_ROLLED_BACK")
    check(new["version"] != old["version"], "DIRECTORY_FORKED")
    if not recovers:
        check(new["version"] == old["version"] + 1, "ask")
        check(new["previous"] == current.digest.hex(), "DIRECTORY_FORKED")
        check(new["recovery_keys"] == old["recovery_keys"], "DIRECTORY_UNTRUSTED")
    return offered


def sign_check(offered: Directory, stamps: list[tuple[str, str, bytes]], trusted: dict[str, Key], label: str) -> None:
    check(len({key_id for _, key_id, _ in stamps}) == len(stamps), "DIRECTORY_UNTRUSTED")
    for suite, key_id, signature in stamps:
        key = trusted.get(key_id)
        check(key is not None and key.suite == suite, "DIRECTORY_UNTRUSTED")
        assert key is not None
        check(holds(key, label.encode() + offered.payload, signature), "DIRECTORY_UNTRUSTED")
        issued = moment(offered.said["issued_at"])
        check(key.revoked is None and key.counts(issued, issued), "DIRECTORY_UNTRUSTED")


def holds(key: Key, message: bytes, signature: bytes) -> bool:
    try:
        return ed25519(key.public, message, signature)
    except NO_MESSAGE:
        return False


# Section 9: what a node believes, and what it stores.


@dataclass
class Node:
    """One body's node that receives; `ends` are its channels' ends by sender, `held` their digests by number."""

    body: str
    sealing: dict[str, bytes]
    directory: Directory
    now: datetime
    ends: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    held: dict[tuple[str, int], bytes] = field(default_factory=dict)
    ids: set[tuple[str, str]] = field(default_factory=set)

    def receive(self, data: bytes) -> str:
        """What becomes of a frame: stored, repeat, gap, receipt, hello, or the reason for which it is refused."""
        try:
            check(len(data) <= LARGEST_FRAME, "OVERSIZED")
            frame = self.message(data)
            check(len(frame.fields.keys() & {1, 2, 3, 5}) == 1, "MALFORMED")
            (kind,) = frame.fields.keys() & {1, 2, 3, 5}
            if kind == 5:
                return self.equivocation(self.message(frame.blob(5)))
            if kind == 1:
                return self.letter(self.message(frame.blob(1)))
            return self.statement(self.message(frame.blob(kind)), is_receipt=kind == 2)
        except RefusedError as error:
            return str(error)
        except NO_MESSAGE:
            return "MALFORMED"

    @property
    def seen(self) -> datetime:
        return max(self.now, moment(self.directory.said["issued_at"]))

    def message(self, data: bytes) -> Message:
        try:
            return Message(data)
        except NO_MESSAGE:
            raise RefusedError("MALFORMED") from None

    def letter(self, carried: Message) -> str:
        check(carried.text(1) == SUITE, "VERSION_UNKNOWN")
        check(carried.text(2) in self.sealing, "NOT_SEALED_TO_US")
        try:
            opened = unseal(self.sealing[carried.text(2)], carried.blob(3), context_of(carried.text(2)))
        except (InvalidTag, ValueError):
            raise RefusedError("SEAL_BROKEN") from None
        letter = self.message(opened)
        outer = self.message(letter.blob(1))
        raw, salt, content = outer.blob(1), letter.blob(2), letter.blob(3)
        check(len(content) <= LARGEST_CONTENT and len(raw) <= LARGEST_HEADER, "OVERSIZED")
        key = self.signer(outer, "guantong-letter-signature-v1")
        header = self.message(raw)
        check(header.number(1) == 1, "VERSION_UNKNOWN")
        written = self.check_header(header)
        ours = key.body == self.body
        self.check_names(header.text(2), header.number(3), self.body if ours else header.text(7))
        check((header.text(6), header.text(18), header.text(4)) == (key.body, outer.text(3), outer.text(4)), "FORGED")
        self.check_key(key, outer, header, written if ours else self.seen)
        check(not (salt or content) or sha256(salt + content) == header.blob(15), "CONTENT_MISMATCH")
        return self.store(header, raw, ours=ours)

    def signer(self, outer: Message, label: str) -> Key:
        key = self.directory.signing.get(outer.text(3))
        check(key, "KEY_UNKNOWN")
        assert key is not None
        check(key.suite == SUITE, "VERSION_UNKNOWN")
        check(holds(key, label.encode() + b"\0" + outer.blob(1), outer.blob(2)), "FORGED")
        check(outer.text(4) == key.suite, "FORGED")
        return key

    def check_header(self, header: Message) -> datetime:
        person = self.message(header.blob(19))
        try:
            names = [header.text(number) for number in (2, 6, 7, 11)]
            ids = [header.text(number) for number in (5, 12, 13, 14)]
            texts = [header.text(16), header.text(20), *(each.decode() for each in header.fields.get(21, []))]
            texts += [person.text(number) for number in (1, 2, 3)]
            written, digests = header.time(17), (header.blob(10), header.blob(15))
            times = [written, person.time(4) if person.fields else written]
        except NO_MESSAGE:
            raise RefusedError("MALFORMED") from None
        check(all(names) and ids[0], "MALFORMED")
        check(all(re.fullmatch("[!-~]{0,64}", name) for name in [*names, header.text(8)]), "MALFORMED")
        check(all(re.fullmatch("[!-~]{0,36}", one) for one in ids), "MALFORMED")
        check(all(map(printable, texts)) and header.number(9) > 0, "MALFORMED")
        check({len(one) for one in digests} == {32}, "MALFORMED")
        check(all(at and EARLIEST <= at <= LATEST for at in times), "MALFORMED")
        assert written is not None
        return written

    @property
    def county(self) -> str:
        return str(self.directory.said["county"])

    @property
    def demo(self) -> bool:
        return bool(self.directory.said["demo"])

    def check_names(self, county: str, demo: int, addressee: str) -> None:
        check(county == self.county, "WRONG_COUNTY")
        check(bool(demo) == self.demo, "DEMO_MISMATCH")
        check(addressee == self.body, "WRONG_ADDRESSEE")

    def check_key(self, key: Key, outer: Message, header: Message, seen: datetime) -> None:
        written = header.time(17)
        assert written is not None
        revoked = key.revoked is not None and seen >= key.revoked
        if revoked and 5 in outer.fields:
            again = self.message(outer.blob(5))
            by, said = self.signer(again, "guantong-letter-confirmation-v1"), self.message(again.blob(1))
            same = (by.body, said.text(3), said.blob(1)) == (header.text(6), again.text(3), digest_of(outer.blob(1)))
            check(same, "FORGED")
            confirmed = said.time(2)
            check(confirmed and by.counts(confirmed, self.seen), "KEY_NOT_VALID")
            key = Key(key.body, key.suite, key.public, key.begins, key.ends, None)
        check(key.counts(written, seen), "KEY_NOT_VALID")

    def statement(self, outer: Message, *, is_receipt: bool) -> str:
        key = self.signer(outer, f"guantong-{'receipt' if is_receipt else 'hello'}-signature-v1")
        said = self.message(outer.blob(1))
        signer, addressee, key_id = (4, 5, 11) if is_receipt else (4, 5, 10)
        counts = (6, 12) if is_receipt else (6, 8, 11)
        times = [said.time(number) for number in ((8, 9) if is_receipt else (9, 12))]
        check(min(said.number(one) for one in counts) >= 0, "MALFORMED")
        check(not is_receipt or len(said.blob(7)) == 32, "MALFORMED")
        check(all(at is None or EARLIEST <= at <= LATEST for at in times), "MALFORMED")
        self.check_names(said.text(1), said.number(2), said.text(addressee))
        check((said.text(signer), said.text(key_id)) == (key.body, outer.text(3)), "FORGED")
        issued = said.time(9)
        check(issued and key.counts(issued, self.seen), "KEY_NOT_VALID")
        return "receipt" if is_receipt else "hello"

    def equivocation(self, report: Message) -> str:
        headers = [self.reported(self.message(report.blob(number))) for number in (1, 2)]
        first, other = ((header.text(6), header.text(7), header.number(9)) for header in headers)
        check(first == other, "MALFORMED")
        check(self.message(report.blob(1)).blob(1) != self.message(report.blob(2)).blob(1), "MALFORMED")
        check(self.body in first[:2], "WRONG_ADDRESSEE")
        return "equivocation"

    def reported(self, outer: Message) -> Message:
        key, header = self.signer(outer, "guantong-letter-signature-v1"), self.message(outer.blob(1))
        check(header.number(1) == 1, "VERSION_UNKNOWN")
        written = self.check_header(header)
        check(header.text(6) == key.body, "FORGED")
        self.check_key(key, outer, header, written if key.body == self.body else self.seen)
        check((header.text(2), bool(header.number(3))) == (self.county, self.demo), "WRONG_COUNTY")
        return header

    def store(self, header: Message, raw: bytes, *, ours: bool) -> str:
        sender, number, digest = header.text(6), header.number(9), digest_of(raw)
        channel = f"to {header.text(7)}" if ours else sender
        end, last = self.ends.get(channel, (0, ZERO))
        continues = header.text(11) == "channel.continued" and header.blob(10) == last
        if number > end + 1 and not continues:
            return "gap" if not ours else "ignored"
        if number <= end and (channel, number) not in self.held:
            return "left out"
        if number <= end:
            check(self.held[channel, number] == digest, "EQUIVOCATION")
            return "repeat"
        check(header.blob(10) == last, "CHAIN_BROKEN")
        check(not ours, "NOT_OURS")
        check((channel, header.text(5)) not in self.ids, "EQUIVOCATION")
        self.ends[channel] = number, digest
        self.held[channel, number] = digest
        self.ids.add((channel, header.text(5)))
        return "stored"


def digest_of(raw: bytes) -> bytes:
    """The letter digest of a header's bytes."""
    header_digest = sha256(b"guantong-header-digest-v1\0" + raw)
    return sha256(b"guantong-letter-digest-v1\0" + Message(raw).blob(10) + header_digest)


def printable(text: str) -> bool:
    hidden = (unicodedata.category(each) == "Cc" or unicodedata.bidirectional(each) in TURNING for each in text)
    return len(text) <= 200 and not any(hidden)
