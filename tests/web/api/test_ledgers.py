"""Ledgers in and out: a check changes nothing, bad rows keep everything out, and the same import twice is done once."""

from __future__ import annotations

import pytest

from tests.web.api.conftest import Program

CSV = "text/csv"
LEDGER = "organization_group_assessments"
HEADER = "单位名称,考核年度,考核等次"


def sheet(*lines: str) -> bytes:
    return "\r\n".join((HEADER, *lines, "")).encode()


def rows(program: Program) -> int:
    (count,) = [one["row_count"] for one in program.found("/ledgers")["items"] if one["name"] == LEDGER]
    return int(count)


def test_a_check_tells_what_would_be_done_and_changes_nothing(program: Program):
    before = rows(program)

    report = program.post(f"/ledgers/{LEDGER}/import-check", sheet("县水务局,2021,优秀"), content_type=CSV).json()

    assert not report["imported"]
    assert (report["added_count"], report["problems"]) == (1, [])
    assert rows(program) == before


def test_an_import_repeated_with_its_key_is_answered_and_not_done_again(program: Program):
    data, path = sheet("县水务局,2022,优秀", "县教育局,2022,良好"), f"/ledgers/{LEDGER}/import"

    first = program.post(path, data, content_type=CSV, idempotency_key="import-2022")
    again = program.post(path, data, content_type=CSV, idempotency_key="import-2022")

    assert first.status_code == 200, first.text
    assert first.json()["added_count"] == 2
    assert again.json() == first.json()
    other = program.post(path, sheet("县教育局,2023,良好"), content_type=CSV, idempotency_key="import-2022")
    assert (other.status_code, other.json()["reason"]) == (409, "REQUEST_ID_REUSED")


def test_bad_rows_keep_the_whole_file_out_and_are_named(program: Program):
    before, data = rows(program), sheet("县水务局,2024,优秀", "县教育局,去年,良好", "县教育局,2024,甲等")

    answer = program.post(f"/ledgers/{LEDGER}/import", data, content_type=CSV, idempotency_key="bad")

    problem = answer.json()
    assert (answer.status_code, problem["reason"]) == (422, "LEDGER_ROWS_REFUSED")
    assert [(one["row"], one["column"]) for one in problem["rows"]] == [(3, "考核年度"), (4, "考核等次")]
    assert "甲等" not in answer.text
    assert rows(program) == before


@pytest.mark.parametrize(
    ("headers", "data", "expected"),
    [
        ({"content_type": "application/json", "idempotency_key": "k"}, b"{}", (415, "MEDIA_TYPE_UNSUPPORTED")),
        ({"content_type": CSV}, sheet(), (422, "INPUT_INVALID")),
        ({"content_type": CSV, "idempotency_key": "x" * 65}, sheet(), (422, "INPUT_INVALID")),
        ({"content_type": CSV, "idempotency_key": "k"}, b"x" * (2**20 + 1), (413, "UPLOAD_TOO_LARGE")),
    ],
)
def test_what_cannot_be_an_import_is_refused(
    program: Program, headers: dict[str, str], data: bytes, expected: tuple[int, str]
):
    answer = program.post(f"/ledgers/{LEDGER}/import", data, **headers)

    assert (answer.status_code, answer.json()["reason"]) == expected


def test_what_was_exported_can_be_imported_again(program: Program):
    put = program.post(f"/ledgers/{LEDGER}/import", sheet("县财政局,2020,一般"), content_type=CSV, idempotency_key="e1")
    assert put.status_code == 200, put.text

    file = program.get(f"/ledgers/{LEDGER}/export?format=csv&note=统计平台")

    assert file.status_code == 200, file.text
    assert file.headers["content-disposition"].startswith("attachment")
    again = program.post(f"/ledgers/{LEDGER}/import-check", file.content, content_type=CSV).json()
    assert (again["added_count"], again["changed_count"], again["problems"]) == (0, 0, [])


def test_a_row_entered_by_mistake_is_withdrawn_once(program: Program):
    program.post(f"/ledgers/{LEDGER}/import", sheet("县林业局,2019,一般"), content_type=CSV, idempotency_key="w1")
    row = program.found(f"/ledgers/{LEDGER}/rows?text=县林业局")["items"][-1]
    before = rows(program)

    path = f"/ledgers/{LEDGER}/rows/{row['row_id']}"
    first, again = (program.asks("DELETE", path, idempotency_key="withdraw-1") for _ in range(2))

    assert (first.status_code, again.status_code) == (204, 204)
    assert rows(program) == before - 1
