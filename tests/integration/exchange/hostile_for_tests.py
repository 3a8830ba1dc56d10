"""A body with valid keys and bus rights that writes whatever it likes, and what honest neighbours hold afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.chassis.clock import Clock
from services.chassis.exchange import wire
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import FIRST_PREVIOUS, HelloStatement, Letter, LetterHeader, ReceiptStatement
from services.chassis.exchange.proof import (
    content_digest,
    letter_digest,
    sealed_frame,
    sign_header,
    sign_hello,
    sign_receipt,
)
from services.chassis.exchange.quarantine import list_quarantine
from services.chassis.exchange.verify import verify_journal
from services.chassis.identity.keys import KeyPair
from services.chassis.testing.bus import MemoryExchange
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode

SALT = bytes(32)


@dataclass
class Mallory:
    """Keeps a channel to `victim` that is sound in itself, and sends over the bus by hand."""

    bus: MemoryExchange
    clock: Clock
    identity: Identity
    victim: str
    number: int = 0
    digest: bytes = field(default=FIRST_PREVIOUS)

    @property
    def key(self) -> KeyPair:
        return self.identity.keyring.signing_key(self.identity.directory, self.clock.now())

    def goes_on_after(self, header: LetterHeader, payload: bytes) -> None:
        """Continue the channel where an honest node of that body left it."""
        self.number, self.digest = header.number, letter_digest(payload, header.previous_digest, header.suite)

    def letter(self, content: bytes = b"lies", **changes: object) -> Letter:
        """A letter signed by Mallory, whatever its header claims; the channel stays where it is."""
        key = self.key
        header = LetterHeader(
            county=self.identity.county,
            demo=False,
            suite=key.suite,
            letter_id=f"mallory-{self.number + 1}",
            sender=self.identity.body,
            recipient=self.victim,
            number=self.number + 1,
            previous_digest=self.digest,
            kind="info.request",
            content_digest=content_digest(SALT, content, key.suite),
            written_at=self.clock.now(),
            signing_key_id=key.key_id,
        )
        header = replace(header, **changes)  # type: ignore[arg-type]
        return Letter(header, sign_header(header, key), SALT, content)

    def frame(self, letter: Letter) -> bytes:
        """The letter sealed to the victim, whoever it is addressed to."""
        return sealed_frame(self.identity, letter, self.clock.now(), to=self.victim)

    def inject(self, data: bytes, headers: Mapping[str, str] | None = None, claimed: str = "") -> None:
        self.bus.inject(self.victim, claimed or self.identity.body, data, headers)

    def send(self, content: bytes = b"lies", headers: Mapping[str, str] | None = None, **changes: object) -> Letter:
        """The next letter of the channel, as a true node would number it."""
        letter = self.letter(content, **changes)
        header = replace(letter.header, number=self.number + 1)
        self.goes_on_after(header, letter.signed.payload)
        self.inject(self.frame(letter), headers)
        return letter

    def receipt(self, up_to_number: int, chain_digest: bytes, **changes: object) -> bytes:
        """A frame that claims to have stored the victim's letters up to a number."""
        now, key, identity = self.clock.now(), self.key, self.identity
        statement = ReceiptStatement(
            county=identity.county,
            demo=False,
            suite=key.suite,
            recipient=identity.body,
            sender=self.victim,
            up_to_number=up_to_number,
            chain_digest=chain_digest,
            stored_at=now,
            issued_at=now,
            resend_wanted=False,
            signing_key_id=key.key_id,
        )
        return wire.frame_of_receipt(sign_receipt(replace(statement, **changes), key))  # type: ignore[arg-type]

    def hello(self, written_up_to: int, **changes: object) -> bytes:
        """A frame that claims to have written up to a number."""
        key, identity = self.key, self.identity
        statement = HelloStatement(
            county=identity.county,
            demo=False,
            suite=key.suite,
            sender=identity.body,
            recipient=self.victim,
            written_up_to_number=written_up_to,
            chain_digest=bytes(32),
            receipted_up_to_number=0,
            issued_at=self.clock.now(),
            signing_key_id=key.key_id,
        )
        return wire.frame_of_hello(sign_hello(replace(statement, **changes), key))  # type: ignore[arg-type]


@dataclass
class Trio:
    """An honest sender, the recipient that is attacked, and Mallory."""

    county: ExchangeCounty
    alpha: ExchangeNode
    beta: ExchangeNode
    mallory: Mallory
    honest_mallory: ExchangeNode
    """The node of the body in whose name Mallory writes: what it hears of itself."""

    @classmethod
    async def meet(cls, county: ExchangeCounty) -> Trio:
        county.join("alpha", "beta", "mallory")
        alpha, beta, mallory = [await county.open(body) for body in ("alpha", "beta", "mallory")]
        return cls(county, alpha, beta, Mallory(county.bus, county.clock, mallory.identity, "beta"), mallory)

    async def take_in(self) -> None:
        """Beta receives and handles all there is, and says so."""
        await self.beta.receive_all()
        await self.beta.exchange.receipt_once()
        await self.beta.apply_all()

    async def refused(self) -> list[str]:
        """Reasons of what beta holds in quarantine, newest first."""
        return [one.reason for one in await self.beta.database.reader.read(list_quarantine)]

    async def parked(self) -> list[str]:
        """Reasons of what beta has parked, oldest first."""
        return [one.reason for one in await self.beta.database.reader.read(self.beta.exchange.parked)]

    async def check_whole(self, *contents: bytes) -> None:
        """Beta applied exactly these letters of alpha, each once and in order, said so, and its journal verifies."""
        await self.take_in()
        await self.alpha.receive_all()
        assert [one.content for one in self.beta.applied if one.peer == "alpha"] == list(contents)
        channels = {one.peer: one for one in (await self.alpha.exchange.snapshot()).channels}
        assert (channels["beta"].gap, channels["beta"].halted) == (0, None)
        for node in (self.alpha, self.beta):
            report = await node.database.reader.read(
                lambda connection, of=node: verify_journal(connection, of.identity)  # type: ignore[misc]
            )
            assert report.faults == ()
