"""Binds destruction to the node: where its register lies, which key sheets are struck, and when it is followed up."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.backup.errors import BackupDamagedError
from services.chassis.backup.folder import strike
from services.chassis.backup.keys import Mark
from services.chassis.destruction.errors import RegisterDamagedError
from services.chassis.destruction.finishing import Finishing, Strike, nothing_to_strike
from services.chassis.destruction.register import FILE_NAME, DestroyedRegister
from services.chassis.node.assemble import Node

REGISTER = "destroyed_register"
"""Kind of alarm: somebody changed the file of destroyed letters."""


def finishing_of(node: Node) -> Finishing:
    """What the node finishes destructions with; the register lies beside the folder of its keys."""
    register = DestroyedRegister(node.config.keys.parent / FILE_NAME, node.identity.keyring)
    return Finishing(node.database, node.office.destroying, register, _striking(node))


async def follow_up(node: Node) -> None:
    """Do what destructions still ask for, and destroy again what came back.

    Raises:
        RegisterDamagedError: somebody changed the file of destroyed letters.
        DatabaseAwayError: the database cannot be reached.

    """
    finishing = finishing_of(node)
    try:
        try:
            await finishing.destroy_again()
        finally:
            await finishing.finish()
    except RegisterDamagedError as error:
        node.bell.ring(REGISTER, node.config.body, reason=error.reason)
        raise


def _striking(node: Node) -> Strike:
    settings = node.config.backup
    if settings is None:
        return nothing_to_strike

    def strike_all(keys: Sequence[str]) -> bool:
        marks = {Mark(*key.split("/", 1)) for key in keys}
        try:
            strike(settings.folder, node.config.body, marks, node.clock.now())
        except (OSError, BackupDamagedError):
            return False  # a disk that is not there, or a sheet that nobody can read: shown as outstanding
        return True

    return strike_all
