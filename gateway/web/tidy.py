"""Takes pasted text sanely: Word's invisible marks go, line breaks stay, full-width digits become plain. Pure."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffc]")
_LINE_BREAKS = re.compile("\r\n?|[\u000b\u000c\u0085\u2028\u2029]")
_BULLETS = re.compile("^[\ue000-\uf8ff][\t \u00a0]*", re.MULTILINE)
_OTHER = re.compile("[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\ue000-\uf8ff]")
_EMPTY_LINES = re.compile("\n{3,}")
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_BETWEEN_DIGITS = re.compile("(?<=[0-9])[．，](?=[0-9])")
_MARKS = {"．": ".", "，": ","}


def tidy(text: str) -> str:
    """Words of several lines as they are kept: what nobody sees is gone, what everybody reads stays as written."""
    text = _LINE_BREAKS.sub("\n", unicodedata.normalize("NFC", text))
    text = _BULLETS.sub("· ", text)
    text = _OTHER.sub("", _INVISIBLE.sub("", text)).replace("\u00a0", " ").replace("\t", " ")
    text = _BETWEEN_DIGITS.sub(lambda found: _MARKS[found[0]], text.translate(_DIGITS))
    return _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def tidy_line(text: str) -> str:
    """The same on one line: numbers, names, dates."""
    return " ".join(tidy(text).split())
