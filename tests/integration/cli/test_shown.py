"""What lists show of matters: a reply that came late stays told as late after the matter is settled."""

from __future__ import annotations

import pytest

from guantong.node.v1 import matters_service_pb2 as pb
from services.chassis.cli.output import Output
from services.chassis.cli.tasks_shown import late_text


@pytest.mark.parametrize(("days", "told"), [(0, ""), (1, "1 working day")])
def test_what_was_answered_late_stays_late_when_it_is_settled(days: int, told: str):
    met = pb.DeadlineView(due_date="2026-03-09", state="late_met" if days else "met", late_working_day_count=days)

    assert late_text(pb.MatterView(state="settled", deadlines=[met]), Output("en")) == told
