"""What tests of faults stand on: one nursery for all, a cluster that may be stopped, and quick outages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.chassis.bus.configuration import Delivery
from tests.faults.nursery import Nursery
from tests.faults.pairs import Ground
from tests.faults.stores import Stores
from tests.faults.trials import Setting
from tests.fixtures.postgres import PostgresCluster, binaries

_LETTERS, _OUTAGE_SECONDS = 80, 3.0
_AGAIN_AFTER = (1.0, 2.0)
_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Faults heal in seconds, on a busy machine in more: nothing here is about time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(_SECONDS))


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture(scope="session")
def sqlite_stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return Stores(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="session")
def postgresql_stores(postgres_cluster: PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """In a cluster that may be stopped; asked for beside the session's, which skips where there is none."""
    del postgres_cluster
    folder = binaries()
    assert folder is not None
    cluster = PostgresCluster(folder)
    cluster.start()
    yield Stores(tmp_path_factory.mktemp("faults"), cluster)
    cluster.delete()


@pytest.fixture
def setting(database_kind: str, nursery: Nursery, tmp_path: Path, request: pytest.FixtureRequest) -> Setting:
    """On each kind of database: outages of a few seconds, and a bus that does not wait longer either."""
    ground = Ground(tmp_path, nursery, Delivery(again_after=_AGAIN_AFTER))
    return Setting(ground, request.getfixturevalue(f"{database_kind}_stores"), _LETTERS, _OUTAGE_SECONDS)
