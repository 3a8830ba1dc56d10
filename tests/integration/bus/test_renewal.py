"""Certificates are renewed without private keys leaving the node, for its own names only, whatever crashes half-way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from services.chassis.bus.certificates import CertificateAuthority, status_name, valid_until
from services.chassis.bus.connection import BusLogin
from services.chassis.bus.renewal import BUS, RPC, STATUS, WEB, Files, RenewalError, ask, install, issue

NOW = datetime.now(UTC)


@pytest.fixture
def authority() -> CertificateAuthority:
    return CertificateAuthority.create("371399", NOW)


@pytest.fixture
def files(authority: CertificateAuthority, tmp_path: Path) -> dict[str, Files]:
    old = NOW - timedelta(days=390)
    made = {
        BUS: authority.issue_client("audit", old),
        STATUS: authority.issue_client(status_name("audit"), old),
        RPC: authority.issue_server(["127.0.0.1", "localhost"], old, name="node.audit"),
        WEB: authority.issue_server(["desk.audit.lan"], old, name="web.audit"),
    }
    found = {name: Files(tmp_path / f"{name}.crt", tmp_path / f"{name}.key") for name in made}
    for name, credential in made.items():
        credential.write(found[name].certificate, found[name].key)
    return found


def usable(files: dict[str, Files], authority: CertificateAuthority, folder: Path) -> None:
    """A connection could be made with each pair of files."""
    (folder / "authority.crt").write_bytes(authority.certificate)
    for one in files.values():
        BusLogin("tls://localhost:1", folder / "authority.crt", one.certificate, one.key).tls()


def hosts_of(certificate: Path) -> list[str]:
    extensions = x509.load_pem_x509_certificate(certificate.read_bytes()).extensions
    return [str(one.value) for one in extensions.get_extension_for_class(x509.SubjectAlternativeName).value]


def test_new_certificates_take_the_place_of_the_old_ones_with_the_same_names(
    files: dict[str, Files], authority: CertificateAuthority, tmp_path: Path
):
    requests = ask(files)
    usable(files, authority, tmp_path)
    assert all(valid_until(one.certificate) < NOW + timedelta(days=10) for one in files.values())

    issued = issue(authority, "audit", requests, NOW)
    install(files, issued)

    usable(files, authority, tmp_path)
    assert all(valid_until(one.certificate) > NOW + timedelta(days=390) for one in files.values())
    assert hosts_of(files[RPC].certificate) == ["127.0.0.1", "localhost"]
    assert hosts_of(files[WEB].certificate) == ["desk.audit.lan"]
    for one in files.values():
        assert {path.stat().st_mode & 0o777 for path in (one.key, one.certificate)} == {0o600}
        assert not one.next_key.exists()


def test_half_installed_is_installed_by_doing_it_again(
    files: dict[str, Files], authority: CertificateAuthority, tmp_path: Path
):
    issued = issue(authority, "audit", ask(files), NOW)
    # The process ended between key and certificate.
    files[BUS].next_key.replace(files[BUS].key)

    install(files, issued)

    usable(files, authority, tmp_path)


def test_nobody_gets_a_certificate_of_another_name_or_for_another_key(
    files: dict[str, Files], authority: CertificateAuthority
):
    requests = ask(files)
    with pytest.raises(RenewalError):
        issue(authority, "finance", requests, NOW)
    with pytest.raises(RenewalError):
        issue(authority, "audit", {STATUS: requests[BUS]}, NOW)
    with pytest.raises(RenewalError):
        issue(authority, "audit", {BUS: "junk"}, NOW)
    issued = issue(authority, "audit", requests, NOW)
    ask(files)
    with pytest.raises(RenewalError):
        install(files, issued)
