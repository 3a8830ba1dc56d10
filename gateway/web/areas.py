"""What the navigation offers: the areas of the desk, and who sees which. What an area shows is judged by the node."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.language.marking import N_

BUSINESS = frozenset({"clerk", "reviewer", "leader", "liaison"})
OPERATORS = frozenset({"system_admin"})
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})


@dataclass(frozen=True, slots=True)
class Area:
    """One entry. `roles` may see it; `hub` says whether only the inspection office has it."""

    path: str
    title: str
    roles: frozenset[str]
    hub: bool = False

    def holds(self, path: str) -> bool:
        """Whether the page at `path` belongs here."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


AREAS = (
    Area("/", N_("待办"), BUSINESS | ADMINISTRATORS),
    Area("/letters", N_("函件"), BUSINESS),
    Area("/drafts", N_("文稿"), BUSINESS),
    Area("/matters", N_("事项"), BUSINESS),
    Area("/ledgers", N_("台账"), BUSINESS),
    Area("/rounds", N_("轮次"), BUSINESS, hub=True),
    Area("/decisions", N_("会议决定"), BUSINESS, hub=True),
    Area("/team", N_("巡察组"), BUSINESS, hub=True),
    Area("/board", N_("看板"), BUSINESS | OPERATORS),
    Area("/health", N_("运行"), OPERATORS),
    Area("/traces", N_("追踪"), OPERATORS),
    Area("/accounts", N_("账户"), frozenset({"system_admin", "security_admin"})),
    Area("/handover", N_("工作移交"), frozenset({"security_admin"})),
    Area("/register", N_("销毁与启封"), frozenset({"clerk", "reviewer", "leader", "security_admin", "audit_admin"})),
    Area("/journal", N_("日志"), frozenset({"audit_admin"})),
)


def areas_for(roles: Iterable[str], *, hub: bool, served: frozenset[str]) -> tuple[Area, ...]:
    """The areas that somebody with these roles sees, of those that this gateway has pages for."""
    held = frozenset(roles)
    return tuple(one for one in AREAS if held & one.roles and (hub or not one.hub) and one.path in served)
