"""The words of a destruction: grounds, where a request stands, why a matter is held, what became of a copy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from services.chassis.exchange.naming import LetterName

Words = tuple[str, str]
"""The same in Chinese and in English."""


class Ground(StrEnum):
    """What allows content to be destroyed."""

    RETENTION_ENDED = "retention_ended"
    RETURN_OR_DESTROY = "return_or_destroy"
    """Material lent for a time, which has to be returned or destroyed when its purpose is served."""
    WRONGLY_LABELLED = "wrongly_labelled"
    """Content that may not be on this network, or bears a wrong label."""
    RECALL = "recall"
    """Its sender took it back."""
    MISDIRECTED = "misdirected"
    """It concerns this body itself and went on to the discipline commission's intake."""
    KEY_STRUCK = "key_struck"
    """Only the struck line of a backup's key sheet tells of it: the node's own record is lost."""


GROUNDS: Mapping[Ground, Words] = MappingProxyType(
    {
        Ground.RETENTION_ENDED: ("保管期限届满", "retention has ended"),
        Ground.RETURN_OR_DESTROY: ("用毕应退还或销毁", "to be returned or destroyed after use"),
        Ground.WRONGLY_LABELLED: (
            "密级错标或超出网络允许的密级",
            "wrongly labelled or above what the network may hold",
        ),
        Ground.RECALL: ("发函单位撤回", "recalled by its sender"),
        Ground.MISDIRECTED: ("涉及本单位, 已转有权机关", "concerns this body and was passed on"),
        Ground.KEY_STRUCK: ("备份密钥单已划去密钥", "its key was struck beside a backup"),
    }
)
ASKABLE = frozenset(Ground) - {Ground.MISDIRECTED, Ground.KEY_STRUCK}
"""What a person may ask for; the node itself passes on what is misdirected, and finds what was struck."""


class State(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    DESTROYED = "destroyed"
    REFUSED = "refused"


class Cause(StrEnum):
    """Why a matter is held."""

    SUPERVISION = "supervision"
    COMPLAINT = "complaint"
    AUDIT = "auditing"


CAUSES: Mapping[Cause, Words] = MappingProxyType(
    {
        Cause.SUPERVISION: ("监督检查", "supervision"),
        Cause.COMPLAINT: ("申诉或举报核查", "a complaint being looked into"),
        Cause.AUDIT: ("审计", "an audit"),
    }
)


class ExportKind(StrEnum):
    """How words left the node in readable form."""

    LETTER_PRINT = "letter_print"
    DRAFT_PRINT = "draft_print"
    LEDGER = "ledger"
    PROOF = "proof"
    BRIEFING = "briefing"
    ATTACHMENT = "attachment"
    JOURNAL = "journal"


class Outcome(StrEnum):
    """What became of a copy that had to be recovered or destroyed."""

    DESTROYED = "destroyed"
    RECOVERED = "recovered"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Decided:
    """A destruction that is decided: its ground, the two who decided, and the request it is registered under.

    `first_at` is when it was done first, where an old copy brought the content back and it is done again.
    """

    ground: Ground
    asked_by: str
    approved_by: str
    destruction_id: str = ""
    first_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """A letter whose content was just destroyed in this unit of work, as whoever follows is told of it."""

    name: LetterName
    matter_id: str
    kind: str
    act: Decided

    @property
    def letter_id(self) -> str:
        """Its id, which letters of other bodies may have as well."""
        return self.name.letter_id


@dataclass(frozen=True)
class Wanted:
    """What is asked for. Either letters or a whole matter; number and date of the deciding act where there is one."""

    ground: Ground
    reason: str = field(repr=False)
    letter_ids: tuple[str, ...] = ()
    matter_id: str = ""
    document_number: str = ""
    decided_on: date | None = None


@dataclass(frozen=True)
class Destruction:
    """One request, with the letters it names."""

    id: str
    ground: Ground
    matter_id: str
    letters: tuple[LetterName, ...]
    reason: str = field(repr=False)
    document_number: str
    decided_on: date | None
    asked_by: str
    asked_at: datetime
    settled_by: str | None = None
    settled_at: datetime | None = None
    approved: bool | None = None
    remark: str = field(default="", repr=False)

    @property
    def letter_ids(self) -> tuple[str, ...]:
        """The ids of its letters, each once."""
        return tuple(sorted({name.letter_id for name in self.letters}))

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.settled_at is None:
            return State.ASKED
        return State.DESTROYED if self.approved else State.REFUSED


@dataclass(frozen=True)
class Hold:
    """A matter of which nothing is destroyed until the hold is released."""

    id: str
    matter_id: str
    cause: Cause
    reason: str = field(repr=False)
    placed_by: str
    placed_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None
    release_reason: str = field(default="", repr=False)


@dataclass(frozen=True)
class Export:
    """A file about to be handed out in readable form.

    Attributes:
        kind: What it is.
        digest: SHA-256 of the file.
        by: The account that takes it.
        parts: Ids of the letters and drafts whose words are in it.
        ledger: The ledger it is made from, where it is.
        note: Medium or recipient, as the person states it.
    """

    kind: ExportKind
    digest: bytes
    by: str
    parts: tuple[str, ...] = ()
    ledger: str = ""
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class HandedOut:
    """A file that left, as the register has it."""

    id: str
    kind: ExportKind
    digest: bytes
    handed_to: str
    handed_at: datetime
    ledger: str
    note: str = field(repr=False)
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Copy:
    """A file handed out before its content was destroyed, and what became of it."""

    id: str
    destruction_id: str
    file: HandedOut
    opened_at: datetime
    outcome: Outcome | None = None
    person: str = field(default="", repr=False)
    remark: str = field(default="", repr=False)
    certified_by: str = ""
    certified_at: datetime | None = None
