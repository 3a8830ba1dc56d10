"""The tables that are published are the figures that were recorded."""

from __future__ import annotations

from tests.faults import downtime, matrix, tables


def test_the_tables_of_the_document_are_made_of_the_recorded_figures():
    document = tables.DOCUMENT.read_text(encoding="utf-8")

    assert tables.filled(document, tables.read_record()) == document


def test_every_absence_and_nearly_every_fault_is_in_the_record():
    """Nearly: what the recording machine could not do is named in the document."""
    record = tables.read_record()
    absences = {(row["away"], row["seconds"]) for row in record["downtime"] if not row["moved_seconds"]}
    tried = sum(len(fault.kinds) for fault in [*matrix.kills(), *matrix.others()])

    assert absences == {(who, seconds) for who in downtime.WHO for seconds in downtime.SECONDS}
    assert len(record["faults"]) + len(record["missing"]) == tried


def test_the_published_figures_show_nothing_lost_and_nothing_applied_twice():
    record = tables.read_record()

    assert [
        row for row in (*record["downtime"], *record["faults"]) if row["lost"] or row["twice"] or row["faults"]
    ] == []
