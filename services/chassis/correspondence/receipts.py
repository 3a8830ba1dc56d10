"""Notes in our matters what a peer's receipt proves: the letters that opened them are stored over there."""

from __future__ import annotations

from services.chassis.correspondence.around import forget
from services.chassis.destruction.carrying_out import Destroying
from services.chassis.dossiers import queries, recording
from services.chassis.exchange.hooks import Receipted
from services.chassis.exchange.reading import numbered
from services.chassis.storage import Transaction


def note_receipt(tx: Transaction, destroying: Destroying, receipted: Receipted) -> None:
    """Every matter opened by a letter that the receipt newly covers is stored at the addressee's node."""
    for letter_id in numbered(tx.connection, receipted.peer, receipted.after, receipted.up_to):
        for matter_id in queries.opened_by(tx.connection, letter_id):
            recording.set_stored_at(tx, matter_id, receipted.stored_at)
    forget(tx, destroying, receipted)
