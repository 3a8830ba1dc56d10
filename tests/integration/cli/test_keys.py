"""Keys and certificates of a body are replaced by command while its node runs and letters go on."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from services.chassis.config import read_config
from tests.integration.cli.conftest import SmallCounty, Terminal, eventually, guantong


def at(terminal: Terminal, *words: str) -> Any:
    """What a command tells a program that reads the node's folder itself."""
    return guantong(*words, "--node", str(terminal.folder), "--json").json


def held(terminal: Terminal, purpose: str = "signing") -> dict[str, str]:
    return {one["key_id"]: one["state"] for one in at(terminal, "keys", "show") if one["purpose"] == purpose}


def version(terminal: Terminal) -> int:
    return int(terminal.json("clerk", "directory", "show")["version"])


def office(county: SmallCounty, command: str, *words: str) -> str:
    """What the office does with its safe open."""
    said = guantong("directory", command, str(county.county.folder.root), *words)
    assert said.code == 0, said.err
    return said.out


def loaded(county: SmallCounty, terminal: Terminal) -> int:
    """The newest version that the office signed, loaded at one node and arrived at the other."""
    file = max(county.county.folder.directories.iterdir())
    terminal.does("system", "directory", "load", str(file))
    wanted = int(file.stem)
    for one in county.terminals.values():
        eventually(lambda one=one: version(one) == wanted)  # type: ignore[misc]
    return wanted


def test_a_body_replaces_its_signing_key_and_the_old_one_is_revoked_everywhere(
    small_county: SmallCounty, tmp_path: Path
):
    bureau, card = small_county.bureau, tmp_path / "card.json"
    (old,) = [key for key, state in held(bureau).items() if state == "in_use"]
    made = guantong("keys", "new", "signing", "--to", str(card), "--node", str(bureau.folder))
    assert made.code == 0, made.err
    (new,) = [key for key, state in held(bureau).items() if state == "unlisted"]

    refused = guantong("directory", "add-key", str(small_county.county.folder.root), str(card), "--revoke", old)
    assert (refused.code, "KEY_CARD_UNCONFIRMED" in refused.err) == (77, True)
    (heard,) = (line.partition(":")[2] for line in made.out.splitlines() if line.startswith("指纹"))
    office(small_county, "add-key", str(card), "--at-once", "--revoke", old, "--fingerprint", heard)
    before = version(bureau)
    assert loaded(small_county, small_county.office) == before + 1

    assert eventually(lambda: held(bureau)[new] == "in_use")
    assert held(bureau)[old] == "revoked"
    assert bureau.json("system", "keys", "use")["signing_key_id"] == new
    doubtful = at(small_county.office, "keys", "doubt", old, "--since", "2020-01-01")
    assert {one["peer"] for one in doubtful} <= {"statistics"}
    for terminal in small_county.terminals.values():
        assert guantong("verify", str(terminal.folder)).code == 0


def test_a_storage_key_is_replaced_copied_and_the_old_one_destroyed(small_county: SmallCounty, tmp_path: Path):
    bureau, copy = small_county.bureau, tmp_path / "copy.json"
    (old,) = held(bureau, "storage")
    bureau.does("system", "keys", "rotate-storage", "--folder", str(bureau.folder))
    node = ("--node", str(bureau.folder))
    assert guantong("keys", "copy", "--to", str(copy), *bureau.password, *node).code == 0

    def unused() -> bool:
        contents = {one["key_id"]: one["contents"] for one in at(bureau, "keys", "show")}
        return bool(contents[old] == 0)

    eventually(unused)
    bureau.does("system", "keys", "retire-storage", old, "--reason", "定期更换")
    assert old not in held(bureau, "storage")
    assert guantong("keys", "restore", str(copy), *bureau.password, *node).code == 0
    assert held(bureau, "storage")[old] == "retired"


def test_certificates_are_renewed_and_the_next_start_uses_them(small_county: SmallCounty, tmp_path: Path):
    bureau, asked, issued = small_county.bureau, tmp_path / "asked.json", tmp_path / "issued.json"
    node, to = ("--node", str(bureau.folder)), ("--to", str(issued))
    said = guantong("keys", "ask-certificate", "--to", str(asked), *node)
    (heard,) = (line.partition(":")[2] for line in said.out.splitlines() if line.startswith("指纹"))
    root = str(small_county.county.folder.root)
    wrong = guantong("directory", "certify", root, str(asked), "--fingerprint", "1", *to)
    assert "KEY_CARD_UNCONFIRMED" in wrong.err
    office(small_county, "certify", str(asked), "--fingerprint", heard, *to)
    assert guantong("keys", "renew-certificate", str(issued), *node).code == 0

    rpc = read_config(bureau.folder / "node.toml").rpc
    assert not list(rpc.key.parent.glob("*.next"))
    # Whoever calls from now on is shown the new certificate.
    assert ssl.get_server_certificate((rpc.host, rpc.port)) == rpc.certificate.read_text(encoding="ascii")
    assert bureau("clerk", "directory", "show").code == 0


@pytest.mark.parametrize("words", [("keys", "show"), ("keys", "new", "signing", "--to", "x")])
def test_a_node_that_is_not_named_is_asked_for(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GUANTONG_NODE", raising=False)

    assert "NODE_NOT_NAMED" in guantong(*words).err
