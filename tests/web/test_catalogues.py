"""Every text of every page is there in both languages, once, and nothing is translated that no page says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from gateway.language.words import CATALOGUES, english_messages

GATEWAY = CATALOGUES.parents[1]
METHODS = [("**.py", "python"), ("web/templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "N_": None, "say": None}
VALUES = re.compile(r"%\((\w+)\)s")


def said() -> Iterator[tuple[str, str]]:
    """Where each text stands, and the text."""
    options = {"**.html": {"silent": "false", "newstyle_gettext": "true"}}
    found = extract_from_dir(GATEWAY, METHODS, options_map=options, keywords=KEYWORDS)
    for file, line, text, *_ in found:
        if isinstance(text, str) and not text.isascii():
            yield f"{file}:{line}", text


def test_every_text_has_its_english() -> None:
    english = {str(one.id) for one in english_messages() if one.string}
    missing = sorted({(where.partition(":")[0], text) for where, text in said() if text not in english})
    assert not missing, missing


def test_nothing_is_translated_that_no_page_says() -> None:
    texts = {text for _where, text in said()}
    assert not sorted(str(one.id) for one in english_messages() if one.id not in texts)


def test_a_text_has_one_english() -> None:
    times = Counter(str(one.id) for one in english_messages())
    assert not [text for text, count in times.items() if count > 1]


@pytest.mark.parametrize("file", sorted(CATALOGUES.glob("*.po")), ids=lambda file: file.stem)
def test_the_english_names_the_same_values_and_is_english(file: Path) -> None:
    del file
    for one in english_messages():
        text, english = str(one.id), str(one.string)
        assert set(VALUES.findall(text)) == set(VALUES.findall(english)), text
        assert not re.search(r"[一-鿿]", english), text
