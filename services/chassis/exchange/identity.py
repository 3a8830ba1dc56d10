"""Who this node is on the exchange: its body, its keys, and the directory in force, which can be replaced."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from services.chassis.identity.directory import Directory
from services.chassis.identity.errors import DirectoryForeignError
from services.chassis.identity.keys import Keyring


@dataclass(slots=True)
class Identity:
    """The node's own standing. Everything that signs, seals, opens or verifies is handed this."""

    county: str
    body: str
    keyring: Keyring
    directory: Directory
    keys: Path | None = None
    """The folder of the key files, where there is one to be read again."""
    first: Directory = field(init=False)
    """The directory the node began with, before it heard of any other."""

    def __post_init__(self) -> None:
        self.first = self.directory
        self.replace_directory(self.directory)

    @property
    def demo(self) -> bool:
        """Whether the county is a demonstration."""
        return self.directory.demo

    @property
    def peers(self) -> tuple[str, ...]:
        """Every other body of the directory, retired ones too."""
        return tuple(entry.body for entry in self.directory.bodies if entry.body != self.body)

    def replace_directory(self, directory: Directory) -> None:
        """Put a newer directory in force at once."""
        if directory.county != self.county:
            raise DirectoryForeignError(offered=directory.county, current=self.county)
        self.directory = directory

    def reread_keys(self) -> None:
        """Take up the keys that were put into the folder since; everybody who was handed the keyring has them too.

        Raises:
            KeyFileError, KeyFileExposedError: a key file cannot be used; the keys that were held are held on.
        """
        if self.keys is not None:
            self.keyring.take_over(Keyring.load(self.body, self.keys))
