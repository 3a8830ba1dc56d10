"""Words typed into a form whose session had ended: sealed into the sign-in page, and given back to the same person."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.auth.secret import Secret

_SECONDS = 12 * 3600
_LARGEST = 512 * 1024


@dataclass(frozen=True, slots=True)
class KeptWords:
    """A form that was not taken: where it was to go, and its fields."""

    account_id: str
    path: str
    fields: dict[str, list[str]]

    def seal(self, secret: Secret) -> str:
        """As a hidden field; empty where it is more than a page should carry."""
        sealed = secret.seal({"account_id": self.account_id, "path": self.path, "fields": self.fields})
        return sealed if len(sealed) <= _LARGEST else ""


def kept_words(secret: Secret, sealed: str) -> KeptWords | None:
    """What was sealed, for as long as half a day."""
    found = secret.open(sealed, _SECONDS) if sealed else None
    match found:
        case {"account_id": str(account_id), "path": str(path), "fields": dict(fields)}:
            typed = {str(name): [str(one) for one in values] for name, values in fields.items()}
            return KeptWords(account_id, path, typed)
        case _:
            return None
