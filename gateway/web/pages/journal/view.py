"""What the audit administrator types into the journal's forms, as the node takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.language.marking import N_
from gateway.web.days import midnight
from services.chassis.timestamps import timestamp

HOW: Mapping[str, str] = {
    "open": N_("阅读"),
    "print": N_("打印"),
    "rows": N_("查看台账行"),
    "fetch": N_("取附件"),
}
WHAT: Mapping[str, str] = {"letter": N_("函件"), "ledger": N_("台账")}
GROUPS: tuple[tuple[str, str], ...] = (
    ("", N_("全部种类")),
    ("people.", N_("人员与权限")),
    ("letter.", N_("函件")),
    ("draft.", N_("文稿")),
    ("ledger.", N_("台账")),
    ("destruction.", N_("销毁")),
    ("disclosure.", N_("导出与启封")),
)


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for: days are Beijing's, both included, as ISO texts; empty for none."""

    first: str = ""
    last: str = ""
    kind: str = ""
    letter: str = ""
    matter: str = ""
    account: str = ""

    def address(self, path: str, page: str) -> str:
        """The same search's next page; empty where there is none."""
        if not page:
            return ""
        given = {name: value for name, value in self.fields().items() if value}
        return f"{path}?{urlencode({**given, 'page': page})}"

    def fields(self) -> dict[str, str]:
        """By the names of the form's fields."""
        return {
            "first": self.first,
            "last": self.last,
            "kind": self.kind,
            "letter": self.letter,
            "matter": self.matter,
            "account": self.account,
        }


def begin_of(text: str, name: str) -> Timestamp | None:
    """The first instant of a Beijing day."""
    day = midnight(text, name)
    return timestamp(day) if day else None


def end_of(text: str, name: str) -> Timestamp | None:
    """The first instant behind a Beijing day."""
    day = midnight(text, name)
    return timestamp(day + timedelta(days=1)) if day else None


def usual(hundredths: int) -> str:
    """An average of readings with one digit behind the point."""
    return f"{hundredths / 100:.1f}"
