"""Which certificate a server shows: the files' own, and nothing to replace while they stay as they are."""

from __future__ import annotations

from pathlib import Path

from services.chassis.rpc.tls import Shown
from tests.integration.rpc.rpc_for_tests import Pki


def test_a_certificate_that_did_not_change_is_not_replaced_under_those_who_use_it(pki: Pki):
    shown = Shown(pki.server)

    assert [shown.renewed() for _ in range(3)] == [None, None, None]


def test_a_renewed_certificate_is_shown_once_both_of_its_files_are_there(pki: Pki, tmp_path: Path):
    shown = Shown(pki.server)
    newer = Pki.make(_folder(tmp_path / "newer")).server

    pki.server.key.write_bytes(newer.key.read_bytes())
    assert shown.renewed() is None
    pki.server.certificate.write_bytes(newer.certificate.read_bytes())
    assert shown.renewed() is not None
    assert shown.renewed() is None


def test_files_that_are_away_for_a_moment_change_nothing(pki: Pki):
    shown = Shown(pki.server)
    pki.server.certificate.rename(pki.folder / "elsewhere")

    assert shown.renewed() is None


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
