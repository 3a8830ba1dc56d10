"""Letters, receipts and hellos as the rest of the program sees them: frozen, without any wire format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

FORMAT_VERSION = 1
FIRST_PREVIOUS = bytes(32)
"""What the first letter of a channel names as the one before it, and what an empty channel's digest is."""

MAX_IDENTIFIER = 64
MAX_ID = 36
"""Of letters and matters: what `storage.new_id` makes. Kinds and names of bodies may be as long as identifiers."""
MAX_TEXT = 200
"""Characters of a document number, a person's name or post, or an article id."""
MAX_HEADER_BYTES = 16 * 1024
MAX_CONTENT_BYTES = 4 * 1024 * 1024
MAX_FRAME_BYTES = MAX_CONTENT_BYTES + 2 * MAX_HEADER_BYTES
"""Content, header, signature and seal always fit; nothing larger is ever parsed."""
SALT_BYTES = 32


class Direction(Enum):
    """Whether this node wrote a letter or received it."""

    OUT = "out"
    IN = "in"


class LetterState(Enum):
    """What this node did with a letter it stored."""

    SENT = "sent"
    """Ours; how far it came is told by the channel's receipts."""
    STORED = "stored"
    """In the journal and receipted, not yet handled."""
    APPLIED = "applied"
    """Handled."""
    PARKED = "parked"
    """Handling failed; visible, and tried again when asked."""
    WAITING = "waiting"
    """Behind a parked letter of the same matter."""
    SET_ASIDE = "set_aside"
    """An operator decided, with a reason, that it is not to be handled."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The person who signed a letter inside the sending body."""

    name: str
    post: str
    signed_at: datetime
    for_whom: str = ""


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """A letter before it has numbers: what a use case hands to `send`. Copies to several bodies share one letter id."""

    recipients: tuple[str, ...]
    kind: str
    content: bytes = b""
    content_type: str = ""
    matter_id: str = ""
    answers_letter_id: str = ""
    last_seen_letter_id: str = ""
    recipient_subunit: str = ""
    signer: Signer | None = None
    document_number: str = ""
    article_ids: tuple[str, ...] = ()
    letter_id: str = ""
    """Given when the id was shown to the signer beforehand; made when empty."""


@dataclass(frozen=True, slots=True)
class LetterHeader:
    """The signed context of a letter. See envelope.proto for the meaning of each field."""

    county: str
    demo: bool
    suite: str
    letter_id: str
    sender: str
    recipient: str
    number: int
    previous_digest: bytes
    kind: str
    content_digest: bytes
    written_at: datetime
    signing_key_id: str
    content_type: str = ""
    matter_id: str = ""
    answers_letter_id: str = ""
    last_seen_letter_id: str = ""
    recipient_subunit: str = ""
    signer: Signer | None = None
    document_number: str = ""
    article_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedBytes:
    """Exact bytes with the signature over them; what the bytes mean is known only after verifying."""

    payload: bytes
    signature: bytes
    signing_key_id: str
    suite: str
    confirmation: SignedBytes | None = None
    """Of a letter whose key was revoked since: the sender's word, under a key in force, that it is its own."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Says: this letter of ours stands, though the key that signed it was revoked since. See envelope.proto."""

    letter_digest: bytes
    confirmed_at: datetime
    signing_key_id: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter: the signed header with its exact bytes, and the content beside it.

    `content` is None, and the salt empty, when whoever sends it has destroyed it since.
    """

    header: LetterHeader
    signed: SignedBytes
    salt: bytes
    content: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A letter as this node keeps it. `content` is None when its key was destroyed."""

    header: LetterHeader
    signed: SignedBytes
    salt: bytes
    content: bytes | None = field(repr=False)
    direction: Direction
    state: LetterState
    stored_at: datetime
    journal_sequence: int
    traceparent: str | None = None

    @property
    def peer(self) -> str:
        """The other body."""
        return self.header.recipient if self.direction is Direction.OUT else self.header.sender


@dataclass(frozen=True, slots=True)
class SentCopy:
    """One recipient's copy of a letter just written."""

    recipient: str
    number: int
    digest: bytes
    journal_sequence: int


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter just written, with its place in each channel."""

    letter_id: str
    written_at: datetime
    copies: tuple[SentCopy, ...]


@dataclass(frozen=True, slots=True)
class ReceiptStatement:
    """Says: from you I have stored everything up to N, chain digest D, at my time T. See receipt.proto."""

    county: str
    demo: bool
    suite: str
    recipient: str
    sender: str
    up_to_number: int
    chain_digest: bytes
    stored_at: datetime | None
    issued_at: datetime
    resend_wanted: bool
    signing_key_id: str
    directory_version: int = 0
    """Of the directory that the writer has in force; 0 when it does not tell."""


@dataclass(frozen=True, slots=True)
class HelloStatement:
    """Says: to you I have written letters up to M; you receipted up to R. See receipt.proto."""

    county: str
    demo: bool
    suite: str
    sender: str
    recipient: str
    written_up_to_number: int
    chain_digest: bytes
    receipted_up_to_number: int
    issued_at: datetime
    signing_key_id: str
    directory_version: int = 0
    """Of the directory that the writer has in force; 0 when it does not tell."""
    receipt_issued_at: datetime | None = None
    """What the recipient's next receipts are to be dated later than, or they would not count."""


@dataclass(frozen=True, slots=True)
class ReportedEquivocation:
    """Two signed headers that are said to be letters of one sender under one number; nothing of it is believed yet."""

    standing: SignedBytes
    conflicting: SignedBytes


@dataclass(frozen=True, slots=True)
class OfferedDirectory:
    """A version of the directory of bodies that a peer passes on; nothing of it is believed yet."""

    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedLetter:
    """A letter only its recipient can open."""

    suite: str
    recipient_key_id: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt that verified, with its exact bytes."""

    statement: ReceiptStatement
    signed: SignedBytes


@dataclass(frozen=True, slots=True)
class SignedHello:
    """A hello that verified, with its exact bytes."""

    statement: HelloStatement
    signed: SignedBytes
