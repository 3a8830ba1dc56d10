"""Checks a file that `guantong export` wrote: offline, with Python's own library alone, importing nothing of Guantong.

    python3 -I guantong_verify.py FILE --anchor KEY [--lang en]

KEY is the county's anchor: its public key in base64 (`anchor` in any node.toml) or the SHA-256 of that key, learned by
telephone or on paper, never from FILE. Ends with 0 when everything holds, 1 when something does not, 2 on a wrong call,
3 when everything holds but no anchor was given to compare. docs/protocol.md states the form of FILE and the rules.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

ZERO, EPOCH = bytes(32), datetime(1970, 1, 1, tzinfo=UTC)
OURS, THEIRS = ("letter.sent", "letter.returned"), ("letter.stored",)
RECEIPT, DESTROYED, LOADED = "receipt.recorded", "content.destroyed", "directory.loaded"
FORM = "不是证明文件, 或格式不符 / this is no file of proof, or not of a form that is known"
IN_FORCE = "签名所用密钥当时无效 / a key was not in force when it signed"
COUNTY = "属于另一个县, 或演示与正式混用 / of another county, or demonstration and real county mixed"
JOURNAL = "日志条目不衔接 / entries of the journal do not fit together"
CHAIN = "函件与通道不衔接 / a letter does not follow the one before it in its channel"
VERSIONS = "单位名录各版本不衔接 / versions of the directory do not follow each other"
REVOKED = "密钥后已撤销, 是否先于撤销只有回执可证 / Its key was revoked since: only a receipt shows that it came before"
OTHERS = "回执与函件不符 / a receipt speaks of other letters"


class BrokenError(Exception):
    """The file proves nothing; the text says why in two languages."""


class Key(NamedTuple):
    """A public key of the directory, whose it is, and when it was in force."""

    body: str
    public: bytes
    begins: datetime
    ends: datetime | None = None
    revoked: datetime | None = None

    def need_in_force(self, signed: datetime | None, seen: datetime | None = None) -> None:
        """It signed while it was valid, and was not yet revoked when its signature was seen."""
        need(signed and self.begins <= signed and not (self.ends and signed >= self.ends), IN_FORCE)
        need(not self.revoked or max(signed or self.revoked, seen or EPOCH) < self.revoked, IN_FORCE)


class Letter(NamedTuple):
    """A letter that verified; `entry` is the line of the exporting body's journal that holds it."""

    entry: dict[str, Any]
    header: Message
    channel: tuple[str, str]
    digest: bytes
    confirmed: datetime | None


Step = tuple[int, bytes, bytes, int]
"""A place in a channel: which place it follows, the digest it names, its header's digest, and its entry, if any."""


