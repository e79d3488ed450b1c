"""A process that ends with sockets open ends, and says what it could not send."""

from __future__ import annotations

import socket as net
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import zerowire as zmq

PROGRAM = Path(__file__).with_name("exiting.py")
BOUND = 20  # seconds; far beyond what an ending process waits


@pytest.fixture
def nobody() -> Iterator[str]:
    """An endpoint where nobody listens."""
    with net.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"tcp://127.0.0.1:{held.getsockname()[1]}"


def run(case: str, endpoint: str, code: int = 0) -> str:
    """Run a case to its end, and return what it has to say."""
    command = [sys.executable, "-W", "ignore::ResourceWarning", str(PROGRAM), case, endpoint]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_unsent_messages_are_named_when_the_process_ends(nobody: str) -> None:
    """The default LINGER waits for ever; the end of the process does not."""
    said = run("unreachable", nobody)
    assert "PUSH" in said
    assert "3 unsent" in said
    assert nobody in said


def test_a_peer_that_reads_nothing_does_not_keep_the_process() -> None:
    """Neither the connection nor what waits behind it."""
    with net.create_server(("127.0.0.1", 0)) as listener:
        endpoint = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        assert endpoint in run_stuck(endpoint, listener)


def run_stuck(endpoint: str, listener: net.socket) -> str:
    """Play a peer that completes the handshake, and then never reads."""
    command = [sys.executable, "-W", "ignore::ResourceWarning", str(PROGRAM), "stuck", endpoint]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        listener.settimeout(BOUND)
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x01NULL" + bytes(16 + 32))
            peer.sendall(b"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04PULL")
            _, said = process.communicate(timeout=BOUND)
    assert process.returncode == 0
    return said


def test_linger_zero_ends_without_a_word(nobody: str) -> None:
    """The application has said that it does not mind."""
    assert run("no linger", nobody) == ""


def test_messages_for_a_peer_that_reads_arrive_after_the_end(context: zmq.Context) -> None:
    """RT-4: what was sent just before the end is delivered."""
    with context.socket(zmq.PULL) as pull:
        pull.rcvtimeo = 10_000
        port = pull.bind_to_random_port("tcp://127.0.0.1")
        assert run("tail", f"tcp://127.0.0.1:{port}") == ""
        assert [int(pull.recv()) for _ in range(500)] == list(range(500))


@pytest.mark.parametrize("case", ["waiting thread", "busy thread", "global instance"])
def test_sockets_with_nothing_to_send_do_not_keep_the_process(case: str) -> None:
    """Not even one that a thread waits in, or calls; and the thread says nothing of its end."""
    assert run(case, "tcp://127.0.0.1:*" if case == "waiting thread" else "tcp://127.0.0.1:1") == ""


def test_the_exit_code_is_the_programs_own(nobody: str) -> None:
    """The complaint changes nothing else."""
    assert nobody in run("exception", nobody, code=7)
