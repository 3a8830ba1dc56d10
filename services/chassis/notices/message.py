"""What is sent: a count in both languages, as a mail that any mail server or command can pass on."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.chassis.notices.rules import Notice, What


def mail(notice: Notice, sender: str, address: str, desk: str, now: datetime) -> bytes:
    """The whole message; its subject says the same counts. `desk` is where the desk is opened, empty to
    leave it out.
    """
    message = EmailMessage(policy=SMTP)
    chinese, english = _texts(notice)
    message["From"], message["To"] = sender, address
    message["Date"] = format_datetime(now)
    message["Subject"] = f"{chinese} / {english}"
    message["Auto-Submitted"] = "auto-generated"
    lines = [chinese, english, *([desk] if desk else [])]
    message.set_content("\n".join(lines) + "\n", charset="utf-8", cte="base64")
    return message.as_bytes()


def _texts(notice: Notice) -> tuple[str, str]:
    items = "1 item awaits" if notice.count == 1 else f"{notice.count} items await"
    if notice.what is What.FRESH:
        return f"有 {notice.count} 件事项待办", f"{items} you"
    return f"今日待办 {notice.count} 件, 其中超期 {notice.late} 件", f"{items} you today, {notice.late} of them late"
