"""A recorded session of CURVE: however it is cut it means the same, and however it is changed nothing is
accepted that was not sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zmtp.mechanism.model import CLIENT, SERVER, Client, Server, Source
from zerowire.constants import SocketType
from zerowire.error import RemoteProtocolError
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.zmtp import metadata
from zerowire.zmtp.connection import Config, Connection, State
from zerowire.zmtp.framing import Encoder
from zerowire.zmtp.mechanism.curve import CurveClient, CurveServer

GREETING = b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01CURVE" + bytes(15) + bytes(32)
PUSH, PULL = (metadata.encode([("Socket-Type", kind)]) for kind in (b"PUSH", b"PULL"))
SENT: list[Message] = [b"one", [b"two", b"three"], b"", b"4" * 300, b"five"]

Session = list[bytes]
"""The greeting, and frames: three of the handshake with the server's side left out, then traffic."""


def our_server() -> Connection:
    mechanism = partial(CurveServer, public_key=SERVER.public, secret_key=SERVER.secret, fill=Source())
    return Connection(Config(SocketType.PULL, mechanism=mechanism), 0.0)


def our_client() -> Connection:
    mechanism = partial(
        CurveClient,
        public_key=CLIENT.public,
        secret_key=CLIENT.secret,
        server_key=SERVER.public,
        fill=Source(),
    )
    return Connection(Config(SocketType.PULL, mechanism=mechanism), 0.0)


def traffic(side: Client | Server) -> list[bytes]:
    """Return what SENT is on the wire, a frame a piece, with a PING among them."""
    frames = [side.message(b"\4PING\0\0hello", 2)]
    for message in SENT:
        parts = message if isinstance(message, list) else [message]
        for index, part in enumerate(parts):
            frames.append(side.message(bytes(part), int(index < len(parts) - 1)))
    return [Encoder().frame(0, body) for body in frames]


def from_client() -> Session:
    """Record what a client says to our server, whose secrets are always the same."""
    ours, client = our_server(), Client()
    hello = Encoder().command(client.hello())
    ours.receive_data(GREETING + hello, 0.0)
    client.read_welcome(ours.data_to_send()[64 + 2 :])
    return [GREETING, hello, Encoder().command(client.initiate(PUSH)), *traffic(client)]


def from_server() -> Session:
    """Record what a server says to our client, whose secrets are always the same."""
    ours, server = our_client(), Server()
    ours.receive_data(GREETING, 0.0)
    server.read_hello(ours.data_to_send()[64 + 2 :])
    welcome = Encoder().command(server.welcome())
    ours.receive_data(welcome, 0.0)
    server.read_initiate(ours.data_to_send()[9:])
    return [GREETING, welcome, Encoder().command(server.ready(PUSH)), *traffic(server)]


Side = tuple[Callable[[], Connection], Session]
SIDES: dict[str, Side] = {"server": (our_server, from_client()), "client": (our_client, from_server())}


def outcome(make: Callable[[], Connection], chunks: list[bytes]) -> tuple[list[Message], State]:
    """Return what is taken from chunks, and how it ends; let in whoever asks for it."""
    ours = make()
    into: Ring[Message] = Ring()
    try:
        for chunk in chunks:
            ours.receive_data(chunk, 0.0)
            if ours.is_asking:
                ours.zap_reply(200, None, {}, 0.0)
            ours.take_messages(into, -1)
    except RemoteProtocolError:
        assert ours.state is State.FAILED
    return list(into), ours.state


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize("side", SIDES)
def test_a_recorded_session_is_understood(side: str) -> None:
    make, session = SIDES[side]
    assert outcome(make, [b"".join(session)]) == (SENT, State.TRAFFIC)


@pytest.mark.parametrize("side", SIDES)
@given(cuts=st.lists(st.integers(0, 1 << 16), max_size=30))
def test_any_split_of_a_session_gives_the_same(side: str, cuts: list[int]) -> None:
    make, session = SIDES[side]
    assert outcome(make, split(b"".join(session), cuts)) == (SENT, State.TRAFFIC)


