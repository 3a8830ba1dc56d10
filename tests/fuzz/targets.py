"""Every place where bytes of others come in, as one function of bytes each: only declared errors may come out of it.

A target also holds what it read to its word: what was read and is written again reads the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from google.protobuf.message import DecodeError

from guantong.exchange.v1 import envelope_pb2
from guantong.node.v1 import letters_service_pb2
from services.audit.ledger import ISSUES
from services.chassis.attachments import wire as parts
from services.chassis.bus import configuration
from services.chassis.bus.port import IncomingFrame
from services.chassis.calendar.tables import parse_overlay, parse_table
from services.chassis.cli.ids import fitting
from services.chassis.config import read_config
from services.chassis.correspondence import contents
from services.chassis.errors import GuantongError
from services.chassis.exchange import wire
from services.chassis.exchange.errors import Refusal
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import FIRST_PREVIOUS, SignedBytes
from services.chassis.exchange.proof import seal_letter
from services.chassis.exchange.taking import Batch, take
from services.chassis.identity.cards import KeyCard
from services.chassis.identity.keys import KeyPair
from services.chassis.identity.signed import DirectorySignature, SignedDirectory
from services.chassis.ledgers.parse import prepare
from services.chassis.rpc.errors import PageTokenInvalidError
from services.chassis.rpc.paging import Paging
from services.chassis.rulebook.load import load
from services.chassis.testing.clock import FixedClock
from services.petitions.ledger import PETITIONS
from tests.fixtures.exchanges import identities

T = TypeVar("T")
Target = Callable[[bytes], object]
_LABEL = b"guantong-letter-signature-v1\x00"
_SALT = b"\x01" * 32


class FuzzFindingError(AssertionError):
    """What was read does not mean what was written, or what can only be a mistake of ours was met."""


@dataclass(frozen=True, slots=True)
class Parties:
    """A body that signs whatever it is given, and the one that has to judge it."""

    hostile: Identity
    honest: Identity
    clock: FixedClock

    @property
    def key(self) -> KeyPair:
        return self.hostile.keyring.signing_key(self.hostile.directory, self.clock.now())

    def seal(self, plain: bytes) -> bytes:
        """The frame of a letter whose opened bytes are `plain`, if those are a letter at all; else `plain` itself."""
        try:
            letter = envelope_pb2.Letter.FromString(plain)
        except DecodeError:
            return plain
        header = letter.signed
        signed = SignedBytes(header.header, header.signature, header.signing_key_id, header.suite)
        return self.sealed(signed, letter.salt, letter.content)

    def sealed(self, signed: SignedBytes, salt: bytes, content: bytes) -> bytes:
        key = self.honest.directory.sealing_key(self.honest.body, self.clock.now())
        return wire.frame_of_letter(seal_letter(signed, salt, content, key))

    def signed(self, header: bytes) -> SignedBytes:
        return SignedBytes(header, self.key.sign(_LABEL + header), self.key.key_id, self.key.suite)


@cache
def parties() -> Parties:
    """The same two for as long as the process lives."""
    clock = FixedClock()
    known = identities(("mallory", "beta"), clock)
    return Parties(known["mallory"], known["beta"], clock)


def take_one(data: bytes) -> Batch:
    """A frame as it comes from the bus; a failure that `take` covered up is told."""
    batch = take(parties().honest, [IncomingFrame(data, {}, "mallory", _nothing)], parties().clock.now())
    if any(one.refusal is Refusal.UNPROCESSABLE for one in batch.refused):
        message = "a frame made the program fail"
        raise FuzzFindingError(message)
    return batch


async def _nothing() -> None:
    """The bus is not told."""


def frame(data: bytes) -> None:
    """Any bytes as a frame, and as what frames of each kind carry."""
    take_one(data)
    carried = wire.decode_frame(data)
    if isinstance(carried, tuple):
        return
    _alike(carried, wire.decode_frame(data))


def letter(data: bytes) -> None:
    """The opened bytes of a letter that was sealed to us."""
    take_one(parties().seal(data))
    signed, salt, content = wire.decode_letter(data)
    _alike((signed, salt, content), wire.decode_letter(wire.encode_letter(signed, salt, content)))


def header(data: bytes) -> None:
    """A header that a body of the county has signed."""
    both = parties()
    take_one(both.sealed(both.signed(data), _SALT, b"words"))
    found = wire.decode_header(data)
    again = wire.decode_header(wire.encode_header(found))
    if again != found and wire.encode_header(again) != wire.encode_header(found):
        raise FuzzFindingError


def addressed(data: bytes) -> None:
    """A header of a body of the county to us, whatever else it says: it gets as far as a letter can."""
    both = parties()
    try:
        message = envelope_pb2.LetterHeader.FromString(data)
    except DecodeError:
        return
    message.format_version, message.county, message.demo, message.suite = 1, both.honest.county, False, both.key.suite
    message.sender, message.recipient, message.signing_key_id = "mallory", "beta", both.key.key_id
    message.number, message.previous_digest = 1, FIRST_PREVIOUS
    batch = take_one(both.sealed(both.signed(message.SerializeToString()), _SALT, b"words"))
    for one in batch.letters:
        again = wire.decode_journaled(wire.encode_journaled(one.letter.signed))
        _alike(one.letter.header, wire.decode_header(again.payload))


def receipt(data: bytes) -> None:
    """The statement of a receipt."""
    found = wire.decode_receipt(data)
    _alike(found, wire.decode_receipt(wire.encode_receipt(found)))


def hello(data: bytes) -> None:
    """The statement of a hello."""
    found = wire.decode_hello(data)
    _alike(found, wire.decode_hello(wire.encode_hello(found)))


def equivocation(data: bytes) -> None:
    """A proof that a sender gave one number to two letters."""
    found = wire.decode_equivocation(data)
    take_one(wire.frame_of_equivocation(wire.encode_equivocation(found)))
    _alike(found, wire.decode_equivocation(wire.encode_equivocation(found)))


def directory(data: bytes) -> None:
    """The file of a signed directory, and what is signed in it."""
    found = SignedDirectory.from_bytes(data)
    _alike(found, SignedDirectory.from_bytes(found.to_bytes()))
    found.stated()


def directory_payload(data: bytes) -> None:
    """What is signed in a directory, as if it were."""
    SignedDirectory(data, DirectorySignature("guantong-1", "0", b"")).stated()


def card(data: bytes) -> None:
    """The card of a new key."""
    found = KeyCard.from_bytes(data)
    _alike(found, KeyCard.from_bytes(found.to_bytes()))


def attachment_frame(data: bytes) -> None:
    """A frame of the attachments' lane, and each statement as one of each kind."""
    for decode in (parts.decode_frame, parts.decode_request, parts.decode_gone, parts.decode_part):
        _declared(decode, data)


