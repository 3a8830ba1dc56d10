"""Runs work in a thread when it is much, and at once when handing it over would cost more than doing it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
FEW_BYTES = 64 * 1024


async def aside(size: int, work: Callable[[], T]) -> T:
    """Do `work` on `size` bytes without holding up the event loop for long."""
    return work() if size <= FEW_BYTES else await asyncio.to_thread(work)
