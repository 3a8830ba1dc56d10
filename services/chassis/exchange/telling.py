"""Tells others of what is being stored, in a part that may fail alone: evidence stands, whatever they make of it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import structlog

from services.chassis.storage import StorageError, Transaction
from services.chassis.storage.engine import outage

_log = structlog.get_logger("guantong.exchange")


def tell(tx: Transaction, task: str, told: Callable[[], object]) -> None:
    """Call `told`; what it raises is logged under `task` and undone, unless the database is away."""
    try:
        with tx.savepoint():
            told()
    except StorageError:
        raise
    except Exception as error:
        if outage(error) is not None:
            raise
        where = [f"{Path(at.filename).name}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)]
        _log.error("task_failed", task=task, error=type(error).__name__, where=where[-8:])
