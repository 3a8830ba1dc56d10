"""The second factor: administrators have one, a code works once, wrong ones lock, a lost device is reset by another."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
import sqlalchemy as sa

from services.chassis.identity.keys import KeyPair, Keyring, Purpose
from services.chassis.node.rewrapping import rewrap
from services.chassis.people.accounts import close_account
from services.chassis.people.errors import (
    CodeWrongError,
    OwnAccountError,
    PasswordWrongError,
    SecondFactorStateError,
    SignInLockedError,
)
from services.chassis.people.grants import Wanted
from services.chassis.people.records import FREE_ATTEMPTS
from services.chassis.people.second_factor import reset_second_factor
from services.chassis.people.tables import RECOVERY_CODES, SECOND_FACTORS
from services.chassis.rpc.callers import Caller, Role, Step
from services.chassis.rpc.errors import NotSignedInError
from services.chassis.testing.clock import FixedClock
from tests.integration.people.people_for_tests import PASSWORD, Office


class Device:
    """The authenticator in a person's pocket: it knows what the picture told it, and the time."""

    def __init__(self, uri: str, clock: FixedClock) -> None:
        self._totp = pyotp.parse_uri(uri)
        self._clock = clock

    def code(self) -> str:
        assert isinstance(self._totp, pyotp.TOTP)
        return self._totp.at(self._clock.now())


async def sign_in(office: Office, login: str) -> Caller:
    return await office.caller(login)


async def enrol(office: Office, caller: Caller) -> tuple[Device, list[str]]:
    """With the device that the person scanned the picture with, and the recovery codes."""
    offer = await office.second_factor.start(caller, PASSWORD, "")
    device = Device(offer.otpauth_uri, office.clock)
    return device, await office.second_factor.confirm(caller, device.code())


async def test_an_administrator_can_do_nothing_until_a_device_is_enrolled(any_office: Office):
    office = any_office
    office.demand(second_factor=True)
    admin = await sign_in(office, "system")
    assert admin.step is Step.ENROL

    device, codes = await enrol(office, admin)

    assert (await sign_in(office, "system")).step is Step.CODE
    assert len(set(codes)) == 10
    office.clock.advance(seconds=30)
    again = await office.gate.sign_in("system", PASSWORD)
    await office.second_factor.give(await office.authenticator.authenticate(again.token), device.code())
    assert (await office.authenticator.authenticate(again.token)).step is Step.DONE
    kinds = [kind for kind, _ in await office.journal()]
    assert kinds.count("people.second_factor_enrolled") == kinds.count("people.second_factor_given") == 1


async def test_whoever_becomes_administrator_during_a_session_enrols_before_going_on(office: Office):
    office.demand(second_factor=True)
    account_id = await office.open("next")
    session = await office.gate.sign_in("next", PASSWORD)
    assert session.step is Step.DONE
    await office.grant(account_id, Wanted(Role.AUDIT_ADMIN))
    assert (await office.authenticator.authenticate(session.token)).step is Step.ENROL


async def test_a_clerk_may_have_a_second_factor_and_take_it_off_again(office: Office):
    office.demand(second_factor=True)
    clerk = await office.hire("li.si", Role.CLERK)
    assert clerk.step is Step.DONE
    with pytest.raises(PasswordWrongError):
        await office.second_factor.start(clerk, "Not-the-password-1", "")
    device, _ = await enrol(office, clerk)
    assert (await sign_in(office, "li.si")).step is Step.CODE

    office.clock.advance(seconds=30)
    await office.second_factor.remove(clerk, PASSWORD, device.code())
    assert (await sign_in(office, "li.si")).step is Step.DONE
    with pytest.raises(SecondFactorStateError):
        await office.second_factor.remove(clerk, PASSWORD, device.code())


