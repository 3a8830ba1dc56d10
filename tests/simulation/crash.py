"""Where a process may end: the points it passes, and the one at which it does."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

POINTS = (
    "before commit",
    "after commit",
    "before publish",
    "amid publish",
    "after publish",
    "after fetch",
    "before ack",
    "after ack",
)


class CrashError(BaseException):
    """The process ended here: nothing in it can go on, whatever it catches."""


@dataclass
class Crash:
    """The point at which a node's process ends next, if any, and after how many passings."""

    randomness: random.Random = field(default_factory=lambda: random.Random(0))
    at: str | None = None
    passings: int = 0

    def arm(self, point: str, passings: int) -> None:
        """Have the process end when it passes `point` for the `passings`th time."""
        self.at, self.passings = point, passings

    def disarm(self) -> None:
        """Let the process live."""
        self.at = None

    def point(self, name: str) -> None:
        """The process passes `name`."""
        if name != self.at:
            return
        self.passings -= 1
        if self.passings <= 0:
            self.at = None
            raise CrashError

    def coin(self) -> bool:
        """Whether what was under way when it broke got through."""
        return self.randomness.random() < 0.5
