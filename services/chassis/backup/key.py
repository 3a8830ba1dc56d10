"""The backup key: made once, its private half for the safe, its public half for the node."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from pathlib import Path

from services.chassis.backup.errors import BackupSettingsError
from services.chassis.backup.sealing import BackupKey
from services.chassis.identity.keys import KeyPair, Purpose, write_key_file
from services.chassis.identity.suites import key_id_of

PUBLIC_FILE = "backup.pub"


def make_backup_key(safe: Path, public_file: Path, now: datetime) -> Path:
    """Make a key pair: the private half into the folder `safe`, the public one into `public_file`.

    Returns the private half's file. Archives made so far still need the key that they were sealed to.
    """
    pair = KeyPair.generate(Purpose.SEALING, now)
    private = write_key_file(safe, pair)
    fields = {"suite": pair.suite, "public": base64.b64encode(pair.public).decode("ascii")}
    public_file.write_text(json.dumps(fields) + "\n", encoding="ascii")
    return private


def read_public(file: Path) -> BackupKey:
    """The public half as `make_backup_key` wrote it.

    Raises:
        BackupSettingsError: the file is missing or something else.
    """
    try:
        fields = json.loads(file.read_text(encoding="ascii"))
        public = base64.b64decode(fields["public"], validate=True)
        return BackupKey(str(fields["suite"]), key_id_of(public), public)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BackupSettingsError(
            file=file.name, problem="it holds no public backup key", problem_zh="其中没有备份公钥"
        ) from error
