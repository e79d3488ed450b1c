"""Streams, listeners and connecters over the system's sockets."""

from __future__ import annotations

import os
import resource
import select
import socket
import struct
import sys
from collections.abc import Callable
from errno import EBADF, ECONNREFUSED, ECONNRESET, EINVAL, EMFILE, EPIPE
from time import monotonic
from typing import Any

import pytest

from zerowire.error import ZMQError
from zerowire.transport.base import PeerRefused
from zerowire.transport.schemes import find
from zerowire.transport.sockets import (
    MAX_BUFFERS,
    MOST_DISCARDED,
    SocketConnecter,
    SocketListener,
    SocketStream,
    Target,
    adopt_socket,
    open_socket,
)

ADDRESSES = {"tcp": "127.0.0.1:*", "ipc": "*"}


@pytest.fixture(params=ADDRESSES)
def streams(request: pytest.FixtureRequest, wiring: Any, tmp_path: Any, monkeypatch: Any) -> tuple[Any, Any]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    streams: tuple[Any, Any] = wiring.pair(find(request.param), ADDRESSES[request.param])
    return streams


def test_octets_arrive_in_both_directions(streams: tuple[Any, Any], wiring: Any) -> None:
    near, far = streams
    assert near.receive(10) is None
    assert near.send(b"hello") == 5
    assert wiring.receive(far) == b"hello"
    assert far.send(memoryview(b"there")) == 5
    assert wiring.receive(near, 3) == b"the"
    assert wiring.receive(near) == b"re"


def test_vector_is_sent_in_order(streams: tuple[Any, Any], wiring: Any) -> None:
    near, far = streams
    assert near.send_vector([b"a", bytearray(b"bc"), memoryview(b"def")]) == 6
    assert wiring.receive(far) == b"abcdef"
    assert near.send_vector([]) == 0


def test_vector_of_many_buffers_is_sent_in_part(streams: tuple[Any, Any]) -> None:
    assert streams[0].send_vector([b"x"] * (MAX_BUFFERS + 1)) == MAX_BUFFERS


def test_vector_is_joined_where_the_system_has_no_sendmsg() -> None:
    class Plain:
        recv = recv_into = None

        def send(self, data: bytes, flags: int) -> int:
            return len(data)

    stream = SocketStream(Plain(), "", "", "")  # type: ignore[arg-type]
    assert stream.send_vector([b"ab", b"c"]) == 3


def test_full_stream_takes_nothing(streams: tuple[Any, Any]) -> None:
    near, _ = streams
    while near.send(bytes(65536)):
        pass
    assert near.send_vector([bytes(65536)]) == 0


def test_octets_are_received_into_a_view(streams: tuple[Any, Any]) -> None:
    near, far = streams
    place = bytearray(6)
    assert near.receive_vector([memoryview(place)]) is None
    far.send(b"abcd")
    select.select([near.fileno()], [], [], 10)
    assert near.receive_vector([memoryview(place)[1:4]]) == 3
    assert near.receive_vector([memoryview(place)[4:]]) == 1
    assert place == b"\0abcd\0"


def test_views_are_filled_in_turn(streams: tuple[Any, Any]) -> None:
    near, far = streams
    place, behind = bytearray(2), bytearray(4)
    far.send(b"abcde")
    select.select([near.fileno()], [], [], 10)
    assert near.receive_vector([memoryview(place), memoryview(behind)]) == 5
    assert place == b"ab"
    assert behind == b"cde\0"


def test_only_the_first_view_is_filled_where_the_system_has_no_recvmsg() -> None:
    class Plain:
        recv = send = None

        def recv_into(self, view: memoryview) -> int:
            view[:] = b"ab"
            return 2

    place, behind = bytearray(2), bytearray(4)
    stream = SocketStream(Plain(), "", "", "")  # type: ignore[arg-type]
    assert stream.receive_vector([memoryview(place), memoryview(behind)]) == 2
    assert place == b"ab"
    assert behind == bytes(4)