@pytest.mark.parametrize("side", SIDES)
def test_octet_by_octet_gives_the_same(side: str) -> None:
    make, session = SIDES[side]
    data = b"".join(session)
    assert outcome(make, [data[place : place + 1] for place in range(len(data))]) == (SENT, State.TRAFFIC)


@pytest.mark.parametrize("side", SIDES)
def test_no_change_of_an_octet_lets_in_what_was_not_sent(side: str) -> None:
    """Every octet of the session, in two bits."""
    make, session = SIDES[side]
    data = b"".join(session)
    unread = {(place, bit) for place in flags_of_frames(session) for bit in (1, 128)}  # CURVE-3
    unread.add((len(GREETING) + 2 + 111, 128))  # RFC 7748: the last bit of a public key, C' in HELLO
    for place in range(len(GREETING), len(data)):
        for bit in (1, 128):
            changed = bytearray(data)
            changed[place] ^= bit
            taken, state = outcome(make, [bytes(changed)])
            assert taken == SENT[: len(taken)]
            if (place, bit) not in unread:
                assert state is State.FAILED or len(taken) < len(SENT), (place, bit)


def flags_of_frames(session: Session) -> set[int]:
    places, start = set(), 0
    for piece in session:
        places.add(start)
        start += len(piece)
    return places


@pytest.mark.parametrize("side", SIDES)
def test_a_session_that_is_cut_is_not_whole(side: str) -> None:
    make, session = SIDES[side]
    data = b"".join(session)
    for size in range(len(data)):
        taken, state = outcome(make, [data[:size]])
        assert taken == SENT[: len(taken)]
        assert len(taken) < len(SENT)
        assert state is not State.FAILED


CHANGES: dict[str, Callable[[Session, int], Session]] = {
    "dropped": lambda session, place: [*session[:place], *session[place + 1 :]],
    "repeated": lambda session, place: [*session[: place + 1], *session[place:]],
    "swapped": lambda session, place: [
        *session[:place],
        session[place + 1],
        session[place],
        *session[place + 2 :],
    ],
    "truncated": lambda session, place: with_body(session, place, lambda body: body[:-1]),
    "lengthened": lambda session, place: with_body(session, place, lambda body: body + b"\0"),
}


def with_body(session: Session, place: int, change: Callable[[bytes], bytes]) -> Session:
    """Return the session with one body changed, in a frame that has the length of the new one."""
    piece = session[place]
    start = 9 if piece[0] & 2 else 2
    frame = Encoder().frame(piece[0] & ~2, change(piece[start:]))
    return [*session[:place], frame, *session[place + 1 :]]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("change", CHANGES)
def test_no_frame_may_be_moved(side: str, change: str) -> None:
    """CURVE-2. A frame that is missing is missed, too: it may have been part of a message."""
    make, session = SIDES[side]
    for place in range(1, len(session) - 1):
        taken, state = outcome(make, [b"".join(CHANGES[change](session, place))])
        assert taken == SENT[: len(taken)]
        assert state is State.FAILED, place


@pytest.mark.parametrize("side", SIDES)
@given(
    edits=st.lists(
        st.tuples(st.integers(64, 1 << 16), st.integers(0, 30), st.binary(max_size=30)),
        min_size=1,
        max_size=4,
    ),
    cuts=st.lists(st.integers(0, 1 << 16), max_size=4),
)
def test_no_edit_lets_in_what_was_not_sent(
    side: str, edits: list[tuple[int, int, bytes]], cuts: list[int]
) -> None:
    make, session = SIDES[side]
    data = b"".join(session)
    for place, size, new in edits:
        start = 64 + place % (len(data) - 63)
        data = data[:start] + new + data[start + size :]
    taken, _ = outcome(make, split(data, cuts))
    assert taken == SENT[: len(taken)]


@given(st.binary(max_size=300), st.sampled_from(["HELLO", "INITIATE", "traffic"]))
def test_any_octets_are_refused_or_waited_for(octets: bytes, place: str) -> None:
    make, session = SIDES["server"]
    known = session[: {"HELLO": 1, "INITIATE": 2, "traffic": 3}[place]]
    taken, state = outcome(make, [*known, octets])
    assert taken == []
    assert state in (State.FAILED, State.HANDSHAKE, State.TRAFFIC)
