"""Ask ZeroWire and libzmq the same questions, and show both answers side by side.

    python scripts/probes.py              all questions; the exit code is 0
    python scripts/probes.py greet req    those whose name contains one of the words

An answer that differs is marked. Differences that are meant are in docs/design/differences.md.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("zerowire", "zmq")
VARIABLE = "ZEROWIRE_TEST_LIBRARY"
KINDS = ["PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM"]
BINDS = (
    "tcp://localhost:*", "tcp://lo:*", "tcp://127.0.0.1:65536", "tcp://127.0.0.1:65537", "tcp://nosuchif0:*",
    "tcp://127.0.0.1:abc", "tcp://127.0.0.1:0x", "ipc://@zerowire-probe", "ipc:///no/such/directory/s",
    "ipc://" + "a" * 108,
)  # fmt: skip
CONNECTS = (
    "ftl://a", "tcp://", "tcp://localhost:*", "tcp://*:5555", "tcp://127.0.0.1:0", "tcp://foo bar:1",
    "inproc://", "ipc://@", "udp://127.0.0.1:5", "tcp://127.0.0.1",
)  # fmt: skip
GATED = (*range(93, 103), 108, 109, 110, 112, 113, 115, 116)

Answer = Any
Question = Callable[[Any], Answer]


class Lab:
    """Sockets of one library and raw peers, for one question."""

    def __init__(self) -> None:
        from tests.conformance import raw
        from tests.interop import library

        self.raw, self.library, self.zmq = raw, library, library.zmq
        self.context = self.zmq.Context()

    def open(self, kind: str, **options: Any) -> Any:
        return self.library.open_socket(self.context, kind, rcvtimeo=1000, **options)

    def dial(self, socket: Any) -> Any:
        return self.raw.RawPeer.dial(self.library.bind(socket), socket)

    def error(self, call: Callable[..., object], *arguments: Any) -> str:
        """Return what a call fails with, or what it returns; "ok" stands for an object of the library."""
        try:
            result = call(*arguments)
        except self.zmq.ZMQError as error:
            return errno.errorcode.get(error.errno, str(error.errno))
        return repr(result) if isinstance(result, bytes | int | str | None) else "ok"


def greeting_in_stages(lab: Lab) -> Answer:
    peer = lab.dial(lab.open("ROUTER", routing_id=b"abc"))
    stages = [peer.read(10)]
    for piece, size in ((lab.raw.SIGNATURE, 1), (b"\3", 53)):
        peer.send(piece)
        stages.append(peer.read(size))
    return stages


def ready_of_each_type(lab: Lab) -> Answer:
    return {kind: lab.dial(lab.open(kind)).greet() for kind in KINDS if kind != "STREAM"}


def subscription_on_the_wire(lab: Lab) -> Answer:
    answers = []
    for minor in (0, 1):
        peer = lab.dial(lab.open("SUB", subscribe=b"ab"))
        peer.shake_hands("PUB", minor)
        answers.append(peer.read_frame())
    return answers


def ping(lab: Lab) -> Answer:
    peer = lab.dial(lab.open("PULL"))
    peer.shake_hands("PUSH")
    peer.send(lab.raw.command(b"PING", b"\0\0context"))
    return peer.read_frame()


def oldest_peer(lab: Lab) -> Answer:
    pull = lab.open("PULL")
    peer = lab.dial(pull)
    peer.send(b"\1\0", b"\6\0hello")
    return peer.read(10), pull.recv()


def request_on_the_wire(lab: Lab) -> Answer:
    req = lab.open("REQ")
    peer = lab.dial(req)
    peer.shake_hands("REP")
    req.send(b"hi")
    return peer.read_frame(), peer.read_frame(), lab.error(req.send, b"again")


def router_and_strangers(lab: Lab) -> Answer:
    router = lab.open("ROUTER")
    quiet = lab.error(router.send_multipart, [b"nobody", b"x"])
    router.setsockopt(lab.zmq.ROUTER_MANDATORY, 1)
    return quiet, lab.error(router.send_multipart, [b"nobody", b"x"])


def unknown_cancel(lab: Lab) -> Answer:
    xpub = lab.open("XPUB")
    peer = lab.dial(xpub)
    peer.shake_hands("SUB")
    peer.send(lab.raw.command(b"CANCEL", b"never"))
    return lab.error(xpub.recv)


def events_without_peers(lab: Lab) -> Answer:
    return {kind: lab.open(kind).getsockopt(lab.zmq.EVENTS) for kind in KINDS}


def linger_of_new_sockets(lab: Lab) -> Answer:
    return {kind: lab.context.socket(getattr(lab.zmq, kind)).getsockopt(lab.zmq.LINGER) for kind in KINDS}


def reading_draft_options(lab: Lab) -> Answer:
    socket = lab.open("REQ")
    return {number: lab.error(socket.getsockopt, number) for number in GATED}


def binding(lab: Lab) -> Answer:
    return {endpoint[:40]: lab.error(lab.open("DEALER").bind, endpoint) for endpoint in BINDS}


def connecting(lab: Lab) -> Answer:
    return {endpoint: lab.error(lab.open("DEALER").connect, endpoint) for endpoint in CONNECTS}


def inproc_marks(lab: Lab) -> Answer:
    push, pull = lab.open("PUSH", sndhwm=3), lab.open("PULL", rcvhwm=4)
    pull.bind("inproc://marks")
    push.connect("inproc://marks")
    sent = 0
    while lab.error(push.send, b"", lab.zmq.DONTWAIT) != "EAGAIN":
        sent += 1
    return sent


def calls_after_the_end(lab: Lab) -> Answer:
    socket = lab.open("PULL")
    socket.close()
    closed = lab.error(socket.recv)
    lab.context.term()
    return closed, lab.error(lab.context.socket, lab.zmq.PULL)


QUESTIONS: dict[str, Question] = {
    question.__name__: question
    for question in (
        greeting_in_stages, ready_of_each_type, subscription_on_the_wire, ping, oldest_peer,
        request_on_the_wire, router_and_strangers, unknown_cancel, events_without_peers,
        linger_of_new_sockets, reading_draft_options, binding, connecting, inproc_marks, calls_after_the_end,
    )
}  # fmt: skip


def answer(name: str) -> None:
    """Print one library's answer; the process ends with the question, whatever still runs."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    try:
        text = repr(QUESTIONS[name](Lab()))
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
    print(json.dumps(text), flush=True)
    os._exit(0)


def ask(name: str, library: str) -> str:
    """Return the answer of a library, from a process of its own."""
    command = [sys.executable, "-W", "ignore", __file__, "--answer", name]
    try:
        done = subprocess.run(
            command, env={**os.environ, VARIABLE: library}, capture_output=True, text=True, timeout=30
        )
    except subprocess.TimeoutExpired:
        return "no answer within 30 seconds"
    return str(json.loads(done.stdout)) if done.stdout else done.stderr.strip().splitlines()[-1]


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--answer"]:
        answer(arguments[1])
    for name in QUESTIONS:
        if arguments and not any(word in name for word in arguments):
            continue
        answers = [ask(name, library) for library in LIBRARIES]
        print(name, "" if answers[0] == answers[1] else "   <- differs")
        for library, text in zip(LIBRARIES, answers, strict=True):
            print(f"    {library:9} {text}")


if __name__ == "__main__":
    main(sys.argv[1:])
