"""Tests of a whole county: whichever comes first waits for the county's whole round."""

from __future__ import annotations

from pathlib import Path

import pytest

_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give them time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(_SECONDS))
