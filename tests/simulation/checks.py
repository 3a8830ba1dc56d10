"""What must hold at the end of every run, whatever happened before."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.exchange.continuing import CONTINUES
from services.chassis.exchange.model import Direction, LetterState
from services.chassis.exchange.quarantine import list_quarantine
from services.chassis.exchange.standing import ChannelStanding, standings
from services.chassis.exchange.tables import LETTERS
from services.chassis.exchange.verify import verify_journal
from tests.simulation import acts
from tests.simulation.node import Node
from tests.simulation.world import FindingError, World

OF_ANOTHER_LIFE = frozenset({"EQUIVOCATION", "CHAIN_BROKEN", "NOT_OURS"})
"""Why a node may refuse a letter of an honest one that came back from a copy: it was of the life that was given up."""


def unsettled(world: World) -> list[str]:
    """What is still under way: empty when nothing will happen any more."""
    standing = {body: _standing(node) for body, node in world.nodes.items()}
    return [
        f"{body}->{peer} written {one.written} receipted {one.receipted} stored {standing[peer][body].stored}"
        f" halted {one.halted} backlog {one.backlog}"
        for body, channels in standing.items()
        for peer, one in channels.items()
        if one.gap or one.halted or one.backlog or one.written != standing[peer][body].stored
    ]


def _standing(node: Node) -> dict[str, ChannelStanding]:
    with node.disk.begun() as connection:
        return {one.peer: one for one in standings(connection, node.identity)}


def check(world: World) -> None:
    """Every promise."""
    if world.lies:
        raise FindingError(world.lies[0])
    for sender in world.nodes.values():
        _check_journal(sender)
        for recipient in world.nodes.values():
            if sender is not recipient:
                _check_channel(sender, recipient)
                _check_matters(sender, recipient)
        _check_quarantine(world, sender)
        _check_written(world, sender)


def _rows(node: Node, direction: Direction, peer: Node) -> list[tuple[int, bytes, str]]:
    query = sa.select(LETTERS.c.number, LETTERS.c.digest, LETTERS.c.letter_id).where(
        LETTERS.c.direction == direction.value, LETTERS.c.peer == peer.body
    )
    with node.disk.begun() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(LETTERS.c.number))]


def _check_channel(sender: Node, recipient: Node) -> None:
    """Each letter once, in order, with the same bytes on both sides, and applied once in that order."""
    ours, theirs = _rows(sender, Direction.OUT, recipient), _rows(recipient, Direction.IN, sender)
    if ours != theirs:
        raise FindingError(f"{sender.body} wrote {_named(ours)} to {recipient.body}, which holds {_named(theirs)}")
    ids = [letter_id for _, _, letter_id in ours]
    if len(set(ids)) < len(ids):
        raise FindingError(f"{recipient.body} holds a letter of {sender.body} twice: {_named(ours)}")
    with recipient.disk.begun() as connection:
        applied = acts.applied(connection, sender.body)
        told = set(connection.scalars(sa.select(LETTERS.c.letter_id).where(LETTERS.c.kind == CONTINUES)))
    ids = [letter_id for letter_id in ids if letter_id not in told]
    if sorted(letter_id for letter_id, _, _ in applied) != sorted(ids):
        raise FindingError(f"{recipient.body} applied {applied} of {sender.body}, and holds {_named(ours)}")
    last: dict[str, int] = {}
    for letter_id, matter_id, number in applied:
        if matter_id and number < last.get(matter_id, 0):
            raise FindingError(
                f"{recipient.body} applied {letter_id} of {sender.body} behind a later one of its matter"
            )
        last[matter_id] = number


def _named(rows: list[tuple[int, bytes, str]]) -> list[str]:
    return [f"{number}:{letter_id}" for number, _, letter_id in rows]


def _check_matters(one: Node, other: Node) -> None:
    """Both fold every matter to the same, act by act, with the same reasons for what does not count."""
    if one.body > other.body:
        return
    with one.disk.begun() as here:
        ours = acts.matters(here, other.body)
    with other.disk.begun() as there:
        theirs = acts.matters(there, one.body)
    for matter_id in ours.keys() | theirs.keys():
        if ours.get(matter_id) != theirs.get(matter_id):
            raise FindingError(f"{one.body} and {other.body} do not see matter {matter_id} alike")


def _check_written(world: World, sender: Node) -> None:
    """Whatever was ever committed is at its recipient, unless its sender lost it with an older copy.

    It is also lost then to the recipient: `_check_channel` has found both to hold the same.
    """
    with sender.disk.begun() as connection:
        held = acts.sent(connection)
    lost = [one for one in world.written[sender.body] if one not in held]
    world.tally.lost += len(lost)
    for letter_id, recipient in lost:
        if (sender.body, letter_id, recipient) not in world.gone:
            raise FindingError(f"{sender.body} lost its letter {letter_id} to {recipient}")


def _check_journal(node: Node) -> None:
    with node.disk.begun() as connection:
        report = verify_journal(connection, node.identity)
        states = connection.execute(
            sa.select(LETTERS.c.letter_id, LETTERS.c.state).where(
                LETTERS.c.state.not_in((LetterState.SENT.value, LetterState.APPLIED.value))
            )
        ).all()
    if report.faults:
        raise FindingError(f"the journal of {node.body} has faults: {report.faults}")
    if states:
        raise FindingError(f"{node.body} has not handled {states}")


def _check_quarantine(world: World, node: Node) -> None:
    with node.disk.begun() as connection:
        kept = list_quarantine(connection)
    for one in kept:
        restored = world.nodes[one.claimed_sender].restores or node.restores
        if one.reason not in OF_ANOTHER_LIFE or not restored:
            raise FindingError(f"{node.body} quarantined a frame of {one.claimed_sender}: {one.reason}")
