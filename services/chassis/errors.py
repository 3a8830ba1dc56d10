"""The one family of errors: a stable reason, the facts as fields, and what to do about it, in two languages."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar


class Fault(Enum):
    """Who has to act, and so how a boundary translates the error."""

    INVALID = "invalid"
    """The caller sent something malformed."""
    NOT_FOUND = "not_found"
    """There is no such thing, or the caller may not know of it: both look the same."""
    EXISTS = "exists"
    """The same identifier already stands for something else."""
    STATE = "state"
    """The thing is not in the state this needs, or a guard of the opinion is not met."""
    DENIED = "denied"
    """The caller is known and may not do this."""
    UNAUTHENTICATED = "unauthenticated"
    """The caller, or a letter's signature, is not what it claims."""
    UNAVAILABLE = "unavailable"
    """Something we need is away; trying again later helps."""
    INTERNAL = "internal"
    """A mistake of ours."""


class GuantongError(Exception):
    """Base of every error that this project raises on purpose.

    A subclass fixes `reason` (UPPER_SNAKE, stable, part of the contract), `fault`, and two message templates that
    name the cause and the remedy. Facts are given as keyword arguments and fill the templates; they are never
    personal data or letter content, because errors are logged.
    """

    reason: ClassVar[str] = "INTERNAL"
    fault: ClassVar[Fault] = Fault.INTERNAL
    hides: ClassVar[bool] = False
    """Whether what the caller may not know of also looks like this. A signed-in person who meets it counts as refused:
    the journal keeps it, and the answer says no more than for what does not exist."""
    message_en: ClassVar[str] = "Something went wrong inside this node."
    message_zh: ClassVar[str] = "本节点内部出错。"

    def __init__(self, **facts: object) -> None:
        self.facts: dict[str, str] = {name: str(value) for name, value in facts.items()}
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """The message in `language` ("zh" or "en"), with the facts filled in."""
        template = self.message_zh if language == "zh" else self.message_en
        return template.format_map(_Facts(self.facts))


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"<{name}?>"
