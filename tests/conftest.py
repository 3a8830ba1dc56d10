"""Fixtures that every test may use: a clock that stands still, and a real database of either kind."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from services.chassis.testing.clock import FixedClock

_PLUGINS = [
    "tests.fixtures.databases",
    "tests.fixtures.exchanges",
    "tests.fixtures.carriers",
    "tests.fixtures.nats",
    "tests.fixtures.offices",
    "tests.article_report",
]
_COUNTIES = frozenset({"county", "browser"})
pytest_plugins = [name for name in _PLUGINS if find_spec(name) is not None]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file share what they set up; a county's processes are set up once for all files of its folder."""
    for item in items:
        together = item.path.parent if item.path.parent.name in _COUNTIES else item.path
        item.add_marker(pytest.mark.xdist_group(str(together)))
