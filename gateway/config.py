"""What one gateway is told at start: its node, the address it listens on, and where its own key lies."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from services.chassis.errors import Fault, GuantongError

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class GatewayConfigError(GuantongError):
    """A gateway's configuration is missing, unreadable or impossible; mend the file and start again."""

    reason: ClassVar[str] = "CONFIG_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{file}: {problems}. Mend the file and start the gateway again."
    message_zh: ClassVar[str] = "{file}: {problems}。请改正该文件后重新启动网关。"


def _beside_the_file(value: object, info: ValidationInfo) -> object:
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / value if isinstance(value, str) else value


Located = Annotated[Path, BeforeValidator(_beside_the_file)]
"""A path; a relative one is taken from the folder of `gateway.toml`."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NodeAddress(_Section):
    """Where the gateway's own node listens, and the authority that its certificate comes from."""

    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    authority: Located

    @property
    def target(self) -> str:
        """As gRPC takes it."""
        return f"{self.host}:{self.port}"


class WebConfig(_Section):
    """The address that browsers use. Beyond this machine only with TLS, the gateway's own or a proxy's before it."""

    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    certificate: Located | None = None
    key: Located | None = None
    behind_tls_proxy: bool = False
    """Whether a proxy in front speaks TLS to browsers, so that cookies may be marked secure."""
    upload_mib: int = Field(default=200, ge=1, le=2048)

    @property
    def secure(self) -> bool:
        """Whether browsers come by TLS."""
        return self.certificate is not None or self.behind_tls_proxy

    @model_validator(mode="after")
    def _never_in_the_clear(self) -> WebConfig:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together")
        if self.host not in _LOOPBACK and not self.secure:
            raise ValueError("an address beyond this machine needs certificate and key, or behind_tls_proxy")
        return self


class ApiConfig(_Section):
    """What is taken of other systems: requests a minute of one token, and how large a file."""

    requests_per_minute: int = Field(default=600, ge=1)
    import_mib: int = Field(default=24, ge=1, le=28)
    """Below what the node takes in one message."""


class GatewayConfig(_Section):
    """Everything one gateway is told; relative paths are taken from the file's folder."""

    body: str
    county_name: str
    demo: bool = False
    node: NodeAddress
    web: WebConfig
    api: ApiConfig = ApiConfig()
    secret: Located = Path("gateway.key")
    """The key that forms and kept words are sealed with; made at the first start, readable by its owner only."""
    rulebook: Located | None = None
    """Folder with the county's own rules; the shipped ones where it is left out."""
    demo_clock: Located | None = None
    """The file that shifts a demonstration county's clock."""
    log: Located = Path("log/gateway.jsonl")
    spans: Located = Path("log/gateway-spans.jsonl")
    metrics_port: int = Field(default=0, ge=0, le=65535)
    otlp_endpoint: str | None = None


def read_gateway_config(file: Path) -> GatewayConfig:
    """Read and check `gateway.toml`.

    Raises:
        GatewayConfigError: it cannot be read, or says something impossible; all problems at once.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        config = GatewayConfig.model_validate(found, context={"folder": file.resolve().parent})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise GatewayConfigError(file=file.name, problems=problems) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GatewayConfigError(file=file.name, problems=str(error)) from error
    # Defaults are not validated, so they are put beside the file here.
    folder = file.resolve().parent
    beside = {name: folder / getattr(config, name) for name in ("secret", "log", "spans")}
    return config.model_copy(update=beside)
