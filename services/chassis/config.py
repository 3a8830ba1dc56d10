"""What one node is told at start: read once from `node.toml`, checked as a whole, secrets only as file paths."""

from __future__ import annotations

import tomllib
from datetime import time
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from services.chassis.errors import Fault, GuantongError


class ConfigError(GuantongError):
    """A node's configuration is missing, unreadable or impossible; mend the file and start again."""

    reason: ClassVar[str] = "CONFIG_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{file}: {problems}. Mend the file and start the node again."
    message_zh: ClassVar[str] = "{file}: {problems}。请改正该文件后重新启动节点。"


def _beside_the_file(value: object, info: ValidationInfo) -> object:
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / value if isinstance(value, str) else value


Located = Annotated[Path, BeforeValidator(_beside_the_file)]
"""A path; a relative one is taken from the folder of `node.toml`."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BusConfig(_Section):
    """Where the bus is and how this node proves who it is there."""

    url: str
    authority: Located
    certificate: Located
    key: Located
    status_certificate: Located
    status_key: Located


class RpcConfig(_Section):
    """The address the node's one API listens on, and its certificate."""

    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    authority: Located
    certificate: Located
    key: Located


class TelemetryConfig(_Section):
    """Where logs and spans go, and the loopback port that serves metrics (0: any free one)."""

    log: Located
    spans: Located
    metrics_port: int = Field(default=0, ge=0, le=65535)
    otlp_endpoint: str | None = None


class BackupConfig(_Section):
    """Where the node's own backups go and how often; `key` is the file with the public half of the backup key."""

    folder: Located
    key: Located
    every_hours: float = Field(default=24.0, gt=0)
    keep: int = Field(default=14, ge=1)


class AttachmentsConfig(_Section):
    """Where attachments are kept and what may be attached; sizes in MiB.

    `types` are endings of file names; `scanner` is the command line of a virus scanner that reads the file on its
    standard input and exits with 0 for clean and 1 for infected, such as `["clamdscan", "--no-summary", "-"]`.
    """

    folder: Located = Path("attachments")
    """Beside `node.toml` when left out."""
    largest: int = Field(default=200, ge=1, le=2048)
    largest_letter: int = Field(default=1000, ge=1)
    keep_free: int = Field(default=1024, ge=0)
    """Room on the folder's disk that is left to letters."""
    types: tuple[str, ...] | None = None
    scanner: tuple[str, ...] = ()


class SessionsConfig(_Section):
    """How long a person stays signed in: since they last did something, and at most."""

    idle_minutes: float = Field(default=30.0, gt=0, le=480)
    longest_hours: float = Field(default=12.0, gt=0, le=24)


class SmtpConfig(_Section):
    """The intranet's mail server. `authority` is the file with the certificate that its own comes from."""

    host: str
    port: int = Field(default=25, ge=1, le=65535)
    starttls: bool = False
    authority: Located | None = None


class NoticesConfig(_Section):
    """How people are told outside the browser that work has come: by mail, or by a command of the office's own.

    `command` gets the whole message on its standard input, as `["/usr/sbin/sendmail", "-t", "-i"]` takes it.
    """

    smtp: SmtpConfig | None = None
    command: tuple[str, ...] = ()
    sender: str = Field(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-]{3,254}$")
    desk: str = Field(default="", pattern=r"^(https?://[!-~]*)?$")
    """Where the desk is opened, as the message says it; empty to leave it out."""
    every_minutes: float = Field(default=60.0, ge=1)
    """At most one notice of new work in so many minutes, for each person."""
    daily_from: time = time(8)
    """From when the counts of the day are sent (Beijing), to whoever wants them."""

    @model_validator(mode="after")
    def _one_way(self) -> NoticesConfig:
        if (self.smtp is None) == (not self.command):
            raise ValueError("either smtp or command")
        return self


class GatewayFiles(_Section):
    """Files of the body's gateway where it runs beside the node: watched, renewed and backed up as the node's own."""

    config: Located
    authority: Located
    certificate: Located | None = None
    """What browsers are shown, with its key; left out where a proxy speaks TLS to them."""
    key: Located | None = None


class NodeConfig(_Section):
    """Everything one node is told; relative paths are taken from the file's folder.

    `code` is the Python package that declares the body, so that the chassis needs no list of bodies. `demo_clock`
    exists only in a county created as a demonstration.
    """

    county: str
    county_name: str
    body: str
    code: str
    database: str
    keys: Located
    directory: Located
    anchor: str
    """Public key, base64, that the county's first directory is signed with."""
    rulebook: Located | None = None
    calendars: Located
    custodian_keys: Located | None = None
    invitation: Located | None = None
    """File with the one-time code of the first security administrator; emptied once it was used."""
    demo_clock: Located | None = None
    light_passwords: bool = False
    second_factor: bool = True
    """Whether administrators have to sign in with a second factor."""
    sessions: SessionsConfig = SessionsConfig()
    file: Path = Path("node.toml")
    """Where this was read from; what the file itself says of it does not count."""
    backup: BackupConfig | None = None
    attachments: AttachmentsConfig = AttachmentsConfig()
    notices: NoticesConfig | None = None
    """Left out: nobody is told outside the browser."""
    bus: BusConfig
    rpc: RpcConfig
    gateway: GatewayFiles | None = None
    telemetry: TelemetryConfig

    @property
    def demo(self) -> bool:
        """Whether this node belongs to a demonstration county, whose letters real nodes refuse."""
        return self.demo_clock is not None


def read_config(path: Path) -> NodeConfig:
    """Read and check `path`; a SQLite database given as `sqlite:///data/x` lies beside the file.

    Raises:
        ConfigError: the file is missing, is no TOML, or fails the checks; every problem is named.

    """
    try:
        text = path.read_text(encoding="utf-8")
        config = NodeConfig.model_validate(tomllib.loads(text), context={"folder": path.resolve().parent})
    except OSError as error:
        raise ConfigError(file=path.name, problems=error.strerror) from error
    except ValidationError as error:
        raise ConfigError(file=path.name, problems=_problems(error)) from error
    except (ValueError, RecursionError) as error:
        # Not UTF-8, no TOML, a number without end, or brackets in brackets in brackets.
        raise ConfigError(file=path.name, problems=error) from error
    database = _located_url(config.database, path.resolve().parent)
    attachments = config.attachments.model_copy(update={"folder": path.resolve().parent / config.attachments.folder})
    return config.model_copy(update={"database": database, "file": path.resolve(), "attachments": attachments})


def _problems(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors())


def _located_url(url: str, folder: Path) -> str:
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith(prefix + "/"):
        return url
    return prefix + str(folder / url.removeprefix(prefix))
