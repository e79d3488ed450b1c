"""V-1 to V-5: the greeting."""

from __future__ import annotations

import pytest

from zerowire.zmtp import greeting
from zerowire.zmtp.greeting import Style


def test_the_signature_looks_like_a_long_identity_frame() -> None:
    assert greeting.signature(b"abc") == b"\xff\0\0\0\0\0\0\0\x04\x7f"


@pytest.mark.parametrize(
    ("head", "style"),
    [
        (b"", Style.UNKNOWN),
        (b"\x01", Style.UNVERSIONED),
        (b"\xff" + bytes(8), Style.UNKNOWN),
        (b"\xff" + bytes(8) + b"\x7e", Style.UNVERSIONED),
        (b"\xff" + bytes(8) + b"\x01", Style.VERSIONED),
    ],
)
def test_ten_octets_tell_an_identity_frame_from_a_signature(head: bytes, style: Style) -> None:
    """V-1, V-2."""
    assert greeting.style(head) is style


@pytest.mark.parametrize(
    ("revision", "minor", "version"),
    [
        (0, 0, (1, 0)),
        (1, 0, (2, 0)),
        (2, 0, (3, 1)),
        (3, 0, (3, 0)),
        (3, 1, (3, 1)),
        (3, 9, (3, 1)),
        (4, 0, (3, 1)),
    ],
)
def test_the_revision_decides_the_version(revision: int, minor: int, version: tuple[int, int]) -> None:
    """V-5."""
    assert greeting.version(bytes(10) + bytes((revision, minor))) == version


def test_a_whole_greeting_has_64_octets() -> None:
    whole = greeting.signature(b"") + greeting.MAJOR + greeting.tail(b"NULL")
    assert len(whole) == greeting.SIZE
    assert greeting.mechanism(whole) == b"NULL" + bytes(16)
    assert whole[32:] == bytes(32)


@pytest.mark.parametrize("is_server", [False, True])
def test_a_server_says_so(is_server: bool) -> None:
    """RFC 23: as-server; libzmq sends 0 always."""
    tail = greeting.tail(b"PLAIN", is_server)
    assert tail == b"\x01PLAIN" + bytes(15) + bytes((is_server,)) + bytes(31)
    assert greeting.is_server(bytes(11) + tail) is is_server
