"""No byte of a file of proof can be another: not by whoever carries it, and not by the body that made it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from deploy.verifier.guantong_verify import BrokenError, Proof
from tests.integration.proof.conftest import Case

Lines = list[dict[str, Any]]
NOT_BELIEVED = (BrokenError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What the program turns into one sentence and the exit code 1."""


def believed(data: bytes) -> bool:
    try:
        Proof(data)
    except NOT_BELIEVED:
        return False
    return True


def sealed(case: Case, change: Callable[[Lines], object]) -> bytes:
    """The file of alpha with its lines changed, and signed by alpha as if it had been so."""
    lines = [json.loads(line) for line in case.proof(case.alpha).splitlines()]
    change(lines)
    spelled = [json.dumps(line, sort_keys=True, separators=(",", ":")).encode() + b"\n" for line in lines[:-1]]
    identity = case.alpha.identity
    key = identity.keyring.signing_key(identity.directory, case.county.clock.now())
    digest = hashlib.sha256(b"".join(spelled)).digest()
    signature = key.sign(b"guantong-proof-signature-v1\0" + digest).hex()
    lines[-1] |= {"digest": digest.hex(), "signature": signature}
    return b"".join([*spelled, json.dumps(lines[-1], sort_keys=True, separators=(",", ":")).encode() + b"\n"])


def entries(lines: Lines, *kinds: str) -> Lines:
    return [line for line in lines if line.get("kind") in kinds]


async def test_a_flip_of_any_byte_is_noticed(case: Case):
    proof = case.proof(case.alpha)
    assert believed(proof)
    last_line = proof.rindex(b"\n", 0, -1)
    # Every byte of the line that seals the file; of the rest, which one digest covers, every third.
    for place in (*range(0, last_line, 3), *range(last_line, len(proof))):
        changed = bytearray(proof)
        changed[place] ^= 1 << place % 8
        assert not believed(bytes(changed)), place


@pytest.mark.parametrize("place", [0, 5000, -2, -100, -200])
async def test_a_changed_file_ends_with_one_sentence_and_no_traceback(case: Case, place: int):
    changed = bytearray(case.proof(case.alpha))
    changed[place] ^= 1

    read = case.read(bytes(changed))

    assert (read.code, read.out.count("\n"), read.out[:3]) == (1, 1, "不成立")


@pytest.mark.parametrize(
    "junk",
    [b"", b"\n", b"{}\n{}\n{}\n", b"\xff\xfe\n" * 3, b"[" * 100_000 + b"\n\n\n", b'{"is":1}\n' * 4, b"null\n" * 5],
)
async def test_what_is_no_file_of_proof_ends_in_the_same_way(case: Case, junk: bytes):
    read = case.read(junk)
    assert (read.code, read.out.count("\n")) == (1, 1)


async def test_the_body_that_makes_the_file_cannot_change_what_was_signed_either(case: Case):
    assert believed(sealed(case, list))
    for kind in ("letter.sent", "letter.stored", "receipt.recorded"):
        size = len(base64.b64decode(entries(self_read(case), kind)[0]["payload"]))
        for place in range(0, size, 29):

            def flip(lines: Lines, kind: str = kind, place: int = place) -> None:
                entry = entries(lines, kind)[0]
                payload = bytearray(base64.b64decode(entry["payload"]))
                payload[place] ^= 1 << place % 8
                entry["payload"] = base64.b64encode(payload).decode()

            assert not believed(sealed(case, flip)), (kind, place)


def self_read(case: Case) -> Lines:
    return [json.loads(line) for line in case.proof(case.alpha).splitlines()]


def other_content(lines: Lines) -> None:
    entries(lines, "letter.sent")[0]["content"] = base64.b64encode(b"never said").decode()


def other_salt(lines: Lines) -> None:
    entries(lines, "letter.sent")[0]["salt"] = base64.b64encode(bytes(32)).decode()


def other_time(lines: Lines) -> None:
    entries(lines, "letter.stored")[0]["written"] = "2020-01-01T00:00:00.000000Z"


def letters_in_another_order(lines: Lines) -> None:
    first, second = entries(lines, "letter.sent")
    first["payload"], second["payload"] = second["payload"], first["payload"]


def a_letter_twice(lines: Lines) -> None:
    lines.insert(lines.index(entries(lines, "letter.sent")[1]), dict(entries(lines, "letter.sent")[1]))


def no_link(lines: Lines) -> None:
    lines.remove(next(line for line in lines if line["is"] == "link"))


def another_link(lines: Lines) -> None:
    next(line for line in lines if line["is"] == "link")["header_digest"] = "00" * 32


def another_matter(lines: Lines) -> None:
    lines[0]["matter"] = "another"


def another_county(lines: Lines) -> None:
    lines[0]["county"] = "371300"


def no_demonstration(lines: Lines) -> None:
    lines[0]["demo"] = not lines[0]["demo"]


def no_directory(lines: Lines) -> None:
    lines[:] = [line for line in lines if line["is"] != "directory"]


def another_anchor(lines: Lines) -> None:
    lines[0]["anchor"] = base64.b64encode(bytes(32)).decode()


def another_body(lines: Lines) -> None:
    lines[0]["body"] = "beta"


def a_later_journal(lines: Lines) -> None:
    lines[0]["journal"]["sequence"] = 1


async def test_what_is_left_out_proves_less_and_nothing_else(case: Case):
    read = case.read(sealed(case, no_link))

    assert read.code == 0, read.out
    assert (read.out.count("没有回执, 不能说明"), read.out.count("对方回执")) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        other_content,
        other_salt,
        other_time,
        letters_in_another_order,
        a_letter_twice,
        another_link,
        another_matter,
        another_county,
        no_demonstration,
        no_directory,
        another_anchor,
        another_body,
        a_later_journal,
    ],
)
async def test_nor_what_ties_letters_receipts_and_directory_together(case: Case, change: Callable[[Lines], None]):
    assert not believed(sealed(case, change))
