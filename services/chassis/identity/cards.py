"""Key cards: what a body hands to the office so that a new key of its own enters the directory."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from services.chassis.clock import check_aware
from services.chassis.identity.directory import Directory, KeyRecord
from services.chassis.identity.errors import KeyCardError
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.signed import DirectorySignature, read_fields
from services.chassis.identity.suites import key_id_of, suite_named

_DOMAIN = b"guantong-key-card-v1\x00"
_GROUPS, _DIGITS = 8, 5
MAX_CARD_BYTES = 16 * 1024


def fingerprint_of(data: bytes) -> str:
    """Eight groups of five digits, to be read out over the telephone: 132 bits of a digest."""
    number = int.from_bytes(hashlib.sha256(data).digest())
    digits = f"{number % 10 ** (_GROUPS * _DIGITS):0{_GROUPS * _DIGITS}d}"
    return " ".join(digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS))


def same_fingerprint(heard: str, data: bytes) -> bool:
    """Whether what was read out is the fingerprint of `data`, however it was grouped."""
    return "".join(filter(str.isdigit, heard)) == fingerprint_of(data).replace(" ", "")


@dataclass(frozen=True)
class KeyCard:
    """The public half of a body's new key, and who vouches for it.

    `vouched` is the signature of a key that the body had before; None where the body has lost it: then the
    fingerprint is compared by telephone with somebody whose voice is known.
    """

    county: str
    body: str
    purpose: Purpose
    suite: str
    public: bytes
    made_at: datetime
    vouched: DirectorySignature | None = None

    @classmethod
    def of(cls, county: str, body: str, pair: KeyPair, voucher: KeyPair | None) -> KeyCard:
        """The card of `pair`, signed with `voucher` where the body still has a key in force."""
        bare = cls(county, body, pair.purpose, pair.suite, pair.public, pair.created_at)
        if voucher is None:
            return bare
        return cls(**{**bare.__dict__, "vouched": DirectorySignature.make(voucher, bare.message)})

    @property
    def key_id(self) -> str:
        """The key's short name."""
        return key_id_of(self.public)

    @property
    def message(self) -> bytes:
        """What is vouched for."""
        return _DOMAIN + json.dumps(self._fields(), ensure_ascii=False, sort_keys=True).encode()

    @property
    def fingerprint(self) -> str:
        """To be read out over the telephone; it covers the whole card."""
        return fingerprint_of(self.message)

    def record(self, valid_from: datetime) -> KeyRecord:
        """The key as the directory lists it."""
        return KeyRecord(self.key_id, self.suite, self.public, check_aware(valid_from))

    def is_vouched(self, directory: Directory, now: datetime) -> bool:
        """Whether a signing key that the body has in force vouches for this one.

        Raises:
            SignatureInvalidError: the card was changed after it was signed.
        """
        if self.vouched is None:
            return False
        for record in directory.signing_keys_in_force(self.body, now):
            if record.key_id == self.vouched.key_id:
                suite_named(record.suite).verify(record.public, self.message, self.vouched.signature)
                return True
        return False

    def to_bytes(self) -> bytes:
        """The file form."""
        vouched = {"vouched": self.vouched.fields()} if self.vouched else {}
        return json.dumps({**self._fields(), **vouched}, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> KeyCard:
        """Read a card; nothing of it is believed yet.

        Raises:
            KeyCardError: it is none.
        """
        try:
            fields = read_fields(data[: MAX_CARD_BYTES + 1])
            vouched = DirectorySignature.read(fields["vouched"]) if "vouched" in fields else None
            public = base64.b64decode(fields["public"], validate=True)
            made_at = check_aware(datetime.fromisoformat(fields["made_at"])).astimezone(UTC)
            names = str(fields["county"]), str(fields["body"])
            card = cls(*names, Purpose(fields["purpose"]), str(fields["suite"]), public, made_at, vouched)
        except (KeyError, TypeError, ValueError, binascii.Error, RecursionError) as error:
            raise KeyCardError(why=type(error).__name__) from error
        if card.purpose is Purpose.STORAGE:
            raise KeyCardError(why="storage key")
        return card

    def _fields(self) -> dict[str, str]:
        return {
            "county": self.county,
            "body": self.body,
            "purpose": self.purpose.value,
            "suite": self.suite,
            "public": base64.b64encode(self.public).decode("ascii"),
            "made_at": self.made_at.astimezone(UTC).isoformat(),
        }
