"""Keeps who is signed in at which node: tokens in a file that only its owner can read."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import ClassVar, TypedDict

from services.chassis.cli.nodes import Address
from services.chassis.errors import Fault, GuantongError

_OTHERS = 0o077


class NoSessionError(GuantongError):
    """Nobody is signed in here under that login."""

    reason: ClassVar[str] = "NOT_SIGNED_IN"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "You are not signed in at this node. Run `guantong login`."
    message_zh: ClassVar[str] = "尚未在本节点登录。请先运行 `guantong login`。"


class SessionExposedError(GuantongError):
    """Others could read the tokens; they are not used."""

    reason: ClassVar[str] = "SESSION_EXPOSED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "Others can read {file}. Delete it, sign in again, and have your old sessions ended."
    message_zh: ClassVar[str] = "他人可读取 {file}。请删除该文件后重新登录, 并注销原有会话。"


class _Kept(TypedDict):
    present: str | None
    tokens: dict[str, str]


def state_folder() -> Path:
    """Where this user's sessions lie: GUANTONG_STATE, else the usual place for a program's state."""
    own = os.environ.get("GUANTONG_STATE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "guantong"


class Sessions:
    """The sessions of this user at one node, by login; the last one signed in is the present one."""

    def __init__(self, folder: Path, address: Address) -> None:
        which = hashlib.sha256(f"{address.target}\0{address.authority}".encode()).hexdigest()[:16]
        self._file = folder / f"session-{which}.json"

    def token(self, login: str | None) -> str:
        """The token of `login`, or of whoever signed in last.

        Raises:
            NoSessionError: there is none.
            SessionExposedError: others can read the file.

        """
        kept = self._read()
        token = kept["tokens"].get(login or kept["present"] or "")
        if token is None:
            raise NoSessionError
        return str(token)

    def keep(self, login: str, token: str) -> None:
        """Remember a fresh session; it is the present one."""
        kept = self._read()
        self._write(_Kept(present=login, tokens=kept["tokens"] | {login: token}))

    def forget(self, login: str | None) -> None:
        """Forget the session of `login`, or the present one."""
        kept = self._read()
        gone = login or kept["present"]
        rest = {name: token for name, token in kept["tokens"].items() if name != gone}
        present = kept["present"] if kept["present"] in rest else next(iter(rest), None)
        self._write(_Kept(present=present, tokens=rest))

    def _read(self) -> _Kept:
        try:
            exposed = self._file.stat().st_mode & _OTHERS
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return _Kept(present=None, tokens={})
        if exposed:
            raise SessionExposedError(file=self._file)
        return _Kept(present=kept["present"], tokens=kept["tokens"])

    def _write(self, kept: _Kept) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self._file.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(kept, file)
        partial.replace(self._file)
