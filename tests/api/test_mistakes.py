"""The commonest mistakes: each fails as it does in pyzmq, and says what is wrong and what to do.

A row of MISTAKES is made with both libraries. The class of the error and its errno are the
same; where they are not, the row says why that is better.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import zmq as pyzmq

import zerowire as zmq

PATIENCE = 10_000  # milliseconds
NOWHERE = "tcp://192.0.2.1:5555"  # an address that is for examples, RFC 5737


class Lab:
    """A library to make mistakes with, and what was opened on the way."""

    def __init__(self, library: Any) -> None:
        self.zmq = library
        self.context = library.Context()
        self._sockets: list[Any] = []

    def open(self, kind: str, **options: Any) -> Any:
        """Open a socket that is closed at the end."""
        socket = self.context.socket(getattr(self.zmq, kind))
        self._sockets.append(socket)
        for name, value in options.items():
            setattr(socket, name, value)
        return socket

    def closed(self, kind: str) -> Any:
        """Open a socket, and close it."""
        socket = self.open(kind)
        socket.close()
        return socket

    def pair(self) -> tuple[Any, Any]:
        """Open two sockets that are connected."""
        one, other = self.open("PAIR"), self.open("PAIR", rcvtimeo=PATIENCE)
        one.bind("inproc://pair")
        other.connect("inproc://pair")
        return one, other

    def end(self) -> None:
        for socket in self._sockets:
            socket.close(0)
        self.context.term()


Make = Callable[[Lab], object]


@dataclass(frozen=True)
class Mistake:
    """A row: what is done, what the error must say, and what is different from pyzmq."""

    make: Make
    words: tuple[str, ...]
    differs: str = field(default="")


def row(make: Make, *words: str, differs: str = "") -> Mistake:
    return Mistake(make, words, differs)


# -- mistakes that take more than a line ----------------------------------------------------------


def send_twice(lab: Lab) -> None:
    req = lab.open("REQ", linger=0)
    req.connect("inproc://nobody")
    req.send(b"")
    req.send(b"", lab.zmq.NOBLOCK)


def bind_twice(lab: Lab) -> None:
    port = lab.open("PULL").bind_to_random_port("tcp://127.0.0.1")
    lab.open("PULL").bind(f"tcp://127.0.0.1:{port}")


def bind_name_twice(lab: Lab) -> None:
    lab.open("PULL").bind("inproc://name")
    lab.open("PULL").bind("inproc://name")


def find_no_port(lab: Lab) -> None:
    port = lab.open("PULL").bind_to_random_port("tcp://127.0.0.1")
    lab.open("PULL").bind_to_random_port("tcp://127.0.0.1", port, port + 1, 3)


def unbind_by_wildcard(lab: Lab) -> None:
    pull = lab.open("PULL")
    pull.bind("tcp://127.0.0.1:*")
    pull.unbind("tcp://127.0.0.1:*")


def disconnect_from_another(lab: Lab) -> None:
    push = lab.open("PUSH")
    push.connect("tcp://127.0.0.1:5555")
    push.disconnect("tcp://127.0.0.1:5556")


def reach_high_water_mark(lab: Lab) -> None:
    push = lab.open("PUSH", sndhwm=1, linger=0)
    push.connect("inproc://nobody")
    push.send(b"fits")
    push.send(b"does not", lab.zmq.NOBLOCK)


def receive_after_term(lab: Lab) -> None:
    pull = lab.open("PULL")
    ending = threading.Thread(target=lab.context.term)
    ending.start()
    try:
        while True:
            try:
                pull.recv(lab.zmq.NOBLOCK)
            except lab.zmq.Again:
                continue
    finally:
        pull.close()
        ending.join()


def open_after_term(lab: Lab) -> None:
    lab.context.term()
    lab.open("PULL")


def open_too_many(lab: Lab) -> None:
    lab.context.set(lab.zmq.MAX_SOCKETS, 1)
    lab.open("PULL")
    lab.open("PULL")
    lab.open("PULL")


def poll_closed(lab: Lab) -> None:
    poller = lab.zmq.Poller()
    poller.register(lab.closed("PULL"), lab.zmq.POLLIN)
    poller.poll(0)


def monitor_twice(lab: Lab) -> None:
    lab.open("PULL").monitor("inproc://monitor")
    lab.open("PULL").monitor("inproc://monitor")


def receive_other_than_json(lab: Lab) -> None:
    one, other = lab.pair()
    one.send(b"{")
    other.recv_json()


def receive_other_than_text(lab: Lab) -> None:
    one, other = lab.pair()
    one.send(b"\xff")
    other.recv_string()


MISTAKES: dict[str, Mistake] = {
    # what is sent
    "send str": row(lambda lab: lab.open("PUSH").send("text"), "encode it", "send_string"),
    "send None": row(lambda lab: lab.open("PUSH").send(None), "None cannot be sent", "b''"),
    "send a number": row(lambda lab: lab.open("PUSH").send(5), "int", "send_json"),
    "send a list": row(lambda lab: lab.open("PUSH").send([b"a", b"b"]), "list", "send_multipart"),
    "str in a message of several frames": row(
        lambda lab: lab.open("PUSH").send_multipart([b"a", "b"]), "Frame 1", "'b'"
    ),
    "bytes instead of a list of frames": row(
        lambda lab: lab.open("PUSH").send_multipart(b"abc"), "Frame 0", "97"
    ),
    "a message without frames": row(
        lambda lab: lab.open("PUSH").send_multipart([]), "at least one frame", "[b'']"
    ),
    "bytes as text": row(lambda lab: lab.open("PUSH").send_string(b"octets"), "str, not bytes"),
    "a Frame of str": row(lambda lab: lab.zmq.Frame("text"), "str", "encode it"),
    "track a Frame without a tracker": row(
        lambda lab: lab.open("PUSH").send(lab.zmq.Frame(b"x"), copy=False, track=True), "track=True"
    ),
    "receive other than JSON": row(receive_other_than_json, "line 1 column 2"),
    "receive other than text": row(receive_other_than_text, "utf-8", "0xff"),
    "receive into what cannot be changed": row(lambda lab: lab.open("PULL").recv_into(b"abc"), "read-only"),
    # whose turn it is, and who sends what
    "REQ receives first": row(lambda lab: lab.open("REQ").recv(lab.zmq.NOBLOCK), "no request", "send first"),
    "REQ sends twice": row(send_twice, "reply", "receive first", "REQ_RELAXED"),
    "REP sends first": row(lambda lab: lab.open("REP").send(b""), "no request", "receive first"),
    "recv on PUSH": row(lambda lab: lab.open("PUSH").recv(), "PUSH", "does not receive", "PULL"),
    "recv on PUB": row(lambda lab: lab.open("PUB").recv(), "PUB", "does not receive", "SUB"),
    "send on SUB": row(lambda lab: lab.open("SUB").send(b"x"), "SUB", "does not send", "PUB"),
    "send on PULL": row(lambda lab: lab.open("PULL").send(b"x"), "PULL", "does not send", "PUSH"),
    "send to an unknown peer, ROUTER_MANDATORY": row(
        lambda lab: lab.open("ROUTER", router_mandatory=1).send_multipart([b"who", b"x"]),
        "no peer", "b'who'", "a message has come from",
    ),
    "send to an unknown peer, STREAM": row(
        lambda lab: lab.open("STREAM").send_multipart([b"who", b"x"]), "no peer", "b'who'"
    ),
    # time, and limits
    "RCVTIMEO run out": row(lambda lab: lab.open("PULL", rcvtimeo=5).recv(), "5 ms", "RCVTIMEO", "no peer"),
    "SNDTIMEO run out": row(
        lambda lab: lab.open("PUSH", sndtimeo=5).send(b""), "5 ms", "SNDTIMEO", "connect()"
    ),
    "nothing to receive": row(lambda lab: lab.open("PULL").recv(lab.zmq.NOBLOCK), "not to wait", "poll()"),
    "no peer to send to": row(
        lambda lab: lab.open("PUSH").send(b"", lab.zmq.NOBLOCK), "no peer", "connect()"
    ),
    "high-water mark reached": row(
        reach_high_water_mark, "high-water mark", "SNDHWM is 1", "inproc://nobody"
    ),
    "more sockets than MAX_SOCKETS": row(open_too_many, "MAX_SOCKETS=1", "raise it"),
    # endpoints
    "bind without a port": row(
        lambda lab: lab.open("PULL").bind("tcp://127.0.0.1"), "tcp://127.0.0.1", "no port", "HOST:PORT"
    ),
    "connect without a port": row(
        lambda lab: lab.open("PULL").connect("tcp://127.0.0.1"), "no port", "HOST:PORT"
    ),
    "connect to *": row(lambda lab: lab.open("PULL").connect("tcp://*:4242"), "*:4242", "bind only"),
    "connect to any port": row(
        lambda lab: lab.open("PULL").connect("tcp://127.0.0.1:*"), "port '*'", "0 to 65535"
    ),
    "a port that is no number": row(
        lambda lab: lab.open("PULL").bind("tcp://127.0.0.1:http"), "'http'", "1 to 65535", "*"
    ),
    "a port that is too large": row(
        lambda lab: lab.open("PULL").bind("tcp://127.0.0.1:70000"), "'70000'", "1 to 65535",
        differs="libzmq binds port 4464, the rest of 70000 by 65536",
    ),
    "no scheme": row(
        lambda lab: lab.open("PULL").connect("127.0.0.1:5555"), "127.0.0.1:5555", "tcp://"
    ),
    "an unknown scheme": row(
        lambda lab: lab.open("PULL").connect("http://127.0.0.1:5555"), "'http'", "tcp"
    ),
    "no address": row(lambda lab: lab.open("PULL").bind("ipc://"), "'ipc://'", "no address"),
    "an endpoint that is a number": row(lambda lab: lab.open("PULL").bind(5555), "str, not int", "5555"),
    "address in use": row(bind_twice, "already in use", "tcp://127.0.0.1:", "another port"),
    "name in use": row(bind_name_twice, "inproc://name", "another socket"),
    "no port is free": row(find_no_port, "no free port", "tcp://127.0.0.1"),
    "bind to an address of another machine": row(
        lambda lab: lab.open("PULL").bind(NOWHERE), NOWHERE, "does not have the address", "*"
    ),
    "bind to an interface that is not there": row(
        lambda lab: lab.open("PULL").bind("tcp://eth99:5555"), "'eth99'", "interface"
    ),
    "a host with a space": row(
        lambda lab: lab.open("PULL").connect("tcp://bad host:5555"), "bad host", "HOST:PORT"
    ),
    "an ipc path that is too long": row(
        lambda lab: lab.open("PULL").bind("ipc:///tmp/" + "x" * 200), "205 octets", "107"
    ),
    "an ipc directory that is not there": row(
        lambda lab: lab.open("PULL").bind("ipc:///no-such-directory/name"),
        "'/no-such-directory'", "no such file or directory",
    ),
    "unbind what was not bound": row(
        lambda lab: lab.open("PULL").unbind("tcp://127.0.0.1:5555"), "not bound", "tcp://127.0.0.1:5555"
    ),
    "unbind by a wildcard": row(unbind_by_wildcard, "endpoints of this socket: tcp://127.0.0.1:"),
    "disconnect from another endpoint": row(
        disconnect_from_another, "tcp://127.0.0.1:5556", "endpoints of this socket: tcp://127.0.0.1:5555"
    ),
    "monitor over tcp": row(lambda lab: lab.open("PULL").monitor("tcp://127.0.0.1:5555"), "inproc://"),
    "monitor two at one endpoint": row(monitor_twice, "inproc://monitor", "another socket"),
    # options
    "str for a number": row(
        lambda lab: lab.open("PULL").setsockopt(lab.zmq.RCVHWM, "1"), "RCVHWM", "int", "'1'"
    ),
    "a fraction for a number": row(
        lambda lab: lab.open("PULL").setsockopt(lab.zmq.RCVHWM, 1.5), "RCVHWM", "int", "1.5"
    ),
    "a number for octets": row(
        lambda lab: lab.open("SUB").setsockopt(lab.zmq.SUBSCRIBE, 5), "SUBSCRIBE", "bytes"
    ),
    "str for octets": row(
        lambda lab: lab.open("SUB").setsockopt(lab.zmq.SUBSCRIBE, "a"), "SUBSCRIBE", "encode", "_string()"
    ),
    "a value out of range": row(
        lambda lab: lab.open("PULL").setsockopt(lab.zmq.LINGER, -5), "LINGER is -5", "-1 (for ever)"
    ),
    "a routing id that is too long": row(
        lambda lab: lab.open("DEALER").setsockopt(lab.zmq.ROUTING_ID, b"x" * 256), "ROUTING_ID", "1 to 255"
    ),
    "set an unknown option": row(lambda lab: lab.open("PULL").setsockopt(9999, 1), "no option 9999"),
    "get an unknown option": row(lambda lab: lab.open("PULL").getsockopt(9999), "no option 9999"),
    "a misspelled option": row(lambda lab: setattr(lab.open("PULL"), "lingre", 0), "option 'lingre'"),
    "set what can only be read": row(
        lambda lab: lab.open("PULL").setsockopt(lab.zmq.EVENTS, 1), "EVENTS", "read only"
    ),
    "get what can only be set": row(
        lambda lab: lab.open("SUB").getsockopt(lab.zmq.SUBSCRIBE), "SUBSCRIBE", "set only"
    ),
    "SUBSCRIBE on PUB": row(lambda lab: lab.open("PUB").subscribe("topic"), "SUBSCRIBE", "PUB", "for SUB"),
    "an option of another socket type": row(
        lambda lab: lab.open("PUSH").setsockopt(lab.zmq.ROUTER_MANDATORY, 1), "ROUTER_MANDATORY", "other"
    ),
    "a number as text": row(lambda lab: lab.open("PULL").get_string(lab.zmq.LINGER), "not octets"),
    # sockets and contexts
    "send on a closed socket": row(lambda lab: lab.closed("PUSH").send(b""), "closed"),
    "recv on a closed socket": row(lambda lab: lab.closed("PULL").recv(), "closed"),
    "bind a closed socket": row(lambda lab: lab.closed("PULL").bind("inproc://name"), "closed"),
    "set an option of a closed socket": row(
        lambda lab: lab.closed("PULL").setsockopt(lab.zmq.LINGER, 0), "closed"
    ),
    "poll a closed socket": row(lambda lab: lab.closed("PULL").poll(0), "closed"),
    "poll a closed socket among others": row(
        poll_closed, "closed", differs="pyzmq returns as if nothing was ready"
    ),
    "an unknown socket type": row(lambda lab: lab.context.socket(99), "99", "PULL"),
    "a socket type that is str": row(lambda lab: lab.context.socket("PULL"), "type", "'PULL'"),
    "a socket without a context": row(lambda lab: lab.zmq.Socket(), "Context", "Context.socket(type)"),
    "a socket of what is no context": row(lambda lab: lab.zmq.Socket(5, lab.zmq.PULL), "Context", "5"),
    "a negative number of threads": row(
        lambda lab: lab.context.set(lab.zmq.IO_THREADS, -1), "IO_THREADS is -1", "0 or more"
    ),
    "an unknown option of a context": row(lambda lab: lab.context.set(9999, 1), "context option 9999"),
    "open a socket of a closed context": row(open_after_term, "context is closed", "another"),
    "set an option of a closed context": row(
        lambda lab: (lab.context.term(), lab.context.set(lab.zmq.MAX_SOCKETS, 5)), "context is closed"
    ),
    "receive when the context was terminated": row(receive_after_term, "terminated"),
    "poll what is no socket": row(lambda lab: lab.zmq.zmq_poll([("x", 1)], 0), "fileno()", "'x'"),
    "forget what was not registered": row(
        lambda lab: lab.zmq.Poller().unregister(lab.open("PULL")), "zmq.PULL"
    ),
    "join sockets with nothing": row(lambda lab: lab.zmq.proxy(lab.open("PULL"), None), "None"),
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of a mistake."""

    kind: str
    errno: int | None
    text: str


