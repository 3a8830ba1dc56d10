"""The one place that knows the names on the bus: subjects, streams and consumers."""

from __future__ import annotations

from services.chassis.bus.port import check_body

LETTERS = "EXCHANGE"
"""The stream of sealed letters and receipts, alone in the account of the same name."""
STATUS = "STATUS"
"""The stream that holds each body's last status, in the account of the same name."""
SPANS = "SPANS"
"""The stream of trace spans, in the status account."""

LETTERS_ACCOUNT = "EXCHANGE"
STATUS_ACCOUNT = "STATUS"
SYSTEM_ACCOUNT = "SYS"

_LETTER = "guantong.exchange.v1"
_STATUS = "guantong.status.v1"
_SPANS = "guantong.spans.v1"

ALL_LETTERS = f"{_LETTER}.*.*"
ALL_STATUSES = f"{_STATUS}.*"
ALL_SPANS = f"{_SPANS}.*"


def letter(to: str, sender: str) -> str:
    """The subject of frames from `sender` to `to`; it says nothing else."""
    return f"{_LETTER}.{check_body(to)}.{check_body(sender)}"


def letters_to(body: str) -> str:
    """All that is addressed to `body`."""
    return f"{_LETTER}.{check_body(body)}.*"


def status(body: str) -> str:
    """Where `body` puts its status."""
    return f"{_STATUS}.{check_body(body)}"


def spans(body: str) -> str:
    """Where `body` puts its trace spans."""
    return f"{_SPANS}.{check_body(body)}"


def inbox(body: str) -> str:
    """The prefix of the subjects on which `body` gets answers; nobody else may listen there."""
    return f"_INBOX_{check_body(body)}"


def pull(stream: str, consumer: str) -> str:
    """Where to ask for the next messages of a consumer."""
    return f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"


def last_token(subject: str) -> str:
    """The sender in a letter's subject; the body in a status's or span's."""
    return subject.rpartition(".")[2]
