"""RFC 13: the framing of ZMTP 1.0."""

from __future__ import annotations

import pytest

from zerowire.error import RemoteProtocolError
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.zmtp.buffer import ReceiveBuffer
from zerowire.zmtp.legacy import LegacyDecoder, LegacyEncoder


def decode(data: bytes, limit: int = -1) -> list[Message]:
    buffer = ReceiveBuffer()
    buffer.feed(data)
    into: Ring[Message] = Ring()
    LegacyDecoder(buffer, limit).decode(into, -1)
    return list(into)


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, b"\x01\x00"),
        (253, b"\xfe\x00"),
        (254, b"\xff\0\0\0\0\0\0\0\xff\x00"),
        (300, b"\xff\0\0\0\0\0\0\x01\x2d\x00"),
    ],
)
def test_the_length_counts_the_flags(size: int, header: bytes) -> None:
    body = bytes(size)
    buffers, octets, _ = LegacyEncoder().encode([body], 1)
    assert buffers == [header, body]
    assert octets == len(header) + size == LegacyEncoder().wire_size(body)
    assert decode(b"".join(buffers)) == [body]


def test_messages_of_several_frames_survive() -> None:
    messages: list[Message] = [[b"a", b"", b"c" * 500], b"d"]
    buffers, _, count = LegacyEncoder().encode(messages, 1 << 20)
    assert count == 2
    assert decode(b"".join(buffers)) == messages


def test_encoding_stops_at_the_budget() -> None:
    assert LegacyEncoder().encode([b"a", b"b", b"c"], 5)[1:] == (6, 2)


@pytest.mark.parametrize("data", [b"\x00\x00", b"\xff" + bytes(8) + b"\x00", b"\xff\x81" + bytes(8)])
def test_an_impossible_length_is_refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match=r"length 0|exceeds the limit"):
        decode(data)


def test_a_body_above_the_limit_is_refused() -> None:
    assert decode(b"\x03\x00ab", 2) == [b"ab"]
    with pytest.raises(RemoteProtocolError, match="frame of 3 octets"):
        decode(b"\x04\x00abc", 2)


@pytest.mark.parametrize("end", range(1, 12))
def test_a_frame_that_is_not_whole_waits(end: int) -> None:
    assert decode((b"\xff\0\0\0\0\0\0\0\x03\x00ab")[:end]) == ([b"ab"] if end == 12 else [])


def test_all_flags_but_more_are_ignored() -> None:
    assert decode(b"\x02\xfea\x02\xffb\x02\x00c") == [b"a", [b"b", b"c"]]
