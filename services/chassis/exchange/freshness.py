"""Whether the directory in force may be an old one: a node brought back from an old copy must not believe old keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from services.chassis.bus.port import IncomingFrame
from services.chassis.exchange.identity import Identity

PATIENCE = 60.0
"""Seconds after which a node that hears no peer goes on with the directory it has."""
MOST_HELD, MOST_HELD_BYTES = 512, 32 * 1024 * 1024
"""What is held meanwhile. Anything more stays with the bus, which brings it again."""


@dataclass(slots=True)
class Freshness:
    """Holds letters from the start of the process until a peer has told which directory it has, and we have that too.

    Every restart may be one from an old copy, whose directory lacks the newest revocations. A peer that is up tells
    its version within a second; one that is away left its last word on the bus.
    """

    identity: Identity
    monotonic: Callable[[], float]
    sure: bool = False
    told: int = 0
    """The highest version that a peer told."""
    since: float | None = None
    """When the first letter was held."""
    held: list[IncomingFrame] = field(default_factory=list)
    left: list[IncomingFrame] = field(default_factory=list)
    """What is left with the bus of the batch that is being received."""

    def hear(self, version: int) -> None:
        """A peer's signed word on the version that it has in force; 0 when it tells none."""
        self.told = max(self.told, version)

    def trusts(self) -> bool:
        """Whether letters may be believed now. Once they may, they may until the process ends."""
        if not self.sure:
            caught_up = 0 < self.told <= self.identity.directory.version
            waited = self.since is not None and self.monotonic() - self.since >= PATIENCE
            self.sure = caught_up or waited
        return self.sure

    def hold(self, frame: IncomingFrame) -> None:
        """Keep a letter's frame until it may be believed. It is not acknowledged: a crash loses nothing."""
        if self.since is None:
            self.since = self.monotonic()
        size = sum(len(one.data) for one in self.held)
        fits = len(self.held) < MOST_HELD and size + len(frame.data) <= MOST_HELD_BYTES
        (self.held if fits else self.left).append(frame)

    def released(self) -> list[IncomingFrame]:
        """What was held, once it may be believed; asked for before each batch."""
        self.left = []
        if not self.held or not self.trusts():
            return []
        released, self.held = self.held, []
        return released
