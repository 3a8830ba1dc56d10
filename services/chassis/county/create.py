"""Makes a county: keys, signed directory, certificates, bus configuration, and one folder to hand to each body."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import tomlkit

from services.chassis import rulebook as rulebook_package
from services.chassis.bus.certificates import (
    OPERATOR,
    STATUS_OPERATOR,
    CertificateAuthority,
    Credential,
    status_name,
    write_private,
)
from services.chassis.county.directory import keep_version
from services.chassis.county.layout import AUTHORITY, County, CountyError, CountyFolder, write_marker
from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory, KeyRecord
from services.chassis.identity.keys import KeyPair, Purpose, write_key_file
from services.chassis.identity.signed import SignedDirectory
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.load import load

RECOVERY_KEYS = 3
INVITATION = "invitation"
"""File with the one-time code that makes the first security administrator of a node."""


@dataclass(frozen=True)
class CountyPlan:
    """What a county is made from.

    `rulebook` is a folder with the county's own rules, or None for the opinion as shipped. `free_port` gives the
    next port on loopback for a node or the bus; a county spread over machines edits the written files instead.
    `light_passwords` makes password hashing cheap: for demonstrations and tests only. `second_factor` is whether
    administrators have to sign in with one; None: they do unless it is a demonstration.
    """

    code: str
    name: str
    demo: bool = False
    rulebook: Path | None = None
    host: str = "127.0.0.1"
    free_port: Callable[[], int] | None = None
    light_passwords: bool = False
    second_factor: bool | None = None


def create_county(root: Path, plan: CountyPlan, now: datetime) -> County:
    """Make the county in `root`, which must be empty or absent; no two of its ports are the same.

    Raises:
        CountyError: the folder is in use.
        RulebookError: the county's own rules have errors.

    """
    if root.exists() and any(root.iterdir()):
        raise CountyError(folder=root.name, problem="the folder is not empty", problem_zh="文件夹非空")
    book = load(plan.rulebook)
    folder = CountyFolder(root)
    os.umask(0o077)
    root.mkdir(parents=True, exist_ok=True)
    maker = _Maker(folder, plan, book, now, _each_once(plan.free_port or _loopback_port))
    return maker.make()


@dataclass
class _Maker:
    folder: CountyFolder
    plan: CountyPlan
    book: Rulebook
    now: datetime
    free_port: Callable[[], int]

    def make(self) -> County:
        bodies = tuple(body.id for body in self.book.bodies_on(self.now.date()))
        county = County(self.folder, self.plan.code, self.plan.name, self.plan.demo, bodies, self.book.hub.id)
        if self.plan.demo:
            self.folder.clock.write_text("0.0", encoding="ascii")
        authority = CertificateAuthority.create(self.plan.code, self.now)
        safe = self.folder.office_secrets
        authority.credential.write(safe / AUTHORITY, safe / "authority.key")
        bus_port = self._bus(authority, county)
        signed, anchor = self._directory(bodies)
        for body in bodies:
            self._node(body, authority, bus_port, signed, anchor)
            self._custodians(body)
        write_marker(county)
        return county

    def _directory(self, bodies: tuple[str, ...]) -> tuple[SignedDirectory, KeyRecord]:
        office = KeyPair.generate(Purpose.SIGNING, self.now)
        write_key_file(self.folder.office_secrets, office)
        anchor = office.record(self.now)
        entries = tuple(self._entry(body) for body in bodies)
        directory = Directory(
            self.plan.code, 1, self.now, self.plan.demo, entries, (anchor,), recovery_keys=self._recovery_keys()
        )
        signed = SignedDirectory.sign(directory, office)
        keep_version(self.folder.directories, signed, 1)
        return signed, anchor

    def _recovery_keys(self) -> tuple[KeyRecord, ...]:
        """Three persons hold one each, off this machine; any two of them can name a new directory key."""
        pairs = [KeyPair.generate(Purpose.SIGNING, self.now) for _ in range(RECOVERY_KEYS)]
        for which, pair in enumerate(pairs, 1):
            write_key_file(self.folder.recovery(which), pair)
        return tuple(pair.record(self.now) for pair in pairs)

    def _entry(self, body: str) -> BodyEntry:
        keys = self.folder.node(body) / "keys"
        signing, sealing, storage = (KeyPair.generate(purpose, self.now) for purpose in Purpose)
        for pair in (signing, sealing, storage):
            write_key_file(keys, pair)
        return BodyEntry(
            body,
            self.book.body(body).zh,
            BodyStatus.ACTIVE,
            (signing.record(self.now),),
            (sealing.record(self.now),),
        )

    def _bus(self, authority: CertificateAuthority, county: County) -> int:
        tls = self.folder.bus / "tls"
        write_private(tls / AUTHORITY, authority.certificate)
        for name, credential in (
            ("server", authority.issue_server([self.plan.host, "localhost"], self.now)),
            ("operator", authority.issue_client(OPERATOR, self.now)),
            ("status-operator", authority.issue_client(STATUS_OPERATOR, self.now)),
        ):
            _write(credential, tls, name)
        port = self.free_port()
        settings: dict[str, object] = {
            "county": county.code,
            "host": self.plan.host,
            "port": port,
            "storage": "storage",
            "authority": f"tls/{AUTHORITY}",
            "bodies": list(county.bodies),
            "observers": [county.hub],
        }
        for section in ("server", "operator", "status_operator"):
            name = section.replace("_", "-")
            settings[section] = {"certificate": f"tls/{name}.crt", "key": f"tls/{name}.key"}
        _write_toml(self.folder.bus / "bus.toml", settings)
        return port

    def _node(
        self, body: str, authority: CertificateAuthority, bus_port: int, signed: SignedDirectory, anchor: KeyRecord
    ) -> None:
        folder = self.folder.node(body)
        tls = folder / "tls"
        write_private(tls / AUTHORITY, authority.certificate)
        _write(authority.issue_client(body, self.now), tls, "bus")
        _write(authority.issue_client(status_name(body), self.now), tls, "status")
        _write(authority.issue_server([self.plan.host, "localhost"], self.now, name=f"node.{body}"), tls, "rpc")
        (folder / "directory.json").write_bytes(signed.to_bytes())
        shutil.copytree(
            self.plan.rulebook or _shipped_rules(),
            folder / "rulebook",
            ignore=shutil.ignore_patterns("__*"),
            # Without the original's mode: everything here is its owner's alone.
            copy_function=shutil.copyfile,
        )
        for sub in ("data", "log", "calendars"):
            (folder / sub).mkdir()
        write_private(folder / INVITATION, secrets.token_urlsafe(18).encode("ascii"))
        settings = self._settings(body, bus_port, anchor)
        settings["gateway"] = self._gateway(body, authority, settings["rpc"]["port"])
        _write_toml(self.folder.config(body), settings)

    def _gateway(self, body: str, authority: CertificateAuthority, node_port: int) -> dict[str, str]:
        """Make the body's gateway; its files, as the node's settings name them."""
        folder = self.folder.gateway(body)
        tls = folder / "tls"
        write_private(tls / AUTHORITY, authority.certificate)
        (folder / "log").mkdir()
        settings: dict[str, Any] = {"body": body, "county_name": self.plan.name, "demo": self.plan.demo}
        settings["rulebook"] = "../rulebook"
        web: dict[str, object] = {"host": self.plan.host, "port": self.free_port()}
        if self.plan.demo:
            settings["demo_clock"] = f"../../../{self.folder.clock.name}"
        else:
            _write(authority.issue_server([self.plan.host, "localhost"], self.now, name=f"web.{body}"), tls, "web")
            web |= {"certificate": "tls/web.crt", "key": "tls/web.key"}
        settings["node"] = {"host": self.plan.host, "port": node_port, "authority": f"tls/{AUTHORITY}"}
        settings["web"] = web
        _write_toml(self.folder.gateway_config(body), settings)
        files = {"config": self.folder.gateway_config(body).name, "authority": f"tls/{AUTHORITY}"}
        files |= {name: str(web[name]) for name in ("certificate", "key") if name in web}
        return {name: f"{folder.name}/{file}" for name, file in files.items()}

    def _settings(self, body: str, bus_port: int, anchor: KeyRecord) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "county": self.plan.code,
            "county_name": self.plan.name,
            "body": body,
            "code": f"services.{body}.body",
            "database": "sqlite:///data/node.db",
            "keys": "keys",
            "directory": "directory.json",
            "anchor": base64.b64encode(anchor.public).decode("ascii"),
            "rulebook": "rulebook",
            "calendars": "calendars",
            "custodian_keys": "custodians",
            "invitation": INVITATION,
            "light_passwords": self.plan.light_passwords,
            "second_factor": not self.plan.demo if self.plan.second_factor is None else self.plan.second_factor,
        }
        if self.plan.demo:
            settings["demo_clock"] = f"../../{self.folder.clock.name}"
        authority = f"tls/{AUTHORITY}"
        settings["bus"] = {
            "url": f"tls://{self.plan.host}:{bus_port}",
            "authority": authority,
            "certificate": "tls/bus.crt",
            "key": "tls/bus.key",
            "status_certificate": "tls/status.crt",
            "status_key": "tls/status.key",
        }
        settings["rpc"] = {
            "host": self.plan.host,
            "port": self.free_port(),
            "authority": authority,
            "certificate": "tls/rpc.crt",
            "key": "tls/rpc.key",
        }
        settings["telemetry"] = {"log": "log/node.jsonl", "spans": "log/spans.jsonl", "metrics_port": 0}
        return settings

    def _custodians(self, body: str) -> None:
        """Two custodians of the petitioner vault: each private half is for one person, off this machine."""
        public = self.folder.node(body) / "custodians"
        public.mkdir()
        for which in (1, 2):
            pair = KeyPair.generate(Purpose.SEALING, self.now)
            write_key_file(self.folder.custodian(body, which), pair)
            (public / f"custodian-{which}.pub").write_bytes(base64.b64encode(pair.public))


def _shipped_rules() -> Path:
    return Path(rulebook_package.__file__).parent / "default"


def _write(credential: Credential, folder: Path, name: str) -> None:
    credential.write(folder / f"{name}.crt", folder / f"{name}.key")


def _write_toml(path: Path, settings: dict[str, object]) -> None:
    path.write_text(tomlkit.dumps(settings), encoding="utf-8")


def _each_once(free_port: Callable[[], int]) -> Callable[[], int]:
    """A port that nobody listens on yet may be offered again: two nodes of one county must not get it."""
    given: set[int] = set()

    def next_port() -> int:
        port = next(port for port in iter(free_port, None) if port not in given)
        given.add(port)
        return port

    return next_port


def _loopback_port() -> int:
    """A port that is free now; a county is made once, so the small race with other programs is theirs to win."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
