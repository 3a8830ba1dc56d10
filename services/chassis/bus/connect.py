"""How a node gets its connections to the bus from its configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from services.chassis.bus.connection import BusLogin
from services.chassis.bus.nats_bus import NatsAttachmentBus, NatsBus
from services.chassis.bus.port import AlarmSink
from services.chassis.bus.presence import NatsPresence
from services.chassis.bus.status_board import NatsStatusBoard
from services.chassis.config import BusConfig


def connect_bus(config: BusConfig, body: str, alarms: AlarmSink, senders: Callable[[], Iterable[str]]) -> NatsBus:
    """The connection for letters of `body`; returns at once and connects by itself, now or whenever the bus is there.

    Must be called on a running event loop; `await bus.close()` ends it. `alarms` is called on the event loop.
    `senders` names the bodies to be heard, newly at every fetch.
    """
    return NatsBus(body, BusLogin(config.url, config.authority, config.certificate, config.key), alarms, senders)


def connect_attachments(config: BusConfig, body: str, alarms: AlarmSink) -> NatsBus:
    """The connection for attachments of `body`, beside the one for letters and under the same certificate."""
    login = BusLogin(config.url, config.authority, config.certificate, config.key)
    return NatsAttachmentBus(body, login, alarms, senders=tuple)


def connect_presence(config: BusConfig, body: str, alarms: AlarmSink) -> NatsPresence:
    """The connection on which the copies of `body` hear of each other, under the letters' certificate."""
    return NatsPresence(body, BusLogin(config.url, config.authority, config.certificate, config.key), alarms)


def connect_status_board(config: BusConfig, body: str, alarms: AlarmSink, *, observer: bool = False) -> NatsStatusBoard:
    """The connection for status and spans of `body`, under the certificate made for that (`status_name(body)`).

    `observer` asks to read what every body published; the bus grants it only to the bodies that its own
    configuration lists as observers. Otherwise as `connect_bus`.
    """
    login = BusLogin(config.url, config.authority, config.status_certificate, config.status_key)
    return NatsStatusBoard(body, login, alarms, observer=observer)
