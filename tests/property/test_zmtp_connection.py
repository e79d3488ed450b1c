"""Whatever a peer sends, and however it arrives, a connection gives messages or RemoteProtocolError."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerowire.constants import SocketType
from zerowire.error import RemoteProtocolError
from zerowire.leaf.octets import LARGE
from zerowire.leaf.ring import Ring
from zerowire.message import Message, Part
from zerowire.zmtp.connection import Config, Connection, State

SIGNATURE = b"\xff\0\0\0\0\0\0\0\x01\x7f"
READY = b"\x04\x29\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\0"
READY_XSUB = b"\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04XSUB"
V2_TRAFFIC = b"\x01\x01a\x00\x03bcd" + b"\x02\0\0\0\0\0\0\x01\x2c" + b"e" * 300 + b"\0\0"
V3_TRAFFIC = b"\x04\x0a\x04PING\0\x0actx" + V2_TRAFFIC + b"\x04\x0b\x09SUBSCRIBEt"
V1_TRAFFIC = b"\x02\x01a\x04\x00bcd" + b"\xff\0\0\0\0\0\0\x01\x2d\0" + b"e" * 300 + b"\x01\x00"
GREETING_TAIL = b"NULL" + bytes(16) + bytes(32)

RECORDED = {
    "3.1": SIGNATURE + b"\x03\x01" + GREETING_TAIL + READY + V3_TRAFFIC,
    "3.0": SIGNATURE + b"\x03\x00" + GREETING_TAIL + READY + V3_TRAFFIC,
    "2.0": SIGNATURE + b"\x01\x05" + b"\x00\x02me" + V2_TRAFFIC,
    "1.0": SIGNATURE + b"\x00\x05" + b"\x03\x00me" + V1_TRAFFIC,
    "unversioned": b"\x03\x00me" + V1_TRAFFIC,
    "unversioned, long": b"\xff\0\0\0\0\0\0\0\x03\x00me" + V1_TRAFFIC,
}
MESSAGES = [[b"a", b"bcd"], b"e" * 300, b""]


def outcome(
    chunks: list[bytes], kind: SocketType = SocketType.ROUTER, limit: int = -1
) -> tuple[list[Message], str, bytes]:
    """Return the messages, how it ended, and what was sent, when messages are taken after each chunk."""
    connection = Connection(Config(kind, max_message_size=limit), 0.0)
    into: Ring[Message] = Ring()
    sent = b""
    try:
        for chunk in chunks:
            connection.receive_data(chunk, 0.0)
            connection.take_messages(into, -1)
            sent += connection.data_to_send()
    except RemoteProtocolError as error:
        assert connection.state is State.FAILED
        return list(into), str(error), b""
    return list(into), connection.state.name, sent


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize("version", RECORDED)
def test_a_recorded_stream_is_understood(version: str) -> None:
    messages, state, _ = outcome([RECORDED[version]])
    assert (messages, state) == (MESSAGES, "TRAFFIC")


@pytest.mark.parametrize("version", RECORDED)
@given(cuts=st.lists(st.integers(0, 1 << 16), max_size=30))
def test_any_split_of_a_stream_gives_the_same(version: str, cuts: list[int]) -> None:
    data = RECORDED[version]
    assert outcome(split(data, cuts)) == outcome([data])


@given(cuts=st.lists(st.integers(0, 1 << 16), max_size=10), limits=st.lists(st.integers(0, 3), max_size=40))
def test_messages_may_be_taken_in_any_portions(cuts: list[int], limits: list[int]) -> None:
    connection = Connection(Config(SocketType.XPUB), 0.0)
    into: Ring[Message] = Ring()
    stream = RECORDED["3.1"].replace(READY, READY_XSUB)
    portions = iter(limits)
    for chunk in split(stream, cuts):
        connection.receive_data(chunk, 0.0)
        limit = next(portions, 1)
        assert connection.take_messages(into, limit) <= limit
    connection.take_messages(into, -1)
    assert list(into) == [*MESSAGES, b"\x01t"]


@pytest.mark.parametrize("version", RECORDED)
def test_every_truncation_of_a_stream_gives_a_part_of_it(version: str) -> None:
    data = RECORDED[version]
    for end in range(len(data)):
        messages, state, _ = outcome([data[:end]])
        assert messages == MESSAGES[: len(messages)]
        assert state in {"GREETING", "HANDSHAKE", "TRAFFIC"}


@pytest.mark.parametrize("version", RECORDED)
@pytest.mark.parametrize("limit", [-1, 100])
def test_every_corruption_of_an_octet_gives_messages_or_a_violation(version: str, limit: int) -> None:
    """The same ones whether it arrives whole or octet by octet."""
    data = RECORDED[version]
    for at in range(min(len(data), 160)):
        for value in (0, 1, 2, 4, data[at] ^ 0x80, 0xFF):
            bad = data[:at] + bytes((value,)) + data[at + 1 :]
            whole, apart = outcome([bad], limit=limit), outcome(split(bad, [at, at + 1, at + 2]), limit=limit)
            assert whole == apart


@given(
    st.sampled_from(sorted(RECORDED)),
    st.binary(max_size=80),
    st.sampled_from(list(SocketType)),
    st.integers(0, 200),
)
def test_any_octets_give_messages_or_a_violation(
    version: str, tail: bytes, kind: SocketType, keep: int
) -> None:
    data = RECORDED[version][:keep] + tail
    outcome([data], kind)
    outcome(split(data, list(range(len(data)))), kind, 50)


@given(st.binary(max_size=200), st.sampled_from(list(SocketType)))
def test_any_octets_after_a_handshake_give_messages_or_a_violation(tail: bytes, kind: SocketType) -> None:
    head = SIGNATURE + b"\x03\x01" + GREETING_TAIL + b"\x04\x06\x05READY"
    whole, apart = outcome([head, tail], kind), outcome([head, *split(tail, list(range(len(tail))))], kind)
    assert whole == apart


def test_a_large_frame_in_pieces_costs_no_more_than_its_octets() -> None:
    """Each octet is copied a bounded number of times; were it not so, this would take minutes."""
    size = 64 << 20
    piece = bytes(65536)
    connection = Connection(Config(SocketType.ROUTER), 0.0)
    connection.receive_data(RECORDED["3.1"], 0.0)
    into: Ring[Message] = Ring()
    connection.take_messages(into, -1)
    connection.receive_data(b"\x02" + size.to_bytes(8, "big"), 0.0)
    for _ in range(size // len(piece)):
        assert connection.take_messages(into, -1) == 0
        connection.receive_data(piece, 0.0)
    assert connection.take_messages(into, -1) == 1
    assert len(into[-1]) == size


LARGE_BODIES: list[Part] = [
    bytes((index,)) * size for index, size in enumerate((LARGE - 1, LARGE, 2 * LARGE, 3, LARGE + 1))
]


@pytest.mark.parametrize("version", ["3.1", "2.0", "1.0"])
@given(sizes=st.lists(st.tuples(st.booleans(), st.integers(1, 50000), st.booleans()), max_size=30))
def test_octets_may_be_written_into_their_place_or_fed(
    version: str, sizes: list[tuple[bool, int, bool]]
) -> None:
    """The buffer that a connection offers may be used, used in part, or left alone, at any moment."""
    data = RECORDED[version]
    sender = Connection(Config(SocketType.DEALER), 0.0)
    sender.receive_data(data[: -len(V1_TRAFFIC if version == "1.0" else V2_TRAFFIC)], 0.0)
    messages: list[Message] = [LARGE_BODIES, *LARGE_BODIES]
    for message in messages:
        data += b"".join(sender.encode([message], 1)[0])
    rest = memoryview(data)
    connection = Connection(Config(SocketType.ROUTER), 0.0)
    into: Ring[Message] = Ring()
    plan = iter(sizes)
    while rest:
        by_view, size, takes = next(plan, (True, 1 << 20, True))
        view = connection.get_buffer() if by_view else None
        if view is None:
            size = min(size, len(rest))
            connection.receive_data(bytes(rest[:size]), 0.0)
        else:
            with view:
                size = min(size, len(rest), len(view))
                view[:size] = rest[:size]
            connection.buffer_updated(size, 0.0)
        rest = rest[size:]
        if takes:
            connection.take_messages(into, -1)
    connection.take_messages(into, -1)
    assert list(into) == [*MESSAGES, *messages]
