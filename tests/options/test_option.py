"""A row checks what is set, and says what would have been right."""

from __future__ import annotations

from typing import Any

import pytest

from zerowire.constants import Errno, SocketOption
from zerowire.error import ZMQError
from zerowire.options import Accepts, Kind, Option, boolean, checked, computed, integer, octets, text

FLAG = SocketOption.ROUTER_MANDATORY
WORDS = SocketOption.BINDTODEVICE
RAW = SocketOption.HELLO_MSG


def refused(row: Option, value: Any) -> str:
    with pytest.raises(ZMQError) as caught:
        checked(row, value)
    assert caught.value.errno == Errno.EINVAL
    return str(caught.value)


def test_row_is_called_what_its_number_is_called() -> None:
    row = boolean(FLAG, False, doc="")
    assert (row.name, row.attribute) == ("ROUTER_MANDATORY", "router_mandatory")
    other = integer(FLAG, 0, 1, 0, name="BEHAVIOUR", doc="")
    assert (other.name, other.attribute) == ("BEHAVIOUR", "behaviour")


def test_integer_has_limits_and_says_them() -> None:
    """OPT-1."""
    row = integer(FLAG, -1, 5, 0, unit="messages", special="no limit", doc="")
    assert [checked(row, value) for value in (-1, 0, 5)] == [-1, 0, 5]
    assert refused(row, 6) == "ROUTER_MANDATORY is 6, must be -1 (no limit) to 5 messages"
    assert refused(row, -2) == "ROUTER_MANDATORY is -2, must be -1 (no limit) to 5 messages"
    unlimited = integer(FLAG, 1, 2**31 - 1, 0, doc="")
    assert refused(unlimited, 0) == "ROUTER_MANDATORY is 0, must be 1 or more"
    assert refused(unlimited, 2**31) == "ROUTER_MANDATORY is 2147483648, must be 1 to 2147483647"


def test_integer_is_stored_as_a_plain_int() -> None:
    row = integer(FLAG, 0, 9, 0, doc="")
    assert type(checked(row, True)) is int
    assert type(checked(row, SocketOption.AFFINITY)) is int


def test_integer_can_be_rounded_down() -> None:
    row = integer(FLAG, -1, 1000, 0, rounded=100, doc="")
    assert [checked(row, value) for value in (-1, 99, 100, 250)] == [-1, 0, 100, 200]


@pytest.mark.parametrize(
    ("accepts", "false", "true", "wrong"),
    [
        (Accepts.ZERO_OR_ONE, [0, False], [1, True], [2, -1]),
        (Accepts.NOT_NEGATIVE, [0], [1, 2, 300], [-1]),
        (Accepts.ANY, [0], [1, 2, -1], []),
    ],
)
def test_boolean_takes_integers_in_its_own_way(
    accepts: Accepts, false: list[int], true: list[int], wrong: list[int]
) -> None:
    """OPT-3."""
    row = boolean(FLAG, False, accepts=accepts, doc="")
    assert all(checked(row, value) is False for value in false)
    assert all(checked(row, value) is True for value in true)
    for value in wrong:
        assert refused(row, value).startswith(f"ROUTER_MANDATORY is {value}, must be 0 or 1")


def test_octets_have_a_length() -> None:
    row = octets(RAW, b"", low=1, high=3, doc="")
    assert checked(row, b"\0\xff") == b"\0\xff"
    assert refused(row, b"") == "HELLO_MSG is b'', must be 1 to 3 octets"
    assert "must be 1 to 3 octets" in refused(row, b"1234")
    assert checked(octets(RAW, b"", doc=""), b"x" * 1000) == b"x" * 1000


def test_long_values_are_shown_in_part() -> None:
    message = refused(octets(RAW, b"", high=255, doc=""), b"x" * 300)
    assert "... (300 octets), must be" in message
    assert len(message) < 120


def test_enormous_numbers_are_refused_by_their_size() -> None:
    message = refused(integer(FLAG, 0, 9, 0, doc=""), 10**5000)
    assert message == "ROUTER_MANDATORY is a number of 16610 bits, must be 0 to 9"


def test_text_is_stored_as_str_and_read_as_octets() -> None:
    row = text(WORDS, low=1, doc="")
    for given in (b"global", "größe".encode(), b"\xff\xfe"):
        stored = checked(row, given)
        assert type(stored) is str
        assert row.external(stored) == given
    assert "must be 1 to 255 octets" in refused(row, "ü".encode() * 128)
    assert refused(row, b"") == "BINDTODEVICE is '', must be 1 to 255 octets"


def test_none_is_empty_only_where_that_has_a_meaning() -> None:
    assert checked(text(WORDS, nullable=True, doc=""), None) == ""
    assert checked(Option(FLAG, Kind.INT, 0, nullable=True, doc=""), None) is None
    for row in (text(WORDS, doc=""), integer(FLAG, 0, 1, 0, doc="")):
        with pytest.raises(TypeError, match="NoneType"):
            checked(row, None)


@pytest.mark.parametrize("wrong", [bytearray(b"x"), 5, ["x"]])
def test_octets_are_bytes_and_nothing_else(wrong: object) -> None:
    with pytest.raises(TypeError, match="HELLO_MSG takes bytes, not"):
        checked(octets(RAW, b"", doc=""), wrong)


@pytest.mark.parametrize("wrong", [b"1", 1.0, [1]])
def test_number_is_an_int_and_nothing_else(wrong: object) -> None:
    for row in (integer(FLAG, 0, 1, 0, doc=""), boolean(FLAG, False, doc="")):
        with pytest.raises(TypeError, match="ROUTER_MANDATORY takes an int, not"):
            checked(row, wrong)


def test_str_is_refused_with_a_hint() -> None:
    for row in (octets(RAW, b"", doc=""), text(WORDS, doc="")):
        with pytest.raises(TypeError, match=r"unicode.*setsockopt_string"):
            checked(row, "x")
    with pytest.raises(TypeError, match="takes an int, not unicode"):
        checked(integer(FLAG, 0, 1, 0, doc=""), "1")


def test_fact_cannot_be_set() -> None:
    row = computed(SocketOption.TYPE, doc="")
    assert row.is_computed
    assert refused(row, 1) == "TYPE can be read only"


@pytest.mark.parametrize(
    ("kind", "default", "other"),
    [(Kind.BOOL, False, 1), (Kind.BYTES, b"\0\0", b"\0\1"), (Kind.STRING, "", b"x"), (Kind.INT, 3, 4)],
)
def test_unavailable_option_takes_its_default_alone(kind: Kind, default: Any, other: Any) -> None:
    row = Option(FLAG, kind, default, unavailable="it is not there yet", doc="")
    assert checked(row, row.external(default)) == default
    assert refused(row, other) == "ROUTER_MANDATORY: it is not there yet"


def test_values_are_read_as_int_or_octets() -> None:
    assert boolean(FLAG, False, doc="").external(True) == 1
    assert type(boolean(FLAG, False, doc="").external(True)) is int
    assert octets(RAW, b"", doc="").external(b"x") == b"x"
    assert Option(FLAG, Kind.BOOL, False, show=lambda value: not value, doc="").external(True) == 0
