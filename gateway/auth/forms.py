"""Forms: read within limits, and taken only from our own pages."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from fastapi import Request, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as StarletteUpload
from starlette.exceptions import HTTPException

from gateway.auth.cookies import Session, form_nonce, session_of
from gateway.auth.secret import Secret
from services.chassis.errors import Fault, GuantongError

MARK, REQUEST_ID = "form_mark", "request_id"
_MOST_FIELDS, _MOST_FILES, _LARGEST_FIELD = 5_000, 20, 2 * 1024 * 1024
_MOST_DIGITS = 9
"""What is longer is no number of ours; the node's messages take no larger one."""
_SAFE_SITES = frozenset({"same-origin", "none"})


class ForeignFormError(GuantongError):
    """A form that is not one of our own pages', or of a page that was opened before somebody else signed in."""

    reason: ClassVar[str] = "FORM_NOT_OURS"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = (
        "This form does not belong to the present session. Nothing was changed. Reload the page and send it again."
    )
    message_zh: ClassVar[str] = "该表单不属于当前会话, 未作任何更改。请刷新页面后重新提交。"


class FormOutdatedError(ForeignFormError):
    """A form of a page that the same person opened in an earlier session; its words are worth keeping."""

    reason: ClassVar[str] = "FORM_OF_EARLIER_SESSION"

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form


class FormUnreadableError(GuantongError):
    """A form that is no form: cut off, or with more fields than any of our pages has."""

    reason: ClassVar[str] = "FORM_UNREADABLE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The form could not be read: it is damaged, or holds too many or too long fields. Nothing was changed. "
        "Send less at once."
    )
    message_zh: ClassVar[str] = "表单无法读取: 内容不完整, 或项目过多、过长。未作任何更改。请减少一次提交的内容。"


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
        """A whole number, full-width digits as well; None where there is none, or none that any form asks for."""
        value = self.text(name)
        return int(value) if value.removeprefix("-").isdecimal() and len(value) <= _MOST_DIGITS else None

    def file(self, name: str) -> UploadFile | StarletteUpload | None:
        """A file that was chosen."""
        value = self.data.get(name)
        return value if isinstance(value, StarletteUpload) and value.filename else None

    def file_fields(self) -> list[str]:
        """The fields in which a file was chosen."""
        return [name for name in self.data if self.file(name)]

    def password_fields(self) -> list[str]:
        """The fields that held a password."""
        return [name for name in self.data if name.startswith("password")]

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
    return mark_of(request, secret, session_of(request))


def mark_of(request: Request, secret: Secret, session: Session | None) -> str:
    """The mark of forms in a session of this browser: one part for the session, one for the person."""
    nonce = form_nonce(request)
    return f"{secret.mark('form', nonce, session.token if session else '')}.{_owner_mark(secret, nonce, session)}"


async def read_form(request: Request, secret: Secret) -> Form:
    """Read the form of a request.

    Raises:
        ForeignFormError: another site's page sent it, or it carries no mark of this browser and session.
        FormOutdatedError: it carries the mark of this browser and person, but of an earlier session.
        FormUnreadableError: it is no form, or holds too much.
    """
    if not same_origin(request.headers, request.url.netloc):
        raise ForeignFormError
    try:
        form = Form(await request.form(max_fields=_MOST_FIELDS, max_files=_MOST_FILES, max_part_size=_LARGEST_FIELD))
    except HTTPException as error:
        raise FormUnreadableError from error
    session, nonce = session_of(request), form_nonce(request)
    mark, _, owner = (form.text(MARK) or request.headers.get("x-form-mark", "")).partition(".")
    if secret.matches(mark, "form", nonce, session.token if session else ""):
        return form
    if session and hmac.compare_digest(owner.encode(), _owner_mark(secret, nonce, session).encode()):
        raise FormOutdatedError(form)
    raise ForeignFormError


def _owner_mark(secret: Secret, nonce: str, session: Session | None) -> str:
    return secret.mark("owner", nonce, session.account_id) if session else ""


def same_origin(headers: Mapping[str, str], host: str) -> bool:
    """Whether the browser says that our own page made this request; old browsers say it less clearly."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in _SAFE_SITES:
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == (headers.get("host") or host)