class Proof:
    """What a file proves, given that its anchor is the county's; making it checks everything."""

    def __init__(self, data: bytes) -> None:
        lines = [canonical(line) for line in data.split(b"\n")[:-1]]
        need(data.endswith(b"\n") and len(lines) > 2, FORM)
        kinds = [["proof", "directory", "entry", "link", "signature"].index(line["is"]) for line in lines]
        self.cover, seal = lines[0], lines[-1]
        need((sorted(kinds), self.cover["format"]) == (kinds, "guantong-proof-1"), FORM)
        need((kinds.count(0), kinds.count(4)) == (1, 1), FORM)
        digest = sha256(data[: data.rindex(b"\n", 0, -1) + 1])
        need(digest == unhex(seal["digest"]), "文件被改动或不完整 / the file was changed or cut short")
        self.names, self.versions = dict[str, str](), dict[int, tuple[datetime, dict[str, Key]]]()
        self.directories([line for line in lines if line["is"] == "directory"])
        stamp, (issued, keys) = unhex(seal["signature"]), self.versions[max(self.versions)]
        self.revoked = {key_id for key_id, key in keys.items() if key.revoked}
        exporter = signed(keys, "proof-signature", digest, (stamp, seal["signing_key_id"], seal["suite"]))
        exporter.need_in_force(moment(self.cover["exported"]), issued)
        need(exporter.body == self.cover["body"], FORM)
        self.issued, self.keys = EPOCH, self.versions[min(self.versions)][1]
        self.letters, self.receipts, self.gone = list[Letter](), list[Message](), dict[str, dict[str, Any]]()
        self.journal([line for line in lines if line["is"] == "entry"])
        self.covered: dict[int, Message] = {}
        self.channels([line for line in lines if line["is"] == "link"])

    def read(self, entry: dict[str, Any]) -> None:
        """One entry of the journal, under the directory in force there: the first until another was loaded."""
        kind, seen = entry["kind"], max(moment(entry["written"]), self.issued)
        if kind in OURS + THEIRS:
            self.letters.append(self.letter(entry, seen))
        elif kind == RECEIPT:
            self.receipts.append(self.receipt(entry, seen))
        elif kind == LOADED:
            self.issued, self.keys = self.versions[json.loads(unbase64(entry["payload"]))["version"]]
        else:
            need(kind == DESTROYED, FORM)
            self.gone[json.loads(unbase64(entry["payload"]))["letter"]] = entry

    def directories(self, lines: list[dict[str, Any]]) -> None:
        """Each version names the one before it and is signed by a key of it; the first by the anchor."""
        anchor, last, digest = unbase64(self.cover["anchor"]), dict[str, Any](), ZERO
        once = json.JSONDecoder(object_pairs_hook=lambda all_: dict(zip(dict(all_), (v for _, v in all_), strict=True)))
        trusted, recovering = {sha256(anchor).hex()[:16]: Key("", anchor, EPOCH)}, dict[str, Key]()
        for line in lines:
            outer = once.decode(unbase64(line["bytes"]).decode())
            payload = base64.b64decode(outer["directory"], validate=True)
            inner, by = once.decode(payload.decode()), [outer, *([outer["second"]] if "second" in outer else [])]
            use, among = ("recovery", recovering) if len(by) > 1 else ("signature", trusted)
            for one in by:
                stamp = base64.b64decode(one["signature"], validate=True), one["signing_key_id"], one["suite"]
                key = signed(among, "directory-" + use, payload, stamp)
                key.need_in_force(datetime.fromisoformat(inner["issued_at"]), key.revoked)
            need(len({one["signing_key_id"] for one in by}) == len(by), VERSIONS)
            need((inner["county"], inner["demo"]) == (self.cover["county"], self.cover["demo"]), COUNTY)
            if last:
                need(inner["version"] > last["version"], VERSIONS)
                follows = inner["version"] == last["version"] + 1 and unhex(inner["previous"]) == digest
                need(len(by) > 1 or (follows and inner["recovery_keys"] == last["recovery_keys"]), VERSIONS)
            last, digest = inner, sha256(b"guantong-directory-v1\0" + payload)
            trusted, recovering = keys_of("", inner["directory_keys"]), keys_of("", inner["recovery_keys"])
            keys = dict[str, Key]()
            for one in inner["bodies"]:
                self.names[one["body"]] = f"{one['name_zh']}({one['body']})"
                keys |= keys_of(one["body"], one["signing_keys"])
            self.versions[inner["version"]] = datetime.fromisoformat(inner["issued_at"]), keys

    def journal(self, entries: list[dict[str, Any]]) -> None:
        """Entries stand in the order of the exporting body's journal, and each gets the digest that it has there."""
        head, before, digest = self.cover["journal"], 0, ZERO
        for entry in entries:
            place, kind, previous = entry["sequence"], entry["kind"].encode(), unhex(entry["previous"])
            micros = (moment(entry["written"]) - EPOCH) // timedelta(microseconds=1)
            payload = unbase64(entry["payload"])
            need(before < place <= head["sequence"] and (place > before + 1 or previous == digest), JOURNAL)
            form = b"guantong-journal-v1" + place.to_bytes(8, "big") + len(previous).to_bytes(4, "big") + previous
            form += len(kind).to_bytes(4, "big") + kind + micros.to_bytes(8, "big", signed=True)
            before, digest = place, sha256(form + len(payload).to_bytes(8, "big") + payload)
            entry["digest"] = digest
            self.read(entry)
        need(before < head["sequence"] or digest == unhex(head["digest"]), JOURNAL)

    def letter(self, entry: dict[str, Any], seen: datetime) -> Letter:
        """A letter of the matter: signed by its sender, and its content, if given, is the one that was signed."""
        outer = Message(unbase64(entry["payload"]))
        key, header = signed(self.keys, "letter-signature", outer.blob(1), outer.stamp), Message(outer.blob(1))
        need((header.text(18), header.text(4), header.number(1)) == (*outer.stamp[1:], 1), FORM)
        need((header.text(2), header.number(3)) == (self.cover["county"], self.cover["demo"]), COUNTY)
        need(header.text(6) == key.body and header.text(12) == self.cover["matter"], FORM)
        need(header.text(6 if entry["kind"] in OURS else 7) == self.cover["body"], FORM)
        need(header.number(9) > 0 and len(header.blob(10)) == len(header.blob(15)) == len(ZERO), FORM)
        digest, confirmed = sha256(b"guantong-header-digest-v1\0" + outer.blob(1)), None
        counts = header.time(17) if key.body == self.cover["body"] else seen
        if key.revoked and counts and counts >= key.revoked:
            need(5 in outer.fields, IN_FORCE)
            confirmed = self.confirmation(Message(outer.blob(5)), key.body, chained(header.blob(10), digest), seen)
            key = key._replace(revoked=None)
        key.need_in_force(header.time(17), counts)
        if "content" in entry:
            content = sha256(unbase64(entry["salt"]) + unbase64(entry["content"]))
            need(content == header.blob(15), "内容与签名的摘要不符 / a content is not the one that was signed")
        return Letter(entry, header, (key.body, header.text(7)), digest, confirmed)

    def confirmation(self, outer: Message, body: str, letter: bytes, seen: datetime) -> datetime | None:
        """When the sender said again, under another key, that a letter is its own whose key was revoked meanwhile."""
        said = Message(outer.blob(1))
        key = signed(self.keys, "letter-confirmation", outer.blob(1), outer.stamp)
        need((key.body, said.blob(1), said.text(3)) == (body, letter, outer.text(3)), FORM)
        key.need_in_force(said.time(2), seen)
        return said.time(2)

    def receipt(self, entry: dict[str, Any], seen: datetime) -> Message:
        """What a receipt of the exporting body's letters says, signed by their recipient."""
        outer = Message(unbase64(entry["payload"]))
        key = signed(self.keys, "receipt-signature", outer.blob(1), outer.stamp)
        said = Message(outer.blob(1))
        need((said.text(4), said.text(5), said.text(11)) == (key.body, self.cover["body"], outer.text(3)), FORM)
        need((said.text(1), said.number(2)) == (self.cover["county"], self.cover["demo"]), COUNTY)
        key.need_in_force(said.time(9), seen)
        return said

    def channels(self, links: list[dict[str, Any]]) -> None:
        """Walk each channel, and note for each letter, by its entry, the first receipt that covers it."""
        steps: defaultdict[tuple[str, str], dict[int, Step]] = defaultdict(dict)
        for at in links:
            need(at["number"] not in steps[at["sender"], at["recipient"]], CHAIN)
            steps[at["sender"], at["recipient"]][at["number"]] = at["after"], b"", unhex(at["header_digest"]), 0
        for one in self.letters:
            place = one.header.number(9)
            need(place not in steps[one.channel], CHAIN)
            steps[one.channel][place] = place - 1, one.header.blob(10), one.digest, one.entry["sequence"]
        need({one.text(4) for one in self.receipts} <= {recipient for _, recipient in steps}, OTHERS)
        for channel, places in steps.items():
            self.walk(places, [one for one in self.receipts if channel == (one.text(5), one.text(4))])

    def walk(self, places: dict[int, Step], receipts: list[Message]) -> None:
        """One channel: letters, and bare header digests where others stand, each behind the one before it."""
        need({one.number(6) for one in receipts} <= set(places), OTHERS)
        last, digest, run = 0, ZERO, list[int]()
        for place, (after, previous, header_digest, entry) in sorted(places.items()):
            digest, run = (digest, [*run, entry]) if after == last else (previous, [entry])
            need(digest and digest == (previous or digest), CHAIN)
            last, digest = place, chained(digest, header_digest)
            for one in (one for one in receipts if one.number(6) == place):
                need(one.blob(7) == digest, OTHERS)
                self.covered |= {entry: one for entry in run if entry and entry not in self.covered}


