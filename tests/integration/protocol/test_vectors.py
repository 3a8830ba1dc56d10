"""The vectors of docs/protocol.md: the nodes' code makes and judges them so, and so does a second implementation."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.verifier.guantong_verify import BrokenError, Message, Proof, ed25519
from services.chassis.attachments.proof import open_frame
from services.chassis.attachments.wire import Chunk, ChunkList, Gone
from services.chassis.bus.port import IncomingFrame
from services.chassis.exchange.directories import judge
from services.chassis.exchange.hooks import Hooks
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.storing import Outcome, store_batch
from services.chassis.exchange.taking import take
from services.chassis.exchange.tracing import NoTracing
from services.chassis.identity.keys import Keyring, Purpose
from services.chassis.identity.signed import SignedDirectory
from services.chassis.storage import Database, Transaction
from services.chassis.testing.clock import FixedClock
from tests.vectors import parties, second
from tests.vectors.making import made

FOLDER = Path(__file__).parents[2] / "vectors"
Vector = dict[str, Any]


def vectors(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


KEYS, CHANNEL, REFUSALS = vectors("keys"), vectors("channel"), vectors("refusals")
EQUIVOCATION, FILES = vectors("equivocation"), vectors("attachments")
REFUSED_DIRECTORIES, PROOF = vectors("directory")["refused"], vectors("proof")


def named(many: list[Vector]) -> Any:
    return pytest.mark.parametrize("one", many, ids=[one["name"] for one in many])


def data_of(one: Vector) -> bytes:
    return bytes.fromhex(one["frame"] if "frame" in one else one["byte"] * one["times"])


# The second implementation.


def a_second_node() -> second.Node:
    in_force = second.accept(bytes.fromhex(vectors("directory")["accepted"][0]["file"]), None, anchor())
    in_force = second.accept(bytes.fromhex(vectors("directory")["accepted"][1]["file"]), in_force, anchor())
    key = KEYS["sealing"]["inspection"]
    return second.Node("inspection", {key["key_id"]: bytes.fromhex(key["private"])}, in_force, now())


def anchor() -> bytes:
    return bytes.fromhex(KEYS["anchor"]["public"])


def now() -> datetime:
    return datetime.fromisoformat(CHANNEL["now"])


# The nodes' own code.


@pytest.fixture
def office(open_sqlite_database: Callable[..., Database]) -> tuple[Identity, Database]:
    """The office's node with the first directory and the keys of the vectors."""
    private = parties.SIGNING["inspection"], parties.SEALING["inspection"], parties.fixed(Purpose.STORAGE, "storage")
    first = SignedDirectory.from_bytes(bytes.fromhex(vectors("directory")["accepted"][0]["file"])).stated()
    return Identity(parties.COUNTY, "inspection", Keyring.of("inspection", *private), first), open_sqlite_database(
        clock=FixedClock(now())
    )


def load(tx: Transaction, identity: Identity, file: bytes) -> str:
    """What becomes of an offered directory."""
    judged = judge(tx, identity, [("audit", file)])
    if judged.ask:
        return "ask"
    return judged.refused[0][1].value if judged.refused else "accepted"


def receive(identity: Identity, database: Database, data: bytes) -> str:
    """What becomes of a frame, in the words of the vectors."""
    batch = take(identity, [IncomingFrame(data, {}, "audit", nothing)], now())
    done: Outcome = database.writer.run_sync(lambda tx: store_batch(tx, identity, batch, NoTracing(), Hooks()))
    for told, word in (
        (done.refusals and done.refusals[0].value, ""),
        (done.stored, "stored"),
        (done.repeated, "repeat"),
        (done.greeted, "hello"),
        (batch.equivocations, "equivocation"),
        (done.gaps, "gap"),
        (done.receipted or batch.receipts, "receipt"),
    ):
        if told:
            return word or str(told)
    return "ignored"


async def nothing() -> None:
    """There is no bus to tell."""


def with_second_directory(office: tuple[Identity, Database]) -> tuple[Identity, Database]:
    identity, database = office
    file = bytes.fromhex(vectors("directory")["accepted"][1]["file"])
    assert database.writer.run_sync(lambda tx: load(tx, identity, file)) == "accepted"
    assert identity.directory.version == 2
    return office


def test_the_code_makes_the_committed_vectors_byte_for_byte():
    assert {name: (FOLDER / name).read_text(encoding="utf-8") for name in made()} == made()


