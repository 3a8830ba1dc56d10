"""What the rest of a node may expect of the bus, whichever bus it is.

The bus carries frames of bytes. It may be away, lose what it held, repeat a frame, or deliver frames in another
order than they were sent: whoever uses it must expect all four. What it promises is small: when `publish` returns,
every frame was durably stored at that moment; a frame that was not acknowledged comes again.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from services.chassis.errors import Fault, GuantongError

BODY_ID = re.compile(r"[a-z][a-z0-9_-]{0,62}")
"""A body's id is one token of a subject, a certificate's name and a folder: nothing they interpret."""


class BusError(GuantongError):
    """Something about the bus; frames that were to be published may or may not have been stored."""

    reason: ClassVar[str] = "BUS_FAULT"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = "The bus failed. Sending again later is safe."
    message_zh: ClassVar[str] = "总线出错,稍后重发是安全的。"


class BusAwayError(BusError):
    """The bus cannot be reached, or does not confirm. Wait and send again: repeats are expected by the receiver."""

    reason: ClassVar[str] = "BUS_AWAY"
    message_en: ClassVar[str] = (
        "The bus is away or does not confirm ({cause}). Nothing is lost: what is not receipted is sent again. "
        "If this lasts, check the bus server and the network between."
    )
    message_zh: ClassVar[str] = (
        "总线不可用或未予确认({cause})。没有丢失:未收到回执的会重新发送。若长时间如此,请检查总线服务器及网络。"
    )


class BusDeniedError(BusError):
    """The bus refuses this: the certificate, or the list of bodies in the bus's configuration, is wrong."""

    reason: ClassVar[str] = "BUS_DENIED"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = (
        "The bus does not allow {body} to do this ({cause}). Check that both bodies are listed in the bus's "
        "configuration and that this node uses its own certificate."
    )
    message_zh: ClassVar[str] = (
        "总线不允许 {body} 进行此操作({cause})。请核对总线配置中的单位名单,以及本节点是否使用自己的证书。"
    )


class FrameTooLargeError(BusError):
    """The frame is larger than the bus carries. Nothing was published. Split the content or leave out attachments."""

    reason: ClassVar[str] = "FRAME_TOO_LARGE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "A frame of {size} bytes is larger than the {limit} bytes the bus carries. Make the content smaller."
    )
    message_zh: ClassVar[str] = "报文 {size} 字节,超过总线上限 {limit} 字节。请压缩内容或分开发送。"


class UnknownBodyError(BusError):
    """A body's id that no bus could carry."""

    reason: ClassVar[str] = "BODY_ID_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "A body's id is lower-case letters, digits, dashes; this one is not."
    message_zh: ClassVar[str] = "单位代码只能由小写字母、数字、连字符组成。"


@dataclass(frozen=True, slots=True)
class OutgoingFrame:
    """Bytes for one body. Headers carry trace context and nothing about the content."""

    to: str
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncomingFrame:
    """Bytes that arrived, and who the bus *says* sent them.

    `claimed_sender` is where to look for a signature's key, never proof: a hostile body can make the bus store
    bytes under another body's name. Only the signature inside the data decides.
    """

    data: bytes
    headers: Mapping[str, str]
    claimed_sender: str
    on_ack: Callable[[], Awaitable[None]] = field(repr=False)

    async def ack(self) -> None:
        """Tell the bus that this need not come again. Losing the message only makes the frame come again."""
        await self.on_ack()


class Bus(Protocol):
    """One body's connection to the bus. It connects, and reconnects for ever, by itself."""

    @property
    def body(self) -> str:
        """The body this connection speaks for."""
        ...

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        ...

    @property
    def largest_frame(self) -> int:
        """Bytes of data that one frame may have."""
        ...

    async def wait_connected(self) -> None:
        """Return once there is a connection."""
        ...

    async def wait_epoch(self, known: int) -> int:
        """Return the epoch of the connection, once there is one whose epoch is not `known` (0 before the first).

        Every connection has its own. Between two of them the bus may have lost whatever it held: a new epoch is
        the moment to send again, at once, what is not receipted.
        """
        ...

    async def publish(self, frames: Sequence[OutgoingFrame]) -> None:
        """Store all frames durably and in order, or raise a `BusError`; after an error some may be stored."""
        ...

    async def fetch(self, limit: int, wait: float) -> Sequence[IncomingFrame]:
        """Up to `limit` frames as soon as there is one; none after `wait` seconds.

        Raises:
            BusAwayError: the bus could not be asked during the whole of `wait`.
        """
        ...

    async def close(self) -> None:
        """End the connection; a frame not acknowledged comes again to the next one."""
        ...


@dataclass(frozen=True, slots=True)
class BusAlarm:
    """Something an operator has to look at: a refusal, a reconnect after a fault, a server that died.

    `kind` is one of the constants below; `body` whose connection it was; `detail` never holds content.
    """

    kind: str
    body: str
    detail: str


DENIED = "bus_denied"
SLOW_CONSUMER = "bus_slow_consumer"
CONNECTION_FAULT = "bus_connection_fault"
SERVER_DIED = "bus_server_died"
STORAGE_REBUILT = "bus_storage_rebuilt"
STORAGE_FAILED = "bus_storage_failed"

AlarmSink = Callable[[BusAlarm], None]
"""Where alarms go; the node gives one that counts, logs and shows them."""


@dataclass(frozen=True, slots=True)
class PublishedStatus:
    """The last status a body published, and when the bus stored it."""

    body: str
    data: bytes
    stored_at: datetime


class StatusBoard(Protocol):
    """Where every node tells how it stands (counts and ages, never content) and an observer reads them all.

    Here the bus does vouch for the body: nodes have no right in this account but to publish under their own name.
    """

    async def publish_status(self, data: bytes) -> None:
        """Replace this body's status; raises a `BusError` when the bus did not take it."""
        ...

    async def read_all(self) -> Mapping[str, PublishedStatus]:
        """The last status of every body that published one; observers only."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...


class PresenceLine(Protocol):
    """Where the copies of one body hear of each other. Nothing is stored: who is not connected hears nothing."""

    async def wait_epoch(self, known: int) -> int:
        """As `Bus.wait_epoch`."""
        ...

    async def announce(self, data: bytes) -> None:
        """Say something to every copy that is connected now; raises a `BusError` when the bus did not take it."""
        ...

    async def hear(self) -> bytes:
        """What was said next, by this copy itself too."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...


@dataclass(frozen=True, slots=True)
class SpanFrame:
    """A batch of trace spans as bytes, and the body that published it."""

    body: str
    data: bytes


class SpanLine(Protocol):
    """Carries trace spans from every node to the observer; kept for a short time, lost without harm."""

    async def publish_spans(self, data: bytes) -> None:
        """Hand over one batch of spans; raises a `BusError` when the bus did not take it."""
        ...

    async def fetch_spans(self, limit: int, wait: float) -> Sequence[SpanFrame]:
        """Up to `limit` batches as soon as there is one; none after `wait` seconds; observers only."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...


def check_body(body: str) -> str:
    """Return `body` unchanged, or refuse what could mean something else in a subject or a path."""
    if not BODY_ID.fullmatch(body):
        raise UnknownBodyError
    return body
