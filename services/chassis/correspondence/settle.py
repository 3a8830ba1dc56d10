"""What follows from an act at either side: the matter is folded anew and its clocks are brought to what it says."""

from __future__ import annotations

from services.chassis.correspondence.clocks import Terms, clocks_of
from services.chassis.correspondence.recall import note_incident
from services.chassis.deadlines.follow import follow
from services.chassis.dossiers import queries, recording
from services.chassis.dossiers.model import Dossier
from services.chassis.matters.model import COUNTY_SETTING, Act
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage.uow import Transaction


def keep(tx: Transaction, book: Rulebook, matter_id: str, act: Act, body: str) -> Dossier:
    """Fold `act`, signed by `body`, into its matter and follow up its clocks; the same act again changes nothing.

    Raises:
        MatterNotFoundError: this node holds no such matter.
        DueRuleError: no date follows from what the letters say.
    """
    recording.record_act(tx, matter_id, act, body)
    dossier = queries.get(tx.connection, matter_id)
    note_incident(tx, dossier, act)
    follow(tx, matter_id, dossier.header.addressee, clocks_of(dossier.matter, terms_of(dossier, book)))
    return dossier


def terms_of(dossier: Dossier, book: Rulebook) -> Terms:
    """The time rule that the opening letter sets, if the rulebook of this node knows one."""
    rule = book.due_rule_for(dossier.header.letter_kind) if book.knows_kind(dossier.header.letter_kind) else None
    if rule is None:
        return Terms(None, COUNTY_SETTING, book)
    return Terms(rule, rule.articles[0] if rule.mark == "opinion" else COUNTY_SETTING, book)
