"""ws and wss from socket to socket (features 2.8, 4.9)."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import zerowire as zmq
from tests.transport.certificates import HOST, SELF_SIGNED
from tests.zmtp.websocket_octets import CLOSE, READY_DEALER, TEXT, frame, header, request
from zerowire import zmtp
from zerowire.constants import SocketType
from zerowire.engine.connections import target_of
from zerowire.utils.monitor import parse_monitor_message
from zerowire.zmtp.connection import Config, State
from zerowire.zmtp.websocket import WebSocketConnection

PATIENCE = 10000  # milliseconds

MESSAGES: list[list[bytes]] = [
    [b""],
    [b"a"],
    [b"b" * 125, b"", b"c" * 126],
    [b"d" * 65535],
    [b"e" * 300000, b"f"],
]


@pytest.fixture
def links(context: zmq.Context) -> Iterator[Any]:
    """Return `links(kind, kind, scheme, options, options)`: two sockets, the first one bound."""
    opened: list[zmq.Socket] = []

    def make(
        bound: int, connected: int, scheme: str = "ws", server: Any = None, client: Any = None
    ) -> tuple[zmq.Socket, zmq.Socket]:
        sockets = context.socket(bound), context.socket(connected)
        opened.extend(sockets)
        for sock, options in zip(sockets, (server, client), strict=True):
            sock.rcvtimeo = sock.sndtimeo = PATIENCE
            for number, value in (options or {}).items():
                sock.set(number, value)
        sockets[0].bind(f"{scheme}://127.0.0.1:*/there")
        sockets[1].connect(sockets[0].last_endpoint)
        return sockets

    yield make
    for sock in opened:
        sock.close(0)


def curve() -> tuple[dict[int, Any], dict[int, Any]]:
    public, secret = zmq.curve_keypair()
    own_public, own_secret = zmq.curve_keypair()
    return (
        {zmq.CURVE_SERVER: 1, zmq.CURVE_SECRETKEY: secret},
        {zmq.CURVE_SERVERKEY: public, zmq.CURVE_PUBLICKEY: own_public, zmq.CURVE_SECRETKEY: own_secret},
    )


def tls() -> tuple[dict[int, Any], dict[int, Any]]:
    return (
        {zmq.WSS_CERT_PEM: SELF_SIGNED.certificate, zmq.WSS_KEY_PEM: SELF_SIGNED.key},
        {zmq.WSS_TRUST_PEM: SELF_SIGNED.certificate, zmq.WSS_HOSTNAME: HOST.encode()},
    )


@pytest.mark.parametrize("security", ["NULL", "CURVE", "TLS"])
def test_messages_of_all_sizes_arrive_both_ways(links: Any, security: str) -> None:
    """ZWS-3, ZWS-4, WS-2."""
    options: tuple[Any, ...] = {"NULL": lambda: (None, None), "CURVE": curve, "TLS": tls}[security]()
    server, client = links(zmq.DEALER, zmq.DEALER, "wss" if security == "TLS" else "ws", *options)
    for near, far in ((server, client), (client, server)):
        for message in MESSAGES:
            near.send_multipart(message)
        assert [far.recv_multipart() for _ in MESSAGES] == MESSAGES


def test_endpoint_has_the_port_and_the_path(links: Any, context: zmq.Context) -> None:
    """WS-1."""
    server, client = links(zmq.PAIR, zmq.PAIR)
    endpoint = server.last_endpoint.decode()
    assert endpoint.startswith("ws://127.0.0.1:")
    assert endpoint.endswith("/there")
    assert not endpoint.endswith(":0/there")
    client.send(b"x")
    assert server.recv(copy=False).get("Peer-Address") == "127.0.0.1"
    server.unbind(endpoint)


def test_subscriptions_and_groups_are_heard(links: Any) -> None:
    """The rows of ws in 4.2: a topic is a message, a group is a command."""
    xpub, sub = links(zmq.XPUB, zmq.SUB, "ws", {zmq.XPUB_WELCOME_MSG: b"a hello"}, {zmq.SUBSCRIBE: b"a"})
    assert xpub.recv() == b"\1a"
    assert sub.recv() == b"a hello"
    radio, dish = links(zmq.RADIO, zmq.DISH)
    dish.join("group")
    assert radio.wait_for_peers(1, timeout=PATIENCE)
    while not dish.poll(20):
        radio.send(b"x", group="group")
    assert dish.recv(copy=False).group == "group"


def test_wrong_password_is_refused(context: zmq.Context, links: Any) -> None:
    """PLAIN-1: nobody decides about the peer."""
    options = {zmq.PLAIN_USERNAME: b"ann", zmq.PLAIN_PASSWORD: b"secret"}
    server, client = links(zmq.REP, zmq.REQ, "ws", {zmq.PLAIN_SERVER: 1, zmq.RECONNECT_IVL: -1}, options)
    client.set(zmq.RCVTIMEO, 0)
    with server.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL) as monitor:
        client.disconnect(server.last_endpoint)
        client.connect(server.last_endpoint)
        assert monitor.poll(PATIENCE)


@pytest.mark.parametrize(
    ("endpoint", "host", "path"),
    [
        ("ws://example.org:80", "example.org:80", "/"),
        ("wss://*:0;[::1]:443/a/b?c", "[::1]:443", "/a/b?c"),
    ],
)
def test_what_a_client_asks_for(endpoint: str, host: str, path: str) -> None:
    """ZWS-1."""
    assert target_of(endpoint) == (host, path)


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_stream_speaks_no_websocket(context: zmq.Context, scheme: str) -> None:
    with context.socket(zmq.STREAM) as stream:
        for act in (stream.bind, stream.connect):
            with pytest.raises(zmq.ZMQError, match="use tcp") as caught:
                act(f"{scheme}://127.0.0.1:80")
            assert caught.value.errno == zmq.ENOCOMPATPROTO


@pytest.mark.parametrize("verb", ["bind", "connect"])
def test_says_what_is_not_installed(monkeypatch: pytest.MonkeyPatch, context: zmq.Context, verb: str) -> None:
    monkeypatch.setitem(sys.modules, "wsproto", None)
    monkeypatch.delitem(sys.modules, "zerowire.zmtp.websocket", raising=False)
    monkeypatch.delattr(zmtp, "websocket", raising=False)
    with (
        context.socket(zmq.PAIR) as pair,
        pytest.raises(zmq.ZMQError, match=r"pip install 'zerowire\[ws\]'") as caught,
    ):
        getattr(pair, verb)("ws://127.0.0.1:80")
    assert caught.value.errno == zmq.EPROTONOSUPPORT


# -- strangers ---------------------------------------------------------------------------------------


def talk(endpoint: bytes, *said: bytes) -> bytes:
    """Say something to a listener over tcp, piece by piece, and return its answer up to the end."""
    host, port = endpoint.decode().partition("://")[2].partition("/")[0].split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE / 1000) as stranger:
        heard = b""
        try:
            for piece in said:
                stranger.sendall(piece)
                if piece is NULL:  # frames come behind the answer to it
                    heard += stranger.recv(65536)
            while data := stranger.recv(65536):
                heard += data
        except ConnectionError:
            pass  # it has not read all that we said
        return heard


NULL = request(b"ZWS2.0/NULL")
HOSTILE = {
    "zmtp": [b"\xff\0\0\0\0\0\0\0\1\x7f"],
    "garbage": [bytes(range(256)) * 256],
    "endless header": [b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000],
    "nothing": [],
    "half a request": [NULL[:-2]],
    "half a frame": [NULL, frame(READY_DEALER)[:5]],
    "unmasked": [NULL, frame(READY_DEALER, masked=False)],
    "large handshake": [NULL, header(1 << 62) + bytes(100000)],
    "large frame": [NULL, frame(READY_DEALER), header(1 << 62) + bytes(100000)],
    "text": [NULL, frame(READY_DEALER), frame(b"\0hello", TEXT)],
    "close": [NULL, frame(READY_DEALER), frame(b"\3\xe8", CLOSE)],
}


@pytest.mark.parametrize("what", HOSTILE)
def test_stranger_is_dropped_and_nobody_else_notices(links: Any, what: str) -> None:
    """FR-1, V-9, ZWS-4: memory and time of each are limited."""
    limits = {zmq.HANDSHAKE_IVL: 300, zmq.MAXMSGSIZE: 1000}
    server, client = links(zmq.DEALER, zmq.DEALER, "ws", limits)
    client.send(b"before")
    assert server.recv() == b"before"
    answer = talk(server.last_endpoint, *HOSTILE[what])
    assert answer.startswith(b"HTTP/1.1 101 ") is (NULL in HOSTILE[what])
    client.send(b"after")
    assert server.recv() == b"after"
    assert len(server.stats().peers) == 1


def test_monitor_says_what_a_stranger_did_wrong(links: Any) -> None:
    """ZWS-2: its number for what is no WebSocket."""
    server, _ = links(zmq.DEALER, zmq.DEALER)
    with server.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL) as monitor:
        monitor.rcvtimeo = PATIENCE
        talk(server.last_endpoint, *HOSTILE["zmtp"])
        assert parse_monitor_message(monitor.recv_multipart())["value"] == zmq.PROTOCOL_ERROR_WS_UNSPECIFIED


def test_stranger_that_speaks_no_tls_is_dropped(links: Any) -> None:
    options, trust = tls()
    server, client = links(zmq.DEALER, zmq.DEALER, "wss", {**options, zmq.HANDSHAKE_IVL: 300}, trust)
    for said in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\0"):
        talk(server.last_endpoint, said)
    client.send(b"after")
    assert server.recv() == b"after"


def test_closed_websocket_is_connected_again(links: Any, context: zmq.Context, wait_until: Any) -> None:
    """ZWS-5."""
    with socket.create_server(("127.0.0.1", 0)) as listener, context.socket(zmq.PUSH) as push:
        listener.settimeout(PATIENCE / 1000)
        push.linger = 0
        push.reconnect_ivl = 10
        push.connect(f"ws://127.0.0.1:{listener.getsockname()[1]}")
        for _ in range(2):
            stranger, _ = listener.accept()
            with stranger:
                stranger.settimeout(PATIENCE / 1000)
                other = WebSocketConnection(Config(SocketType.PULL), 0.0)
                while other.state is not State.TRAFFIC:
                    other.receive_data(stranger.recv(65536), 0.0)
                    stranger.sendall(other.data_to_send())
                wait_until(lambda: push.stats().peers[0].state == "ready")
                stranger.sendall(frame(b"\3\xe8", CLOSE, masked=False))
                assert stranger.recv(65536)[0] == 0x80 | CLOSE
                assert stranger.recv(65536) == b""
