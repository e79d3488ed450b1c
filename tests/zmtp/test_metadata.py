"""NULL-3: property lists."""

from __future__ import annotations

import pytest

from zerowire.error import RemoteProtocolError
from zerowire.zmtp import metadata


def test_a_property_list_survives() -> None:
    data = metadata.encode([("Socket-Type", b"REQ"), ("Identity", b"")])
    assert data == b"\x0bSocket-Type\0\0\0\x03REQ\x08Identity\0\0\0\0"
    assert metadata.decode(data) == {"Socket-Type": b"REQ", "Identity": b""}


def test_the_first_of_two_equal_names_counts() -> None:
    """META-2."""
    assert metadata.decode(metadata.encode([("A", b"1"), ("A", b"2")])) == {"A": b"1"}


def test_what_was_decoded_before_cannot_be_changed() -> None:
    """Peers that say the same share what it means."""
    data = metadata.encode([("A", b"1")])
    assert metadata.decode(data) is metadata.decode(bytes(bytearray(data)))
    with pytest.raises(TypeError):
        metadata.decode(data)["B"] = b"2"  # type: ignore[index]


def test_long_lists_are_not_remembered() -> None:
    data = metadata.encode([("A", bytes(metadata.USUAL_SIZE))])
    assert metadata.decode(data) is not metadata.decode(data)


@pytest.mark.parametrize("end", range(1, 12))
def test_a_truncated_list_is_refused(end: int) -> None:
    data = metadata.encode([("Name", b"abc")])
    with pytest.raises(RemoteProtocolError) as info:
        metadata.decode(data[:end])
    assert info.value.code == 0x10000018


def test_a_property_has_a_name() -> None:
    """RFC 26: zero-sized names are not valid."""
    with pytest.raises(RemoteProtocolError, match="without a name") as info:
        metadata.decode(b"\0\0\0\0\1x")
    assert info.value.code == 0x10000018


def test_octets_that_are_not_text_can_be_had_back() -> None:
    assert metadata.as_text(b"a\xff").encode("utf-8", "surrogateescape") == b"a\xff"
