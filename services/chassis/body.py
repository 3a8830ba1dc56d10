"""What a body declares of itself, so that a node can serve it without knowing any body by name."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from services.chassis.briefing.compiling import Roster, SectionCompiler
from services.chassis.destruction.carrying_out import Follower
from services.chassis.errors import Fault, GuantongError
from services.chassis.ledgers.tables import Ledger

Handler = Callable[..., None]
"""What to do with a stored letter of one kind, in its unit of work: `(Transaction, StoredLetter) -> None`."""

AddService = Callable[[Any, Any], None]
"""Adds one service to the server's builder, given the assembled node: `(ServerBuilder, Node) -> None`."""


Dispatch = Callable[..., str]
"""Writes the letter of a signed draft: `(Transaction, SignedDraft) -> letter id`."""


def _unchanged(dispatch: Dispatch) -> Dispatch:
    return dispatch


@dataclass(frozen=True)
class BodyDeclaration:
    """One body; each `services/<body>/body.py` makes exactly one and names it `BODY`.

    Attributes:
        id: The body's id in the rulebook.
        ledgers: The ledgers it keeps, in the order a person sees them.
        sections: What it can draft from them.
        handlers: What it does with letters beyond what every node does, by letter kind.
        roster: Who held which post in a unit, where the body keeps that.
        services: Adds gRPC services that only this body has.
        dispatching: Wraps what writes the letter of a signed draft, where the body has to know of it.
        followers: Told of each letter whose content is destroyed: what the body keeps of its words goes with it.
    """

    id: str
    ledgers: tuple[Ledger, ...] = ()
    sections: tuple[SectionCompiler, ...] = ()
    handlers: Mapping[str, Handler] = field(default_factory=lambda: MappingProxyType({}))
    roster: Roster | None = None
    services: tuple[AddService, ...] = ()
    dispatching: Callable[[Dispatch], Dispatch] = _unchanged
    followers: tuple[Follower, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a declaration that could not work, at the moment it is imported."""
        codes = [section.code for section in self.sections]
        names = [ledger.name for ledger in self.ledgers]
        for fault, wrong in (
            ("a ledger or section is declared twice", len({*codes}) < len(codes) or len({*names}) < len(names)),
            ("a section's code does not start with the body's id", any(not c.startswith(f"{self.id}.") for c in codes)),
        ):
            if wrong:
                msg = f"body {self.id}: {fault}"
                raise ValueError(msg)

    def ledger(self, name: str) -> Ledger | None:
        """The ledger of that name."""
        return next((ledger for ledger in self.ledgers if ledger.name == name), None)


class BodyUnknownError(GuantongError):
    """This program was installed without the body that the node's configuration names."""

    reason: ClassVar[str] = "BODY_UNKNOWN"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "There is no body {body} in this program. Correct the body in the node's settings."
    message_zh: ClassVar[str] = "本程序中没有单位 {body}。请改正节点配置中的单位标识。"


def load_body(body_id: str) -> BodyDeclaration:
    """The declaration of the body of that id; importing it makes its tables known.

    Raises:
        BodyUnknownError: there is no such body in this program.
    """
    package = f"services.{body_id}"
    known = body_id.isidentifier() and importlib.util.find_spec(package) is not None
    if not known or importlib.util.find_spec(f"{package}.body") is None:
        raise BodyUnknownError(body=body_id)
    declared = getattr(importlib.import_module(f"{package}.body"), "BODY", None)
    if not isinstance(declared, BodyDeclaration):
        raise BodyUnknownError(body=body_id)
    return declared


def migrations_of(body_id: str) -> tuple[Path, ...]:
    """The folder of the body's own schema changes, if it has any."""
    folder = Path(importlib.import_module(f"services.{body_id}").__path__[0]) / "migrations"
    return (folder,) if folder.is_dir() else ()
