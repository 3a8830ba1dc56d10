"""Whether the directory in force may be an old one: a node brought back from an old copy must not believe old keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from services.chassis.bus.port import IncomingFrame
from services.chassis.exchange.identity import Identity

PATIENCE = 10.0
"""Seconds after the first letter after which a node that hears no other peer goes on with the directory it has."""
MOST_HELD, MOST_HELD_BYTES = 512, 32 * 1024 * 1024
"""What is held meanwhile. Anything more stays with the bus, which brings it again."""


@dataclass(slots=True)
class Freshness:
    """Holds a body's letters from the start of the process until another body has told a directory that we have too.

    Every restart may be one from an old copy, whose directory lacks the newest revocations. A peer that is up tells
    its version within a second; one that is away left its last word on the bus. A body's own word says nothing of its
    own letters: whoever has its revoked key says hello with it as well. Only a county of two has no better word.
    """

    identity: Identity
    monotonic: Callable[[], float]
    sure: bool = False
    told: dict[str, int] = field(default_factory=dict)
    """The version that each peer told last. One that tells a version which nobody has keeps no others from a word."""
    vouching: set[str] = field(default_factory=set)
    """The peers that told a version which we have."""
    since: float | None = None
    """When the first letter was held."""
    held: list[tuple[str, IncomingFrame]] = field(default_factory=list)
    """With the body at the other end of the letter's channel."""
    left: list[IncomingFrame] = field(default_factory=list)
    """What is left with the bus of the batch that is being received."""

    def hear(self, peer: str, version: int) -> None:
        """A peer's signed word on the version that it has in force; 0 when it tells none."""
        if version > 0:
            self.told[peer] = version

    def trusts(self, peer: str) -> bool:
        """Whether letters of the channels with `peer` may be believed now; once they may, until the process ends."""
        if not self.sure:
            ours = self.identity.directory.version
            self.vouching.update(one for one, version in self.told.items() if version <= ours)
            self.sure = self.since is not None and self.monotonic() - self.since >= PATIENCE
        return self.sure or bool(self.vouching - {peer} if self._others(peer) else self.vouching)

    def _others(self, peer: str) -> bool:
        """Whether the county has a third body at all, that could tell."""
        return any(one != peer for one in self.identity.peers)

    def hold(self, peer: str, frame: IncomingFrame) -> None:
        """Keep a letter's frame until it may be believed. It is not acknowledged: a crash loses nothing."""
        if self.since is None:
            self.since = self.monotonic()
        size = sum(len(one.data) for _, one in self.held)
        if len(self.held) < MOST_HELD and size + len(frame.data) <= MOST_HELD_BYTES:
            self.held.append((peer, frame))
        else:
            self.left.append(frame)

    def released(self) -> list[IncomingFrame]:
        """What was held and may be believed now; asked for before each batch."""
        self.left = []
        released = [frame for peer, frame in self.held if self.trusts(peer)]
        self.held = [(peer, frame) for peer, frame in self.held if not self.trusts(peer)]
        return released