def outcome(library: Any, make: Make) -> Outcome:
    lab = Lab(library)
    try:
        make(lab)
    except Exception as error:
        errno = error.errno if isinstance(error, library.ZMQError) else None
        return Outcome(type(error).__name__, None if errno is None else int(errno), str(error))
    finally:
        lab.end()
    return Outcome("no error", None, "")


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_fails_as_in_pyzmq_and_says_what_to_do(name: str) -> None:
    mistake = MISTAKES[name]
    ours, theirs = outcome(zmq, mistake.make), outcome(pyzmq, mistake.make)
    same = (ours.kind, ours.errno) == (theirs.kind, theirs.errno)
    assert ours.kind != "no error"
    assert same != bool(mistake.differs), (ours, theirs)
    assert [word for word in mistake.words if word not in ours.text] == [], ours.text


def test_a_text_is_no_sentence_and_fits_on_two_lines() -> None:
    """Lower case, unless it begins with a name; no full stop, unless it is pyzmq's own."""
    texts = {name: outcome(zmq, mistake.make).text for name, mistake in MISTAKES.items()}
    foreign = {
        "receive other than JSON",
        "str in a message of several frames",
        "bytes instead of a list of frames",
    }
    assert [name for name, text in texts.items() if text.endswith(".") and name not in foreign] == []
    assert [name for name, text in texts.items() if len(text) > 200 and "ipc path" not in name] == []


