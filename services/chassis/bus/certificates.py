"""Issues and renews the county's TLS certificates: the common name of a certificate is who is speaking."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.chassis.bus.port import check_body
from services.chassis.errors import Fault, GuantongError

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
CLIENT_DAYS = 397
RENEW_BEFORE = timedelta(days=60)
_BACKDATED = timedelta(hours=1)
"""Clocks of ten offices differ; a certificate made this minute must be valid on a machine that is a little behind."""

OPERATOR = "bus.operator"
"""Creates streams and consumers for the letters. A body's id has no dot, so no body can be called this."""
STATUS_OPERATOR = "bus.operator.status"
SYSTEM = "bus.system"
SERVER = "bus.server"


class CertificateError(GuantongError):
    """A certificate or key file is missing or not what it should be; issue it again."""

    reason: ClassVar[str] = "CERTIFICATE_INVALID"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "{file}: {problem}. Issue the certificate again with the county's authority."
    message_zh: ClassVar[str] = "{file}:{problem}。请由本县证书机构重新签发。"


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate and its private key as PEM."""

    certificate: bytes
    key: bytes

    def write(self, certificate: Path, key: Path) -> None:
        """Put both in place, each whole or not at all, readable by their owner only."""
        write_private(key, self.key)
        write_private(certificate, self.certificate)


def status_name(body: str) -> str:
    """The common name under which a body speaks in the status account."""
    return f"{check_body(body)}.status"


class CertificateAuthority:
    """The county's own authority. Its key is needed only to issue; keep it off the machines that run."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @classmethod
    def create(cls, county: str, now: datetime, days: int = AUTHORITY_DAYS) -> CertificateAuthority:
        """A new authority for one county."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, county),
                x509.NameAttribute(NameOID.COMMON_NAME, "guantong authority"),
            ]
        )
        certificate = (
            _builder(name, name, key.public_key(), now, days)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        return cls(certificate, key)

    @classmethod
    def load(cls, certificate: Path, key: Path) -> CertificateAuthority:
        """The authority that `Credential.write` put in these files."""
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise CertificateError(file=key.name, problem="not an elliptic-curve key")
        return cls(x509.load_pem_x509_certificate(certificate.read_bytes()), private)

    @property
    def credential(self) -> Credential:
        """The authority's own certificate and key, to be written once."""
        return _credential(self._certificate, self._key)

    @property
    def certificate(self) -> bytes:
        """What everyone else needs in order to trust what this authority issues."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def issue_server(
        self, hosts: Sequence[str], now: datetime, *, name: str = SERVER, days: int = SERVER_DAYS
    ) -> Credential:
        """For a program that others connect to by one of `hosts` (names or addresses)."""
        names = x509.SubjectAlternativeName([_host(host) for host in hosts])
        # Servers of one cluster connect to each other, so a server is also a client.
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        return self._issue(name, purposes, now, days, names)

    def issue_client(self, name: str, now: datetime, *, days: int = CLIENT_DAYS) -> Credential:
        """For one who connects; `name` is the identity: a body, `status_name(body)`, or an operator."""
        return self._issue(name, [ExtendedKeyUsageOID.CLIENT_AUTH], now, days, None)

    def issue_for(
        self, public: CertificatePublicKeyTypes, name: str, hosts: Sequence[str] | None, now: datetime
    ) -> bytes:
        """A certificate (PEM) for a key that stays where it was made; with `hosts` for a program that others call."""
        purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]
        if hosts is None:
            certificate = self._certify(public, name, purposes, now, days=CLIENT_DAYS, hosts=None)
        else:
            names = x509.SubjectAlternativeName([_host(host) for host in hosts])
            purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
            certificate = self._certify(public, name, purposes, now, days=SERVER_DAYS, hosts=names)
        return certificate.public_bytes(serialization.Encoding.PEM)

    def _issue(
        self,
        name: str,
        purposes: Iterable[x509.ObjectIdentifier],
        now: datetime,
        days: int,
        hosts: x509.SubjectAlternativeName | None,
    ) -> Credential:
        key = ec.generate_private_key(ec.SECP256R1())
        return _credential(self._certify(key.public_key(), name, purposes, now, days=days, hosts=hosts), key)

    def _certify(
        self,
        public: CertificatePublicKeyTypes,
        name: str,
        purposes: Iterable[x509.ObjectIdentifier],
        now: datetime,
        *,
        days: int,
        hosts: x509.SubjectAlternativeName | None,
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = (
            _builder(subject, self._certificate.subject, public, now, days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(authority_key, critical=False)
        )
        if hosts is not None:
            builder = builder.add_extension(hosts, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def valid_until(certificate: Path) -> datetime:
    """When the certificate in this file ends."""
    return _read(certificate).not_valid_after_utc


def due_for_renewal(certificate: Path, now: datetime) -> bool:
    """Whether the certificate ends within `RENEW_BEFORE`, or has ended."""
    return valid_until(certificate) - now < RENEW_BEFORE


def renew(authority: CertificateAuthority, certificate: Path, key: Path, now: datetime) -> bool:
    """Replace the certificate by one of the same name, hosts and purpose when it is due; tell whether it was.

    A running program takes the new one at its next connection or restart; the old one stays valid to its end.
    """
    if not due_for_renewal(certificate, now):
        return False
    old = _read(certificate)
    name = str(old.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    try:
        names = old.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        fresh = authority.issue_client(name, now)
    else:
        fresh = authority.issue_server([str(entry.value) for entry in names], now, name=name)
    fresh.write(certificate, key)
    return True


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _read(certificate: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateError(file=certificate.name, problem="missing or unreadable") from error


def _builder(
    subject: x509.Name, issuer: x509.Name, public: CertificatePublicKeyTypes, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _credential(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Credential:
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Credential(certificate.public_bytes(pem), private)
