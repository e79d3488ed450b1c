"""RFC 37, "Framing": frames of ZMTP 2.0 and later."""

from __future__ import annotations

import pytest

from zerowire.error import RemoteProtocolError
from zerowire.leaf.octets import LARGE, LONG, MORE
from zerowire.leaf.ring import Ring
from zerowire.message import Frame, Message
from zerowire.zmtp.buffer import ReceiveBuffer
from zerowire.zmtp.framing import COMMAND, TOGETHER, Decoder, Encoder
from zerowire.zmtp.legacy import LegacyDecoder


def decoder_of(*chunks: bytes, limit: int = -1) -> Decoder:
    buffer = ReceiveBuffer()
    for chunk in chunks:
        buffer.feed(chunk)
    return Decoder(buffer, limit)


def decode(decoder: Decoder, limit: int = -1) -> list[Message]:
    into: Ring[Message] = Ring()
    assert decoder.decode(into, limit) == len(into)
    return list(into)


def long_frame(flags: int, size: int, body: bytes = b"") -> bytes:
    return bytes((flags | 2,)) + size.to_bytes(8, "big") + body


@pytest.mark.parametrize(
    ("size", "header"), [(0, b"\0\0"), (255, b"\0\xff"), (256, b"\x02\0\0\0\0\0\0\x01\0"), (70000, None)]
)
def test_a_body_of_more_than_255_octets_gets_the_long_form(size: int, header: bytes | None) -> None:
    """FR-2."""
    body = bytes(size)
    buffers, octets, messages = Encoder().encode(Ring([body]), 1)
    assert messages == 1
    assert octets == Encoder().wire_size(body) == sum(map(len, buffers))
    if header is not None:
        assert buffers == [header + body]
    else:
        assert buffers[1] is body


def test_all_frames_but_the_last_have_more() -> None:
    buffers, octets, _ = Encoder().encode([[b"a", b"b" * 300, b"c"]], 1)
    data = b"".join(buffers)
    assert data == b"\x01\x01a" + long_frame(MORE, 300, b"b" * 300) + b"\x00\x01c"
    assert octets == len(data) == Encoder().wire_size([b"a", b"b" * 300, b"c"])


def test_encoding_stops_at_the_budget_but_takes_one_message() -> None:
    queue = Ring([b"12345678"] * 5)
    assert Encoder().encode(queue, 1)[2] == 1
    assert Encoder().encode(queue, 20)[2] == 2
    assert Encoder().encode(queue, 21)[2] == 3
    assert len(queue) == 5


def test_nothing_to_encode_makes_nothing() -> None:
    assert Encoder().encode([], 100) == ([], 0, 0)


def test_a_command_has_its_flag() -> None:
    assert Encoder().command(b"\x04PING") == b"\x04\x05\x04PING"


def test_the_long_form_is_accepted_for_any_size() -> None:
    """FR-2."""
    assert decode(decoder_of(long_frame(0, 2, b"hi") + long_frame(MORE, 0) + b"\0\0")) == [b"hi", [b"", b""]]


def test_reserved_flags_are_ignored() -> None:
    assert decode(decoder_of(b"\xf0\x01a\xf9\x01b\x08\x01c" + long_frame(0x80, 1, b"d"))) == [
        b"a",
        [b"b", b"c"],
        b"d",
    ]


def test_no_more_messages_are_decoded_than_asked_for() -> None:
    decoder = decoder_of(b"\0\x01a\0\x01b\0", b"\x01c")
    assert decode(decoder, 0) == []
    assert decode(decoder, 1) == [b"a"]
    assert decode(decoder, 2) == [b"b", b"c"]
    assert decode(decoder, 2) == []


def test_a_message_may_arrive_frame_by_frame() -> None:
    buffer = ReceiveBuffer()
    decoder = Decoder(buffer)
    for piece in (b"\x01\x01a", b"\x01\x01b", b"\x00"):
        buffer.feed(piece)
        assert decode(decoder) == []
    buffer.feed(b"\x01c")
    assert decode(decoder) == [[b"a", b"b", b"c"]]


def test_decoding_stops_behind_a_command_in_the_middle_of_a_message() -> None:
    """HB-5."""
    decoder = decoder_of(b"\x01\x01a" + b"\x04\x02\x01X" + b"\x00\x01b")
    assert decode(decoder) == []
    assert decoder.command == b"\x01X"
    decoder.command = None
    assert decode(decoder) == [[b"a", b"b"]]
    assert decoder.command is None


def test_a_header_says_what_is_needed_and_allocates_nothing() -> None:
    decoder = decoder_of(b"\x00\x01a" + long_frame(0, LARGE - 1))
    assert decode(decoder) == [b"a"]
    assert decoder.needed == LARGE + 8
    assert not decoder.has_frame
    assert decoder.room() is None


