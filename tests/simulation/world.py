"""One simulated county: its nodes, bus and time, and the log of everything that was decided and what came of it."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import cache

from services.chassis.bus.port import BusAwayError, OutgoingFrame
from services.chassis.exchange import wire
from services.chassis.exchange.errors import ChannelHaltedError
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.heads import digest_of
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction, LetterDraft
from services.chassis.storage import DatabaseAwayError
from services.chassis.testing.clock import DEFAULT_INSTANT, FixedClock
from tests.fixtures.exchanges import identities
from tests.simulation import acts
from tests.simulation.bus import Network
from tests.simulation.crash import CrashError
from tests.simulation.disk import Disk, empty
from tests.simulation.node import Around, Node, Skewed

BODIES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
_KEYS_FROM = DEFAULT_INSTANT - timedelta(days=1000)
_DISKS: dict[str, Disk] = {}
STEPS = ("relay", "receive", "receipt", "apply", "tick")


class FindingError(AssertionError):
    """The protocol broke a promise."""


@dataclass
class Tally:
    """What happened in a run."""

    letters: int = 0
    crashes: int = 0
    restores: int = 0
    operator: int = 0
    """Halts that a person had to decide about."""
    lost: int = 0
    """Letters that nobody holds any more, because both sides came back from older copies."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))


@cache
def _known() -> dict[str, Identity]:
    return identities(BODIES, FixedClock(_KEYS_FROM))


@cache
def _county(count: int) -> dict[str, Identity]:
    """The first `count` bodies. Keys are made once for a process: nothing that is decided depends on them."""
    directory = _known()[BODIES[0]].directory
    smaller = replace(directory, bodies=directory.bodies[:count])
    return {body: Identity(one.county, body, one.keyring, smaller) for body, one in list(_known().items())[:count]}


@dataclass
class World:
    """Everything of one run. All chance comes from `randomness`."""

    seed: int
    nodes_wanted: int = 0
    exchange_of: type[Exchange] = Exchange
    log: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    written: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    """By sender: letter id and recipient of every letter that was ever committed, and the sender's life then."""
    lies: list[str] = field(default_factory=list)
    """Receipts that were not true when they left."""
    gone: set[tuple[str, str, str]] = field(default_factory=set)
    """Sender, letter and recipient of what a sender lost when it came back from a copy."""

    def __post_init__(self) -> None:
        self.randomness = random.Random(self.seed)
        self.seconds = 0.0
        self._ids = 0
        self.network = Network()
        # Drawn in any case: a run replayed with its number of nodes must draw the same from here on.
        drawn = self.randomness.choice((2, 2, 2, 2, 2, 3, 3, 4, 5, 6))
        count = self.nodes_wanted or drawn
        around = Around(
            self.network, lambda: self.seconds, self._next_id, self._witness, self.randomness, self.exchange_of
        )
        self.nodes: dict[str, Node] = {}
        for body, identity in _county(count).items():
            disk = _DISKS.setdefault(body, Disk())
            disk.trouble = None
            disk.load(empty())
            self.nodes[body] = Node(identity, disk, Skewed(self._now), around)
            self.written[body] = {}

    def note(self, text: str) -> None:
        """A line of the log."""
        self.log.append(f"{len(self.log):04d} {self.seconds:9.1f} {text}")

    async def begin(self) -> None:
        """Start every node."""
        for node in self.nodes.values():
            await node.start()

    async def step(self, node: Node, name: str) -> int:
        """Have a process take one of its steps; it may end while it does."""
        exchange = node.exchange
        if exchange is None:
            return 0
        wakes = {"relay": exchange.relay.wake, "receipt": exchange.answers.wake, "apply": exchange.inbox.to_apply}
        wake = wakes.get(name)
        if wake is not None and not wake.is_set():
            return 0  # as in `Loops`: nobody woke this step
        steps: dict[str, Callable[[], Awaitable[int | None]]] = {
            "relay": exchange.relay_once,
            "receive": exchange.receive_once,
            "receipt": exchange.receipt_once,
            "apply": exchange.apply_once,
            "tick": exchange.tick,
        }
        try:
            count = await steps[name]() or 0
        except CrashError:
            self._ended(node, name)
            return 0
        except (BusAwayError, DatabaseAwayError) as error:
            self.note(f"{node.body} {name} waits: {error.reason}")
            return 0
        if wake is not None and not count:
            wake.clear()
        if count:
            self.note(f"{node.body} {name} {count}")
        return count

    async def turn(self, node: Node) -> None:
        """Everything a process does by itself, until nothing is left to do."""
        for name in STEPS:
            for _ in range(50):
                if not await self.step(node, name) or name in {"tick", "receipt"}:
                    break

    def write(self, node: Node, draft: LetterDraft) -> None:
        """A person writes a letter; when the process ends they look later whether it was kept."""
        if node.exchange is None:
            return
        try:
            sent = node.write(draft)
        except CrashError:
            self._ended(node, "write")
        except (DatabaseAwayError, ChannelHaltedError) as error:
            self.note(f"{node.body} cannot write: {error.reason}")
        else:
            self.note(f"{node.body} writes {sent.letter_id} to {','.join(draft.recipients)} {draft.kind}")
            self._written(node, {(sent.letter_id, copy.recipient) for copy in sent.copies})
            return
        self._written(node, self._sent(node) - self.written[node.body].keys())

    def _written(self, node: Node, copies: set[tuple[str, str]]) -> None:
        self.written[node.body] |= dict.fromkeys(copies, node.restores)
        self.tally.letters += len(copies)

    def _sent(self, node: Node) -> set[tuple[str, str]]:
        with node.disk.begun() as connection:
            return acts.sent(connection)

    def restore(self, node: Node, image: bytes) -> None:
        """Put an older copy in place of a stopped node's database."""
        before = self._sent(node)
        node.disk.load(image)
        self.gone |= {(node.body, *one) for one in before - self._sent(node)}
        node.restores += 1
        self.tally.restores += 1

    def _ended(self, node: Node, doing: str) -> None:
        node.stop()
        self.tally.crashes += 1
        self.note(f"{node.body} dies in {doing}")

    def _witness(self, body: str, frame: OutgoingFrame) -> None:
        """No receipt lies: what it speaks of is on its signer's disk when it leaves."""
        carried = wire.decode_frame(frame.data)
        if not isinstance(carried, tuple) or carried[0] != "receipt":
            return
        told = wire.decode_receipt(carried[1].payload)
        with self.nodes[body].disk.begun() as connection:
            held = digest_of(connection, Direction.IN, told.sender, told.up_to_number)
        if held != told.chain_digest:
            # Not raised: whoever publishes must not be able to swallow it.
            self.lies.append(f"{body} receipts {told.sender}'s letter {told.up_to_number}, which it does not hold")

    def _now(self) -> datetime:
        return DEFAULT_INSTANT + timedelta(seconds=self.seconds)

    def _next_id(self) -> str:
        self._ids += 1
        return f"{self._ids:05d}"


def peers(nodes: Iterable[Node], node: Node) -> list[Node]:
    """The other nodes."""
    return [one for one in nodes if one is not node]
