"""The way in to a new node: the code in its folder makes the first security administrator, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from services.chassis.people.accounts import Bootstrap, bootstrap_invitation
from services.chassis.storage import Database


async def offer_first_invitation(database: Database, file: Path) -> Bootstrap | None:
    """Offer the code in `file`, called at every start; the file is emptied when its code is of no more use.

    None when there is no code.
    """
    code = await asyncio.to_thread(_code_in, file)
    if not code:
        return None
    outcome = await database.writer.run(lambda tx: bootstrap_invitation(tx, code))
    if outcome is not Bootstrap.OFFERED:
        await asyncio.to_thread(file.write_text, "", encoding="ascii")
    return outcome


def _code_in(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
