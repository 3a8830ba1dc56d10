"""A suite signs, seals and encrypts, and refuses whatever was changed on the way."""

from __future__ import annotations

import pytest

from services.chassis.identity.errors import CannotOpenError, SignatureInvalidError, UnknownSuiteError
from services.chassis.identity.suites import DEFAULT_SUITE, SUITES, key_id_of, suite_named


@pytest.fixture(params=sorted(SUITES))
def suite(request):
    return suite_named(request.param)


def flip(data: bytes, at: int = -1) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def test_a_signature_holds_for_its_bytes_and_key_only(suite):
    private, other = suite.new_signing_key(), suite.new_signing_key()
    public = suite.signing_public(private)
    signature = suite.sign(private, b"letter")

    suite.verify(public, b"letter", signature)
    for key, message, proof in [
        (public, b"Letter", signature),
        (public, b"letter", flip(signature)),
        (public, b"letter", b""),
        (public, b"letter", signature[:-1]),
        (suite.signing_public(other), b"letter", signature),
    ]:
        with pytest.raises(SignatureInvalidError):
            suite.verify(key, message, proof)


def test_sealed_bytes_open_only_for_their_recipient_and_context(suite):
    private, other = suite.new_sealing_key(), suite.new_sealing_key()
    sealed = suite.seal(suite.sealing_public(private), "机密内容".encode(), b"county")

    assert suite.open(private, sealed, b"county") == "机密内容".encode()
    for key, data, context in [
        (other, sealed, b"county"),
        (private, flip(sealed), b"county"),
        (private, sealed[:20], b"county"),
        (private, b"", b"county"),
        (private, sealed, b"another county"),
    ]:
        with pytest.raises(CannotOpenError):
            suite.open(key, data, context)


def test_content_at_rest_opens_only_with_its_key_and_context(suite):
    key = bytes(range(32))
    encrypted = suite.encrypt(key, b"content", b"letter-1")

    assert suite.decrypt(key, encrypted, b"letter-1") == b"content"
    assert b"content" not in encrypted
    for wrong, data, context in [
        (bytes(32), encrypted, b"letter-1"),
        (key, flip(encrypted), b"letter-1"),
        (key, b"short", b"letter-1"),
        (key, encrypted, b"letter-2"),
    ]:
        with pytest.raises(CannotOpenError):
            suite.decrypt(wrong, data, context)


def test_two_seals_of_the_same_bytes_differ(suite):
    public = suite.sealing_public(suite.new_sealing_key())
    assert suite.seal(public, b"same", b"") != suite.seal(public, b"same", b"")


def test_an_unknown_suite_is_refused_by_name():
    with pytest.raises(UnknownSuiteError) as caught:
        suite_named("guantong-99")

    assert caught.value.facts == {"suite": "guantong-99"}
    assert "guantong-99" in caught.value.text("zh")


def test_a_key_id_is_sixteen_hexadecimal_digits_of_the_public_key():
    private = suite_named(DEFAULT_SUITE).new_signing_key()
    key_id = key_id_of(suite_named(DEFAULT_SUITE).signing_public(private))

    assert len(key_id) == 16
    assert int(key_id, 16) >= 0
