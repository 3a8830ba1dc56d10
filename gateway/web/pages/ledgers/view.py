"""What pages show of ledgers: the list, rows with their filter, and what importing a file would do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from gateway.visit import Visit
from gateway.web.tidy import tidy_line
from guantong.node.v1 import ledgers_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One ledger of the body."""

    name: str
    path: str
    title: str
    row_count: int
    named_persons_only: bool
    headers: Sequence[str]
    shown_headers: Sequence[str]


def ledger_lines(visit: Visit, found: Iterable[pb.LedgerView]) -> list[LedgerLine]:
    """The ledgers in the node's order."""
    return [ledger_line(visit, one) for one in found]


def ledger_line(visit: Visit, one: pb.LedgerView) -> LedgerLine:
    """One ledger."""
    return LedgerLine(
        name=one.name,
        path=f"/ledgers/{one.name}",
        title=visit.pick(one.title_zh, one.title_en),
        row_count=one.row_count,
        named_persons_only=one.named_persons_only,
        headers=list(one.headers),
        shown_headers=list(one.shown_headers),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows are asked for: words anywhere in a row, and words in one column."""

    text: str = ""
    column: str = ""
    words: str = ""
    page: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether not all rows are asked for."""
        return bool(self.text or (self.column and self.words))

    def query(self, **changed: str) -> str:
        """The address's query with something changed; from the first page."""
        wanted = asdict(self) | {"page": ""} | changed
        query = {name: value for name, value in wanted.items() if value}
        return f"?{urlencode(query)}" if query else ""

    def request(self, ledger: str, size: int, reason: str = "") -> pb.ListRowsRequest:
        """What the node is asked for."""
        words = tidy_line(self.words)
        filters = [pb.ColumnFilter(header=self.column, text=words)] if self.column and words else []
        return pb.ListRowsRequest(
            ledger=ledger,
            page_size=size,
            page_token=self.page,
            read_reason=reason,
            text=tidy_line(self.text),
            filters=filters,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `revision` counts its changes."""

    row_id: str
    revision: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of rows. `next` is the token of the next page, empty on the last."""

    headers: Sequence[str]
    rows: list[Row]
    next: str
    reason: str


def rows(found: pb.ListRowsResponse, reason: str = "") -> Rows:
    """One page of rows as the node gave it."""
    given = [Row(one.row_id, one.revision, list(one.cells)) for one in found.rows]
    return Rows(list(found.headers), given, found.next_page_token, reason)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be imported; row 0 is the whole file, an empty column the whole row."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """One good row of a file, and what importing it would do: "new", "changed" or "same"."""

    row: int
    effect: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What importing a file would do. `held` confirms the very same file; empty where nothing can be confirmed."""

    file_name: str
    held: str
    row_count: int
    good_count: int
    bad_count: int
    added: int
    changed: int
    unchanged: int
    missing: int
    problem_count: int
    problems: list[Problem]
    headers: Sequence[str]
    rows: list[Previewed]


_EFFECTS = {
    pb.PREVIEW_EFFECT_ADDED: "new",
    pb.PREVIEW_EFFECT_CHANGED: "changed",
    pb.PREVIEW_EFFECT_UNCHANGED: "same",
}


def preview(visit: Visit, told: pb.ImportLedgerResponse, file_name: str, held: str) -> Preview:
    """What the dry run of a file came to."""
    problems = [Problem(one.row, one.column, visit.pick(one.message_zh, one.message_en)) for one in told.problems]
    good = told.row_count - told.bad_row_count
    return Preview(
        file_name=file_name,
        held="" if problems else held,
        row_count=told.row_count,
        good_count=good,
        bad_count=told.bad_row_count,
        added=told.added_count,
        changed=told.changed_count,
        unchanged=told.unchanged_count,
        missing=told.missing_count,
        problem_count=told.problem_count or len(problems),
        problems=problems,
        headers=list(told.preview_headers),
        rows=[Previewed(one.row, _EFFECTS.get(one.effect, ""), list(one.cells)) for one in told.preview_rows],
    )
