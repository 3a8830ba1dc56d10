"""Files at the terminal: attached to a draft, seen by the signer, fetched and checked at the other body's node."""

from __future__ import annotations

import json
from pathlib import Path

from services.chassis.attachments.model import CHUNK_BYTES, DIGEST_BYTES
from tests.fixtures.carriers import some_bytes
from tests.integration.cli.conftest import SmallCounty, eventually

DATA = some_bytes(CHUNK_BYTES * 6 + 5)


def test_a_file_goes_from_one_bodys_desk_to_the_others(small_county: SmallCounty, tmp_path: Path):
    office, bureau = small_county.office, small_county.bureau
    words = tmp_path / "words.json"
    words.write_text(json.dumps({"title": "定期通报", "text": "见附件。"}, ensure_ascii=False), encoding="utf-8")
    report, extra = tmp_path / "统计分析.pdf", tmp_path / "附表.csv"
    report.write_bytes(DATA)
    extra.write_text("单位,件数\n县水务局,3\n", encoding="utf-8")
    draft = bureau.json(
        "clerk",
        "drafts",
        "new",
        "--kind",
        "periodic_report",
        "--to",
        "inspection",
        "--type",
        "Notice",
        "--from",
        str(words),
    )["draft_id"]

    bureau.does("clerk", "attach", draft, str(report), str(extra))
    bureau.does("clerk", "detach", draft, "附表.csv")
    bureau.does("clerk", "drafts", "submit", draft, "--review")
    bureau.does("reviewer", "drafts", "approve", draft)
    (listed,) = bureau.json("leader", "attachments", draft)
    read = bureau.does("leader", "sign", draft, *bureau.password)
    assert "统计分析.pdf" in read

    def ready() -> str:
        letters = office.json("clerk", "letters", "--in", "--kind", "periodic_report")
        for letter in letters:
            for one in office.json("clerk", "attachments", letter["letter_id"]):
                if one["state"] == "ATTACHMENT_STATE_READY":
                    assert (one["file_name"], one["digest"]) == ("统计分析.pdf", listed["digest"])
                    return str(letter["letter_id"])
        return ""

    letter_id = eventually(ready)
    fetched = tmp_path / "fetched.pdf"
    # What an interrupted call left behind is gone on with, and what is not the file is found out.
    fetched.with_name("fetched.pdf.partial").write_bytes(DATA[:100_000])
    office.does("clerk", "fetch", letter_id, "1", "--to", str(fetched))
    assert fetched.read_bytes() == DATA
    assert office("clerk", "fetch", letter_id, "1", "--to", str(fetched)).code == 1
    other = tmp_path / "other.pdf"
    other.with_name("other.pdf.partial").write_bytes(bytes(DIGEST_BYTES))
    refused = office("clerk", "fetch", letter_id, "统计分析.pdf", "--to", str(other))
    assert (refused.code, "DIGEST_DIFFERS" in refused.err) == (70, True)
    assert not list(tmp_path.glob("other*"))
    assert "统计分析.pdf" in office.does("clerk", "open", letter_id)
    assert office.json("system", "health")["attachments_waiting_count"] == "0"
