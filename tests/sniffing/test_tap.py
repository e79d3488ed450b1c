"""Octets that pass through a tap, between libzmq and us."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import zerowire
from tests.conftest import WaitUntil
from zerowire.error import ZMQError
from zerowire.sniffing import Seen, Tap
from zerowire.sniffing.tap import LIMIT


class Running:
    """A tap in a thread."""

    def __init__(self, listen: str, target: str) -> None:
        self.seen: list[Seen] = []
        self.tap = Tap(listen, target, self.seen.append)
        self._is_over = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def kinds(self) -> list[str]:
        return [seen.kind for seen in self.seen]

    def stop(self) -> None:
        self._is_over = True
        self._thread.join()
        self.tap.close()

    def _run(self) -> None:
        while not self._is_over:
            self.tap.step(0.01)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def send_all(client: socket.socket, data: bytes) -> None:
    client.sendall(data)
    client.shutdown(socket.SHUT_WR)


def target_of(listener: socket.socket) -> str:
    return f"tcp://127.0.0.1:{listener.getsockname()[1]}"


def test_requests_pass_from_libzmq_to_us_and_back(
    context: zerowire.Context, tmp_path: Path, wait_until: WaitUntil
) -> None:
    """tcp on one side, ipc on the other; what is said is seen in order."""
    zmq = pytest.importorskip("zmq")
    with context.socket(zerowire.REP) as reply, zmq.Context() as theirs, theirs.socket(zmq.REQ) as ask:
        reply.bind(f"ipc://{tmp_path}/s")
        running = Running("tcp://127.0.0.1:*", f"ipc://{tmp_path}/s")
        try:
            ask.setsockopt(zmq.LINGER, 0)
            ask.connect(running.tap.endpoint)
            for size in (10, 3_000_000):
                ask.send(b"x" * size)
                reply.send(reply.recv() + b"!")
                assert len(ask.recv()) == size + 1
            ask.close()
            wait_until(lambda: running.kinds().count("close") == 2)
        finally:
            running.stop()
    messages = [seen.facts["frames"][1] for seen in running.seen if seen.kind == "message"]
    assert list(map(len, messages)) == [10, 11, 3_000_000, 3_000_001]
    assert running.seen[0].kind == "open"
    assert running.tap.connections == 1


def test_target_that_is_not_there_is_told(listener: socket.socket, wait_until: WaitUntil) -> None:
    target = target_of(listener)
    listener.close()
    running = Running("tcp://127.0.0.1:*", target)
    try:
        host, port = running.tap.endpoint.removeprefix("tcp://").split(":")
        with socket.create_connection((host, int(port))) as client:
            assert client.recv(1) == b""
        wait_until(lambda: "close" in running.kinds())
        assert "connection refused" in running.seen[-1].facts["how"]
    finally:
        running.stop()


def test_slow_reader_holds_up_the_sender_and_loses_nothing(
    listener: socket.socket, wait_until: WaitUntil
) -> None:
    """No more than LIMIT octets lie in the tap; each end passes on for itself."""
    running = Running("tcp://127.0.0.1:*", target_of(listener))
    host, port = running.tap.endpoint.removeprefix("tcp://").split(":")
    data = bytes(range(256)) * (8 * LIMIT // 256)
    try:
        with socket.create_connection((host, int(port))) as client:
            far, _ = listener.accept()
            wait_until(lambda: any(relay.lanes for relay in running.tap._relays))
            sending = threading.Thread(target=send_all, args=(client, data))
            sending.start()
            lane = running.tap._relays[0].lanes[0]
            wait_until(lambda: not lane.may_read)
            assert len(lane.waiting) <= LIMIT + 65536
            with far:
                received = b"".join(iter(lambda: far.recv(1 << 20), b""))
                far.sendall(b"answer, though you have ended")
            sending.join()
            assert received == data
            assert client.recv(100) == b"answer, though you have ended"
            assert client.recv(1) == b""
        wait_until(lambda: running.tap._relays == [])
    finally:
        running.stop()


@pytest.mark.parametrize(
    ("listen", "target"),
    [("tcp://127.0.0.1", "tcp://127.0.0.1:1"), ("tcp://*:*", "tcp://*:1"), ("tcp://*:*", "carrier://pigeon")],
)
def test_endpoints_that_cannot_be_are_refused(listen: str, target: str) -> None:
    with pytest.raises(ZMQError):
        Tap(listen, target, print)