def test_a_message_without_a_routing_id_vanishes_but_is_counted() -> None:
    """ROUTER-3: a lone frame is silently swallowed; stats() tell."""

    def send_alone(lab: Lab) -> None:
        router = lab.open("ROUTER")
        router.send(b"to whom?")
        if lab.zmq is zmq:
            assert router.stats().dropped == 1

    assert outcome(zmq, send_alone).kind == "no error", outcome(zmq, send_alone)
    assert outcome(pyzmq, send_alone).kind == "no error"


FORK = """
import os, sys, {library} as zmq
context = zmq.Context()
socket = context.socket(zmq.PUSH)
socket.bind("ipc://{path}")
if os.fork() == 0:
    try:
        socket.send(b"", zmq.NOBLOCK)
    except zmq.ZMQError as error:
        print(type(error).__name__, error.errno == {errno}, error)
    else:
        print("no error")
    sys.stdout.flush()
    os._exit(0)
os.wait()
socket.close(0)
context.term()
"""


def forked(library: str, errno: str, path: Path) -> str:
    program = FORK.format(library=library, errno=errno, path=path)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.skipif(not hasattr(sys, "getdlopenflags"), reason="only POSIX has fork()")
def test_a_socket_of_the_parent_says_so_in_a_forked_child(tmp_path: Path) -> None:
    """With pyzmq nobody knows: the child's messages go nowhere, or it waits for peers that cannot come."""
    assert forked("zerowire", "zmq.ENOTSOCK", tmp_path / "ours") == (
        "ZMQError True the socket belongs to the parent of this process: open another after fork()"
    )
    assert "fork" not in forked("zmq", "zmq.ENOTSOCK", tmp_path / "theirs")
