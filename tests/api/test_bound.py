"""What bind() and connect() return, and how their errors read."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

import zerowire as zmq
from zerowire.api.bound import SocketContext


@pytest.mark.parametrize("endpoint", ["inproc://bound", b"inproc://bound", "tcp://127.0.0.1:*"])
def test_bind_is_taken_back_at_the_end_of_a_with_statement(
    context: zmq.Context, endpoint: str | bytes
) -> None:
    with context.socket(zmq.PULL) as socket:
        with socket.bind(endpoint) as same:
            assert same is socket
            where = socket.last_endpoint
        with pytest.raises(zmq.ZMQError) as caught:
            socket.unbind(where)
        assert caught.value.errno == errno.ENOENT


def test_connect_is_taken_back_too(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        pull.bind("inproc://bound")
        with push.connect("inproc://bound") as same:
            assert same is push
            push.send(b"x")
        assert pull.recv() == b"x"
        assert push.peers() == []


def test_without_a_with_statement_nothing_is_taken_back(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as socket:
        socket.bind("inproc://bound")
        socket.unbind("inproc://bound")


def test_end_of_a_with_statement_leaves_a_closed_socket_alone(context: zmq.Context) -> None:
    socket = context.socket(zmq.PULL)
    with socket.bind("inproc://bound"):
        socket.close()
    assert socket.closed


def test_repr_tells_the_endpoint(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as socket:
        assert repr(socket.bind("inproc://bound")) == "<SocketContext(bind='inproc://bound')>"
        assert repr(socket.connect("inproc://other")) == "<SocketContext(connect='inproc://other')>"
        bound = socket.bind("tcp://127.0.0.1:*")
        assert repr(bound) == f"<SocketContext(bind={socket.get_string(zmq.LAST_ENDPOINT)!r})>"


@pytest.mark.parametrize("wrong", [None, 5, ["tcp://x:1"]])
@pytest.mark.parametrize("method", ["bind", "connect", "unbind", "disconnect"])
def test_endpoint_is_text(context: zmq.Context, method: str, wrong: Any) -> None:
    with context.socket(zmq.PULL) as socket, pytest.raises(TypeError, match="an endpoint is str"):
        getattr(socket, method)(wrong)


@pytest.mark.parametrize("method", ["bind", "connect"])
@pytest.mark.parametrize(
    ("endpoint", "number"),
    [("ftl://a", zmq.EPROTONOSUPPORT), ("tcp://", errno.EINVAL), ("nonsense", errno.EINVAL)],
)
def test_error_names_the_endpoint(context: zmq.Context, method: str, endpoint: str, number: int) -> None:
    """T-8."""
    with context.socket(zmq.PULL) as socket:
        with pytest.raises(zmq.ZMQError) as caught:
            getattr(socket, method)(endpoint)
        assert caught.value.errno == number
        assert endpoint in str(caught.value)


def test_endpoint_in_use_is_an_error(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as first, context.socket(zmq.PULL) as second:
        first.bind("tcp://127.0.0.1:*")
        where = first.get_string(zmq.LAST_ENDPOINT)
        with pytest.raises(zmq.ZMQError, match=where) as caught:
            second.bind(where)
        assert caught.value.errno == errno.EADDRINUSE


def test_ipc_paths_that_cannot_be(context: zmq.Context, tmp_path: Path) -> None:
    with context.socket(zmq.PULL) as socket:
        with pytest.raises(zmq.ZMQError) as caught:
            socket.bind(f"ipc://{tmp_path}/{'x' * 200}")
        assert caught.value.errno == errno.ENAMETOOLONG
        with pytest.raises(zmq.ZMQError) as caught:
            socket.bind(f"ipc://{tmp_path}/no/such/directory")
        assert caught.value.errno == errno.ENOENT


@pytest.mark.parametrize("method", ["unbind", "disconnect"])
def test_unbind_and_disconnect_raise_plain_errors(method: str) -> None:
    """Even ETERM comes as ZMQError itself."""
    context = zmq.Context()
    socket = context.socket(zmq.PULL)
    with pytest.raises(zmq.ZMQError) as caught:
        getattr(socket, method)("inproc://unknown")
    assert (type(caught.value), caught.value.errno) == (zmq.ZMQError, errno.ENOENT)
    context.term(0)
    with pytest.raises(zmq.ZMQError) as caught:
        getattr(socket, method)("inproc://unknown")
    assert (type(caught.value), caught.value.errno) == (zmq.ZMQError, zmq.ETERM)
    socket.close()
    context.term()


def test_default_range_of_ports_is_left_to_the_system(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as socket:
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        assert socket.get_string(zmq.LAST_ENDPOINT) == f"tcp://127.0.0.1:{port}"


def test_random_port_is_that_of_this_bind_whatever_another_thread_does(context: zmq.Context) -> None:
    class Busy(zmq.Socket):
        def bind(self, addr: str | bytes) -> SocketContext:
            """Let another thread bind right after this one has."""
            bound = super().bind(addr)
            super().bind("inproc://meanwhile")
            return bound

    with context.socket(zmq.PULL, Busy) as socket:
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        socket.unbind(f"tcp://127.0.0.1:{port}")


def test_port_is_of_the_range_that_was_given(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as socket:
        port = socket.bind_to_random_port("tcp://127.0.0.1", min_port=20000, max_port=30000)
        assert 20000 <= port < 30000


def test_range_without_a_free_port_is_an_error(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as first, context.socket(zmq.PULL) as second:
        port = first.bind_to_random_port("tcp://127.0.0.1")
        with pytest.raises(zmq.ZMQBindError):
            second.bind_to_random_port("tcp://127.0.0.1", min_port=port, max_port=port + 1, max_tries=3)


def test_other_failures_of_a_random_port_pass(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as socket:
        for ports in ({}, {"min_port": 5000, "max_port": 5010}):
            with pytest.raises(zmq.ZMQError) as caught:
                socket.bind_to_random_port("tcp://nonsense!", **ports)
            assert caught.value.errno != errno.EADDRINUSE
