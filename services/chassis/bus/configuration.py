"""What the bus server is told (`bus.toml`), and the nats-server configuration rendered from it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from services.chassis.bus.permissions import accounts
from services.chassis.bus.port import BODY_ID
from services.chassis.bus.sizes import HEADER_ROOM, LARGEST_FRAME, MEBIBYTE
from services.chassis.errors import Fault, GuantongError


class BusConfigError(GuantongError):
    """The bus's configuration is missing, unreadable or impossible; mend the file and start again."""

    reason: ClassVar[str] = "BUS_CONFIG_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{file}: {problems}. Mend the file and start the bus again."
    message_zh: ClassVar[str] = "{file}:{problems}。请改正该文件后重新启动总线。"


def _beside_the_file(value: object, info: ValidationInfo) -> object:
    folder: Path = (info.context or {}).get("folder", Path())
    return (folder / value).resolve() if isinstance(value, str) else value


def _a_body(value: str) -> str:
    if not BODY_ID.fullmatch(value):
        msg = f"{value!r} cannot be a body's id"
        raise ValueError(msg)
    return value


Located = Annotated[Path, BeforeValidator(_beside_the_file)]
"""A path; a relative one is taken from the folder of `bus.toml`."""
BodyId = Annotated[str, AfterValidator(_a_body)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Login(_Section):
    """A certificate with its key: who speaks."""

    certificate: Located
    key: Located


class Limits(_Section):
    """How much the bus holds. It is not the record: what falls out is sent again until it is receipted."""

    largest_frame: int = Field(default=LARGEST_FRAME, ge=64 * 1024, le=64 * MEBIBYTE)
    storage_bytes: int = Field(default=16 * 1024 * MEBIBYTE, ge=64 * MEBIBYTE)
    frames_per_pair: int = Field(default=20_000, ge=1_000)
    """Of one sender to one recipient; a flood pushes out only its own older frames."""
    days: int = Field(default=30, ge=1)
    attachment_bytes: int = Field(default=256 * MEBIBYTE, ge=16 * MEBIBYTE)
    """Of all parts of attachments under way, which are kept in memory; what one body sends fills less than half."""


class Delivery(_Section):
    """When a frame that was fetched and not acknowledged comes again, in seconds; the last one repeats."""

    again_after: tuple[float, ...] = Field(default=(10.0, 30.0, 120.0), min_length=1)
    unacknowledged: int = Field(default=2_000, ge=1)


class Cluster(_Section):
    """One of several servers on several hosts; the streams are then kept on `replicas` of them."""

    server: str
    host: str
    port: int = Field(ge=1, le=65535)
    routes: tuple[str, ...]
    replicas: int = Field(default=3, ge=1, le=5)


class BusServerConfig(_Section):
    """Everything the bus server is told. `observers` are the bodies that may read every status and span."""

    county: str = Field(min_length=1)
    host: str
    port: int = Field(ge=1, le=65535)
    connect_host: str | None = None
    """The name the operator's own connection uses, when `host` is not one of the certificate's names."""
    storage: Located
    authority: Located
    server: Login
    operator: Login
    status_operator: Login
    bodies: tuple[BodyId, ...] = Field(min_length=1)
    observers: tuple[BodyId, ...] = ()
    limits: Limits = Limits()
    delivery: Delivery = Delivery()
    cluster: Cluster | None = None
    nats_server: Located | None = None

    @property
    def url(self) -> str:
        """Where the supervisor itself connects."""
        return f"tls://{self.connect_host or self.host}:{self.port}"

    @property
    def replicas(self) -> int:
        """On how many servers each stream is kept."""
        return self.cluster.replicas if self.cluster else 1


def load(path: Path) -> BusServerConfig:
    """Read and check `bus.toml`."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return BusServerConfig.model_validate(values, context={"folder": path.resolve().parent})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise BusConfigError(file=path.name, problems=problems) from error
    except (OSError, ValueError, RecursionError) as error:
        # Not there, not UTF-8, no TOML, a number without end, or brackets in brackets in brackets.
        raise BusConfigError(file=path.name, problems=str(error)) from error


def render(config: BusServerConfig) -> str:
    """The configuration of nats-server, which reads JSON."""
    tls = {
        "cert_file": str(config.server.certificate),
        "key_file": str(config.server.key),
        "ca_file": str(config.authority),
        "min_version": "1.3",
        "timeout": 5,
    }
    settings: dict[str, Any] = {
        "server_name": config.cluster.server if config.cluster else "guantong",
        "listen": f"{config.host}:{config.port}",
        "max_payload": config.limits.largest_frame + HEADER_ROOM,
        "max_pending": 8 * (config.limits.largest_frame + HEADER_ROOM),
        "ping_interval": "20s",
        "write_deadline": "10s",
        # The common name of the certificate is the user: no passwords, no keys beside it. Nothing is said in clear.
        "tls": tls | {"verify_and_map": True, "handshake_first": True},
        "jetstream": {
            "store_dir": str(config.storage),
            # An acknowledgement means "on the disk"; the server's own habit is to sync every two minutes.
            "sync_interval": "always",
            "max_file_store": config.limits.storage_bytes,
            "max_memory_store": config.limits.attachment_bytes + 16 * MEBIBYTE,
        },
        "accounts": accounts(config.bodies, config.observers),
        "system_account": "SYS",
    }
    if config.cluster:
        settings["cluster"] = {
            "name": "guantong",
            "listen": f"{config.cluster.host}:{config.cluster.port}",
            "routes": list(config.cluster.routes),
            "tls": tls,
        }
    return json.dumps(settings, indent=2, ensure_ascii=False) + "\n"
