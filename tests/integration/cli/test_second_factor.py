"""The second factor, access tokens, sessions and handing over, by command."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyotp

from services.chassis.clock import SystemClock, beijing_date
from tests.integration.cli.conftest import SmallCounty, Terminal, guantong


def written(folder: Path, text: str) -> str:
    """A file with one line, as secrets are given to commands."""
    file = folder / "code"
    file.write_text(text, encoding="ascii")
    return str(file)


def code_of(uri: str, steps: int) -> str:
    """What the device shows, or will show some steps from now."""
    device = pyotp.parse_uri(uri)
    assert isinstance(device, pyotp.TOTP)
    return device.at(SystemClock().now() + timedelta(seconds=30 * steps))


def newcomer(terminal: Terminal, folder: Path, login: str, role: str) -> str:
    """The account of a person with that role, signed in."""
    made = terminal.json("system", "people", "invite", login, "--name", f"人{login}", "--post", "科员")
    node = ("--node", str(terminal.folder))
    assert guantong("join", "--code-file", written(folder, made["code"]), *terminal.password, *node).code == 0
    terminal.does("security-admin", "people", "grant", made["account_id"], role)
    assert guantong("login", login, *terminal.password, *node).code == 0
    return str(made["account_id"])


def test_a_device_is_enrolled_asked_for_and_reset(small_county: SmallCounty, tmp_path: Path):
    bureau = small_county.bureau
    node = ("--node", str(bureau.folder))
    account = newcomer(bureau, tmp_path, "twofold", "clerk")
    uri = bureau.does("twofold", "factor", "start", *bureau.password).strip()
    shown = bureau.does("twofold", "factor", "confirm", "--code-file", written(tmp_path, code_of(uri, 0)))
    assert len(shown.split()) == 10

    wrong = guantong("login", "twofold", *bureau.password, "--code-file", written(tmp_path, "000000"), *node)
    assert (wrong.code, "CODE_WRONG" in wrong.err) == (77, True)
    assert "SECOND_FACTOR_NEEDED" in bureau("twofold", "tasks").err
    coming = ("--code-file", written(tmp_path, code_of(uri, 1)))
    assert guantong("login", "twofold", *bureau.password, *coming, *node).code == 0
    assert bureau.json("twofold", "factor", "status")["enrolled"] is True

    bureau.does("security-admin", "people", "reset-factor", account, "--reason", "设备遗失, 当面核实")
    assert guantong("login", "twofold", *bureau.password, *node).code == 0


def test_a_token_is_made_listed_used_and_revoked(small_county: SmallCounty):
    bureau = small_county.bureau
    made = bureau.json("clerk", "token", "create", "档案系统", "--until", _soon(), *bureau.password)
    assert made["value"].startswith("gtp.")
    token_id = made["token"]["token_id"]
    assert token_id in [one["token_id"] for one in bureau.json("clerk", "token", "list")]
    bureau.does("clerk", "token", "revoke", token_id[-8:])
    (kept,) = [one for one in bureau.json("clerk", "token", "list") if one["token_id"] == token_id]
    assert kept["revoked_time"]


def test_sessions_are_listed_and_ended(small_county: SmallCounty):
    bureau = small_county.bureau
    assert guantong("login", "reviewer", *bureau.password, "--node", str(bureau.folder)).code == 0
    listed = bureau.json("reviewer", "sessions")
    assert [one["client"] for one in listed if one.get("current")] == ["guantong"]
    bureau.does("reviewer", "sessions", "end", "--others")
    assert len(bureau.json("reviewer", "sessions")) == 1


def test_a_deputy_is_named_acts_and_is_themselves_again(small_county: SmallCounty, tmp_path: Path):
    bureau = small_county.bureau
    newcomer(bureau, tmp_path, "absent", "liaison")
    bureau.does("absent", "leave", "record", "经办人", "--until", _soon(), "--reason", "年休假")
    bureau.does("clerk", "leave", "act-for", "人absent")
    said = bureau("clerk", "whoami")
    assert "人absent" in said.err
    assert "联络员" in said.out
    bureau.does("clerk", "leave", "act-for")
    (leave,) = bureau.json("absent", "leave", "list")
    bureau.does("absent", "leave", "end", leave["leave_id"][-8:])
    assert bureau("clerk", "leave", "act-for", "人absent").code == 77


def test_work_is_handed_over_in_one_act(small_county: SmallCounty, tmp_path: Path):
    bureau = small_county.bureau
    newcomer(bureau, tmp_path, "former", "liaison")
    done = bureau.json("security-admin", "handover", "give", "人former", "经办人", "--reason", "岗位调整", "--liaison")
    assert done["liaison_count"] == 1
    assert done["handover_id"] in [one["handover_id"] for one in bureau.json("clerk", "handover", "list")]
    assert bureau.json("clerk", "tasks", "--mine") == []


def _soon() -> str:
    return f"{beijing_date(SystemClock().now()) + timedelta(days=5)}"
