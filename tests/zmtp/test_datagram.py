"""Messages of RADIO and DISH in datagrams (features UDP-1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerowire.error import RemoteProtocolError
from zerowire.message import Frame
from zerowire.zmtp.datagram import MAX_SIZE, decode, encode

# What libzmq 4.3.5 sends for the group "movies" and the body "Godfather".
RECORDED = b"\x06moviesGodfather"


def test_layout_is_that_of_libzmq() -> None:
    assert encode([b"movies", b"Godfather"]) == RECORDED
    assert decode(RECORDED) == [b"movies", b"Godfather"]


@given(st.binary(max_size=255), st.binary(max_size=2000))
def test_what_is_encoded_is_decoded(group: bytes, body: bytes) -> None:
    datagram = encode([group, body])
    assert datagram is not None
    assert len(datagram) == 1 + len(group) + len(body)
    assert decode(datagram) == [group, body]


@given(st.one_of(st.binary(max_size=600), st.binary(min_size=MAX_SIZE - 2, max_size=MAX_SIZE + 2)))
def test_any_octets_are_a_message_or_a_violation(octets: bytes) -> None:
    try:
        group, body = decode(octets)
    except RemoteProtocolError:
        assert not octets or len(octets) > MAX_SIZE or 1 + octets[0] > len(octets)
    else:
        assert encode([group, body]) == octets


@pytest.mark.parametrize("group", [b"", b"x", b"x" * 255])
def test_group_and_body_share_8192_octets(group: bytes) -> None:
    room = 8191 - len(group)
    datagram = encode([group, bytes(room)])
    assert datagram is not None
    assert decode(datagram) == [group, bytes(room)]
    assert encode([group, bytes(room + 1)]) is None


@pytest.mark.parametrize("message", [b"alone", [b"a"], [b"a", b"b", b"c"], [b"x" * 256, b"body"]])
def test_what_is_no_group_and_body_fits_into_no_datagram(message: bytes | list[bytes]) -> None:
    assert encode(message) is None  # type: ignore[arg-type]


def test_frames_give_their_payload() -> None:
    """Also one that shares a buffer."""
    shared = Frame(bytearray(b"Godfather"), copy=False)
    assert encode([b"movies", shared]) == encode([Frame(b"movies"), shared]) == RECORDED


@pytest.mark.parametrize(
    ("datagram", "told"),
    [
        (b"", "0 octets"),
        (b"\x01", "group of 1 octets in a datagram of 1"),
        (b"\xffshort", "group of 255 octets in a datagram of 6"),
        (b"\x01g" + bytes(MAX_SIZE - 1), "more than 8192 octets"),
    ],
)
def test_violation_says_what_is_wrong(datagram: bytes, told: str) -> None:
    """libzmq cuts a datagram that is too long, and delivers the rest of it."""
    with pytest.raises(RemoteProtocolError, match=told):
        decode(datagram)


def test_maxmsgsize_is_for_the_body() -> None:
    assert decode(b"\x03abc12345", limit=5) == [b"abc", b"12345"]
    with pytest.raises(RemoteProtocolError, match="body of 6 octets, beyond the limit of 5"):
        decode(b"\x03abc123456", limit=5)
    assert decode(b"\x03abc", limit=0) == [b"abc", b""]
