"""A node's own database: one writer, many readers, durable when it says so."""

from services.chassis.storage.database import Database, open_reader
from services.chassis.storage.errors import (
    DatabaseAwayError,
    LeaseHeldError,
    LeaseLostError,
    SchemaMissingError,
    StorageError,
    WriterClosedError,
)
from services.chassis.storage.ids import new_id
from services.chassis.storage.reader import Reader
from services.chassis.storage.tables import METADATA, Identifier, Instant, Sequence64
from services.chassis.storage.uow import Transaction
from services.chassis.storage.writer import Writer

__all__ = [
    "METADATA",
    "Database",
    "DatabaseAwayError",
    "Identifier",
    "Instant",
    "LeaseHeldError",
    "LeaseLostError",
    "Reader",
    "SchemaMissingError",
    "Sequence64",
    "StorageError",
    "Transaction",
    "Writer",
    "WriterClosedError",
    "new_id",
    "open_reader",
]
