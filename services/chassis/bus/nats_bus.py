"""The bus on NATS JetStream: atomic batches out, pulled batches in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from nats.aio.msg import Msg

from services.chassis.bus import subjects
from services.chassis.bus.connection import BusLogin, Connection, Link
from services.chassis.bus.port import (
    AlarmSink,
    BusAwayError,
    FrameTooLargeError,
    IncomingFrame,
    OutgoingFrame,
    check_body,
)
from services.chassis.bus.pulling import Puller
from services.chassis.bus.sizes import HEADER_ROOM, LARGEST_FRAME, MEBIBYTE

_CONFIRM_WITHIN = 5.0
_BATCH_FRAMES, _BATCH_BYTES = 500, 16 * MEBIBYTE
"""The server takes a thousand messages in one atomic batch and holds them in memory meanwhile."""

_DUPLICATE_ID = "Nats-Msg-Id"
_BATCH_ID, _BATCH_SEQUENCE, _BATCH_COMMIT = "Nats-Batch-Id", "Nats-Batch-Sequence", "Nats-Batch-Commit"
_OURS = "Nats-"


class _UnconfirmedError(BusAwayError):
    """The batch was refused as a whole or its fate is unknown."""


@dataclass(frozen=True, slots=True)
class _Message:
    subject: str
    data: bytes
    headers: dict[str, str]


class NatsBus:
    """One body's connection to the letters' account, for letters and what goes with them."""

    def __init__(self, body: str, login: BusLogin, alarms: AlarmSink, senders: Callable[[], Iterable[str]]) -> None:
        """Begin to connect; must be called on a running event loop. The server may come later.

        `senders` names the bodies to be heard; it is asked again at every fetch, because the county may get new ones.
        """
        self._body = check_body(body)
        self._largest_frame = LARGEST_FRAME
        self._puller = self._pulling(senders)
        self._connection = Connection(body, login, alarms, self._opened)

    @property
    def body(self) -> str:
        """The body this connection speaks for."""
        return self._body

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._connection.connected

    @property
    def largest_frame(self) -> int:
        """Bytes of data that one frame may have; the server's own limit once it has been heard."""
        return self._largest_frame

    async def wait_connected(self) -> None:
        """Return once there is a connection."""
        await self._connection.wait_connected()

    async def wait_epoch(self, known: int) -> int:
        """Return the epoch of the connection, once there is one whose epoch is not `known`."""
        return await self._connection.wait_epoch(known)

    async def publish(self, frames: Sequence[OutgoingFrame]) -> None:
        """Store all frames durably and in order, or raise a `BusError`."""
        for frame in frames:
            if len(frame.data) > self._largest_frame:
                raise FrameTooLargeError(size=len(frame.data), limit=self._largest_frame)
        messages = [self._message(frame) for frame in frames]
        link = self._connection.link()
        for batch in _batches(messages):
            published = {message.subject for message in batch}
            await link.watch(_store(link, batch), published)

    async def fetch(self, limit: int, wait: float) -> Sequence[IncomingFrame]:
        """Up to `limit` frames as soon as there is one, in turns from every sender of whom some wait."""
        arrivals = await self._puller.fetch(self._connection, limit, wait)
        # A server whose files were damaged may deliver what waits for another body. To acknowledge it would remove it.
        return [_incoming(link, message) for link, message in arrivals if subjects.is_to(self._body, message.subject)]

    async def close(self) -> None:
        """End the connection; what was acknowledged is handed over first."""
        await self._connection.close()

    def _pulling(self, senders: Callable[[], Iterable[str]]) -> Puller:
        body = self._body
        return Puller(
            subjects.LETTERS, body, lambda: (subjects.letter_lane(body, other) for other in senders() if other != body)
        )

    def _subject(self, to: str) -> str:
        return subjects.letter(to, self._body)

    async def _opened(self, link: Link) -> None:
        self._largest_frame = link.client.max_payload - HEADER_ROOM
        await self._puller.attach(link)

    def _message(self, frame: OutgoingFrame) -> _Message:
        headers = {name: value for name, value in frame.headers.items() if not name.startswith(_OURS)}
        # Random and told to nobody before: whoever knew it could publish first and have ours dropped as a repeat.
        headers[_DUPLICATE_ID] = uuid4().hex
        return _Message(self._subject(frame.to), frame.data, headers)


class NatsAttachmentBus(NatsBus):
    """One body's connection for attachments: apart from the letters' one, so that neither waits for the other."""

    def _pulling(self, senders: Callable[[], Iterable[str]]) -> Puller:
        del senders
        return Puller(subjects.ATTACHMENTS, self._body, inbox="parts")

    def _subject(self, to: str) -> str:
        return subjects.attachment(to, self._body)


def _batches(messages: Sequence[_Message]) -> Iterator[list[_Message]]:
    batch: list[_Message] = []
    size = 0
    for message in messages:
        if batch and (len(batch) == _BATCH_FRAMES or size + len(message.data) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += len(message.data)
    if batch:
        yield batch


async def _store(link: Link, batch: list[_Message]) -> None:
    if len(batch) == 1:
        await _store_one(link, batch[0], repeated=False)
        return
    try:
        await _store_atomically(link, batch)
    except _UnconfirmedError:
        # One by one under the same ids: what the batch did store is recognised and confirmed as a repeat.
        await asyncio.gather(*(_store_one(link, message, repeated=True) for message in batch))


async def _store_atomically(link: Link, batch: list[_Message]) -> None:
    """All or nothing, with one sync of the disk for the whole batch (the client library has no call for it)."""
    batch_id = uuid4().hex
    for number, message in enumerate(batch[:-1], 1):
        await link.send(message.subject, message.data, message.headers | _part(batch_id, number))
    last = batch[-1]
    headers = last.headers | _part(batch_id, len(batch)) | {_BATCH_COMMIT: "1"}
    try:
        answer = await link.request(last.subject, last.data, within=_CONFIRM_WITHIN, headers=headers)
    except BusAwayError as error:
        raise _UnconfirmedError(cause=error.facts.get("cause", "")) from error
    confirmed = json.loads(answer.data)
    if "error" in confirmed or confirmed.get("count") != len(batch):
        raise _UnconfirmedError(cause=_refusal(confirmed))


async def _store_one(link: Link, message: _Message, *, repeated: bool) -> None:
    answer = await link.request(message.subject, message.data, within=_CONFIRM_WITHIN, headers=message.headers)
    confirmed = json.loads(answer.data)
    if "error" in confirmed:
        raise BusAwayError(cause=_refusal(confirmed))
    if confirmed.get("duplicate") and not repeated:
        raise BusAwayError(cause="a fresh id was taken for a repeat")


def _part(batch_id: str, number: int) -> dict[str, str]:
    return {_BATCH_ID: batch_id, _BATCH_SEQUENCE: str(number)}


def _refusal(confirmed: dict[str, object]) -> str:
    error = confirmed.get("error")
    return str(error.get("description", "refused")) if isinstance(error, dict) else "incomplete batch"


def _incoming(link: Link, message: Msg) -> IncomingFrame:
    async def acknowledge() -> None:
        # Only on the link it came by: after a rebuilt stream the same number means another frame.
        if link.alive:
            await link.send(message.reply, b"+ACK")

    headers = {name: value for name, value in (message.headers or {}).items() if not name.startswith(_OURS)}
    return IncomingFrame(message.data, headers, subjects.last_token(message.subject), acknowledge)
