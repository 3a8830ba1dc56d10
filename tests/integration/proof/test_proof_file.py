"""One matter as a file: a stranger reads from it who signed what and when, and every change to it is noticed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.signed import SignedDirectory
from tests.fixtures.exchanges import settle
from tests.integration.proof.conftest import Case


async def test_a_stranger_reads_who_signed_what_and_when_the_other_side_stored_it(case: Case):
    read = case.read(case.proof(case.alpha))

    assert read.code == 0, read.out
    assert "全部成立" in read.out
    assert read.out.count("签发: 审计局局长 张三") == 3
    assert "(代 李四)" in read.out
    assert read.out.count("对方存妥(其时钟): ≤ 2026-") == 2
    assert "对方回执: ≤ #5" in read.out


async def test_the_other_side_proves_the_same_letters(case: Case):
    read = case.read(case.proof(case.beta), "--lang", "en")

    assert read.code == 0, read.out
    assert "Everything holds" in read.out
    assert read.out.count("Its receipt: ≤ #1") == 1


async def test_letters_of_other_matters_stand_for_nothing_but_their_place(case: Case):
    proof = case.proof(case.alpha)
    lines = [json.loads(line) for line in proof.splitlines()]

    assert [line["number"] for line in lines if line["is"] == "link"] == [3, 5]
    assert b"another" not in proof
    assert all(set(line) == {"is", "sender", "recipient", "number", "after", "header_digest"} for line in lines[-3:-1])


async def test_equal_journals_give_equal_bytes(case: Case):
    assert case.proof(case.alpha) == case.proof(case.alpha)


async def test_contents_are_in_the_file_only_when_asked_for(case: Case):
    closed, full = case.proof(case.alpha, contents=False), case.proof(case.alpha)

    assert b'"content"' not in closed
    assert b'"salt"' not in closed
    assert case.read(closed).out.count("内容: 不在文件内") == 3
    assert case.read(full).out.count("内容: 与签名一致") == 3


async def test_a_destroyed_content_is_shown_as_destroyed_with_when_and_why(case: Case):
    letter_id = await case.writes(case.alpha, "beta", content=b"to be destroyed")
    await case.settle()
    await case.destroys(case.alpha, letter_id)

    read = case.read(case.proof(case.alpha))

    assert read.code == 0, read.out
    assert "内容: 已销毁, 2026-" in read.out
    assert "保管期限届满" in read.out


async def test_a_letter_without_a_receipt_proves_no_storing(case: Case):
    await case.writes(case.alpha, "beta")

    read = case.read(case.proof(case.alpha))

    assert read.code == 0, read.out
    assert read.out.count("没有回执, 不能说明") == 1


async def test_another_anchor_is_refused_and_none_is_said_to_be_uncompared(case: Case):
    proof = case.proof(case.alpha)

    assert case.read(proof, anchor="00" * 32).code == 1
    unsure = case.read(proof, anchor="")
    assert (unsure.code, "未核对" in unsure.out) == (3, True)


@pytest.mark.parametrize("cut", [1, 100, 2000])
async def test_a_file_cut_short_is_no_proof(case: Case, cut: int):
    assert case.read(case.proof(case.alpha)[:-cut]).code == 1


async def test_letters_stored_before_a_key_was_revoked_stay_proven_with_every_version_of_the_directory(case: Case):
    case.county.clock.advance(hours=1)
    first, office, now = case.alpha.identity.directory, case.county.office, case.county.clock.now()
    assert office is not None
    fresh = KeyPair.generate(Purpose.SIGNING, now)
    alpha, beta = first.bodies
    revoked = (replace(beta.signing_keys[0], revoked_at=now), fresh.record(now))
    second = replace(
        first,
        version=2,
        issued_at=now,
        previous=SignedDirectory.sign(first, office).digest,
        bodies=(alpha, replace(beta, signing_keys=revoked)),
    )
    offered = SignedDirectory.sign(second, office).to_bytes()
    case.alpha.database.writer.run_sync(lambda tx: case.alpha.exchange.load_directory(tx, offered, "admin-1"))
    case.county.clock.advance(hours=1)

    read = case.read(case.proof(case.alpha))

    assert read.code == 0, read.out
    assert "单位名录版本: 1, 2" in read.out
    assert read.out.count("对方回执") == 2


async def test_a_sender_that_lost_everything_proves_the_letters_it_was_given_back(case: Case):
    case.county.clock.advance(hours=1)
    restored = await case.county.open("alpha")
    await restored.said_restored()
    await settle(restored, case.beta)
    await case.writes(restored, "beta")
    await settle(restored, case.beta)

    proof = case.proof(restored)
    read = case.read(proof)

    assert read.code == 0, read.out
    assert proof.count(b'"letter.returned"') == 2
    assert read.out.count("对方回执") == 3
