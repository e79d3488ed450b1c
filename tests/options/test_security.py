"""OPT-7: what is set last chooses the mechanism, and the role."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from zerowire.constants import Errno, SocketOption
from zerowire.error import ZMQError
from zerowire.options import Settings, get_option, set_option, z85

O = SocketOption  # noqa: E741
NULL, PLAIN, CURVE, GSSAPI = 0, 1, 2, 3
RAW = bytes(range(32))
TEXT = z85.encode(RAW)
KEYS = [O.CURVE_PUBLICKEY, O.CURVE_SECRETKEY, O.CURVE_SERVERKEY]

PRINCIPALS = [O.GSSAPI_PRINCIPAL, O.GSSAPI_SERVICE_PRINCIPAL]

VIEWS = (O.MECHANISM, O.PLAIN_SERVER, O.CURVE_SERVER)
GSSAPI_VIEWS = (O.MECHANISM, O.GSSAPI_SERVER)


@pytest.fixture
def with_gssapi(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be a package gssapi; to set its options is not to use it."""
    monkeypatch.setitem(sys.modules, "gssapi", ModuleType("gssapi"))


def settings_after(*sets: tuple[O, Any]) -> Settings:
    settings = Settings()
    for number, value in sets:
        set_option(settings, number, value)
    return settings


def refusal(number: O, value: Any) -> str:
    with pytest.raises(ZMQError) as info:
        set_option(Settings(), number, value)
    assert info.value.errno == Errno.EINVAL
    return str(info.value)


@pytest.mark.parametrize(
    ("sets", "mechanism", "plain_server", "curve_server"),
    [
        ([], NULL, 0, 0),
        ([(O.PLAIN_SERVER, 1)], PLAIN, 1, 0),
        ([(O.PLAIN_USERNAME, b"ann")], PLAIN, 0, 0),
        ([(O.PLAIN_PASSWORD, b"secret")], PLAIN, 0, 0),
        ([(O.PLAIN_SERVER, 1), (O.PLAIN_USERNAME, b"ann")], PLAIN, 0, 0),
        ([(O.PLAIN_SERVER, 1), (O.PLAIN_SERVER, 0)], NULL, 0, 0),
        ([(O.PLAIN_USERNAME, b"ann"), (O.CURVE_SERVER, 0)], NULL, 0, 0),
        ([(O.CURVE_SERVER, 1)], CURVE, 0, 1),
        ([(O.CURVE_SECRETKEY, RAW)], CURVE, 0, 0),
        ([(O.CURVE_SERVER, 1), (O.CURVE_PUBLICKEY, RAW), (O.CURVE_SECRETKEY, RAW)], CURVE, 0, 1),
        ([(O.CURVE_SERVER, 1), (O.CURVE_SERVERKEY, RAW)], CURVE, 0, 0),
        ([(O.PLAIN_SERVER, 1), (O.CURVE_SECRETKEY, RAW)], CURVE, 0, 1),
        ([(O.CURVE_SERVER, 1), (O.PLAIN_SERVER, 1)], PLAIN, 1, 0),
        ([(O.ZAP_DOMAIN, b"global"), (O.ZAP_ENFORCE_DOMAIN, 1)], NULL, 0, 0),
    ],
    ids=str,
)
def test_the_last_set_decides(
    sets: list[tuple[O, Any]], mechanism: int, plain_server: int, curve_server: int
) -> None:
    settings = settings_after(*sets)
    assert [get_option(settings, view) for view in VIEWS] == [mechanism, plain_server, curve_server]
    assert settings.mechanism == mechanism


@pytest.mark.parametrize("number", KEYS, ids=lambda each: each.name)
@pytest.mark.parametrize("given", [RAW, TEXT, TEXT + b"\0"], ids=len)
def test_a_key_is_octets_or_text(number: O, given: bytes) -> None:
    settings = settings_after((number, given))
    assert getattr(settings, number.name.lower()) == RAW
    assert get_option(settings, number) == TEXT


@pytest.mark.parametrize("number", KEYS, ids=lambda each: each.name)
def test_a_key_is_empty_until_it_is_set(number: O) -> None:
    assert get_option(Settings(), number) == b""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "must be 32 octets, or 40 characters of Z85"),
        (RAW[1:], "must be 32 octets, or 40 characters of Z85"),
        (TEXT + b"x", "must be 32 octets, or 40 characters of Z85"),
        (TEXT[1:] + b"\0", "must be 32 octets, or 40 characters of Z85"),
        (b"'" * 40, "is no digit of Z85"),
        (b"#" * 40, "must be Z85: five digits of Z85 are at most %nSc0"),
    ],
    ids=lambda each: len(each),
)
def test_another_key_is_refused(value: bytes, words: str) -> None:
    assert words in refusal(O.CURVE_SERVERKEY, value)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (O.PLAIN_USERNAME, b""),
        (O.PLAIN_USERNAME, bytes(256)),
        (O.PLAIN_PASSWORD, b""),
        (O.ZAP_DOMAIN, b""),
        (O.ZAP_DOMAIN, bytes(256)),
    ],
    ids=str,
)
def test_a_text_has_1_to_255_octets(number: O, value: bytes) -> None:
    assert "must be 1 to 255 octets" in refusal(number, value)


@pytest.mark.parametrize("number", [O.PLAIN_SERVER, O.CURVE_SERVER], ids=lambda each: each.name)
def test_a_server_switch_is_0_or_1(number: O) -> None:
    assert "must be 0 or 1" in refusal(number, 2)