async def test_an_administrator_cannot_take_it_off(office: Office):
    office.demand(second_factor=True)
    device, _ = await enrol(office, await sign_in(office, "system"))
    office.clock.advance(seconds=30)
    caller = await complete(office, "system", device.code())
    office.clock.advance(seconds=30)
    with pytest.raises(SecondFactorStateError):
        await office.second_factor.remove(caller, PASSWORD, device.code())


async def complete(office: Office, login: str, code: str) -> Caller:
    session = await office.gate.sign_in(login, PASSWORD)
    await office.second_factor.give(await office.authenticator.authenticate(session.token), code)
    return await office.authenticator.authenticate(session.token)


async def test_a_code_works_once(any_office: Office):
    office = any_office
    device, _ = await enrol(office, await office.hire("li.si", Role.CLERK))
    with pytest.raises(CodeWrongError):  # the one that enrolled
        await complete(office, "li.si", device.code())
    office.clock.advance(seconds=30)
    code = device.code()
    await complete(office, "li.si", f" {code[:3]} {code[3:]} ")
    with pytest.raises(CodeWrongError):
        await complete(office, "li.si", code)
    office.clock.advance(seconds=60)
    with pytest.raises(CodeWrongError):
        await complete(office, "li.si", code)


async def test_full_width_digits_are_digits(office: Office):
    device, _ = await enrol(office, await office.hire("li.si", Role.CLERK))
    office.clock.advance(seconds=30)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in device.code())
    assert (await complete(office, "li.si", wide)).step is Step.DONE


async def test_recovery_codes_work_once_each_and_new_ones_void_the_old(office: Office):
    clerk = await office.hire("li.si", Role.CLERK)
    device, codes = await enrol(office, clerk)
    await complete(office, "li.si", codes[0].upper())
    with pytest.raises(CodeWrongError):
        await complete(office, "li.si", codes[0])
    assert (await office.second_factor.standing(clerk)).codes_left == 9

    office.clock.advance(seconds=30)
    fresh = await office.second_factor.renew_codes(clerk, PASSWORD, device.code())
    with pytest.raises(CodeWrongError):
        await complete(office, "li.si", codes[1])
    await complete(office, "li.si", fresh[0])


async def test_wrong_codes_lock_also_for_who_knows_the_password(any_office: Office):
    """A right password forgives wrong passwords, not wrong codes; many guesses at once gain nothing."""
    office = any_office
    await enrol(office, await office.hire("li.si", Role.CLERK))
    callers = [await sign_in(office, "li.si") for _ in range(3)]
    answers = await asyncio.gather(
        *(office.second_factor.give(callers[number % 3], "000000") for number in range(12)), return_exceptions=True
    )
    assert sum(isinstance(answer, CodeWrongError) for answer in answers) == FREE_ATTEMPTS
    assert sum(isinstance(answer, SignInLockedError) for answer in answers) == 12 - FREE_ATTEMPTS
    with pytest.raises(SignInLockedError):
        await complete(office, "li.si", "000000")
    refused = [kind for kind, _ in await office.journal() if kind == "people.second_factor_refused"]
    assert len(refused) == FREE_ATTEMPTS


async def test_enrolling_ends_the_sessions_that_were_opened_without(office: Office):
    clerk = await office.hire("li.si", Role.CLERK)
    other = await office.gate.sign_in("li.si", PASSWORD)
    await enrol(office, clerk)
    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(other.token)


async def test_a_sign_in_that_is_not_completed_ends_soon_and_is_not_kept_alive(office: Office):
    await enrol(office, await office.hire("li.si", Role.CLERK))
    session = await office.gate.sign_in("li.si", PASSWORD)
    for _ in range(3):
        office.clock.advance(minutes=4)
        assert (await office.authenticator.authenticate(session.token)).step is Step.CODE
    office.clock.advance(minutes=4)
    with pytest.raises(NotSignedInError):
        await office.authenticator.authenticate(session.token)


