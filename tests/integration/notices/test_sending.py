"""A notice leaves by the intranet's mail server or by the office's own command; its failure says nothing of it."""

from __future__ import annotations

import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from services.chassis.config import NoticesConfig, SmtpConfig
from services.chassis.notices.errors import NoticeNotSentError
from services.chassis.notices.message import mail
from services.chassis.notices.rules import Notice, What
from services.chassis.notices.sending import sender_of
from services.chassis.testing.clock import DEFAULT_INSTANT
from tests.integration.notices.smtp_for_tests import mail_server

FROM, TO = "desk@audit.gov", "li.si@audit.gov"
MAIL = mail(Notice(What.FRESH, 1), FROM, TO, "", DEFAULT_INSTANT)


async def by_mail(port: int, *, starttls: bool = False) -> None:
    config = NoticesConfig(smtp=SmtpConfig(host="127.0.0.1", port=port, starttls=starttls), sender=FROM)
    await sender_of(config)(TO, MAIL)


async def by_command(*command: str) -> None:
    await sender_of(NoticesConfig(command=command, sender=FROM))(TO, MAIL)


async def test_a_mail_says_how_many_items_wait_and_nothing_else():
    async with mail_server() as server:
        await by_mail(server.port)

    [(recipient, taken)] = server.taken
    assert recipient == TO
    assert taken["Subject"] == "有 1 件事项待办 / 1 item awaits you"
    assert taken.get_content().split() == ["有", "1", "件事项待办", "1", "item", "awaits", "you"]


async def test_a_server_that_refuses_is_told_of_without_the_address():
    async with mail_server(refuses=True) as server:
        with pytest.raises(NoticeNotSentError) as failure:
            await by_mail(server.port)

    assert TO not in f"{failure.value.text('zh')}{failure.value.text('en')}{failure.value.facts}"


async def test_nothing_goes_in_the_clear_where_encryption_is_demanded():
    async with mail_server() as server:
        with pytest.raises(NoticeNotSentError):
            await by_mail(server.port, starttls=True)

    assert server.taken == []


async def test_a_command_reads_the_whole_message(tmp_path: Path):
    file = tmp_path / "message"
    await by_command(sys.executable, "-c", f"import sys; open({str(file)!r}, 'wb').write(sys.stdin.buffer.read())")

    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == TO


@pytest.mark.parametrize("command", [("false",), ("no-such-command-here",)])
async def test_a_command_that_fails_is_told_of(command: tuple[str, ...]):
    with pytest.raises(NoticeNotSentError):
        await by_command(*command)