def test_enforcing_is_any_number() -> None:
    """OPT-3."""
    assert get_option(settings_after((O.ZAP_ENFORCE_DOMAIN, -5)), O.ZAP_ENFORCE_DOMAIN) == 1


@pytest.mark.parametrize(
    ("number", "value"), [(O.PLAIN_PASSWORD, b"open sesame" * 30), (O.CURVE_SECRETKEY, b"open sesame" * 5)]
)
def test_an_error_does_not_tell_a_secret(number: O, value: bytes) -> None:
    assert "sesame" not in refusal(number, value)
    with pytest.raises(TypeError) as info:
        set_option(Settings(), number, value.decode())
    assert "sesame" not in str(info.value)


@pytest.mark.parametrize("stand_in", [None, SimpleNamespace(lib=0)], ids=["missing", "old"])
@pytest.mark.parametrize(("number", "value"), [(O.CURVE_SERVER, 1), *((key, RAW) for key in KEYS)], ids=str)
def test_curve_needs_libsodium(
    monkeypatch: pytest.MonkeyPatch, number: O, value: Any, stand_in: object
) -> None:
    """CURVE-9: there is no PyNaCl, or an old one."""
    monkeypatch.setitem(sys.modules, "nacl._sodium", stand_in)
    assert "needs PyNaCl 1.6 or later: pip install pynacl" in refusal(number, value)
    set_option(Settings(), O.CURVE_SERVER, 0)


@pytest.mark.parametrize(
    ("sets", "mechanism", "server"),
    [
        ([(O.GSSAPI_SERVER, 1)], GSSAPI, 1),
        ([(O.GSSAPI_SERVER, 0)], GSSAPI, 0),
        ([(O.GSSAPI_PRINCIPAL, b"ann")], GSSAPI, 0),
        ([(O.GSSAPI_SERVICE_PRINCIPAL, b"host@localhost")], GSSAPI, 0),
        ([(O.GSSAPI_SERVER, 1), (O.GSSAPI_PRINCIPAL, b"host@localhost")], GSSAPI, 1),
        ([(O.GSSAPI_SERVER, 1), (O.GSSAPI_SERVICE_PRINCIPAL, b"host@localhost")], GSSAPI, 0),
        ([(O.GSSAPI_SERVER, 1), (O.GSSAPI_SERVER, 0)], GSSAPI, 0),
        ([(O.PLAIN_SERVER, 1), (O.GSSAPI_PRINCIPAL, b"ann")], GSSAPI, 1),
        ([(O.GSSAPI_SERVER, 1), (O.PLAIN_USERNAME, b"ann")], PLAIN, 0),
        ([(O.GSSAPI_SERVER, 1), (O.PLAIN_SERVER, 0)], NULL, 0),
        ([(O.GSSAPI_PLAINTEXT, 1), (O.GSSAPI_PRINCIPAL_NAMETYPE, 1)], NULL, 0),
        ([(O.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, 2)], NULL, 0),
    ],
    ids=str,
)
@pytest.mark.usefixtures("with_gssapi")
def test_the_last_set_decides_with_gssapi_too(sets: list[tuple[O, Any]], mechanism: int, server: int) -> None:
    """OPT-7: GSSAPI_SERVER chooses GSSAPI even with 0."""
    settings = settings_after(*sets)
    assert [get_option(settings, view) for view in GSSAPI_VIEWS] == [mechanism, server]


@pytest.mark.usefixtures("with_gssapi")
def test_what_is_set_for_gssapi_can_be_read() -> None:
    """Options 62 to 65, 90 and 91."""
    settings = Settings()
    defaults: dict[O, Any] = dict.fromkeys(PRINCIPALS, b"")
    defaults |= {
        O.GSSAPI_PLAINTEXT: 0,
        O.GSSAPI_PRINCIPAL_NAMETYPE: 0,
        O.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE: 0,
    }
    for number, default in defaults.items():
        assert get_option(settings, number) == default
        other = b"ann/\xff@REALM" if isinstance(default, bytes) else 1
        set_option(settings, number, other)
        assert get_option(settings, number) == other


@pytest.mark.usefixtures("with_gssapi")
@pytest.mark.parametrize(
    ("number", "value", "words"),
    [
        *((number, value, "must be 1 to 255 octets") for number in PRINCIPALS for value in (b"", bytes(256))),
        (O.GSSAPI_SERVER, 2, "must be 0 or 1"),
        (O.GSSAPI_PLAINTEXT, 2, "must be 0 or 1"),
        (O.GSSAPI_PRINCIPAL_NAMETYPE, 3, "must be 0 to 2"),
        (O.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, -1, "must be 0 to 2"),
    ],
    ids=str,
)
def test_other_values_for_gssapi_are_refused(number: O, value: Any, words: str) -> None:
    assert words in refusal(number, value)


@pytest.mark.parametrize(
    ("number", "value"),
    [(O.GSSAPI_SERVER, 0), (O.GSSAPI_SERVER, 1), *((number, b"ann") for number in PRINCIPALS)],
    ids=str,
)
def test_gssapi_needs_its_package(monkeypatch: pytest.MonkeyPatch, number: O, value: Any) -> None:
    monkeypatch.setitem(sys.modules, "gssapi", None)
    assert "needs the package gssapi: pip install gssapi" in refusal(number, value)
