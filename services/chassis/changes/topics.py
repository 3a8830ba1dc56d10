"""Which area a table belongs to: a change of a table is told by its area alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from services.chassis.storage.noticing import ANYWHERE


class Topic(StrEnum):
    """An area in which something can change."""

    LETTERS = "letters"
    MATTERS = "matters"
    DRAFTS = "drafts"
    LEDGERS = "ledgers"
    ALARMS = "alarms"
    ROUNDS = "rounds"
    """Whatever only this body keeps."""
    CHANNELS = "channels"
    ATTACHMENTS = "attachments"
    PEOPLE = "people"
    DECISIONS = "decisions"
    REGISTERS = "registers"
    SETTINGS = "settings"
    BOARD = "board"


BY_THEMSELVES = frozenset({Topic.CHANNELS, Topic.BOARD})
"""Areas that change all the time, whoever does anything."""

_AREAS: Mapping[Topic, str] = {
    Topic.LETTERS: "letters quarantine equivocations",
    Topic.MATTERS: "matters matter_acts matter_handlers deadlines deadline_stops deadline_moves deadline_reminders",
    Topic.DRAFTS: "drafts draft_revisions draft_steps draft_signatures document_numbers",
    Topic.LEDGERS: "ledger_imports ledger_state ledger_summaries unit_aliases petitioner_vault",
    Topic.ALARMS: "alarms",
    Topic.CHANNELS: "channels",
    Topic.ATTACHMENTS: "attachments attachment_uses attachment_arrivals",
    Topic.PEOPLE: (
        "persons person_posts accounts invitations grants delegations leaves handovers second_factors recovery_codes"
    ),
    Topic.DECISIONS: "decisions",
    Topic.REGISTERS: (
        "destructions destruction_letters destruction_holds destruction_copies destruction_aftermath exports "
        "export_parts disclosures"
    ),
    Topic.SETTINGS: "directories calendar_tables",
    Topic.BOARD: "board_samples",
}
AREA_OF: Mapping[str, Topic] = MappingProxyType(
    {table: topic for topic, tables in _AREAS.items() for table in tables.split()}
)
"""The chassis's tables that somebody looks at."""

_UNTOLD = (
    "node_lease journal journal_checks request_log closed_reads draft_sources sessions sign_in_attempts access_tokens "
    "notices"
)
SILENT = frozenset(_UNTOLD.split())
"""Written beside other things, or by looking: to tell of them would have pages look again because they looked."""

SESSIONS = frozenset({"sessions", "accounts"})
"""Where it shows that a session ended."""


@dataclass(frozen=True)
class Areas:
    """The areas of one node: the chassis's tables, its body's ledgers, and what else the body keeps.

    Attributes:
        body: The body, whose own tables begin with its id; those that end with `_reads` are written by looking.
        ledgers: Tables of the body's ledgers.
    """

    body: str
    ledgers: frozenset[str] = frozenset()

    def of(self, tables: Collection[str]) -> frozenset[Topic]:
        """The areas that these tables belong to."""
        if set(tables) >= ANYWHERE:
            return frozenset(Topic)
        return frozenset(topic for table in tables if (topic := self._of(table)) is not None)

    def _of(self, table: str) -> Topic | None:
        if table in self.ledgers:
            return Topic.LEDGERS
        if table.startswith(f"{self.body}_"):
            return None if table.endswith("_reads") else Topic.ROUNDS
        return AREA_OF.get(table)
