"""Two nodes and the bus died by SIGKILL with letters under way, and the bus forgot everything; nothing came of it."""

from __future__ import annotations

import json

import pytest

from services.chassis.county.processes import BUS
from tests.county.lived import Lived

DEAD_RECIPIENT, DEAD_SENDER = "organization", "inspection"


def events(lived: Lived, body: str) -> list[str]:
    log = lived.config(body).telemetry.log.read_text(encoding="utf-8")
    return [json.loads(line)["event"] for line in log.splitlines()]


def test_letters_were_in_flight_both_ways_when_the_nodes_died(lived: Lived):
    seen = lived.demo.seen
    to_office = {sender for sender, recipient, _ in seen.in_flight if recipient == DEAD_SENDER}

    assert seen.killed == (DEAD_RECIPIENT, BUS, DEAD_SENDER)
    assert {(sender, to) for sender, to, _ in seen.waiting_for_dead} == {(DEAD_SENDER, DEAD_RECIPIENT)}
    assert seen.waiting_for_dead <= seen.in_flight
    assert to_office == {"discipline", "publicity", "petitions", "audit", "statistics"}


def test_every_letter_in_flight_arrived_once(lived: Lived):
    query = "select peer, number, state from letters where direction = 'in'"
    stored = [
        ((peer, body, number), state) for body in lived.county.bodies for peer, number, state in lived.rows(body, query)
    ]
    arrived = [(copy, state) for copy, state in stored if copy in lived.demo.seen.in_flight]

    assert sorted(arrived) == sorted((copy, "applied") for copy in lived.demo.seen.in_flight)


@pytest.mark.parametrize("body", [DEAD_RECIPIENT, DEAD_SENDER])
def test_the_dead_had_no_time_to_say_goodbye(lived: Lived, body: str):
    told = [event for event in events(lived, body) if event in {"node_started", "node_stopped"}]

    assert told == ["node_started", "node_started"]


@pytest.mark.parametrize("body", ["discipline", "audit", "finance"])
def test_the_others_lived_through_it(lived: Lived, body: str):
    assert events(lived, body).count("node_started") == 1


def test_the_bus_started_with_nothing(lived: Lived):
    """Its streams are younger than the county: made by the second start, for the first one's were wiped."""
    starts = (lived.county.folder.run / f"{BUS}.err").read_text(encoding="utf-8").count("Server is ready")

    assert starts == 2
    assert "Restored" not in (lived.county.folder.run / f"{BUS}.err").read_text(encoding="utf-8")


def test_the_report_says_how_long_recovery_took(lived: Lived):
    recovery = lived.report["recovery_seconds"]

    assert list(recovery) == ["bus_answers", "killed_nodes_answer", "letters_in_flight_receipted"]
    assert 0 < recovery["bus_answers"] <= recovery["killed_nodes_answer"] <= recovery["letters_in_flight_receipted"]
    assert lived.report["in_flight_when_killed"] == len(lived.demo.seen.in_flight) > 0
