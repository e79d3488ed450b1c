"""connect(wait=...): the peer is there, or an exception says why not."""

from __future__ import annotations

import socket as sockets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EACCES, ECONNREFUSED, ECONNRESET, EPROTO, ETIMEDOUT
from typing import Any

import pytest
import zmq as pyzmq

import zerowire
from zerowire.auth import Curve, Plain

TCP = "tcp://127.0.0.1"
PATIENCE = 10_000  # milliseconds
BRIEFLY = 100

SERVER, CLIENT, STRANGER = (zerowire.curve_keypair() for _ in range(3))


@contextmanager
def theirs(set_up: Callable[[Any], object] = lambda socket: None, kind: int = pyzmq.PULL) -> Iterator[int]:
    """Have a server of libzmq; its port."""
    with pyzmq.Context() as context, context.socket(kind) as socket:
        socket.linger = 0
        set_up(socket)
        yield socket.bind_to_random_port(TCP)


@pytest.fixture
def push(context: zerowire.Context) -> Iterator[zerowire.Socket]:
    with context.socket(zerowire.PUSH) as socket:
        socket.linger = 0
        yield socket


def refusal(socket: zerowire.Socket, endpoint: str, wait: int = PATIENCE) -> zerowire.ConnectFailed:
    with pytest.raises(zerowire.ConnectFailed) as caught:
        socket.connect(endpoint, wait=wait)
    assert not socket.peers(), "it shall not be connected there any more"
    return caught.value


def curve(socket: Any, keys: tuple[bytes, bytes], server: bytes) -> None:
    socket.curve_publickey, socket.curve_secretkey = keys
    socket.curve_serverkey = server


def curve_server(socket: Any) -> None:
    socket.curve_server = True
    socket.curve_secretkey = SERVER[1]


def test_connect_returns_when_the_peer_is_there(push: zerowire.Socket) -> None:
    with theirs() as port:
        push.connect(f"{TCP}:{port}", wait=PATIENCE)
        assert [peer.socket_type for peer in push.peers()] == ["PULL"]


def test_right_keys_are_let_in(push: zerowire.Socket) -> None:
    with theirs(curve_server) as port:
        curve(push, CLIENT, SERVER[0])
        push.connect(f"{TCP}:{port}", wait=PATIENCE)


def test_inproc_peer_is_there_at_once(context: zerowire.Context, push: zerowire.Socket) -> None:
    with context.socket(zerowire.PULL) as pull:
        pull.bind("inproc://here")
        push.connect("inproc://here", wait=PATIENCE)


def test_nobody_listens(push: zerowire.Socket) -> None:
    with sockets.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = refusal(push, f"{TCP}:{port}", wait=BRIEFLY)
    assert error.errno == ECONNREFUSED
    assert str(port) in str(error)


def test_somebody_listens_and_says_nothing(push: zerowire.Socket) -> None:
    with sockets.create_server(("127.0.0.1", 0)) as mute:
        error = refusal(push, f"{TCP}:{mute.getsockname()[1]}", wait=BRIEFLY)
    assert error.errno == ETIMEDOUT
    assert "no answer" in str(error)


def test_handshake_takes_too_long(push: zerowire.Socket) -> None:
    push.handshake_ivl = 50
    with sockets.create_server(("127.0.0.1", 0)) as mute:
        error = refusal(push, f"{TCP}:{mute.getsockname()[1]}")
    assert error.errno == ETIMEDOUT
    assert "does not shake hands" in str(error)


def test_wrong_server_key(push: zerowire.Socket) -> None:
    with theirs(curve_server) as port:
        curve(push, CLIENT, STRANGER[0])
        error = refusal(push, f"{TCP}:{port}")
    assert error.errno == ECONNRESET
    assert "CURVE_SERVERKEY" in str(error)


def test_unknown_client_key(context: zerowire.Context, push: zerowire.Socket) -> None:
    with context.socket(zerowire.PULL) as pull:
        curve_server(pull)
        pull.authenticate = lambda request: request.credentials[0] == b"somebody else"
        port = pull.bind_to_random_port(TCP)
        curve(push, CLIENT, SERVER[0])
        error = refusal(push, f"{TCP}:{port}")
    assert error.errno == EACCES
    assert "does not know our public key" in str(error)


def test_wrong_password(context: zerowire.Context, push: zerowire.Socket) -> None:
    with context.socket(zerowire.PULL) as pull:
        Plain.server({"joe": "secret"}).apply(pull)
        port = pull.bind_to_random_port(TCP)
        Plain.client("joe", "guess").apply(push)
        error = refusal(push, f"{TCP}:{port}")
    assert error.errno == EACCES
    assert "status 400" in str(error)
    assert "user name and password" in str(error)


def test_nobody_decides_about_passwords(push: zerowire.Socket) -> None:
    with theirs(lambda socket: socket.set(pyzmq.PLAIN_SERVER, 1)) as port:
        Plain.client("joe", "secret").apply(push)
        error = refusal(push, f"{TCP}:{port}")
    assert error.errno == ECONNRESET
    assert "nobody who decides" in str(error)


def test_another_mechanism(push: zerowire.Socket) -> None:
    with theirs() as port:
        Curve.client(SERVER[0]).apply(push)
        error = refusal(push, f"{TCP}:{port}")
    assert error.errno in (EPROTO, ECONNRESET)  # whoever looks first
    assert "mechanism" in str(error) or "CURVE_SERVERKEY" in str(error)


def test_socket_type_that_does_not_fit(push: zerowire.Socket) -> None:
    with theirs(kind=pyzmq.REP) as port:
        error = refusal(push, f"{TCP}:{port}")
    assert error.errno in (EPROTO, ECONNRESET)
