"""Contents of letters as JSON files that a person can edit, and back as the contract's messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError

from services.chassis.desk.contents import parse
from services.chassis.errors import Fault, GuantongError


class ContentFileError(GuantongError):
    """The file does not hold the content of a letter."""

    reason: ClassVar[str] = "CONTENT_FILE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{file}: {problem}. Start from what `guantong drafts show --json` prints as content."
    message_zh: ClassVar[str] = "{file}: {problem}。请以 `guantong drafts show --json` 输出的 content 部分为底稿修改。"


def as_json_content(content_type: str, content: bytes) -> dict[str, Any]:
    """The content by proto3's JSON mapping; empty where there is none any more."""
    if not content_type:
        return {}
    return MessageToDict(parse(content_type, content), preserving_proto_field_name=True)


def read_content(file: Path, content_type: str) -> bytes:
    """The content that `file` holds, as a letter carries it.

    Raises:
        ContentFileError: it is no JSON, or not of that type.
        DraftContentError: the type is not one of the contract's.

    """
    message = parse(content_type, b"")
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        # The whole of what `--json` prints will do too.
        ParseDict(found.get("content", found) if isinstance(found, dict) else found, message)
    except (ValueError, ParseError, UnicodeDecodeError) as error:
        raise ContentFileError(file=file.name, problem=error) from error
    return bytes(message.SerializeToString(deterministic=True))