class Message:
    """A message of protocol buffers, as far as the exchange uses them; only article ids may stand twice."""

    def __init__(self, data: bytes) -> None:
        self.fields: dict[int, list[Any]] = {}
        at = 0
        while at < len(data):
            tag, at = self.varint(data, at)
            value, end = self.varint(data, at) if tag & 7 in {0, 2} else (0, at + {1: 8, 5: 4}[tag & 7])
            if tag & 7 == 2:
                at, end = end, end + value
            self.fields.setdefault(tag >> 3, []).append(value if tag & 7 == 0 else data[at:end])
            at = end
        need(at == len(data), FORM)

    @staticmethod
    def varint(data: bytes, at: int) -> tuple[Any, int]:
        value = shift = 0
        while data[at] & 128:
            value, shift, at = value | (data[at] & 127) << shift, shift + 7, at + 1
            need(shift < 64, FORM)
        return (value | data[at] << shift) & (2**64 - 1), at + 1

    def blob(self, field: int) -> bytes:
        (found,) = self.fields.get(field, [b""])
        need(isinstance(found, bytes), FORM)
        return bytes(found)

    def text(self, field: int) -> str:
        return self.blob(field).decode()

    def number(self, field: int) -> int:
        (found,) = self.fields.get(field, [0])
        return int(found) - (2**64 if found >> 63 else 0)

    @property
    def stamp(self) -> tuple[bytes, str, str]:
        return self.blob(2), self.text(3), self.text(4)

    def time(self, field: int) -> datetime | None:
        stamp = Message(self.blob(field))
        past = timedelta(seconds=stamp.number(1), microseconds=stamp.number(2) // 1000)
        return EPOCH + past if field in self.fields else None


def need(holds: object, why: str) -> None:
    if not holds:
        raise BrokenError(why)


def canonical(line: bytes) -> dict[str, Any]:
    found = json.loads(line)
    spelled = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    need(isinstance(found, dict) and spelled == line, FORM)
    return dict(found)


def keys_of(body: str, records: list[dict[str, Any]]) -> dict[str, Key]:
    need(all(one["suite"] == "guantong-1" for one in records), FORM)
    found = {}
    for one in records:
        public, begins = base64.b64decode(one["public"], validate=True), datetime.fromisoformat(one["valid_from"])
        ends, revoked = (one[name] and datetime.fromisoformat(one[name]) for name in ("valid_to", "revoked_at"))
        found[sha256(public).hex()[:16]] = Key(body, public, begins, ends, revoked)
    return found


def signed(keys: dict[str, Key], label: str, message: bytes, stamp: tuple[bytes, str, str]) -> Key:
    """The key that signed `message`; `stamp` is the signature, the id of the key, and the suite."""
    need(stamp[1] in keys and stamp[2] == "guantong-1", "名录中没有签名密钥 / the directory names no key that signed")
    holds = ed25519(keys[stamp[1]].public, b"guantong-" + label.encode() + b"-v1\0" + message, stamp[0])
    need(holds, f"签名无效({label}) / a signature does not hold ({label})")
    return keys[stamp[1]]


def chained(previous: bytes, header_digest: bytes) -> bytes:
    return sha256(b"guantong-letter-digest-v1\0" + previous + header_digest)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def unhex(said: str) -> bytes:
    need(bytes.fromhex(said).hex() == said, FORM)
    return bytes.fromhex(said)


def unbase64(said: str) -> bytes:
    found = base64.b64decode(said, validate=True)
    need(base64.b64encode(found).decode() == said, FORM)
    return found


def moment(said: str) -> datetime:
    return datetime.strptime(said, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


class Point(NamedTuple):
    """A point of the curve of Ed25519 in extended coordinates, as RFC 8032 defines it."""

    x: int
    y: int
    z: int
    t: int

    def plus(self, other: Point) -> Point:
        a, b = (self.y - self.x) * (other.y - other.x) % P, (self.y + self.x) * (other.y + other.x) % P
        c, d = 2 * self.t * other.t * D % P, 2 * self.z * other.z % P
        e, f, g, h = b - a, d - c, d + c, b + a
        return Point(e * f % P, g * h % P, f * g % P, e * h % P)

    def times(self, n: int) -> Point:
        sum_, power = Point(0, 1, 1, 0), self
        while n:
            sum_, power, n = sum_.plus(power) if n & 1 else sum_, power.plus(power), n >> 1
        return sum_

    @classmethod
    def read(cls, data: bytes) -> Point:
        y = int.from_bytes(data, "little")
        sign, y = y >> 255, y & (1 << 255) - 1
        square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
        x = pow(square, (P + 3) // 8, P)
        x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
        need(len(data) == 32 and y < P and x * x % P == square and (x or not sign), FORM)
        x = x if x & 1 == sign else P - x
        return cls(x, y, 1, x * y % P)


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    need(len(signature) == 64, FORM)
    r, s = Point.read(signature[:32]), int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left = Point.read((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")).times(s)
    right = r.plus(Point.read(public).times(k))
    same = (left.x * right.z - right.x * left.z) % P == 0 == (left.y * right.z - right.y * left.z) % P
    return s < ORDER and same


class Telling(NamedTuple):
    """Puts into one language what a file proves; texts stand as "中文 / English"."""

    english: bool

    def say(self, text: str) -> str:
        return text.split(" / ")[self.english]

    def report(self, proof: Proof, *, compared: bool) -> list[str]:
        """The lines to print."""
        cover, by, say = proof.cover, proof.cover["by"], self.say
        demo = say("【演示】 /  (demonstration)") if cover["demo"] else ""
        known = "与所给的锚一致 / as given" if compared else "未核对, 请电话核对 / NOT COMPARED: ask by telephone"
        lines = [
            say("县: / County:") + f" {cover['county_name']} {cover['county']}{demo}",
            say("事项: / Matter:") + f" {cover['matter']}",
            say("导出: / Exported:")
            + f" {proof.names[cover['body']]} {by['post']} {by['name']}, {shown(cover['exported'])}",
            say("理由: / Reason:") + f" {cover['reason']}",
            say("依据: / Rules:") + f" {cover['opinion']} ({cover['rulebook'][:16]})",
            say("单位名录版本: / Directory versions:") + f" {', '.join(map(str, proof.versions))}",
            say("县信任锚: / Anchor:") + f" {sha256(unbase64(cover['anchor'])).hex()} ({say(known)})",
        ]
        for place, one in enumerate(proof.letters, 1):
            sender, recipient = (proof.names[body] for body in one.channel)
            what = f"#{one.header.number(9)} {one.header.text(11)} {one.header.text(20)}"
            lines += ["", f"{place}. {sender} → {recipient}, {what}", *self.letter(proof, one)]
        lines += ["", say("不能说明: 时钟是否准确, 有无漏列 / Not told: whether clocks were right or letters left out")]
        return ["".join(each if each.isprintable() else "?" for each in line) for line in lines]

    def letter(self, proof: Proof, one: Letter) -> list[str]:
        """Who signed the letter for whom, when it was written, when the other side stored it, and what it says."""
        header, entry, say, got = one.header, one.entry, self.say, proof.covered.get(one.entry["sequence"])
        person = Message(header.blob(19))
        by = f"{person.text(2)} {person.text(1)}, {shown(person.time(4))}" if person.fields else say("节点 / the node")
        whom = person.text(3) and say("(代 / (for") + f" {person.text(3)})"
        again = one.confirmed and say("(已撤销, 再次确认于 / (revoked, confirmed again") + f" {shown(one.confirmed)})"
        lines = [
            say("签发: / Signed by:") + f" {by} {whom}",
            say("写成(发函单位时钟): / Written, by the sender's clock:") + f" {shown(header.time(17))}",
            say("密钥: / Key:") + f" {header.text(18)} {again or ''}",
            say("导出单位存妥: / Kept by the exporter:") + f" {shown(entry['written'])}",
            say("导出单位日志: / Its journal:") + f" {entry['sequence']}, {entry['digest'].hex()[:16]}",
        ]
        if entry["kind"] in OURS:
            lines += [say(REVOKED)] if header.text(18) in proof.revoked and not one.confirmed else []
            when = f"≤ {shown(got.time(8))}" if got else say("没有回执, 不能说明 / no receipt, cannot be told")
            lines.append(say("对方存妥(其时钟): / Stored by its recipient, by its clock:") + f" {when}")
        lines += [say("对方回执: / Its receipt:") + f" ≤ #{got.number(6)}, {shown(got.time(9))}"] if got else []
        return [f"   {line}" for line in [*lines, say("内容: / Content:") + f" {self.content(proof, one)}"]]

    def content(self, proof: Proof, one: Letter) -> str:
        gone = proof.gone.get(one.header.text(5))
        if "content" in one.entry:
            return self.say("与签名一致 / as signed") + f", {one.header.text(16)}"
        if gone:
            by, at = json.loads(unbase64(gone["payload"])), shown(gone["written"])
            who = f"{by['asked_by']}, {by['approved_by']}"
            return f"{self.say('已销毁 / destroyed')}, {at}, {self.say(gone['why'])} ({who})"
        absent = "导出单位没有 / the exporter has none", "不在文件内, 仅有摘要 / not in this file, its digest is"
        return self.say(absent[not proof.cover["contents"]])


def shown(at: datetime | str | None) -> str:
    at = moment(at) if isinstance(at, str) else at
    return f"{at.astimezone(timezone(timedelta(hours=8))):%Y-%m-%d %H:%M:%S}" if at else "?"


def main(arguments: list[str]) -> int:
    """Check one file, print what it proves, and give the exit code."""
    parser = argparse.ArgumentParser(description="校验贯通导出的证明文件 / check a file that `guantong export` wrote")
    parser.add_argument("file", type=argparse.FileType("rb"))
    parser.add_argument("--anchor", default="", help="县信任锚(base64)或其 SHA-256 / the anchor key or its SHA-256")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh")
    asked = parser.parse_args(arguments)
    telling = Telling(asked.lang == "en")
    try:
        proof = Proof(asked.file.read())
        anchor = unbase64(proof.cover["anchor"])
        known = asked.anchor.strip() in {base64.b64encode(anchor).decode(), sha256(anchor).hex()}
        need(known or not asked.anchor, "信任锚不是所给的 / the file rests on another anchor than the one given")
        end = "全部成立 / Everything holds" if known else "若锚属于该县, 全部成立 / Everything holds if the anchor does"
        lines, code = [*telling.report(proof, compared=known), telling.say(end)], 0 if known else 3
    except (BrokenError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        why = str(error) if isinstance(error, BrokenError) else FORM
        lines, code = [telling.say("不成立: / DOES NOT HOLD: ") + telling.say(why)], 1
    sys.stdout.buffer.write("\n".join([*lines, ""]).encode())
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