def content(data: bytes) -> None:
    """The content of letters of every kind."""
    for kind in contents.CONTENTS:
        message = _declared(lambda kind=kind: contents.read(kind, data))
        if message is not None:
            _alike(message, contents.read(kind, contents.words_of(message)))


def rulebook(data: bytes) -> None:
    """A county's own file over the shipped rules."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "own.toml").write_bytes(data)
        load(Path(folder))


def calendar(data: bytes) -> None:
    """A year's official table, and a county's own days."""
    for read in (parse_table, parse_overlay):
        _declared(read, data, "own.toml")


def node_config(data: bytes) -> None:
    """`node.toml`."""
    _from_file(read_config, data)


def bus_config(data: bytes) -> None:
    """`bus.toml`."""
    _from_file(configuration.load, data)


def spreadsheet(data: bytes) -> None:
    """A file that an office imports, as two ledgers; the same file gives the same rows."""
    for spec in (ISSUES, PETITIONS):
        found = _declared(prepare, spec, data, slip_key=b"k" * 32)
        if found is not None:
            _alike(found, prepare(spec, data, slip_key=b"k" * 32))


def page_token(data: bytes) -> None:
    """What a caller gives as the place where the next page begins."""
    request = letters_service_pb2.ListLettersRequest(page_token=data.decode("utf-8", "replace"))
    _declared(Paging(b"k" * 32).page, request, refused=PageTokenInvalidError)


def short_id(data: bytes) -> None:
    """What a person types for an id."""
    ids = ("0192f0c1-7d8e-7abc-8def-0123456789ab", "0192f0c1-7d8e-7abc-8def-0123456789ac")
    _declared(fitting, data.decode("utf-8", "replace"), zip(ids, ("县审函〔2026〕3号", ""), strict=True))


def _from_file(read: Callable[[Path], object], data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "own.toml"
        file.write_bytes(data)
        read(file)


def _declared(
    read: Callable[..., T], *arguments: object, refused: type[GuantongError] = GuantongError, **named: object
) -> T | None:
    try:
        return read(*arguments, **named)
    except refused:
        return None


def _alike(first: object, second: object) -> None:
    if first != second:
        message = "what was read reads otherwise when written again"
        raise FuzzFindingError(message)


TARGETS: dict[str, Target] = {
    one.__name__: one
    for one in (
        frame,
        letter,
        header,
        addressed,
        receipt,
        hello,
        equivocation,
        directory,
        directory_payload,
        card,
        attachment_frame,
        content,
        rulebook,
        calendar,
        node_config,
        bus_config,
        spreadsheet,
        page_token,
        short_id,
    )
}


def attempt(name: str, data: bytes) -> None:
    """Give `data` to a target; whatever it raises but a declared error is a finding, and so is one without words."""
    try:
        TARGETS[name](data)
    except GuantongError as error:
        error.text("zh")
        error.text("en")
