"""Two custodians open a petitioner's identity with their own keys, away from any node; one alone reads nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from guantong.node.v1 import disclosures_service_pb2 as pb
from services.chassis.cli.output import as_object
from services.chassis.identity.keys import KeyPair, Purpose, write_key_file
from services.chassis.ledgers.vault import Custodians, seal_identity
from services.chassis.testing.clock import DEFAULT_INSTANT
from tests.integration.cli.conftest import guantong

IDENTITY = {"petitioner_name": "某甲", "petitioner_phone": "13900000000"}


@pytest.fixture
def keys(tmp_path: Path) -> list[Path]:
    pairs = [KeyPair.generate(Purpose.SEALING, DEFAULT_INSTANT) for _ in range(2)]
    entry = seal_identity("ref-1", IDENTITY, Custodians(pairs[0].public, pairs[1].public))
    sealed = pb.SealedIdentity(
        petition_ref=entry.petition_ref,
        suite=entry.suite,
        first_custodian_key_id=entry.first_custodian,
        second_custodian_key_id=entry.second_custodian,
        first_half=entry.first_half,
        second_half=entry.second_half,
        sealed=entry.sealed,
    )
    (tmp_path / "sealed.json").write_text(json.dumps(as_object(sealed)), encoding="utf-8")
    return [write_key_file(tmp_path / str(number), pair) for number, pair in enumerate(pairs)]


def test_both_halves_together_tell_who_it_was(tmp_path: Path, keys: list[Path]):
    sealed, halves = str(tmp_path / "sealed.json"), [str(tmp_path / "half-1"), str(tmp_path / "half-2")]
    for key, half in zip(keys, halves, strict=True):
        assert guantong("custodian", "half", sealed, "--key", str(key), "--to", half).code == 0

    told = guantong("custodian", "open", sealed, *halves, "--json").json

    assert told == IDENTITY
    assert [path for path in halves if Path(path).stat().st_mode & 0o077] == []


def test_one_half_twice_or_somebody_elses_key_tells_nothing(tmp_path: Path, keys: list[Path]):
    sealed, half = str(tmp_path / "sealed.json"), str(tmp_path / "half")
    guantong("custodian", "half", sealed, "--key", str(keys[0]), "--to", half)
    strange = write_key_file(tmp_path / "strange", KeyPair.generate(Purpose.SEALING, DEFAULT_INSTANT))

    twice = guantong("custodian", "open", sealed, half, half)
    stranger = guantong("custodian", "half", sealed, "--key", str(strange), "--to", str(tmp_path / "none"))
    wrong_file = guantong("custodian", "open", half, half, half)

    assert [one.code for one in (twice, stranger, wrong_file)] == [77, 77, 1]
    assert not (tmp_path / "none").exists()
    assert "CUSTODIAN_FILE" in wrong_file.err
    assert not any(value in one.out + one.err for one in (twice, stranger, wrong_file) for value in IDENTITY.values())
