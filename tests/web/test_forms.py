"""Forms are taken from our own pages only, and what was typed is given back to whoever typed it and to nobody else."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, UploadFile

from gateway.auth.browsers import browser_name
from gateway.auth.forms import Form, same_origin
from gateway.auth.kept import KeptWords, keep_words, kept_words
from gateway.auth.secret import Secret, load_secret
from gateway.visit import download_headers
from gateway.web.paths import HOME, inside

WORDS = st.text(st.characters(codec="utf-8"), max_size=60)


@pytest.fixture
def secret(tmp_path: Path) -> Secret:
    return load_secret(tmp_path / "gateway.key")


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path):
    file = tmp_path / "gateway.key"
    mark = load_secret(file).mark("form", "browser", "session")

    assert load_secret(file).matches(mark, "form", "browser", "session")
    assert file.stat().st_mode & 0o077 == 0


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path):
    file = tmp_path / "gateway.key"
    load_secret(file)
    file.chmod(0o644)

    with pytest.raises(PermissionError, match="others can read gateway"):
        load_secret(file)


@pytest.mark.parametrize(
    "parts", [("form", "other", "session"), ("form", "browser", "other"), ("else", "browser", "session")]
)
def test_a_mark_counts_for_one_browser_session_and_purpose(secret: Secret, parts: tuple[str, ...]):
    mark = secret.mark("form", "browser", "session")

    assert not secret.matches(mark, *parts)


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "https://desk:8443", "host": "desk:8443"}, True),
        ({"sec-fetch-site": "none", "host": "desk:8443"}, True),
        ({"host": "desk:8443"}, True),
        ({"sec-fetch-site": "cross-site", "host": "desk:8443"}, False),
        ({"sec-fetch-site": "same-site", "host": "desk:8443"}, False),
        ({"origin": "https://elsewhere", "host": "desk:8443"}, False),
        ({"origin": "null", "host": "desk:8443"}, False),
    ],
)
def test_another_sites_form_is_told_from_ours(headers: dict[str, str], *, ours: bool):
    assert same_origin(headers, "desk:8443") is ours


@given(fields=st.dictionaries(WORDS, st.lists(WORDS, min_size=1, max_size=3), max_size=5), path=WORDS)
def test_kept_words_come_back_as_they_were(fields: dict[str, list[str]], path: str):
    secret = Secret(b"u-JCDSqdXNyZ6d3mAkqRkJ4oWk4Yg1mQm3Q1mC2Z5xA=")
    kept = KeptWords("account", path, fields, {"file": "file"})

    assert kept_words(secret, kept.seal(secret)) == kept


@pytest.mark.parametrize("sealed", ["", "nothing", "gAAAAABm"])
def test_what_nobody_sealed_gives_no_words(secret: Secret, sealed: str):
    assert kept_words(secret, sealed) is None


def test_more_words_than_a_page_should_carry_are_not_sealed(secret: Secret):
    assert KeptWords("account", "/drafts", {"text": ["字" * 300_000]}).seal(secret) == ""


def test_passwords_and_the_pages_own_fields_are_never_kept():
    form = Form(
        FormData([("password", "x"), ("password_old", "y"), ("form_mark", "m"), ("request_id", "r"), ("text", "字")])
    )

    assert form.typed() == {"text": ["字"]}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        (" ３０ ", 30),
        ("-4", -4),
        ("", None),
        ("1.5", None),
        ("一", None),
        ("9" * 20, None),
        ("9" * 5000, None),
    ],
)
def test_whole_numbers_are_read_in_full_width_digits_too(typed: str, number: int | None):
    assert Form(FormData([("days", typed)])).number("days") == number


@pytest.mark.parametrize(
    "path",
    ["https://elsewhere/", "//elsewhere", "/\\elsewhere", "javascript:alert(1)", "", "letters", "/a\r\nset-cookie: x"],
)
def test_no_link_of_ours_leads_elsewhere(path: str):
    assert inside(path) == HOME


@pytest.mark.parametrize("path", ["/", "/letters?direction=in", "/matters/018f"])
def test_addresses_of_our_own_are_kept(path: str):
    assert inside(path) == path


@given(name=WORDS)
def test_no_name_of_a_file_breaks_out_of_its_header(name: str):
    disposition = download_headers(name)["content-disposition"]

    assert disposition.isascii()
    assert not set("\r\n\0") & set(disposition)
    assert disposition.count('"') == 2


def test_files_and_passwords_of_a_kept_form_are_to_be_given_again():
    form = Form(FormData([("text", "字"), ("password", "x"), ("paper", UploadFile(BytesIO(b"x"), filename="函.pdf"))]))

    assert keep_words("account", "/letters", form) == KeptWords(
        "account", "/letters", {"text": ["字"]}, {"paper": "file", "password": "password"}
    )


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_known_by_the_few_words_a_person_would_use(header: str, name: str):
    assert browser_name(header) == name
