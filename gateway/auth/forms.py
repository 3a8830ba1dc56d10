"""Forms: read within limits, and taken only from our own pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from fastapi import Request, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as StarletteUpload

from gateway.auth.cookies import form_nonce, session_of
from gateway.auth.secret import Secret
from services.chassis.errors import Fault, GuantongError

MARK, REQUEST_ID = "form_mark", "request_id"
_MOST_FIELDS, _LARGEST_FIELD = 5_000, 2 * 1024 * 1024
_SAFE_SITES = frozenset({"same-origin", "none"})


class ForeignFormError(GuantongError):
    """A form that is not one of our own pages', or of a page that was opened before somebody else signed in."""

    reason: ClassVar[str] = "FORM_NOT_OURS"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = (
        "This form does not belong to the present session. Nothing was changed. Reload the page and send it again."
    )
    message_zh: ClassVar[str] = "该表单不属于当前会话, 未作任何更改。请刷新页面后重新提交。"


@dataclass(frozen=True)
class Form:
    """What was typed. Texts lose the blanks around them; what a browser sends twice is a list."""

    data: FormData

    def text(self, name: str) -> str:
        """One field; empty where it is missing."""
        value = self.data.get(name)
        return value.strip() if isinstance(value, str) else ""

    def words(self, name: str) -> str:
        """A text of several lines, with line ends as everywhere else."""
        return self.text(name).replace("\r\n", "\n").replace("\r", "\n")

    def secret(self, name: str) -> str:
        """A password, exactly as typed."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Every value of a field that may stand several times."""
        return [value for value in self.data.getlist(name) if isinstance(value, str)]

    def checked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.text(name))

    def number(self, name: str) -> int | None:
        """A whole number, full-width digits as well; None where there is none."""
        value = self.text(name)
        return int(value) if value.removeprefix("-").isdecimal() else None

    def file(self, name: str) -> UploadFile | StarletteUpload | None:
        """A file that was chosen."""
        value = self.data.get(name)
        return value if isinstance(value, StarletteUpload) and value.filename else None

    @property
    def request_id(self) -> str:
        """Made with the form: the same form sent twice is done once."""
        return self.text(REQUEST_ID)

    def typed(self) -> dict[str, list[str]]:
        """Everything but files, passwords and what the page itself put in, to be kept or shown again."""
        kept = {name: self.texts(name) for name in self.data if not name.startswith("password")}
        return {name: values for name, values in kept.items() if values and name not in {MARK, REQUEST_ID}}


def mark_for(request: Request, secret: Secret) -> str:
    """The mark that this browser's forms carry."""
    session = session_of(request)
    return secret.mark("form", form_nonce(request), session.token if session else "")


async def read_form(request: Request, secret: Secret) -> Form:
    """Read the form of a request.

    Raises:
        ForeignFormError: another site's page sent it, or it carries no mark of this browser and session.
    """
    if not same_origin(request.headers, request.url.netloc):
        raise ForeignFormError
    form = Form(await request.form(max_fields=_MOST_FIELDS, max_part_size=_LARGEST_FIELD))
    session = session_of(request)
    mark = form.text(MARK) or request.headers.get("x-form-mark", "")
    if not secret.matches(mark, "form", form_nonce(request), session.token if session else ""):
        raise ForeignFormError
    return form


def same_origin(headers: Mapping[str, str], host: str) -> bool:
    """Whether the browser says that our own page made this request; old browsers say it less clearly."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in _SAFE_SITES:
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == (headers.get("host") or host)
