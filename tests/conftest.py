"""Fixtures that every test may use: a clock that stands still, and a real database of either kind."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no types

from services.chassis.testing.clock import FixedClock

_PLUGINS = [
    "tests.fixtures.databases",
    "tests.fixtures.exchanges",
    "tests.fixtures.carriers",
    "tests.fixtures.nats",
    "tests.fixtures.counties",
    "tests.fixtures.offices",
    "tests.article_report",
]
_ON_ONE_COUNTY, _ALONE = ("county", "browser"), frozenset({"simulation"})
"""Folders. What tests of a county find is as its round left it, so those who go on working there come after them."""
pytest_plugins = [name for name in _PLUGINS if find_spec(name) is not None]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, in the order in which it has to be done."""
    places = {name: place for place, name in enumerate(_ON_ONE_COUNTY)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(places)))


class Together(LoadScopeScheduling):  # type: ignore[misc]  # see above
    """Tests of one file share what they set up; the one county's processes are set up once for all who need them.

    Simulated counties share nothing, and there are many.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        name = folder.rpartition("/")[2]
        if name in _ALONE:
            return nodeid
        return "county" if name in _ON_ONE_COUNTY else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Marks for groups say the same and are not heeded: the name that carries them is made before they are read."""
    return Together(config, log)
