"""A gateway that could be overheard does not start, and what is wrong with its file is said all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import GatewayConfigError, read_gateway_config

SOUND = """
body = "audit"
county_name = "青禾县"
rulebook = "../rulebook"
[node]
port = 7001
authority = "tls/authority.crt"
[web]
port = 8001
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "gateway.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_relative_paths_lie_beside_the_file(tmp_path: Path):
    config = read_gateway_config(written(tmp_path, SOUND))

    assert config.node.authority == tmp_path / "tls/authority.crt"
    assert config.secret == tmp_path / "gateway.key"
    assert config.log == tmp_path / "log/gateway.jsonl"
    assert config.node.target == "127.0.0.1:7001"


def test_cookies_are_marked_secure_behind_tls_only(tmp_path: Path):
    plain = read_gateway_config(written(tmp_path, SOUND))
    proxied = read_gateway_config(written(tmp_path, SOUND + "behind_tls_proxy = true\n"))

    assert (plain.web.secure, proxied.web.secure) == (False, True)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (SOUND + 'host = "0.0.0.0"\n', "needs certificate and key"),
        (SOUND + 'certificate = "tls/web.crt"\n', "belong together"),
        (SOUND.replace("port = 8001", "port = 80010"), "web.port"),
        (SOUND + "unknown = 1\n", "web.unknown"),
        (SOUND.replace("[node]", "[node"), "gateway.toml"),
    ],
)
def test_an_impossible_file_is_refused_with_its_place(tmp_path: Path, text: str, named: str):
    with pytest.raises(GatewayConfigError, match=named):
        read_gateway_config(written(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(GatewayConfigError):
        read_gateway_config(tmp_path / "gateway.toml")
