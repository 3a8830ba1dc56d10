"""Certificates for the servers of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.rpc.rpc_for_tests import Pki


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki.make(tmp_path)
