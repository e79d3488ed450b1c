"""WebSockets, octet by octet (RFC 45, RFC 6455; features 4.9)."""

from __future__ import annotations

import re
from errno import ECONNREFUSED, ECONNRESET
from functools import partial

import pytest

from tests.zmtp.websocket_octets import (
    ACCEPT,
    CLOSE,
    CONTINUATION,
    LIBZMQ_REQUEST,
    LIBZMQ_TRAFFIC,
    PING,
    PONG,
    READY_DEALER,
    REQUEST,
    TEXT,
    frame,
    header,
    request,
)
from zerowire.constants import Event, SocketType
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.zmtp.connection import Config, PeerTimeout, State
from zerowire.zmtp.events import AuthenticationWanted, HandshakeFailed
from zerowire.zmtp.mechanism.null import Null
from zerowire.zmtp.mechanism.plain import PlainClient, PlainServer
from zerowire.zmtp.websocket import Target, WebSocketConnection, frames_in

DEALER = Config(SocketType.DEALER)
HERE = Target("server.example.com", "/zeromq")
WITH_NULL = request(b"ZWS2.0/NULL")


def server(config: Config = DEALER, *said: bytes) -> WebSocketConnection:
    connection = WebSocketConnection(config, 0.0)
    for octets in said:
        connection.receive_data(octets, 0.0)
    return connection


def in_traffic(config: Config = DEALER) -> WebSocketConnection:
    connection = server(config, WITH_NULL, frame(READY_DEALER))
    connection.data_to_send()
    assert connection.state is State.TRAFFIC
    return connection


def taken(connection: WebSocketConnection) -> list[Message]:
    into: Ring[Message] = Ring()
    connection.take_messages(into, -1)
    return list(into)


def introduced(client: Config, config: Config) -> tuple[WebSocketConnection, WebSocketConnection]:
    """Return a client and a server that have said all they have to say."""
    sides = WebSocketConnection(client, 0.0, HERE), WebSocketConnection(config, 0.0)
    while any(side.has_data_to_send for side in sides):
        for near, far in (sides, sides[::-1]):
            far.receive_data(near.data_to_send(), 0.0)
            for event in far.events():
                if isinstance(event, AuthenticationWanted):
                    far.zap_reply(200, b"ann", {}, 0.0)
    return sides


def answered(client: WebSocketConnection, protocol: bytes, *, status: bytes = b"101 OK") -> bytes:
    """Return what a server answers to the request of a client."""
    said = client.data_to_send()
    key = re.search(rb"Sec-WebSocket-Key: (\S+)", said)
    assert key is not None
    other = server(DEALER, REQUEST.replace(b"x3JJHMbDL1EzLkh9GBhXDw==", key[1]))
    reply = other.data_to_send().partition(b"\r\n\r\n")[0]
    reply = reply.replace(b"Sec-WebSocket-Protocol: ZWS2.0", b"Sec-WebSocket-Protocol: " + protocol)
    return reply.replace(b"101 Switching Protocols", status) + b"\r\n\r\n"


# -- the upgrade -------------------------------------------------------------------------------------


def test_server_takes_the_first_protocol_that_it_knows() -> None:
    """ZWS-2, with the example of RFC 45."""
    reply = server(DEALER, REQUEST).data_to_send()
    head, _, frames = reply.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"Sec-WebSocket-Accept: " + ACCEPT in head.split(b"\r\n")
    assert b"Sec-WebSocket-Protocol: ZWS2.0" in head.split(b"\r\n")
    assert frames == frame(b"\0", masked=False)  # the routing id
    assert b"Sec-WebSocket-Protocol: ZWS2.0/NULL\r\n" in server(DEALER, WITH_NULL).data_to_send()


@pytest.mark.parametrize(
    ("config", "protocols"),
    [
        (DEALER, b"ZWS2.0/NULL, ZWS2.0"),
        (DEALER._replace(allow_legacy=False), b"ZWS2.0/NULL"),
        (DEALER._replace(mechanism=partial(PlainClient, username=b"", password=b"")), b"ZWS2.0/PLAIN"),
    ],
)
def test_client_offers_what_its_mechanism_allows(config: Config, protocols: bytes) -> None:
    """ZWS-1."""
    lines = WebSocketConnection(config, 0.0, HERE).data_to_send().split(b"\r\n")
    assert lines[:2] == [b"GET /zeromq HTTP/1.1", b"Host: server.example.com"]
    assert b"Sec-WebSocket-Protocol: " + protocols in lines


