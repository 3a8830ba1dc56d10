"""Renews a node's TLS certificates without its private keys leaving it: asked for there, issued at the office."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.chassis.bus.certificates import CertificateAuthority, CertificateError, status_name, write_private
from services.chassis.config import NodeConfig
from services.chassis.errors import Fault, GuantongError

BUS, STATUS, RPC, WEB = "bus", "status", "rpc", "web"
_SHOWN = {RPC, WEB}
"""What is shown to callers, who look whether it names the host that they called."""
_WAITING = ".next"


class RenewalError(GuantongError):
    """A request for certificates, or the answer to one, cannot be used."""

    reason: ClassVar[str] = "RENEWAL_UNUSABLE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{file}: {why}. Nothing was changed. Ask again: guantong keys ask-certificate."
    message_zh: ClassVar[str] = "{file}: {why_zh}。未作任何改动。请重新申请: guantong keys ask-certificate。"


@dataclass(frozen=True)
class Files:
    """One certificate of a node with its key."""

    certificate: Path
    key: Path

    @property
    def next_key(self) -> Path:
        """The new key, while its certificate is not there yet."""
        return self.key.with_name(self.key.name + _WAITING)


def files_of(config: NodeConfig) -> dict[str, Files]:
    """The body's own certificates on this machine, by what they are for."""
    files = {
        BUS: Files(config.bus.certificate, config.bus.key),
        STATUS: Files(config.bus.status_certificate, config.bus.status_key),
        RPC: Files(config.rpc.certificate, config.rpc.key),
    }
    web = config.gateway
    if web is not None and web.certificate is not None and web.key is not None:
        files[WEB] = Files(web.certificate, web.key)
    return files


def ask(files: Mapping[str, Files]) -> dict[str, str]:
    """Make a new key beside each old one, and requests (PEM) for certificates of the same names."""
    return {name: _ask(one) for name, one in files.items()}


def names_of(body: str) -> Mapping[str, str]:
    """The names under which a body's certificates speak, by what they are for."""
    return {BUS: body, STATUS: status_name(body), RPC: f"node.{body}", WEB: f"web.{body}"}


def issue(authority: CertificateAuthority, body: str, requests: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Certificates (PEM) for what `body` asks for: its own names, and no others.

    Raises:
        RenewalError: a request is damaged, or asks for another's name.
    """
    issued = {}
    for purpose, text in requests.items():
        request = _read(purpose, text)
        if _common_name(request.subject) != names_of(body).get(purpose):
            raise RenewalError(file=purpose, why="it asks for another name", why_zh="申请的名称不是本单位的")
        hosts = _hosts(request) if purpose in _SHOWN else None
        issued[purpose] = authority.issue_for(request.public_key(), names_of(body)[purpose], hosts, now).decode("ascii")
    return issued


def install(files: Mapping[str, Files], issued: Mapping[str, str]) -> None:
    """Put new certificates with their keys in place; a connection takes them the next time it is made.

    Done again after a crash half-way it ends the same. Until then the old ones are valid.

    Raises:
        RenewalError: a certificate does not belong to the key that waits for it.
    """
    for name, text in issued.items():
        one = files[name]
        key = one.next_key if one.next_key.exists() else one.key
        if not belong_together(key.read_bytes(), text.encode("ascii")):
            raise RenewalError(file=name, why="the certificate is for another key", why_zh="证书与待用私钥不符")
    for name, text in issued.items():
        one = files[name]
        if one.next_key.exists():
            one.next_key.replace(one.key)
        write_private(one.certificate, text.encode("ascii"))


def belong_together(key: bytes, certificate: bytes) -> bool:
    """Whether a certificate (PEM) is for this key (PEM)."""
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    try:
        public = serialization.load_pem_private_key(key, password=None).public_key()
        certified = x509.load_pem_x509_certificate(certificate).public_key()
    except ValueError:
        return False
    return public.public_bytes(*form) == certified.public_bytes(*form)


def as_bytes(body: str, parts: Mapping[str, str]) -> bytes:
    """Requests or certificates as one file."""
    return json.dumps({"body": body, "parts": dict(parts)}, indent=1).encode("ascii")


def from_bytes(data: bytes, file: str) -> tuple[str, dict[str, str]]:
    """Reverse `as_bytes`.

    Raises:
        RenewalError: it is no such file.
    """
    try:
        fields = json.loads(data)
        return str(fields["body"]), {str(name): str(text) for name, text in fields["parts"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RenewalError(file=file, why="it is no such file", why_zh="不是此类文件") from error


def _ask(files: Files) -> str:
    old = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _common_name(old.subject))])
    )
    try:
        names = old.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        pass
    else:
        builder = builder.add_extension(names.value, critical=False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_private(files.next_key, private)
    return builder.sign(key, hashes.SHA256()).public_bytes(pem).decode("ascii")


def _read(purpose: str, text: str) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(text.encode("ascii"))
        valid = request.is_signature_valid
    except (ValueError, InvalidSignature) as error:
        raise RenewalError(file=purpose, why="the request is damaged", why_zh="申请已损坏") from error
    if not valid:
        raise RenewalError(file=purpose, why="the request is damaged", why_zh="申请已损坏")
    return request


def _hosts(request: x509.CertificateSigningRequest) -> list[str]:
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(entry.value) for entry in names]


def _common_name(subject: x509.Name) -> str:
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not names:
        raise CertificateError(file="certificate", problem="no name in it")
    return str(names[0].value)
