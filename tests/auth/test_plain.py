"""Plain: PLAIN in one line (section 4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import zmq as pyzmq

import zerowire as zmq
from zerowire.auth.plain import Plain, PlaintextWarning
from zerowire.zmtp.zap import Request


def verdict(plain: Plain, user: bytes, password: bytes, address: bytes = b"127.0.0.1") -> bool | str:
    """Return what a server says to a peer."""
    return plain.authenticate(Request(b"1", b"", address, b"", b"PLAIN", (user, password)))


def test_a_server_is_one(context: zmq.Context) -> None:
    """PLAIN-2."""
    with context.socket(zmq.REP) as socket:
        Plain.server({}).apply(socket)
        assert (socket.mechanism, socket.plain_server) == (zmq.PLAIN, 1)


def test_a_client_is_a_name_and_a_password(context: zmq.Context) -> None:
    with context.socket(zmq.REQ) as socket:
        Plain.client("joé", "sécret").apply(socket)
        assert (socket.mechanism, socket.plain_server) == (zmq.PLAIN, 0)
        assert (socket.plain_username, socket.plain_password) == ("joé".encode(), "sécret".encode())


def test_passwords_may_be_in_a_mapping_that_changes() -> None:
    passwords = {"joe": "sécret"}
    plain = Plain.server(passwords)
    assert verdict(plain, b"joe", "sécret".encode()) == "joe"
    assert verdict(plain, b"joe", b"secret") is False
    assert verdict(plain, b"\xff", b"\xff") is False
    passwords["ann"] = "new"
    assert verdict(plain, b"ann", b"new") == "ann"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(True, "joe"), (1, "joe"), ("ann", "ann"), (False, False), (None, False), ("", False)],
)
def test_a_callable_may_check(answer: Any, expected: str | bool) -> None:
    asked = []

    def check(user: str, password: str) -> Any:
        asked.append((user, password))
        return answer

    assert verdict(Plain.server(check), b"joe", b"secret") == expected
    assert asked == [("joe", "secret")]


def test_a_client_lets_nobody_in() -> None:
    assert verdict(Plain.client("joe", "secret"), b"joe", b"secret") is False


@pytest.mark.parametrize(
    ("user", "password", "words"),
    [("", "x", "at least one character"), ("x" * 256, "", "not 256"), ("x", "é" * 128, "not 256")],
)
def test_what_does_not_fit_is_named(user: str, password: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Plain.client(user, password)


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(Plain.client("joe", "secret"))
    assert "secret" not in repr(Plain.server({"joe": "secret"}))


@pytest.mark.parametrize(
    "address", [b"10.0.0.1", b"::2", b"::ffff:10.0.0.1", b"192.168.1.1", b"fe80::1%eth0"]
)
def test_a_password_that_others_may_have_seen_is_worth_a_warning(address: bytes) -> None:
    with pytest.warns(PlaintextWarning, match=f"has come from {address.decode()} in the clear"):
        assert verdict(Plain.server({"joe": "secret"}), b"joe", b"secret", address) == "joe"


@pytest.mark.parametrize(
    "address", [b"127.0.0.9", b"::1", b"::ffff:127.0.0.1", b"localhost:0:0:17", b"", b"\xff"]
)
def test_one_that_stays_on_the_machine_is_not(address: bytes) -> None:
    assert verdict(Plain.server({"joe": "secret"}), b"joe", b"secret", address) == "joe"


# -- at work -----------------------------------------------------------------------------------------


@pytest.fixture
def server(context: zmq.Context) -> Iterator[zmq.Socket]:
    """A socket that is bound, and knows Joe."""
    with context.socket(zmq.PULL) as pull:
        pull.rcvtimeo = 10_000
        Plain.server({"joe": "secret"}).apply(pull)
        pull.bind_to_random_port("tcp://127.0.0.1")
        yield pull


def test_who_knows_the_password_can_send(context: zmq.Context, server: zmq.Socket) -> None:
    """PLAIN-1, with no ZAP handler anywhere."""
    with context.socket(zmq.PUSH) as push:
        Plain.client("joe", "secret").apply(push)
        push.connect(server.last_endpoint)
        push.send(b"hello")
        frame = server.recv(copy=False)
    assert (frame.bytes, frame.get("User-Id")) == (b"hello", "joe")


def test_pyzmq_clients_can_send(server: zmq.Socket) -> None:
    with pyzmq.Context() as theirs, theirs.socket(pyzmq.PUSH) as push:
        push.plain_username, push.plain_password = b"joe", b"secret"
        push.connect(server.last_endpoint)
        push.send(b"hello")
        assert server.recv() == b"hello"


def test_who_does_not_is_refused(context: zmq.Context, server: zmq.Socket) -> None:
    with context.socket(zmq.PUSH) as push:
        Plain.client("joe", "guess").apply(push)
        with push.events(zmq.EVENT_HANDSHAKE_FAILED_AUTH, timeout=10_000) as failures:
            push.connect(server.last_endpoint)
            assert next(failures).value == 400
