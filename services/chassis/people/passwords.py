"""Passwords: what one must be, and Argon2id that takes as long for a login nobody has as for one that exists."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.chassis.people.errors import PasswordWeakError

T = TypeVar("T")
SHORTEST, LONGEST = 10, 256
_LONG_ENOUGH_TO_BE_PLAIN = 16
_KINDS_WANTED = 3
_DIFFERENT_WANTED = 5
_THREADS = 2
"""Each verification holds 64 MiB; more at once would let strangers fill the machine by signing in."""


def normalized(password: str) -> str:
    """One form for what is typed the same on different machines."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, login: str) -> None:
    """Refuse a password that breaks a rule.

    Raises:
        PasswordWeakError: says which rule.

    """
    text = normalized(password)
    kinds = sum(
        any(test(character) for character in text)
        for test in (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())
    ) + any(ord(character) > 127 for character in text)
    if not SHORTEST <= len(text) <= LONGEST:
        raise _weak(f"has fewer than {SHORTEST} or more than {LONGEST} characters", f"须为 {SHORTEST} 至 {LONGEST} 位")
    if login.lower() in text.lower():
        raise _weak("contains the login", "不得包含登录名")
    if len(set(text)) < _DIFFERENT_WANTED:
        raise _weak("repeats too few characters", "重复字符过多")
    if len(text) < _LONG_ENOUGH_TO_BE_PLAIN and kinds < _KINDS_WANTED:
        raise _weak(
            f"needs three of: lower case, upper case, digits, signs, Chinese; or {_LONG_ENOUGH_TO_BE_PLAIN} characters",
            f"须含小写、大写、数字、符号、汉字中的三类，或不少于 {_LONG_ENOUGH_TO_BE_PLAIN} 位",
        )


def _weak(problem: str, problem_zh: str) -> PasswordWeakError:
    return PasswordWeakError(field="password", problem=problem, problem_zh=problem_zh)


class Passwords:
    """Hashes and verifies in threads of its own: neither the event loop nor the writer waits for Argon2id.

    Args:
        light: Costs next to nothing; for demonstrations and tests only.
    """

    def __init__(self, *, light: bool = False) -> None:
        self._hasher = (
            PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1) if light else PasswordHasher(parallelism=2)
        )
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="passwords")
        # Verified when there is no password to compare with, so that the answer takes the same time.
        self._decoy = self._threads.submit(self._hasher.hash, secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """The hash to store; two hashes of one password differ."""
        return await self._run(lambda: self._hasher.hash(normalized(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one behind `stored`. None takes the same time and is never right."""
        if len(password) > LONGEST:
            password = ""
        return await self._run(lambda: self._verify(stored, password))

    def close(self) -> None:
        """Wait for what is being computed."""
        self._threads.shutdown(wait=True)

    def _verify(self, stored: str | None, password: str) -> bool:
        try:
            right = self._hasher.verify(stored or self._decoy.result(), normalized(password))
        except (VerificationError, InvalidHashError):
            return False
        return right and stored is not None

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