def test_reset_is_an_error_to_who_receives_into_a_view(wiring: Any) -> None:
    near, far = wiring.pair(find("tcp"), "127.0.0.1:*")
    far._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    far.close()
    select.select([near.fileno()], [], [], 10)
    with pytest.raises(ZMQError, match=r"tcp://127\.0\.0\.1"):
        near.receive_vector([memoryview(bytearray(1))])


def test_end_of_the_peer_is_no_octets(streams: tuple[Any, Any], wiring: Any) -> None:
    near, far = streams
    far.send(b"last")
    far.close()
    assert wiring.receive(near) == b"last"
    assert wiring.receive(near) == b""
    assert near.receive_vector([memoryview(bytearray(5))]) == 0


def test_send_to_a_peer_that_left_fails(streams: tuple[Any, Any], wiring: Any) -> None:
    near, far = streams
    far.close()
    with pytest.raises(ZMQError) as caught:
        send_until_it_fails(near)
    assert caught.value.errno in (EPIPE, ECONNRESET)
    with pytest.raises(ZMQError):
        near.send_vector([b"x"])


def send_until_it_fails(stream: Any) -> None:
    for _ in range(1000):  # the first octets may still find room
        stream.send(b"x")
        select.select([stream.fileno()], [], [], 0)


def test_reset_of_a_peer_is_an_error(wiring: Any) -> None:
    near, far = wiring.pair(find("tcp"), "127.0.0.1:*")
    far._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    far.close()
    with pytest.raises(ZMQError, match=r"tcp://127\.0\.0\.1") as caught:
        wiring.receive(near)
    assert caught.value.errno == ECONNRESET


def test_what_was_written_arrives_after_close_though_not_all_was_read(
    streams: tuple[Any, Any], wiring: Any
) -> None:
    near, far = streams
    written = 0
    while taken := near.send(bytes(65536)):
        written += taken
    far.send(b"never read")
    select.select([near.fileno()], [], [], 10)
    near.close()
    while data := wiring.receive(far):
        written -= len(data)
    assert written == 0


def test_close_does_not_wait_for_a_peer_that_goes_on_and_on() -> None:
    class Talkative:
        reads = 0
        is_closed = False

        def recv(self, size: int) -> bytes:
            self.reads += 1
            return bytes(1)

        recv_into = recv

        def send(self, data: bytes, flags: int) -> int:
            return 0

        def close(self) -> None:
            self.is_closed = True

    sock = Talkative()
    SocketStream(sock, "", "", "").close()  # type: ignore[arg-type]
    assert (sock.reads, sock.is_closed) == (MOST_DISCARDED, True)


