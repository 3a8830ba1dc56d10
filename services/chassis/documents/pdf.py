"""Draws a letter sheet as PDF; the same sheet gives the same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from services.chassis.documents.columns import columns_of
from services.chassis.documents.fonts import FANG_SONG, HEI, KAI, SONG, families, require_chinese
from services.chassis.documents.sheet import Block, Heading, LetterSheet, Table

_TEMPLATE = Path(__file__).with_name("letter.typ")


def letter_pdf(sheet: LetterSheet, fonts: Path | None = None) -> bytes:
    """The letter in the GB/T 9704 letter layout; `fonts` is a folder with the county's own fonts.

    Raises:
        FontsMissingError: there is no font with Chinese characters.

    """
    # Loaded by the first letter that is drawn, not by every process.
    import typst  # noqa: PLC0415

    folders = require_chinese(fonts)
    return typst.compile(
        _TEMPLATE,
        format="pdf",
        font_paths=[Path(folder) for folder in folders],
        sys_inputs={"sheet": json.dumps(_as_data(sheet, folders), ensure_ascii=False)},
    )


def _as_data(sheet: LetterSheet, folders: list[str]) -> dict[str, object]:
    data = asdict(sheet)
    data["blocks"] = [_block(block) for block in sheet.blocks]
    data["marks"] = [mark for mark in (sheet.copy_number, sheet.classification, sheet.urgency) if mark]
    data["written_date"] = sheet.written_date
    data["date"] = None if sheet.date is None else sheet.date.isoformat()
    present = families(folders)
    wanted = {"song": SONG, "fang_song": FANG_SONG, "hei": HEI, "kai": KAI}
    # Naming an absent family only makes typst warn on every line.
    data["fonts"] = {use: [name for name in names if name in present] for use, names in wanted.items()}
    return data


def _block(block: Block) -> dict[str, object]:
    if isinstance(block, Table):
        return {"kind": "table", **asdict(block), "layout": [asdict(column) for column in columns_of(block)]}
    return {"kind": "heading" if isinstance(block, Heading) else "paragraph", **asdict(block)}
