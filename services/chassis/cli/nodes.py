"""Finds the node that a command talks to: its address and the authority its certificate comes from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from services.chassis.errors import Fault, GuantongError

_FILE = "node.toml"


class NodeNotNamedError(GuantongError):
    """No node was named; name one by option or environment."""

    reason: ClassVar[str] = "NODE_NOT_NAMED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "Which node? Give --node FOLDER (the body's folder in the county), or set GUANTONG_NODE."
    )
    message_zh: ClassVar[str] = "未指明节点。请用 --node 指定本单位的节点文件夹, 或设置环境变量 GUANTONG_NODE。"


class NodeFileError(GuantongError):
    """The file that should name the node's address cannot be used."""

    reason: ClassVar[str] = "NODE_FILE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{file}: {problem}. Name the folder with node.toml, or a file with its [rpc] part."
    message_zh: ClassVar[str] = "{file}: {problem}。请指定含 node.toml 的文件夹, 或只含其 [rpc] 部分的文件。"


@dataclass(frozen=True)
class Address:
    """Where a node listens. `authority` is the file with the county's certificate."""

    host: str
    port: int
    authority: Path
    rulebook: Path | None = None
    """The county's rules, where they lie beside the file; names are read from them."""

    @property
    def target(self) -> str:
        """As gRPC takes it."""
        return f"{self.host}:{self.port}"


def find_node(named: Path | None) -> Address:
    """The address in a node's folder or file. Only its `[rpc]` part is read: a clerk's machine needs no more of it.

    Raises:
        NodeNotNamedError: `named` is None.
        NodeFileError: it is missing or malformed.

    """
    if named is None:
        raise NodeNotNamedError
    file = named / _FILE if named.is_dir() else named
    try:
        rpc = tomllib.loads(file.read_text(encoding="utf-8"))["rpc"]
        folder = file.resolve().parent
        rules = folder / "rulebook"
        return Address(str(rpc["host"]), int(rpc["port"]), folder / rpc["authority"], rules if rules.is_dir() else None)
    except OSError as error:
        raise NodeFileError(file=file, problem=error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise NodeFileError(file=file, problem=repr(error)) from error
