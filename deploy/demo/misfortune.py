"""What befalls the county half-way: two nodes and the bus die while letters are under way, and the bus forgets all."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.demo import checks
from deploy.demo.checks import Copy
from deploy.demo.story import ASKED, Story
from deploy.demo.telling import wait_until
from services.chassis.county.layout import County
from services.chassis.county.processes import BUS, Processes

RECIPIENT = "organization"
"""Dies before the letter to it is written, and so while the bus holds that letter."""
_READY_SECONDS = 90.0


@dataclass
class Misfortune:
    """The dying and coming back of one run, and what it proves."""

    county: County
    processes: Processes
    in_flight: set[Copy] = field(default_factory=set)
    """Written and receipted by nobody when the last of them was dead."""
    waiting_for_dead: set[Copy] = field(default_factory=set)
    """Of those, the ones that only the bus held, for the dead recipient, when it was wiped."""
    recovery: dict[str, float] = field(default_factory=dict)
    """Seconds until the bus answered, until the killed nodes answered, until all that was in flight was receipted."""

    @property
    def killed(self) -> tuple[str, ...]:
        """Whom SIGKILL ended, in that order."""
        return (RECIPIENT, BUS, self.county.hub)

    def strike(self, story: Story) -> Mapping[str, str]:
        """Kill the recipient, let the office sign its letters, kill and wipe the bus, let the others sign for theirs,
        kill the office; then start all three again. Returns the due date of every letter signed for before the end.
        """
        alive = tuple(body for body in ASKED if body != RECIPIENT)
        self.processes.kill(RECIPIENT)
        story.send_requests()
        for body in alive:
            story.arrives(story.offices[body], "info.request")
        self.waiting_for_dead = {copy for copy in checks.in_flight(self.county) if copy[1] == RECIPIENT}
        self._wipe_bus()
        dues = dict(story.sign_for_requests(alive))
        self.processes.kill(self.county.hub)
        self.in_flight = checks.in_flight(self.county)
        self._come_back(story)
        return dues | story.sign_for_requests((RECIPIENT,))

    def _wipe_bus(self) -> None:
        self.processes.kill(BUS)
        wait_until("the bus to be gone", lambda: not self.processes.ready(BUS))
        shutil.rmtree(self.county.folder.bus / "storage")

    def _come_back(self, story: Story) -> None:
        began = time.monotonic()
        for name, started in (("bus_answers", (BUS,)), ("killed_nodes_answer", (RECIPIENT, self.county.hub))):
            self.processes.start(started)
            self.processes.wait_ready(started, _READY_SECONDS)
            self.recovery[name] = time.monotonic() - began
        wait_until("what was in flight", lambda: not self.in_flight & checks.in_flight(self.county))
        self.recovery["letters_in_flight_receipted"] = time.monotonic() - began
        for body in (RECIPIENT, self.county.hub):
            story.offices[body].sign_in_again()
