"""Where things lie in a county's folder, and the small file that names the county."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import tomlkit

from services.chassis.errors import Fault, GuantongError

AUTHORITY, ANCHOR = "authority.crt", "anchor"


class CountyError(GuantongError):
    """The folder holds no county, or already holds one; name another folder."""

    reason: ClassVar[str] = "COUNTY_FOLDER"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "{folder}: {problem}. Name another folder, or make a county there with `guantong init`."
    message_zh: ClassVar[str] = "{folder}: {problem_zh}。请换一个文件夹, 或先用 `guantong init` 建立。"


@dataclass(frozen=True)
class CountyFolder:
    """The folder that `guantong init` makes. Everything below `nodes/<body>` is for that body alone."""

    root: Path

    @property
    def marker(self) -> Path:
        """The file that makes a folder a county."""
        return self.root / "county.toml"

    @property
    def office_secrets(self) -> Path:
        """The county authority's and the directory's keys: for the office's safe, not for running."""
        return self.root / "office-safe"

    @property
    def directories(self) -> Path:
        """Every version of the signed directory, one file each: the office's own record."""
        return self.root / "directories"

    def recovery(self, which: int) -> Path:
        """The folder for one of those who can recover the directory (1, 2, 3); taken off the machine after set-up."""
        return self.root / "recovery" / str(which)

    @property
    def bus(self) -> Path:
        """The bus server's folder."""
        return self.root / "bus"

    @property
    def clock(self) -> Path:
        """The file that shifts a demonstration county's clock."""
        return self.root / "clock-offset"

    @property
    def run(self) -> Path:
        """Process ids and standard error of what runs on this machine."""
        return self.root / "run"

    def node(self, body: str) -> Path:
        """The folder to hand to `body`."""
        return self.root / "nodes" / body

    def config(self, body: str) -> Path:
        """The body's configuration."""
        return self.node(body) / "node.toml"

    def gateway(self, body: str) -> Path:
        """The folder of the body's gateway: it may be taken to another machine of the body, without the node's keys."""
        return self.node(body) / "gateway"

    def gateway_config(self, body: str) -> Path:
        """The configuration of the body's gateway."""
        return self.gateway(body) / "gateway.toml"

    def holds(self, body: str) -> bool:
        """Whether the body's folder still lies here: once handed over, the body runs it elsewhere."""
        return self.config(body).exists()

    def custodian(self, body: str, which: int) -> Path:
        """The folder for one of the body's two custodians (1 or 2); taken off the machine after set-up."""
        return self.root / "custodians" / f"{body}-{which}"


@dataclass(frozen=True)
class County:
    """What `county.toml` says."""

    folder: CountyFolder
    code: str
    name: str
    demo: bool
    bodies: tuple[str, ...]
    hub: str


def open_county(root: Path) -> County:
    """Read the county in `root`.

    Raises:
        CountyError: there is none.

    """
    folder = CountyFolder(root)
    try:
        facts = tomllib.loads(folder.marker.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CountyError(folder=root.name, problem="no county here", problem_zh="此处没有县") from error
    return County(folder, facts["code"], facts["name"], facts["demo"], tuple(facts["bodies"]), facts["hub"])


def write_marker(county: County) -> None:
    """Write `county.toml`; last of all, so that a half-made county is none."""
    facts = {
        "code": county.code,
        "name": county.name,
        "demo": county.demo,
        "hub": county.hub,
        "bodies": list(county.bodies),
    }
    county.folder.marker.write_text(tomlkit.dumps(facts), encoding="utf-8")
