"""Sockets that nobody talks to, and endpoints that are connected twice."""

from __future__ import annotations

import pytest

from tests.conformance.raw import RawListener
from tests.interop.library import Open, bind, errno_of, zmq

EVENTS = {
    "PAIR": 0, "PUB": 2, "SUB": 0, "REQ": 0, "REP": 0, "DEALER": 0, "ROUTER": 2, "PULL": 0, "PUSH": 0,
    "XPUB": 2, "XSUB": 2, "STREAM": 2,
}  # fmt: skip
LINKS = {
    "DEALER": 1, "SUB": 1, "PUB": 1, "REQ": 1,
    "PUSH": 2, "PULL": 2, "PAIR": 2, "ROUTER": 2, "XPUB": 2, "XSUB": 2, "REP": 2,
}  # fmt: skip


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("is_bound", [False, True], ids=["new", "bound"])
def test_events_without_peers(sock: Open, kind: str, is_bound: bool) -> None:
    """SOCK-6."""
    socket = sock(kind)
    if is_bound:
        bind(socket)
    assert socket.getsockopt(zmq.EVENTS) == EVENTS[kind]
    assert socket.poll(0, zmq.POLLIN | zmq.POLLOUT) == EVENTS[kind]


def test_mandatory_router_is_not_writable_without_peers(sock: Open) -> None:
    """ROUTER-11."""
    assert sock("ROUTER", router_mandatory=1).getsockopt(zmq.EVENTS) == 0


@pytest.mark.parametrize("kind", ["SUB", "PULL"])
def test_receivers_cannot_send(sock: Open, kind: str) -> None:
    """SUB-1, PUSH-1."""
    assert errno_of(sock(kind).send, b"x") == zmq.ENOTSUP


@pytest.mark.parametrize("kind", ["PUB", "PUSH"])
def test_senders_cannot_receive(sock: Open, kind: str) -> None:
    """PUB-1, PUSH-1."""
    assert errno_of(sock(kind).recv) == zmq.ENOTSUP


@pytest.mark.parametrize("kind", ["PUB", "XPUB", "XSUB", "ROUTER"])
def test_messages_for_nobody_are_dropped(sock: Open, kind: str) -> None:
    """The table of section 1.1."""
    socket = sock(kind)
    for _ in range(2000):
        assert errno_of(socket.send_multipart, [b"nobody", b"x"], zmq.DONTWAIT) is None


@pytest.mark.parametrize("kind", ["PAIR", "REQ", "DEALER", "PUSH"])
def test_sender_without_peers_has_to_wait(sock: Open, kind: str) -> None:
    """The table of section 1.1."""
    assert errno_of(sock(kind).send, b"x", zmq.DONTWAIT) == zmq.EAGAIN


@pytest.mark.parametrize(("kind", "call"), [("REQ", "recv"), ("REP", "send")])
def test_out_of_turn(sock: Open, kind: str, call: str) -> None:
    """Section 1.4: EFSM."""
    socket = sock(kind)
    arguments = (b"x",) if call == "send" else ()
    assert errno_of(getattr(socket, call), *arguments) == zmq.EFSM


@pytest.mark.parametrize("kind", LINKS)
def test_endpoint_that_is_connected_twice(sock: Open, listener: RawListener, kind: str) -> None:
    """EP-5: DEALER, SUB, PUB and REQ ignore the second call."""
    socket = sock(kind)
    for _ in range(2):
        socket.connect(listener.endpoint)
    socket.connect(listener.endpoint.replace("127.0.0.1", "localhost"))  # another text, another link
    links = [listener.accept() for _ in range(LINKS[kind] + 1)]
    assert listener.accept_within(0.02) is None
    for link in links:
        link.close()