@pytest.mark.parametrize(
    ("config", "offered"),
    [
        (DEALER, [b"ZWS2.0/CURVE"]),
        (DEALER, [b"chat"]),
        (DEALER._replace(mechanism=PlainServer, allow_legacy=False), [b"ZWS2.0/NULL", b"ZWS2.0"]),
        (DEALER._replace(mechanism=partial(Null, asks=True), allow_legacy=False), [b"ZWS2.0"]),
    ],
)
def test_server_refuses_other_mechanisms(config: Config, offered: list[bytes]) -> None:
    """ZWS-2, and V-6 without a mechanism: nobody could be authenticated."""
    connection = server(config)
    with pytest.raises(RemoteProtocolError) as caught:
        connection.receive_data(request(*offered), 0.0)
    assert caught.value.code == Event.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH
    assert connection.data_to_send().startswith(b"HTTP/1.1 400 ")
    assert [type(event) for event in connection.events()] == [HandshakeFailed]


@pytest.mark.parametrize(
    "said",
    [
        b"\xff\0\0\0\0\0\0\0\x01\x7f",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        REQUEST.replace(b"GET", b"PUT"),
        REQUEST.replace(b"Version: 13", b"Version: 8"),
        REQUEST.replace(b"Host: server.example.com", b"Host: \xff..\xfe"),
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 65536,
    ],
    ids=["zmtp", "no upgrade", "no GET", "old", "no text", "too long"],
)
def test_what_is_no_upgrade_ends_the_connection(said: bytes) -> None:
    """The head of a request may have 16 KiB, so the memory that a stranger costs is limited."""
    connection = server()
    with pytest.raises(RemoteProtocolError) as caught:
        connection.receive_data(said, 0.0)
    assert caught.value.code == Event.PROTOCOL_ERROR_WS_UNSPECIFIED
    assert connection.state is State.FAILED
    connection.receive_data(said, 0.0)


def test_handshake_must_end_in_time() -> None:
    connection = server(DEALER._replace(handshake_timeout=1.0), REQUEST[:20])
    assert connection.next_timeout() == 1.0
    with pytest.raises(PeerTimeout):
        connection.handle_timeout(1.0)


@pytest.mark.parametrize("protocol", [b"ZWS2.0", b"ZWS2.0/NULL", b"chat"])
def test_client_takes_only_what_it_has_offered(protocol: bytes) -> None:
    """ZWS-2."""
    client = WebSocketConnection(DEALER, 0.0, HERE)
    reply = answered(client, protocol)
    if protocol == b"chat":
        with pytest.raises(RemoteProtocolError, match="chat"):
            client.receive_data(reply, 0.0)
    else:
        client.receive_data(reply, 0.0)
        assert client.state is not State.FAILED


@pytest.mark.parametrize("what", ["accept", "protocol", "upgrade"])
def test_client_verifies_the_answer(what: str) -> None:
    """ZWS-2 asks for Sec-WebSocket-Accept to be verified."""
    client = WebSocketConnection(DEALER, 0.0, HERE)
    reply = answered(client, b"ZWS2.0")
    pattern = {
        "accept": rb"(Accept: )\S+",
        "protocol": rb"(\r\n)Sec-WebSocket-Pro.*\r\n",
        "upgrade": rb"(Upgrade: )w",
    }
    with pytest.raises(RemoteProtocolError) as caught:
        client.receive_data(re.sub(pattern[what], rb"\1", reply), 0.0)
    assert caught.value.code == Event.PROTOCOL_ERROR_WS_UNSPECIFIED


def test_client_tries_again_what_a_proxy_could_not_do() -> None:
    client = WebSocketConnection(DEALER, 0.0, HERE)
    with pytest.raises(ZMQError, match="503") as caught:
        client.receive_data(answered(client, b"ZWS2.0", status=b"503 Sorry"), 0.0)
    assert caught.value.errno == ECONNREFUSED
    client = WebSocketConnection(DEALER, 0.0, HERE)
    with pytest.raises(RemoteProtocolError, match="404"):
        client.receive_data(answered(client, b"ZWS2.0", status=b"404 No"), 0.0)


# -- handshakes --------------------------------------------------------------------------------------