def test_the_code_does_with_frames_in_their_order_what_the_vectors_say(office: tuple[Identity, Database]):
    identity, database = with_second_directory(office)
    for step in CHANNEL["steps"]:
        assert receive(identity, database, bytes.fromhex(step["frame"])) == step["outcome"], step["name"]


def test_the_second_implementation_does_the_same():
    node = a_second_node()
    for step in CHANNEL["steps"]:
        assert node.receive(bytes.fromhex(step["frame"])) == step["outcome"], step["name"]


def test_the_code_refuses_each_frame_for_its_reason(office: tuple[Identity, Database]):
    identity, database = with_second_directory(office)
    for one in REFUSALS:
        assert receive(identity, database, data_of(one)) == one["reason"], one["name"]


@named(REFUSALS)
def test_the_second_implementation_refuses_it_for_the_same_reason(one: Vector):
    assert a_second_node().receive(data_of(one)) == one["reason"]


def test_both_believe_a_proof_of_two_letters_under_one_number_and_nothing_less(office: tuple[Identity, Database]):
    identity, database = with_second_directory(office)
    for one in [{"frame": EQUIVOCATION["holds"], "reason": "equivocation"}, *EQUIVOCATION["refused"]]:
        assert receive(identity, database, data_of(one)) == one["reason"]
        assert a_second_node().receive(data_of(one)) == one["reason"]


def test_a_file_is_proven_chunk_by_chunk_from_the_text():
    data, size = bytes.fromhex(FILES["file"]), FILES["chunk_size"]
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    digests = [hashlib.sha256(b"guantong-chunk-v1\0" + chunk).digest() for chunk in chunks]
    shape = len(data).to_bytes(8, "big") + size.to_bytes(4, "big")
    digest = hashlib.sha256(b"guantong-attachment-v1\0" + shape + b"".join(digests)).digest()
    assert ([one.hex() for one in digests], digest.hex()) == (FILES["chunk_digests"], FILES["digest"])

    request, listed, chunk, gone = (opened(name) for name in ("request", "list", "chunk", "gone"))

    assert (listed.blob(1), listed.blob(2)) == (digest, b"".join(digests))
    assert (chunk.blob(1), chunk.number(2), chunk.blob(3)) == (digest, 2, chunks[2])
    for signed, label, signer in ((request, "request", "inspection"), (gone, "gone", "audit, later")):
        message = f"guantong-attachment-{label}-v1\0".encode() + signed.blob(1)
        assert ed25519(bytes.fromhex(KEYS["signing"][signer]["public"]), message, signed.blob(2))
        assert Message(signed.blob(1)).blob(6) == digest


def opened(name: str) -> Message:
    """What a frame of the attachments' lane carries, opened by the second implementation."""
    carried = Message(bytes.fromhex(FILES[name]))
    key = next(key for key in KEYS["sealing"].values() if key["key_id"] == carried.text(2))
    info = second.context_of(key["key_id"], "guantong-attachment-seal-v1")
    part = Message(second.unseal(bytes.fromhex(key["private"]), carried.blob(3), info))
    return Message(part.blob(["request", "list", "chunk", "gone"].index(name) + 1))


def test_the_code_opens_the_frames_of_the_lane(office: tuple[Identity, Database]):
    identity, _ = with_second_directory(office)
    found = [open_frame(identity, bytes.fromhex(FILES[name]), parties.WRITTEN) for name in ("list", "chunk", "gone")]
    assert [type(one) for one in found] == [ChunkList, Chunk, Gone]
    assert {one.digest.hex() for one in found} == {FILES["digest"]}


def test_the_code_judges_directories_so(office: tuple[Identity, Database]):
    identity, database = with_second_directory(office)
    for one in REFUSED_DIRECTORIES:
        offered = partial(load, identity=identity, file=bytes.fromhex(one["file"]))
        assert database.writer.run_sync(offered) == one["reason"], one["name"]
    third = bytes.fromhex(vectors("directory")["accepted"][2]["file"])
    assert database.writer.run_sync(lambda tx: load(tx, identity, third)) == "accepted"


@named(REFUSED_DIRECTORIES)
def test_the_second_implementation_judges_them_so(one: Vector):
    with pytest.raises(second.RefusedError, match=one["reason"]):
        second.accept(bytes.fromhex(one["file"]), a_second_node().directory, anchor())


def test_the_second_implementation_follows_the_versions_of_the_directory():
    in_force = None
    for one in vectors("directory")["accepted"]:
        in_force = second.accept(bytes.fromhex(one["file"]), in_force, anchor())
        assert (in_force.said["version"], in_force.digest.hex()) == (one["version"], one["digest"])


