"""A county on one machine by command: processes are seen, and one node stops and starts again by name."""

from __future__ import annotations

from typing import Any

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
