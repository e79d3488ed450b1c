"""A bare connection to a peer: what it says, what it takes, and what it makes of errors of the system."""

from __future__ import annotations

import errno
import socket
import threading
from pathlib import Path

import pytest

import zerowire
from tests.cli.peers import saying
from tests.conformance.raw import command, frame, greeting, ready
from zerowire.cli.faults import Fault, Found
from zerowire.cli.probe import Probe, fault_of, ipc_fault
from zerowire.cli.watchful import FITTING
from zerowire.error import zmq_error
from zerowire.options import Settings
from zerowire.zmtp.socket_type import PEERS

PATIENCE = 10.0


def probe_of(endpoint: str) -> Probe:
    return Probe(endpoint, Settings(), PATIENCE)


def test_it_answers_what_the_peer_asks_and_takes_no_notice_of_messages() -> None:
    """Octets behind the handshake are kept, wherever they begin; a PING of the peer has its PONG."""
    heard = bytearray()
    done = threading.Event()

    def talk(end: socket.socket) -> None:
        pings = 0
        while octets := end.recv(4096):
            heard.extend(octets)
            found = heard.count(b"\x04PING")
            if found > pings:
                pings = found
                context = bytes(heard[heard.rindex(b"\x04PING") + 7 :])
                end.sendall(frame(b"a message") + command(b"PONG", b"another's") + command(b"PONG", context))
        done.set()

    said = greeting() + ready("PUB") + command(b"PING", b"\0\0mine") + frame(b"news", more=True) + frame(b"!")
    with saying(said, then=talk) as endpoint:
        probe = probe_of(endpoint)
        try:
            probe.reach()
            assert probe.is_peer
            assert all(0 < probe.ping() < PATIENCE for _ in range(3))
        finally:
            probe.close()
        assert done.wait(PATIENCE)
    assert heard.startswith(greeting())
    assert b"\x0bSocket-Type\0\0\0\x03SUB" in heard  # what fits a PUB
    assert heard.count(command(b"PONG", b"mine")) == 1


def test_peer_that_leaves_in_a_heartbeat_is_told() -> None:
    def leave(end: socket.socket) -> None:
        heard = b""
        while b"\x04PING" not in heard:
            heard += end.recv(4096)
        end.shutdown(socket.SHUT_RDWR)

    with saying(greeting() + ready("REP"), then=leave) as endpoint:
        probe = probe_of(endpoint)
        probe.reach()
        with pytest.raises(Found, match="closed the connection") as found:
            probe.ping()
        probe.close()
    assert found.value.fault is Fault.CLOSED


def test_a_name_is_looked_up_and_connected_to() -> None:
    with saying(greeting() + ready("REP")) as endpoint:
        probe = probe_of(endpoint.replace("127.0.0.1", "localhost"))
        probe.reach()
        probe.close()
    assert probe.remote == endpoint
    assert set(probe.times) == {"connect", "greeting", "handshake"}


def test_what_a_probe_calls_itself_fits() -> None:
    assert all(ours in PEERS[theirs] for theirs, ours in FITTING.items())
    assert FITTING.keys().isdisjoint({"PUSH", "DEALER", "REQ", "PAIR", "CLIENT", "SCATTER"})


def test_errors_of_the_system_are_faults(tmp_path: Path) -> None:
    named = {errno.ECONNREFUSED: Fault.REFUSED, errno.ETIMEDOUT: Fault.SILENT_NETWORK}
    for number in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, *named):
        assert fault_of(zmq_error(number), "tcp://10.0.0.1:1") is named.get(number, Fault.UNREACHABLE)
    for number, fault in {errno.EACCES: Fault.PERMISSION, errno.ENOENT: Fault.NO_PATH}.items():
        assert ipc_fault(zmq_error(number), tmp_path) is fault
    assert ipc_fault(zmq_error(errno.ECONNREFUSED), Path("@name")) is Fault.REFUSED
    assert fault_of(zmq_error(errno.ECONNREFUSED), f"ipc://{tmp_path}/gone") is Fault.NO_PATH


def test_it_is_no_message_to_our_own_sockets(context: zerowire.Context) -> None:
    """A ROUTER would show who has said what."""
    with context.socket(zerowire.ROUTER) as router:
        port = router.bind_to_random_port("tcp://127.0.0.1")
        probe = probe_of(f"tcp://127.0.0.1:{port}")
        probe.reach()
        probe.ping()
        probe.close()
        assert router.stats().messages_in == 0
        assert router.poll(0) == 0
