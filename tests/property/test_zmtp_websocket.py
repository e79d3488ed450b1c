"""Whatever a peer sends in a WebSocket, and however it arrives, there are messages or a reason."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zmtp.websocket_octets import PING, READY_DEALER, REQUEST, frame, request
from zerowire.constants import SocketType
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.zmtp.connection import Config, State
from zerowire.zmtp.websocket import Target, WebSocketConnection

TRAFFIC = frame(b"\1a") + frame(b"", PING) + frame(b"\0bcd") + frame(b"\0" + b"e" * 300) + frame(b"\0")
MESSAGES = [[b"a", b"bcd"], b"e" * 300, b""]
RECORDED = {
    "ZWS2.0": (REQUEST, frame(b"\0me") + TRAFFIC),
    "ZWS2.0/NULL": (request(b"ZWS2.0/NULL"), frame(READY_DEALER) + TRAFFIC),
}
CUTS = st.lists(st.integers(0, 1000), max_size=8)


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def outcome(chunks: list[bytes], *, limit: int = -1, is_client: bool = False) -> tuple[list[Message], State]:
    """Return the messages, and how it ended, when messages are taken after each chunk."""
    target = Target("localhost", "/") if is_client else None
    connection = WebSocketConnection(Config(SocketType.DEALER, max_message_size=limit), 0.0, target)
    into: Ring[Message] = Ring()
    try:
        for chunk in chunks:
            connection.receive_data(chunk, 0.0)
            connection.take_messages(into, -1)
            assert len(connection.data_to_send()) < 70000
    except (RemoteProtocolError, ZMQError):
        assert connection.state is State.FAILED
    return list(into), connection.state


@pytest.mark.parametrize("protocol", RECORDED)
@settings(max_examples=50)
@given(cuts=CUTS, more=CUTS)
def test_any_split_gives_the_same_messages(protocol: str, cuts: list[int], more: list[int]) -> None:
    """ZWS-4."""
    upgrade, traffic = RECORDED[protocol]
    chunks = split(upgrade, cuts) + split(traffic, more)
    assert outcome(chunks) == (MESSAGES, State.TRAFFIC)


@given(octets=st.binary(max_size=200), cuts=CUTS, is_client=st.booleans())
def test_any_octets_instead_of_http(octets: bytes, cuts: list[int], is_client: bool) -> None:
    messages, _ = outcome(split(octets, cuts), is_client=is_client)
    assert messages == []


@given(position=st.integers(0, 300), octets=st.binary(min_size=1, max_size=4))
def test_any_octets_within_http(position: int, octets: bytes) -> None:
    position %= len(REQUEST)
    outcome([REQUEST[:position] + octets + REQUEST[position + len(octets) :]])


@given(octets=st.binary(max_size=200), cuts=CUTS, limit=st.sampled_from([-1, 0, 10]))
def test_any_octets_behind_the_handshake(octets: bytes, cuts: list[int], limit: int) -> None:
    upgrade, _ = RECORDED["ZWS2.0/NULL"]
    chunks = [upgrade, frame(READY_DEALER), *split(octets, cuts)]
    messages, state = outcome(chunks, limit=limit)
    assert state in (State.TRAFFIC, State.FAILED)
    assert limit < 0 or all(len(message) <= limit for message in messages if isinstance(message, bytes))


@given(
    payloads=st.lists(st.binary(max_size=300), max_size=8),
    opcode=st.integers(0, 15),
    first=st.integers(0, 15),
)
def test_any_frames_behind_the_handshake(payloads: list[bytes], opcode: int, first: int) -> None:
    upgrade, _ = RECORDED["ZWS2.0"]
    frames = [frame(payload, opcode, first=first << 4) for payload in payloads]
    outcome([upgrade, frame(b"\0"), *frames])