def test_forked_child_closes_without_reading(
    streams: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = streams
    far.send(b"for the parent")
    select.select([near.fileno()], [], [], 10)
    with socket.socket(fileno=os.dup(near.fileno())) as parents:
        monkeypatch.setattr(os, "getpid", lambda: 0)
        near.close()
        assert parents.recv(100) == b"for the parent"


def test_end_is_read_behind_what_was_written_and_answers_still_come(
    streams: tuple[Any, Any], wiring: Any
) -> None:
    near, far = streams
    near.send(b"last")
    near.end()
    with pytest.raises(ZMQError) as caught:
        near.send(b"x")
    assert caught.value.errno == EPIPE
    assert (wiring.receive(far), wiring.receive(far)) == (b"last", b"")
    far.send(b"answer")
    assert wiring.receive(near) == b"answer"


def test_end_of_a_closed_stream_fails(streams: tuple[Any, Any]) -> None:
    near, _ = streams
    near.close()
    with pytest.raises(ZMQError) as caught:
        near.end()
    assert caught.value.errno == EBADF


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not tell")
def test_octets_that_find_no_room_at_the_peer_are_in_flight(wiring: Any) -> None:
    near, far = wiring.pair(find("tcp"), "127.0.0.1:*")
    written = 0
    while taken := near.send(bytes(65536)):
        written += taken
    assert 0 < near.in_flight <= written
    while written:
        written -= len(wiring.receive(far))
    deadline = monotonic() + 10
    while near.in_flight:  # the last confirmation may take a moment
        assert monotonic() < deadline


def test_octets_of_ipc_lie_with_the_peer_at_once(
    wiring: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    near, far = wiring.pair(find("ipc"), "*")
    near.send(b"octets")
    assert near.in_flight == 0
    far.send(b"not read, so that the close is a reset")
    near.close()
    assert wiring.receive(far) == b"octets"


def test_where_nobody_can_tell_something_is_in_flight(wiring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    near, _ = wiring.pair(find("tcp"), "127.0.0.1:*")
    monkeypatch.setattr("zerowire.transport.sockets.sys.platform", "elsewhere")
    assert near.in_flight > 0


def test_close_is_idempotent(streams: tuple[Any, Any]) -> None:
    for stream in streams:
        stream.close()
        stream.close()
        assert stream.fileno() == -1


def test_descriptors_are_not_inherited(streams: tuple[Any, Any]) -> None:
    assert [os.get_inheritable(stream.fileno()) for stream in streams] == [False, False]


# -- listeners ---------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ADDRESSES)
def test_accept_returns_nothing_when_nobody_waits(scheme: str, wiring: Any) -> None:
    listener = wiring.listen(find(scheme), ADDRESSES[scheme])
    assert listener.accept() is None
    assert not os.get_inheritable(listener.fileno())


@pytest.mark.parametrize("scheme", ADDRESSES)
def test_accept_without_descriptors_left_raises_and_keeps_the_peer(scheme: str, wiring: Any) -> None:
    """TCP-9: the listener goes on."""
    listener = wiring.listen(find(scheme), ADDRESSES[scheme])
    wiring.dial(find(scheme), listener.endpoint.partition("://")[2])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(ZMQError) as caught:
            listener.accept()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert caught.value.errno == EMFILE
    assert not isinstance(caught.value, PeerRefused)
    assert wiring.accept(listener)


class Scripted:
    """A listening socket of which a test says how it accepts: as (descriptor, address)."""

    family = socket.AF_UNIX

    def __init__(self, accept: Callable[[], Any]) -> None:
        self._accept = accept


def raising(error: Exception) -> Callable[[], Any]:
    def accept() -> Any:
        raise error

    return accept


def test_connection_taken_back_by_the_peer_is_nobody() -> None:
    listener = SocketListener(Scripted(raising(ConnectionAbortedError(103, "gone"))), "tcp://x")  # type: ignore[arg-type]
    assert listener.accept() is None


def test_trouble_with_an_accepted_peer_refuses_it_alone(wiring: Any) -> None:
    class Picky(SocketListener):
        def _welcome(self, sock: socket.socket, address: Any) -> SocketStream:
            raise OSError(EINVAL, "left at once")

    near, far = socket.socketpair()
    wiring.keep(near)
    listener = Picky(Scripted(lambda: (far.detach(), "")), "tcp://x")  # type: ignore[arg-type]
    with pytest.raises(PeerRefused) as caught:
        listener.accept()
    assert caught.value.errno == EINVAL
    assert near.recv(1) == b""


def test_adopted_descriptor_must_be_open_and_listen(wiring: Any) -> None:
    """TCP-12: the user keeps what cannot be used."""
    with pytest.raises(ZMQError, match="USE_FD") as caught:
        adopt_socket(2**20, (socket.AF_INET,), "tcp://x")
    assert caught.value.errno == EBADF
    datagram = wiring.keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    silent = wiring.keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    local = wiring.keep(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    for sock in (datagram, silent, local):
        with pytest.raises(ZMQError, match="no listening socket") as caught:
            adopt_socket(sock.fileno(), (socket.AF_INET,), "tcp://x")
        assert caught.value.errno == EINVAL
        assert sock.getsockname() is not None


# -- connecters --------------------------------------------------------------------------------


class Dialer(SocketConnecter):
    """Dials the targets that a test names."""

    def __init__(self, targets: list[Target]) -> None:
        super().__init__("tcp://test")
        self.wanted = targets

    def _find_targets(self) -> list[Target]:
        return list(self.wanted)

    def _open(self, family: int) -> socket.socket:
        return open_socket(family)

    def _make_stream(self, sock: socket.socket) -> SocketStream:
        return SocketStream(sock, "local", "remote", "")


@pytest.fixture
def vacant(wiring: Any) -> Any:
    """An address where nobody listens."""
    sock = wiring.keep(socket.socket())
    sock.bind(("127.0.0.1", 0))
    return sock.getsockname()


def test_second_address_is_tried_when_the_first_fails(wiring: Any, vacant: Any) -> None:
    listener = wiring.keep(socket.create_server(("127.0.0.1", 0)))
    targets: list[Target] = [(socket.AF_INET, vacant), (socket.AF_INET, listener.getsockname())]
    connecter = wiring.keep(Dialer(targets))
    numbers = set()
    stream = connecter.start()
    while stream is None:
        numbers.add(connecter.fileno())
        assert select.select([], [connecter.fileno()], [], 10)[1]
        stream = connecter.finish()
    wiring.keep(stream)
    assert len(numbers) == 2, "the new descriptor differs from the old one"
    assert connecter.fileno() == -1


def test_last_failure_is_raised_and_closes_everything(wiring: Any, vacant: Any) -> None:
    connecter = wiring.keep(Dialer([(socket.AF_INET, vacant)] * 2))
    with pytest.raises(ZMQError, match="tcp://test") as caught:
        wiring.finish(connecter)
    assert caught.value.errno == ECONNREFUSED
    assert connecter.fileno() == -1


def test_attempt_without_any_address_fails() -> None:
    with pytest.raises(ZMQError, match="no address") as caught:
        Dialer([]).start()
    assert caught.value.errno == EINVAL


def test_family_that_the_system_lacks_is_a_failure() -> None:
    with pytest.raises(ZMQError):
        Dialer([(9999, ("127.0.0.1", 1))]).start()


def test_finish_before_the_answer_goes_on_waiting(wiring: Any) -> None:
    listener = wiring.keep(socket.socket())
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    attempts = [wiring.keep(Dialer([(socket.AF_INET, listener.getsockname())])) for _ in range(8)]
    waiting = []
    for attempt in attempts:  # more than the queue of the listener takes
        stream = attempt.start()
        if stream is not None:
            wiring.keep(stream)
        elif not select.select([], [attempt.fileno()], [], 0.05)[1]:
            waiting.append(attempt)
    assert waiting
    assert waiting[0].finish() is None
    assert waiting[0].fileno() >= 0


def test_finish_after_close_fails(wiring: Any) -> None:
    listener = wiring.keep(socket.create_server(("127.0.0.1", 0)))
    connecter = Dialer([(socket.AF_INET, listener.getsockname())])
    stream = connecter.start()
    if stream is not None:
        stream.close()
    connecter.close()
    connecter.close()
    with pytest.raises(ZMQError, match="given up"):
        connecter.finish()


def test_stream_that_cannot_be_made_is_a_failure(wiring: Any) -> None:
    class Broken(Dialer):
        def _make_stream(self, sock: socket.socket) -> SocketStream:
            raise OSError(ECONNRESET, "gone")

    listener = wiring.keep(socket.create_server(("127.0.0.1", 0)))
    with pytest.raises(ZMQError) as caught:
        wiring.finish(Broken([(socket.AF_INET, listener.getsockname())]))
    assert caught.value.errno == ECONNRESET


def test_no_lookup_is_needed_for_addresses() -> None:
    connecter = Dialer([])
    connecter.lookup()
    assert not connecter.needs_lookup