def test_a_letter_is_read_field_by_field_from_its_frame():
    told = vectors("letter")
    carried = Message(Message(bytes.fromhex(told["frame"])).blob(1))
    key = KEYS["sealing"]["inspection"]
    assert carried.text(2) == key["key_id"]
    info = second.context_of(key["key_id"])
    plain = second.unseal(bytes.fromhex(key["private"]), carried.blob(3), info)
    assert carried.blob(3).hex() == told["sealed"]
    assert second.seal(
        bytes.fromhex(told["ephemeral_private"]), bytes.fromhex(key["public"]), plain, info
    ) == carried.blob(3)
    outer, salt, content = Message(Message(plain).blob(1)), Message(plain).blob(2), Message(plain).blob(3)
    assert (plain.hex(), outer.blob(1).hex()) == (told["letter"], told["header"])
    assert (salt.hex(), content.hex(), outer.blob(2).hex()) == (told["salt"], told["content"], told["signature"])
    assert second.digest_of(outer.blob(1)).hex() == told["letter_digest"]
    header, said = Message(outer.blob(1)), told["fields"]
    numbers = {"format_version": 1, "number": 9}
    texts = {"county": 2, "suite": 4, "letter_id": 5, "sender": 6, "recipient": 7, "recipient_subunit": 8, "kind": 11}
    texts |= {"matter_id": 12, "answers_letter_id": 13, "last_seen_letter_id": 14, "content_type": 16}
    texts |= {"signing_key_id": 18, "document_number": 20}
    assert {name: header.number(at) for name, at in numbers.items()} == {name: said[name] for name in numbers}
    assert {name: header.text(at) for name, at in texts.items()} == {name: said[name] for name in texts}
    assert [header.blob(at).hex() for at in (10, 15)] == [said["previous_digest"], said["content_digest"]]
    person = Message(header.blob(19))
    assert [person.text(1), person.text(2), person.text(3), str(person.time(4).isoformat())] == said["signer"]  # type: ignore[union-attr]
    assert str(header.time(17).isoformat()) == said["written_time"]  # type: ignore[union-attr]
    assert [one.decode() for one in header.fields[21]] == said["article_ids"]


def test_statements_are_signed_under_their_own_labels():
    key = bytes.fromhex(KEYS["signing"]["audit, later"]["public"])
    labels = {"receipt": "receipt-signature", "hello": "hello-signature", "confirmation": "letter-confirmation"}
    for name, one in vectors("statements").items():
        message = f"guantong-{labels[name]}-v1\0".encode() + bytes.fromhex(one["statement"])
        assert ed25519(key, message, bytes.fromhex(one["signature"]))
    assert a_second_node().receive(bytes.fromhex(vectors("statements")["hello"]["frame"])) == "hello"


def test_a_journals_digests_follow_from_the_text():
    for one in vectors("journal")["entries"]:
        previous, kind, payload = bytes.fromhex(one["previous"]), one["kind"].encode(), bytes.fromhex(one["payload"])
        form = b"guantong-journal-v1" + one["sequence"].to_bytes(8, "big") + len(previous).to_bytes(4, "big") + previous
        form += len(kind).to_bytes(4, "big") + kind + one["microseconds"].to_bytes(8, "big", signed=True)
        form += len(payload).to_bytes(8, "big") + payload
        assert hashlib.sha256(form).hexdigest() == one["digest"]


def test_a_file_of_proof_proves_what_it_says():
    proof = Proof(PROOF["file"].encode())
    assert [one.header.number(9) for one in proof.letters] == [1, 3, 1]
    assert [one.entry["sequence"] in proof.covered for one in proof.letters] == [True, True, False]


@named(PROOF["refused"])
def test_and_others_prove_nothing(one: Vector):
    with pytest.raises((BrokenError, ValueError)):
        Proof(one["file"].encode())


def test_the_text_names_every_reason_label_and_file():
    text = (FOLDER.parents[1] / "docs" / "protocol.md").read_text(encoding="utf-8")
    for source in ("errors.py", "proof.py"):
        code = (FOLDER.parents[1] / "services" / "chassis" / "exchange" / source).read_text(encoding="utf-8")
        reasons = re.findall(r"^    ([A-Z_]+) = \"\1\"$", code, re.MULTILINE)
        labels = re.findall(r"b\"(guantong-[a-z0-9-]+)", code)
        assert not [name for name in [*reasons, *labels] if name not in text]
    assert not [path.name for path in FOLDER.glob("*.json") if f"`{path.name}`" not in text]
