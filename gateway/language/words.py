"""The catalogues: what pages say in Chinese, and its English from `en/*.po`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
CATALOGUES = Path(__file__).parent / "en"


class Words:
    """Looks up what a page says. The Chinese text is the key, and its own translation."""

    def __init__(self, catalogue: Mapping[str, str]) -> None:
        self._catalogue = catalogue

    def gettext(self, text: str) -> str:
        """`text` in this language."""
        return self._catalogue.get(text, text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form of a text for a count; Chinese has one form, English is written so that one is enough."""
        return self.gettext(one if count == 1 else many)


@cache
def words(language: str) -> Words:
    """The words of a language."""
    if language != "en":
        return Words({})
    return Words({str(one.id): str(one.string) for one in english_messages()})


def english_messages() -> Iterator[Message]:
    """Every entry of the English catalogues."""
    for file in sorted(CATALOGUES.glob("*.po")):
        with file.open("rb") as source:
            yield from (one for one in read_po(source, locale="en") if one.id)
