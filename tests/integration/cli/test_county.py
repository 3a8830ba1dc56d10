"""A county on one machine by command: processes are seen, and one node stops and starts again by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.chassis.clock import SystemClock
from services.chassis.county.create import CountyPlan, create_county
from tests.integration.cli.conftest import SmallCounty, as_process, guantong


def seen(folder: str) -> dict[str, Any]:
    return {one["name"]: one for one in guantong("status", folder, "--json").json}


def test_one_node_stops_and_starts_again_and_its_people_stay_signed_in(small_county: SmallCounty):
    folder = str(small_county.county.folder.root)

    stopped = guantong("down", folder, "statistics")
    without = seen(folder)
    lost = small_county.bureau("clerk", "whoami")
    started = as_process("up", folder, "statistics")

    assert (stopped.code, started.code) == (0, 0)
    assert (without["statistics"]["pid"], without["inspection"]["ready"]) == (None, True)
    assert (lost.code, "UNAVAILABLE" in lost.err) == (75, True)
    assert seen(folder)["statistics"]["ready"]
    assert small_county.bureau("clerk", "whoami").code == 0


def test_a_name_that_is_no_process_is_told_with_those_there_are(small_county: SmallCounty):
    said = guantong("--lang", "en", "up", str(small_county.county.folder.root), "nobody")

    assert said.code == 1
    assert "PROCESS_UNKNOWN" in said.err
    assert "statistics" in said.err


def test_a_body_whose_folder_was_handed_over_stands_in_nobodys_way(tmp_path: Path):
    root = tmp_path / "county"
    county = create_county(root, CountyPlan("371399", "青禾县", light_passwords=True), SystemClock().now())
    for body in county.bodies:
        county.folder.node(body).rename(tmp_path / body)

    status, named = guantong("status", str(root)), guantong("up", str(root), "audit")

    assert status.code == 0
    assert "audit" not in status.out
    assert "audit" in status.err
    assert guantong("verify", str(root)).code == 0
    assert (named.code, "NODE_HANDED_OVER" in named.err) == (1, True)


@pytest.mark.parametrize("command", ["up", "status"])
def test_a_folder_without_a_county_is_told_in_one_language(tmp_path: Path, command: str):
    chinese = guantong(command, str(tmp_path)).err
    english = guantong("--lang", "en", command, str(tmp_path)).err

    assert "此处没有县" in chinese
    assert "no county" not in chinese
    assert "没有" not in english
