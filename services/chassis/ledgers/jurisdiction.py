"""Stops what concerns persons managed above the county: it may be neither entered nor passed on. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.chassis.ledgers.values import same_name

AUTHORITIES = ("县管", "单位管", "乡镇管", "村组")
"""Managing authorities of persons a county may keep records on."""
RANKS = ("乡科级正职", "乡科级副职", "股级及以下", "村组干部", "其他")
"""Ranks of persons a county may keep records on."""

# Department, bureau and county rank, spelled with or without the words for full and deputy; managed by city,
# province, or the centre. County-level towns' cadres are 乡科级 and pass.
_ABOVE = re.compile(
    r"(?:市|州|省|自治区|中央?|上级)(?:委|级|直|委组织部)?(?:直接)?(?:管理?|管辖)(?:的?(?:领导)?干部|人员)?"
    r"|(?:县处|正处|副处|处|厅局|正厅|副厅|地厅|厅|司局|正局|省部|正部|副部|部)级.*"
    r"|县(?:团)?级(?:正职|副职|领导.*|干部|以上.*)"
    r"|(?:正|副)(?:县|处|厅)(?:级|职)?.*"
    r"|(?:四|三|二|一)级(?:调研员|巡视员).*|(?:调研员|巡视员)"
    r"|(?:县|区)委(?:副)?书记|(?:副)?(?:县|区)长|(?:县|区)委常委.*|县(?:人大(?:常委会)?(?:副)?主任|政协(?:副)?主席)"
)
_SEVERAL = re.compile(r"[、,，;；/|()（）\[\]【】\s]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")


def above_county(authority: str) -> bool:
    """Whether a managing authority or a rank, as written in a ledger or a reply, is above the county.

    A cell may name several subjects; one of them is enough.
    """
    whole = _INVISIBLE.sub("", authority)
    # Split before spaces are taken out, and once more without them: 市 管 is one word, 县管 市管 are two.
    parts = (*_SEVERAL.split(unicodedata.normalize("NFKC", whole)), *_SEVERAL.split(same_name(whole)))
    return any(_ABOVE.fullmatch(same_name(part)) for part in parts)


def stopped(subjects: Iterable[Iterable[str | None]]) -> tuple[int, ...]:
    """The positions, counted from 0, of subjects above the county; each subject gives its authority and its rank.

    Used for replies, where a position is all that the refusal may name.
    """
    return tuple(
        position
        for position, words in enumerate(subjects)
        if any(above_county(word) for word in words if word is not None)
    )


@dataclass(frozen=True)
class Slips:
    """Numbers the paper slips with which originals go to the competent level, for one file.

    A number follows from the file and the row under a key that is kept nowhere, so a dry run and the import name the
    same slip, and from the number in the books nobody can try out what the row may have said.
    """

    key: bytes = field(repr=False)
    file_digest: bytes = field(repr=False)

    def number(self, row: int) -> str:
        """The number for the paper of this row."""
        digest = hmac.digest(self.key, self.file_digest + row.to_bytes(8, "big"), hashlib.sha256)
        return "ZB-" + base64.b32encode(digest[:5]).decode("ascii")
