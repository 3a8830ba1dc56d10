"""Signing in by command: secrets come from files and lie where only their owner reads them; refusals say what to do."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from services.chassis.cli.sessions import state_folder
from tests.integration.cli.conftest import PASSWORD, SmallCounty, guantong

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_tokens_lie_in_files_that_only_their_owner_reads(small_county: SmallCounty):
    del small_county
    folder = state_folder()

    files = list(folder.iterdir())

    assert files
    assert [path for path in (folder, *files) if path.stat().st_mode & 0o077] == []


def test_tokens_that_others_could_read_are_not_used(
    small_county: SmallCounty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (kept,) = [path for path in state_folder().iterdir() if "statistics" not in path.name][:1]
    (tmp_path / kept.name).write_bytes(kept.read_bytes())
    (tmp_path / kept.name).chmod(0o644)
    monkeypatch.setenv("GUANTONG_STATE", str(tmp_path))

    said = [terminal("clerk", "whoami") for terminal in small_county.terminals.values()]

    assert [one.code for one in said if "SESSION_EXPOSED" in one.err] == [1]


def test_a_wrong_password_and_a_missing_session_are_told_alike_to_people_and_programs(
    small_county: SmallCounty, tmp_path: Path
):
    bureau = small_county.bureau
    (tmp_path / "wrong").write_text("not-the-password\n", encoding="utf-8")

    wrong = guantong("login", "clerk", "--password-file", str(tmp_path / "wrong"), "--node", str(bureau.folder))
    nobody = bureau("nobody", "inbox")
    english = guantong("--lang", "en", "inbox", "--node", str(bureau.folder), "--as", "nobody")

    assert (wrong.code, nobody.code, english.code) == (77, 77, 77)
    assert "SIGN_IN_REFUSED" in wrong.err
    assert "guantong login" in nobody.err
    assert not CHINESE.search(english.err)


def test_a_password_is_asked_for_at_a_terminal_and_not_shown(small_county: SmallCounty):
    ours, theirs = pty.openpty()
    program = "from services.chassis.cli.main import main; main()"
    words = ("login", "clerk", "--node", str(small_county.bureau.folder))
    with subprocess.Popen(
        [sys.executable, "-c", program, *words],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
        text=True,
    ) as typing:
        os.close(theirs)
        seen = read_until(ours, "密码")
        os.write(ours, f"{PASSWORD}\n".encode())
        out, _ = typing.communicate(timeout=60)
    seen += read_until(ours, "")
    os.close(ours)

    assert typing.returncode == 0
    assert "已登录" in out
    assert PASSWORD not in seen + out


def read_until(terminal: int, word: str) -> str:
    """What stands on the terminal once `word` does, or once the other side is gone."""
    seen = b""
    while not word or word not in seen.decode(errors="replace"):
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other side has hung up
            break
        if not part:
            break
        seen += part
    return seen.decode(errors="replace")


def test_a_node_says_what_is_not_its_business_and_a_lost_node_that_trying_again_helps(
    small_county: SmallCounty, tmp_path: Path
):
    elsewhere = tmp_path / "node.toml"
    authority = small_county.bureau.folder / "tls" / "authority.crt"
    # Port 1 is nobody's.
    elsewhere.write_text(f'[rpc]\nhost = "127.0.0.1"\nport = 1\nauthority = "{authority}"\n', encoding="utf-8")

    wrong_body = small_county.bureau("clerk", "round", "list")
    lost = guantong("login", "clerk", *small_county.bureau.password, "--node", str(elsewhere))
    broken = guantong("inbox", "--node", str(authority))

    assert (wrong_body.code, "UNIMPLEMENTED" in wrong_body.err) == (1, True)
    assert CHINESE.search(wrong_body.err)
    assert (lost.code, "UNAVAILABLE" in lost.err) == (75, True)
    assert (broken.code, "NODE_FILE" in broken.err) == (1, True)


def test_without_a_terminal_a_password_is_never_waited_for(small_county: SmallCounty, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GUANTONG_NODE", raising=False)

    said = guantong("login", "clerk", "--node", str(small_county.bureau.folder))
    nowhere = guantong("inbox")

    assert (said.code, "PASSWORD_NEEDED" in said.err) == (1, True)
    assert (nowhere.code, "NODE_NOT_NAMED" in nowhere.err) == (1, True)


def test_who_signs_out_is_signed_out_at_the_node_too(small_county: SmallCounty):
    bureau = small_county.bureau
    assert guantong("login", "reviewer", *bureau.password, "--node", str(bureau.folder)).code == 0

    bureau.does("reviewer", "logout")

    assert bureau("reviewer", "whoami").code == 77
    assert guantong("login", "reviewer", *bureau.password, "--node", str(bureau.folder)).code == 0


LISTS = (
    ("clerk", "whoami"),
    ("clerk", "ledgers"),
    ("clerk", "drafts"),
    ("clerk", "inbox"),
    ("clerk", "letters"),
    ("clerk", "tasks"),
    ("clerk", "matters"),
    ("clerk", "reply"),
    ("clerk", "decision"),
    ("system", "parked"),
    ("system", "quarantine"),
    ("leader", "health"),
    ("leader", "people"),
    ("leader", "people", "delegations"),
)


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_every_list_is_json_for_programs_and_english_has_no_chinese_label(
    small_county: SmallCounty, words: tuple[str, ...]
):
    who, *rest = words

    told = small_county.bureau.json(who, *rest)
    english = guantong("--lang", "en", *rest, "--node", str(small_county.bureau.folder), "--as", who)

    assert isinstance(told, list | dict)
    assert english.code == 0, english.err
    labels = [line for line in english.out.splitlines() if "│" not in line and who != "clerk"]
    assert [line for line in labels if CHINESE.search(line)] == []