def test_null_tells_who_the_peer_is() -> None:
    """ZWS-3."""
    client, other = introduced(Config(SocketType.REQ, b"me"), Config(SocketType.ROUTER))
    assert (client.state, other.state) == (State.TRAFFIC, State.TRAFFIC)
    assert (other.peer.socket_type, other.peer.routing_id) == ("REQ", b"me")
    assert client.peer.socket_type == "ROUTER"
    assert not client.has_plain_frames
    assert client.get_buffer() is None


def test_socket_types_must_fit() -> None:
    with pytest.raises(RemoteProtocolError, match="PULL"):
        introduced(Config(SocketType.REQ), Config(SocketType.PULL))


def test_plain_asks_for_a_password() -> None:
    """ZWS-3."""
    client, other = introduced(
        DEALER._replace(mechanism=partial(PlainClient, username=b"ann", password=b"secret")),
        DEALER._replace(mechanism=PlainServer),
    )
    assert (client.state, other.state) == (State.TRAFFIC, State.TRAFFIC)
    assert other.peer.properties["User-Id"] == "ann"


def test_first_frame_is_the_routing_id_without_a_mechanism() -> None:
    """ZWS-3."""
    connection = server(DEALER._replace(routing_id=b"me", heartbeat_interval=1.0), REQUEST)
    assert connection.data_to_send().endswith(frame(b"\0me", masked=False))
    connection.receive_data(frame(b"\0you") + frame(b"\1a") + frame(b"\0b"), 0.0)
    assert connection.peer.routing_id == b"you"
    assert taken(connection) == [[b"a", b"b"]]
    connection.handle_timeout(1.0)
    assert connection.data_to_send() == frame(b"", PING, masked=False)


def test_server_that_agrees_to_what_it_does_not_know_is_understood() -> None:
    """A library that takes the first protocol of a list may speak the second."""
    client = WebSocketConnection(DEALER, 0.0, HERE)
    client.receive_data(answered(client, b"ZWS2.0/NULL"), 0.0)
    assert not client.has_data_to_send
    client.receive_data(frame(b"\0", masked=False) + frame(b"\0hello", masked=False), 0.0)
    assert len(client.data_to_send()) == len(frame(b"\0"))
    assert taken(client) == [b"hello"]


def test_client_of_libzmq_is_understood() -> None:
    """ZWS-3, ZWS-4, with octets that were recorded."""
    connection = server(Config(SocketType.ROUTER), LIBZMQ_REQUEST, LIBZMQ_TRAFFIC)
    assert (connection.peer.socket_type, connection.peer.routing_id) == ("DEALER", b"me")
    assert taken(connection) == [[b"a", b"bcd"], b"e" * 130]


# -- frames ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 124, 125, 126, 254, 255, 256, 65534, 65535, 65536])
@pytest.mark.parametrize("is_client", [True, False])
def test_size_is_known_before_it_is_encoded(size: int, is_client: bool) -> None:
    """ZWS-4."""
    client, other = introduced(DEALER, DEALER)
    near, far = (client, other) if is_client else (other, client)
    message: Message = [b"x" * size, b"", b"y" * size]
    buffers, octets, count = near.encode([message, b"more"], 1)
    data = b"".join(buffers)
    assert (len(data), count) == (octets, 1)
    assert near.wire_size(message) == octets
    assert bool(data[1] & 0x80) is is_client
    far.receive_data(data, 0.0)
    assert taken(far) == [message]


def test_frames_of_zmtp_become_flags_and_body() -> None:
    assert [*frames_in(b"\1\1a\4\2bc" + b"\2\0\0\0\0\0\0\0\1d")] == [b"\1a", b"\2bc", b"\0d"]


@pytest.mark.parametrize(
    "octets",
    [
        frame(b"\0hello", TEXT),
        frame(b"\0hello", first=0),
        frame(b"\0hello", CONTINUATION),
        frame(b""),
        frame(b"\0hello", masked=False),
        frame(b"\0hello", first=0xC0),
        frame(b"\0hello", 3),
        frame(b"", PING, first=0),
        frame(b"x" * 126, PING),
        frame(b"x", CLOSE),
        b"\x82\xff" + b"\xff" * 8,
        b"\x82\xfe\0\1",
    ],
    ids=repr,
)
def test_malformed_frame_ends_traffic_behind_what_came_before(octets: bytes) -> None:
    """ZWS-4."""
    connection = in_traffic()
    connection.receive_data(frame(b"\0before") + octets + frame(b"\0behind"), 0.0)
    assert taken(connection) == [b"before"]
    assert taken(connection) == []
    assert connection.data_to_send() == frame(b"\x03\xea", CLOSE, masked=False)
    with pytest.raises(RemoteProtocolError) as caught:
        taken(connection)
    assert caught.value.code == Event.PROTOCOL_ERROR_WS_UNSPECIFIED
    assert connection.state is State.FAILED


