"""Words typed into a form whose session had ended: sealed into the sign-in page, and given back to the same person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.auth.forms import Form
from gateway.auth.secret import Secret

_SECONDS = 12 * 3600
_LARGEST = 512 * 1024
_FILE, _PASSWORD = "file", "password"


@dataclass(frozen=True, slots=True)
class KeptWords:
    """A form that was not taken.

    Attributes:
        account_id: Who typed it; nobody else gets it back.
        path: Where it was to go.
        fields: What was typed.
        again: Fields that are never kept and have to be filled again, each with the type of its input: a file, which
            no page may put in place by itself, or a password.
    """

    account_id: str
    path: str
    fields: dict[str, list[str]]
    again: dict[str, str] = field(default_factory=dict)

    def seal(self, secret: Secret) -> str:
        """As a hidden field; empty where it is more than a page should carry."""
        content = {"account_id": self.account_id, "path": self.path, "fields": self.fields, "again": self.again}
        sealed = secret.seal(content)
        return sealed if len(sealed) <= _LARGEST else ""


def keep_words(account_id: str, path: str, form: Form) -> KeptWords:
    """What can be kept of a form, and what has to be filled again."""
    files = dict.fromkeys(form.file_fields(), _FILE)
    return KeptWords(account_id, path, form.typed(), files | dict.fromkeys(form.password_fields(), _PASSWORD))


def kept_words(secret: Secret, sealed: str) -> KeptWords | None:
    """What was sealed, for as long as half a day."""
    found = secret.open(sealed, _SECONDS) if sealed else None
    match found:
        case {"account_id": str(account_id), "path": str(path), "fields": dict(fields), "again": dict(again)}:
            typed = {str(name): [str(one) for one in values] for name, values in fields.items()}
            return KeptWords(account_id, path, typed, _texts(again))
        case _:
            return None


def _texts(found: Mapping[object, object]) -> dict[str, str]:
    return {str(name): str(value) for name, value in found.items()}
