"""The certificate a server shows to its callers; a renewed one is shown to the next caller, without a restart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import grpc

from services.chassis.bus.renewal import belong_together


@dataclass(frozen=True, slots=True)
class ServerTls:
    """The server's certificate and key as PEM files; with `client_authority`, callers need a certificate too."""

    certificate: Path
    key: Path
    client_authority: Path | None = None

    def credentials(self) -> grpc.ServerCredentials:
        """Read the files now, and when they change."""
        shown = Shown(self)
        # The stubs do not know that None says "unchanged".
        renewed = cast("Callable[[], grpc.ServerCertificateConfiguration]", shown.renewed)
        return grpc.dynamic_ssl_server_credentials(shown.now(), renewed, self.client_authority is not None)


class Shown:
    """What a running server shows of its files."""

    def __init__(self, tls: ServerTls) -> None:
        self._tls = tls
        self._authority = tls.client_authority.read_bytes() if tls.client_authority else None
        self._pair = self._read()

    def now(self) -> grpc.ServerCertificateConfiguration:
        """Key and certificate as they were read last."""
        return grpc.ssl_server_certificate_configuration([self._pair], self._authority)

    def renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """What to show from now on; None when nothing changed.

        Asked at every connection. None matters: gRPC replaces what it is given while other callers still use it, and
        has ended the whole process over that when it was done at every connection.
        """
        with suppress(OSError):
            pair = self._read()
            # One of them may be new already and the other not yet.
            if pair != self._pair and belong_together(*pair):
                self._pair = pair
                return self.now()
        return None

    def _read(self) -> tuple[bytes, bytes]:
        return self._tls.key.read_bytes(), self._tls.certificate.read_bytes()