def test_client_refuses_masked_frames() -> None:
    """ZWS-4."""
    client, _ = introduced(DEALER, DEALER)
    client.receive_data(frame(b"\0hello"), 0.0)
    assert client.data_to_send()[:1] == bytes((0x80 | CLOSE,))
    with pytest.raises(RemoteProtocolError, match="masked"):
        taken(client)


def test_frame_beyond_the_limit_is_refused_before_it_is_whole() -> None:
    """FR-1; and nothing is set aside for a frame that is only announced."""
    connection = in_traffic(DEALER._replace(max_message_size=100))
    connection.receive_data(frame(b"\0" + b"x" * 100) + header(1 << 40), 0.0)
    assert taken(connection) == [b"x" * 100]
    connection.receive_data(b"x" * 101, 0.0)
    assert taken(connection) == []
    connection.receive_data(b"x", 0.0)
    with pytest.raises(RemoteProtocolError, match="exceeds the limit of 100"):
        connection.handle_timeout(0.0)


def test_frame_of_a_handshake_has_a_limit() -> None:
    connection = server(DEALER, WITH_NULL)
    with pytest.raises(RemoteProtocolError, match="exceeds"):
        connection.receive_data(header(1 << 30) + b"x" * 70000, 0.0)


def test_large_message_right_behind_the_handshake_is_no_handshake() -> None:
    connection = server(DEALER, WITH_NULL, frame(READY_DEALER) + frame(b"\0" + b"x" * 100000))
    assert [len(message) for message in taken(connection)] == [100000]


# -- PING, PONG, CLOSE -------------------------------------------------------------------------------


def test_ping_is_answered_with_its_octets() -> None:
    """ZWS-5."""
    connection = in_traffic()
    connection.receive_data(frame(b"abc", PING), 0.0)
    assert connection.has_data_to_send
    assert connection.data_to_send() == frame(b"abc", PONG, masked=False)


def test_peer_that_only_asks_gets_few_answers() -> None:
    connection = in_traffic()
    connection.receive_data(frame(b"x" * 125, PING) * 1000, 0.0)
    assert len(connection.data_to_send()) <= 16 * 127


def test_silence_after_a_ping_ends_the_link() -> None:
    """HB-1, HB-2, ZWS-5."""
    connection = in_traffic(DEALER._replace(heartbeat_interval=1.0, heartbeat_timeout=0.5))
    connection.handle_timeout(1.0)
    assert connection.data_to_send() == frame(b"", PING, masked=False)
    connection.receive_data(frame(b"", PONG), 1.1)
    connection.handle_timeout(2.0)
    assert connection.next_timeout() == 2.5
    with pytest.raises(PeerTimeout):
        connection.handle_timeout(2.5)


@pytest.mark.parametrize("by_timer", [False, True])
def test_close_is_answered_and_ends_the_link_behind_the_messages(by_timer: bool) -> None:
    """ZWS-5: it is no violation, so whoever has connected connects again."""
    connection = in_traffic()
    connection.receive_data(frame(b"\0last") + frame(b"\x03\xe8bye", CLOSE), 5.0)
    assert taken(connection) == [b"last"]
    assert connection.data_to_send() == frame(b"\x03\xe8", CLOSE, masked=False)
    assert connection.next_timeout() == 5.0
    with pytest.raises(ZMQError) as caught:
        connection.handle_timeout(5.0) if by_timer else taken(connection)
    assert caught.value.errno == ECONNRESET
    assert not isinstance(caught.value, RemoteProtocolError)
    assert connection.next_timeout() is None


def test_close_waits_for_messages_to_be_taken() -> None:
    connection = in_traffic()
    connection.receive_data(frame(b"\0last") + frame(b"", CLOSE), 5.0)
    connection.handle_timeout(5.0)
    assert taken(connection) == [b"last"]


def test_close_during_the_handshake_ends_it() -> None:
    connection = server(DEALER, WITH_NULL)
    connection.data_to_send()
    with pytest.raises(ZMQError) as caught:
        connection.receive_data(frame(b"\x03\xe8", CLOSE), 0.0)
    assert caught.value.errno == ECONNRESET
    assert connection.data_to_send() == frame(b"\x03\xe8", CLOSE, masked=False)
