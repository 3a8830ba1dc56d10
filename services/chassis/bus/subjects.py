"""The one place that knows the names on the bus: subjects, streams and consumers."""

from __future__ import annotations

from services.chassis.bus.port import check_body

LETTERS = "EXCHANGE"
"""The stream of sealed letters and receipts, in the account of the same name."""
ATTACHMENTS = "ATTACHMENTS"
"""The stream of sealed parts of attachments, in the letters' account."""
STATUS = "STATUS"
"""The stream that holds each body's last status, in the account of the same name."""
SPANS = "SPANS"
"""The stream of trace spans, in the status account."""

TIME = "guantong.time.v1"
"""Where the bus process tells its clock to whoever asks; so a body can compare its own."""

LETTERS_ACCOUNT = "EXCHANGE"
STATUS_ACCOUNT = "STATUS"
SYSTEM_ACCOUNT = "SYS"

_LETTER = "guantong.exchange.v1"
_ATTACHMENT = "guantong.attachments.v1"
_STATUS = "guantong.status.v1"
_PRESENCE = "guantong.presence.v1"
_SPANS = "guantong.spans.v1"

ALL_LETTERS = f"{_LETTER}.*.*"
ALL_ATTACHMENTS = f"{_ATTACHMENT}.*.*"
ALL_STATUSES = f"{_STATUS}.*"
ALL_SPANS = f"{_SPANS}.*"


def letter(to: str, sender: str) -> str:
    """The subject of frames from `sender` to `to`; it says nothing else."""
    return f"{_LETTER}.{check_body(to)}.{check_body(sender)}"


def letter_lane(to: str, sender: str) -> str:
    """The consumer by which `to` hears `sender`; no body's id has the character between them."""
    return f"{check_body(to)}~{check_body(sender)}"


def attachment(to: str, sender: str) -> str:
    """The subject of parts of attachments, and of requests for them, from `sender` to `to`."""
    return f"{_ATTACHMENT}.{check_body(to)}.{check_body(sender)}"


def attachments_to(body: str) -> str:
    """All parts and requests addressed to `body`."""
    return f"{_ATTACHMENT}.{check_body(body)}.*"


def status(body: str) -> str:
    """Where `body` puts its status."""
    return f"{_STATUS}.{check_body(body)}"


def spans(body: str) -> str:
    """Where `body` puts its trace spans."""
    return f"{_SPANS}.{check_body(body)}"


def presence(body: str) -> str:
    """Where the copies of `body`, if there are more than one, hear of each other; nothing of it is stored."""
    return f"{_PRESENCE}.{check_body(body)}"


def inbox(body: str) -> str:
    """The prefix of the subjects on which `body` gets answers; nobody else may listen there."""
    return f"_INBOX_{check_body(body)}"


def pull(stream: str, consumer: str) -> str:
    """Where to ask for the next messages of a consumer."""
    return f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"


def is_to(body: str, subject: str) -> bool:
    """Whether `subject` is one of frames, or of parts of attachments, to `body`."""
    return subject.split(".")[-2:-1] == [body]


def last_token(subject: str) -> str:
    """The sender in a letter's subject; the body in a status's or span's."""
    return subject.rpartition(".")[2]
