"""A node's folder copied to another place and started there: the copy says why it ends, the node goes on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.chassis.clock import SystemClock
from services.chassis.config import read_config
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.processes import BUS, Processes
from tests.fixtures.nats import free_port

BODY = "audit"
SECONDS = 180.0


@pytest.mark.timeout(600)
def test_a_copied_folder_started_beside_the_running_node_ends_and_says_what_to_do(tmp_path: Path):
    plan = CountyPlan("371399", "青禾县", demo=True, light_passwords=True)
    county = create_county(tmp_path / "county", plan, SystemClock().now())
    processes = Processes(county)
    try:
        processes.start([BUS])
        processes.wait_ready([BUS], SECONDS)
        processes.start([BODY])
        processes.wait_ready([BODY], SECONDS)
        copy = copied(county.folder.node(BODY))

        command = [sys.executable, "-m", "services.chassis.node", "--config", str(copy / "node.toml")]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)

        assert ended.returncode == 1
        assert "[SECOND_COPY]" in ended.stderr
        assert "同一单位不得运行两份" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert processes.ready(BODY)
    finally:
        processes.stop([BODY, BUS])


def copied(folder: Path) -> Path:
    """As whoever moves a node and forgets to stop the old one does it."""
    copy = folder.with_name("moved")
    shutil.copytree(folder, copy)
    file = copy / "node.toml"
    text = file.read_text(encoding="utf-8")
    port = read_config(file).rpc.port
    file.write_text(text.replace(f"port = {port}\n", f"port = {free_port()}\n"), encoding="utf-8")
    return copy
