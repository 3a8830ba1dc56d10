"""No administrator alone lets anybody in: one opens the account, one gives it a role, one finds both in the journal."""

from __future__ import annotations

from playwright.sync_api import expect

from deploy.demo.offices import PASSWORD
from tests.browser.conftest import Sit

BODY, NEW = "congress", "newcomer"


def test_a_new_clerk_is_let_in_by_two_and_seen_by_the_third(sit: Sit):
    system, security, auditor = (sit(BODY, who) for who in ("system", "security-admin", "auditor"))
    system.open("/accounts")
    system.page.locator("main [name=login]").fill(NEW)
    system.page.locator("main [name=name]").fill("新来的经办人")
    system.press("开立并生成邀请码")
    code = system.page.locator("code.once").inner_text()
    system.picture("administrators-code")

    person = sit(BODY)
    person.open("/invitation")
    person.page.locator("[name=code]").fill(code)
    for field in ("password", "password_again"):
        person.page.locator(f"[name={field}]").fill(PASSWORD)
    person.press("设置密码")
    person.sign_in(NEW)
    expect(person.page.get_by_role("link", name="函件", exact=True)).to_have_count(0)

    security.open("/accounts")
    security.page.get_by_role("link", name="新来的经办人").click()
    security.page.locator("main select[name=role]").select_option(label="经办人")
    security.press("授予")

    person.open("/")
    expect(person.page.get_by_role("link", name="函件", exact=True)).to_be_visible()
    auditor.open("/journal")
    expect(auditor.page.locator("main table tbody tr").first).to_be_visible()