def test_a_huge_header_allocates_little() -> None:
    decoder = decoder_of(b"\x00\x01a" + long_frame(0, 1 << 62))
    assert decode(decoder) == [b"a"]
    assert decoder.needed == 1 << 62
    assert not decoder.has_frame
    room = decoder.room()
    assert room is not None
    assert len(room) == 1 << 20


@pytest.mark.parametrize("kind", [Decoder, LegacyDecoder])
def test_a_large_body_is_taken_from_where_it_was_written(kind: type[Decoder]) -> None:
    body = b"x" * LARGE
    buffer = ReceiveBuffer()
    decoder = kind(buffer)
    flags, header = MORE, b"\xff" + (LARGE + 1).to_bytes(8, "big") + bytes((MORE,))
    if kind is Decoder:
        flags, header = MORE | LONG, long_frame(MORE, LARGE)
    buffer.feed(header + body[:-5])
    assert decode(decoder) == []
    buffer.feed(body[-5:-3])
    assert decoder.room() is None  # what was fed comes first
    assert decode(decoder) == []
    room = decoder.room()
    assert room is not None
    with room:
        room[:] = b"yyy"
    decoder.landed(3)
    assert decoder.has_frame
    assert decoder.room() is None
    assert decoder.next_frame() == (flags, body[:-3] + b"yyy")
    assert decoder.next_frame() is None
    buffer.feed(header + body)  # a frame that is whole already does not land
    assert decoder.next_frame() == (flags, body)


def test_no_more_than_the_limit_is_taken_when_the_last_was_large() -> None:
    buffer = ReceiveBuffer()
    decoder = Decoder(buffer)
    buffer.feed(b"\0\1a" + long_frame(0, LARGE))
    assert decode(decoder, 1) == [b"a"]
    assert decode(decoder) == []
    buffer.feed(bytes(LARGE) + b"\0\1b")
    assert decode(decoder, 0) == []
    assert decode(decoder, 1) == [bytes(LARGE)]
    assert decode(decoder) == [b"b"]


def test_large_messages_are_written_together() -> None:
    large, small = bytes(LARGE), b"small"
    cases: list[tuple[list[Message], int]] = [
        ([large] * 3, 3),
        ([large, large, small, large], 2),
        ([large, [large, small], large], 1),
        ([[large, small], large, large], 3),
        ([Frame(b"x"), large, Frame(b"y")], 2),
    ]
    for queue, taken in cases:
        buffers, octets, messages = Encoder().encode(Ring(queue), 1)
        assert messages == taken
        assert octets == len(b"".join(buffers)) == sum(map(Encoder().wire_size, queue[:taken]))
    assert Encoder().encode(Ring([large] * 1000), 1)[2] == TOGETHER // LARGE


def test_a_length_with_the_highest_bit_is_refused() -> None:
    """RFC 37: the most significant bit of a long length SHALL be zero."""
    with pytest.raises(RemoteProtocolError, match="exceeds the limit"):
        decode(decoder_of(long_frame(0, 1 << 63)))


@pytest.mark.parametrize("limit", [0, 3, 254, 255, 300])
@pytest.mark.parametrize("form", ["short", "long"])
def test_a_body_above_the_limit_is_refused(limit: int, form: str) -> None:
    """FR-1."""

    def frame(size: int) -> bytes:
        if form == "short" and size < 256:
            return bytes((0, size)) + bytes(size)
        return long_frame(0, size, bytes(size))

    decoder = decoder_of(frame(limit) + frame(limit + 1), limit=limit)
    into: Ring[Message] = Ring()
    with pytest.raises(
        RemoteProtocolError, match=f"frame of {limit + 1} octets exceeds the limit of {limit}"
    ):
        decoder.decode(into, -1)
    assert list(into) == [bytes(limit)]


def test_a_large_body_in_pieces_is_joined_once() -> None:
    body = bytes(range(256)) * 1024
    data = long_frame(0, len(body), body) + b"\x00\x01z"
    buffer = ReceiveBuffer()
    decoder = Decoder(buffer)
    messages = []
    for start in range(0, len(data), 1000):
        buffer.feed(data[start : start + 1000])
        messages += decode(decoder)
    assert messages == [body, b"z"]


@pytest.mark.parametrize("split", range(1, 9))
def test_a_header_may_be_split_anywhere(split: int) -> None:
    data = long_frame(0, 3, b"abc")
    assert decode(decoder_of(data[:split])) == []
    assert decode(decoder_of(data[:split], data[split:])) == [b"abc"]


def test_single_frames_are_taken_with_their_flags() -> None:
    decoder = decoder_of(b"\x04\x01c\x01\x01m")
    assert decoder.next_frame() == (COMMAND, b"c")
    assert decoder.next_frame() == (MORE, b"m")
    assert decoder.next_frame() is None
