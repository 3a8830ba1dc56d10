"""Spreadsheets by command: a wrong one is refused row by row and nothing taken, the right one goes in once."""

from __future__ import annotations

import stat
from pathlib import Path

from openpyxl import load_workbook

from tests.integration.cli.conftest import SmallCounty

LEDGER = "inspection_units"


def spoilt(sheet: Path, folder: Path) -> Path:
    """The same spreadsheet with its second row's key missing."""
    workbook = load_workbook(sheet)
    workbook.worksheets[0].cell(row=3, column=1).value = None
    path = folder / sheet.name
    workbook.save(path)
    return path


def test_a_wrong_spreadsheet_is_refused_with_its_rows_and_the_right_one_imported(
    small_county: SmallCounty, sheets: dict[str, list[Path]], tmp_path: Path
):
    office = small_county.office
    (right,) = [path for path in sheets["inspection"] if path.stem == LEDGER]

    wrong = office("clerk", "import", str(spoilt(right, tmp_path)))
    assert wrong.code == 1
    assert "IMPORT_REFUSED" in wrong.err
    assert "│ 3" in wrong.out

    dry = office.json("clerk", "import", str(right), "--dry-run")
    assert (dry[0]["ledger"], dry[0]["imported"], dry[0]["problems"]) == (LEDGER, False, [])
    first = office.json("clerk", "import", str(right))[0]
    again = office.json("clerk", "import", str(right))[0]
    assert first["imported"]
    assert (again["added_count"], again["changed_count"]) == ("0", "0")
    (counted,) = [one for one in office.json("clerk", "ledgers") if one["name"] == LEDGER]
    assert counted["row_count"] == again["unchanged_count"]


def test_what_a_program_reads_of_a_refused_file_names_rows_and_reasons(
    small_county: SmallCounty, sheets: dict[str, list[Path]], tmp_path: Path
):
    (right,) = [path for path in sheets["inspection"] if path.stem == LEDGER]

    refused = small_county.office("clerk", "import", str(spoilt(right, tmp_path)), "--json")

    assert refused.code == 1
    assert '"row": 3' in refused.out
    assert '"imported": false' in refused.out


def test_a_ledger_leaves_as_a_file_once_another_person_approved(small_county: SmallCounty, tmp_path: Path):
    office, file, again = small_county.office, tmp_path / "units.csv", tmp_path / "again.csv"

    asked = office.json("clerk", "disclosures", "ask", LEDGER, "--format", "csv", "--reason", "年度核对")[
        "disclosure_id"
    ]
    early = office("clerk", "disclosures", "take", asked, "--to", str(file))
    by_clerk = office("clerk", "disclosures", "approve", asked)
    office.does("leader", "disclosures", "approve", asked)
    office.does("clerk", "disclosures", "take", asked, "--to", str(file))
    twice = office("clerk", "disclosures", "take", asked, "--to", str(again))

    assert (early.code, again.exists()) == (1, False)
    assert (by_clerk.code, "ROLE_MISSING" in by_clerk.err) == (77, True)
    assert file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert twice.code == 1
    assert office.json("leader", "disclosures")[0]["state"] == "DISCLOSURE_STATE_TAKEN"


def test_an_empty_spreadsheet_is_had_with_the_headers_to_fill_in(small_county: SmallCounty, tmp_path: Path):
    office, file = small_county.office, tmp_path / f"{LEDGER}.csv"

    office.does("clerk", "ledgers", "headers", LEDGER, "--to", str(file))

    headers = office.json("clerk", "ledgers", "headers", LEDGER)
    assert file.read_text(encoding="utf-8-sig").strip() == ",".join(headers)
    unknown = office("clerk", "ledgers", "headers", "no_such")
    assert (unknown.code, "LEDGER_UNKNOWN" in unknown.err, LEDGER in unknown.err) == (1, True, True)


def test_a_list_without_rows_says_so(small_county: SmallCounty):
    bureau = small_county.bureau

    assert bureau.does("clerk", "aliases").strip() == "单位的其他名称: 没有"