async def test_a_session_that_waits_for_a_code_enrols_no_other_device(office: Office):
    await enrol(office, await office.hire("li.si", Role.CLERK))
    waiting = await sign_in(office, "li.si")
    with pytest.raises(SecondFactorStateError):
        await office.second_factor.start(waiting, PASSWORD, "")
    with pytest.raises(SecondFactorStateError):
        await office.second_factor.confirm(waiting, "000000")


async def test_a_new_device_takes_a_code_of_the_old_one(office: Office):
    clerk = await office.hire("li.si", Role.CLERK)
    old, _ = await enrol(office, clerk)
    office.clock.advance(seconds=30)
    with pytest.raises(CodeWrongError):
        await office.second_factor.start(clerk, PASSWORD, "000000")
    offer = await office.second_factor.start(clerk, PASSWORD, old.code())
    office.clock.advance(seconds=30)
    await complete(office, "li.si", old.code())  # it counts until the new one is confirmed
    new = Device(offer.otpauth_uri, office.clock)
    await office.second_factor.confirm(clerk, new.code())
    office.clock.advance(seconds=30)
    with pytest.raises(CodeWrongError):
        await complete(office, "li.si", old.code())
    await complete(office, "li.si", new.code())


async def test_the_security_administrator_resets_it_for_others_with_a_reason_that_is_journalled(any_office: Office):
    office = any_office
    clerk = await office.hire("li.si", Role.CLERK)
    await enrol(office, clerk)
    with pytest.raises(OwnAccountError):
        await office.do(lambda tx: reset_second_factor(tx, office.security, office.security.account_id, "手机遗失"))

    await office.do(lambda tx: reset_second_factor(tx, office.security, clerk.account_id, "手机遗失, 当面核实"))

    assert (await sign_in(office, "li.si")).step is Step.DONE
    with pytest.raises(SecondFactorStateError):
        await office.do(lambda tx: reset_second_factor(tx, office.security, clerk.account_id, "再次"))
    (told,) = [payload for kind, payload in await office.journal() if kind == "people.second_factor_reset"]
    assert clerk.account_id.encode() in told
    assert office.security.account_id.encode() in told


async def test_a_device_goes_on_working_when_the_storage_key_is_replaced(any_office: Office):
    office = any_office
    device, _ = await enrol(office, await office.hire("li.si", Role.CLERK))
    keyring = office.second_factor.keyring
    old = keyring.storage_key()
    newer = KeyPair.generate(Purpose.STORAGE, office.clock.advance(days=1))
    keyring.take_over(Keyring.of("audit", old, newer))
    assert await office.do(lambda tx: rewrap(tx, keyring)) == 1

    keyring.take_over(Keyring.of("audit", newer))
    assert (await complete(office, "li.si", device.code())).step is Step.DONE


async def kept(office: Office) -> list[Any]:
    tables = (SECOND_FACTORS, RECOVERY_CODES)
    return await office.do(lambda tx: [row for table in tables for row in tx.connection.execute(sa.select(table))])


async def test_the_database_holds_neither_secret_nor_codes_and_a_closed_account_nothing(office: Office):
    clerk = await office.hire("li.si", Role.CLERK)
    offer = await office.second_factor.start(clerk, PASSWORD, "")
    codes = await office.second_factor.confirm(clerk, Device(offer.otpauth_uri, office.clock).code())
    secret = parse_qs(urlsplit(offer.otpauth_uri).query)["secret"][0]

    rows = await kept(office)
    journal = b"".join(payload for _, payload in await office.journal())
    for hidden in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert hidden not in repr(rows)
        assert hidden.encode() not in journal
    assert offer.secret.replace(" ", "") == secret
    assert repr(offer) == "Offer()"
    assert "青禾县 审计局:li.si" in unquote(offer.otpauth_uri)
    assert re.fullmatch("([a-z2-7]{4}-){3}[a-z2-7]{4}", codes[0])

    await office.do(lambda tx: close_account(tx, office.security, clerk.account_id))
    assert await kept(office) == []
