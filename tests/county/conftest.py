"""One whole county of ten node processes that lived through the demonstration's round, for all tests of this folder."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from deploy.demo.run import REPORT, Demo
from deploy.demo.telling import Voice
from services.chassis.config import read_config
from tests.county.lived import Lived
from tests.fixtures.nats import free_port

_WIDTH, _SECONDS = 128, 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first waits for the county's whole round."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(_SECONDS))


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """The county after its round; its nodes still run."""
    printed = io.StringIO()
    demo = Demo(tmp_path_factory.mktemp("lived") / "demo", Voice(Console(file=printed, width=_WIDTH, highlight=False)))
    ports = _fixed_metrics_ports(demo)
    try:
        passed = demo.run()
        report = json.loads((demo.folder / REPORT).read_text(encoding="utf-8"))
        yield Lived(demo, passed, printed.getvalue(), report, ports)
    finally:
        demo.stop()


def _fixed_metrics_ports(demo: Demo) -> dict[str, int]:
    """Give every node a known port for its metrics, before it starts."""
    folder, ports = demo.county.folder, dict[str, int]()
    configs = {body: folder.config(body) for body in demo.county.bodies}
    taken = {read_config(config).rpc.port for config in configs.values()}
    for body, config in configs.items():
        port = ports[body] = next(one for one in iter(free_port, None) if one not in taken)
        taken.add(port)
        text = config.read_text(encoding="utf-8")
        assert "metrics_port = 0\n" in text
        config.write_text(text.replace("metrics_port = 0\n", f"metrics_port = {port}\n"), encoding="utf-8")
    return ports
