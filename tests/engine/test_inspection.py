"""What an inspector tells of sockets, against what they are and have done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zerowire as zmq
from zerowire.engine.inspection import (
    Inspector,
    close_inspector,
    open_inspector,
    presentable,
    readable,
)

WaitUntil = Callable[..., None]
PATIENCE = 10_000  # milliseconds
SECRET = "correct horse battery staple"


@pytest.fixture
def inspector(context: zmq.Context) -> Iterator[Inspector]:
    def nothing() -> None: ...

    opened = open_inspector(context._core, nothing)
    yield opened
    close_inspector(opened, nothing)


def only(inspector: Inspector, name: str) -> dict[str, Any]:
    """Return what is told of the socket of this name; all of it must be JSON."""
    (row,) = (row for row in inspector.sockets() if row["name"] == name)
    assert json.loads(json.dumps(row)) == row
    return row


def test_socket_and_peer_are_told_as_stats_tells_them(context: zmq.Context, inspector: Inspector) -> None:
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        push.set(zmq.METADATA, b"X-Name:feeder")
        pull.rcvhwm = 3
        push.bind("tcp://127.0.0.1:*")
        endpoint = push.get_string(zmq.LAST_ENDPOINT)
        pull.connect(endpoint)
        pull.wait_for_peers(timeout=PATIENCE)
        for _ in range(3):
            push.send(b"hello")
        pull.rcvtimeo = PATIENCE
        pull.recv()
        row = only(inspector, "pull-2")
        stats = pull.stats()
        (peer,) = row["peers"]
        for name in ("messages_in", "messages_out", "octets_in", "octets_out", "queued_in", "dropped"):
            assert row[name] == getattr(stats, name) == peer[name], name
        assert row["options"] == {"RCVHWM": 3, "RCVTIMEO": PATIENCE}
        assert row["endpoints"] == [
            {"endpoint": endpoint, "role": "connect", "state": "linked", "trouble": ""}
        ]
        assert (peer["name"], peer["socket_type"], peer["state"]) == ("feeder", "PUSH", "ready")
        assert (peer["hwm_in"], peer["hwm_out"], peer["mechanism"]) == (3, 1000, "NULL")
        assert (peer["address"], peer["endpoint"]) == ("127.0.0.1", endpoint)
        own = only(inspector, "feeder")
        assert own["options"] == {"METADATA": ["X-Name"]}
        assert own["endpoints"][0]["role"] == "bind"


def test_inproc_peers_and_endpoints_are_told_once_each(context: zmq.Context, inspector: Inspector) -> None:
    with context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as other:
        one.bind("inproc://stage")
        other.connect("inproc://stage")
        one.wait_for_peers(timeout=PATIENCE)
        rows = inspector.sockets()
        assert [[(each["role"], each["endpoint"]) for each in row["endpoints"]] for row in rows] == [
            [("bind", "inproc://stage")],
            [("connect", "inproc://stage")],
        ]
        assert [[peer["state"] for peer in row["peers"]] for row in rows] == [["ready"], ["ready"]]


@pytest.mark.parametrize(
    ("routing_id", "metadata", "name"),
    [(b"", b"", ""), (b"till-3", b"", "till-3"), (b"till-3", b"X-Name:cashier", "cashier")],
)
def test_peer_is_called_what_it_calls_itself(
    context: zmq.Context, inspector: Inspector, routing_id: bytes, metadata: bytes, name: str
) -> None:
    with context.socket(zmq.ROUTER) as router, context.socket(zmq.DEALER) as dealer:
        if routing_id:
            dealer.routing_id = routing_id
        if metadata:
            dealer.set(zmq.METADATA, metadata)
        router.bind("tcp://127.0.0.1:*")
        dealer.connect(router.get_string(zmq.LAST_ENDPOINT))
        assert router.wait_for_peers(timeout=PATIENCE)
        (peer,) = only(inspector, "router-1")["peers"]
        assert peer["name"] == name
        assert peer["routing_id"].startswith(routing_id.decode() or "0x00")


def test_peer_that_cannot_be_reached_comes_with_the_reason(
    context: zmq.Context, inspector: Inspector, wait_until: WaitUntil
) -> None:
    with context.socket(zmq.PULL) as taken, context.socket(zmq.PUSH) as push:
        port = taken.bind_to_random_port("tcp://127.0.0.1")
        taken.unbind(f"tcp://127.0.0.1:{port}")
        push.connect(f"tcp://127.0.0.1:{port}")
        wait_until(lambda: only(inspector, "push-2")["endpoints"][0]["trouble"])
        (endpoint,) = only(inspector, "push-2")["endpoints"]
        assert "refused" in endpoint["trouble"].lower()


def test_secrets_are_told_nobody(context: zmq.Context, inspector: Inspector) -> None:
    """Neither keys nor passwords, whatever option they stand in, nor what METADATA says."""
    public, secret = zmq.curve_keypair()
    with context.socket(zmq.DEALER) as plain, context.socket(zmq.DEALER) as curve:
        plain.plain_username, plain.plain_password = b"admin", SECRET.encode()
        plain.set(zmq.METADATA, b"X-Token:" + SECRET.encode())
        curve.curve_publickey, curve.curve_secretkey, curve.curve_serverkey = public, secret, public
        text = json.dumps(inspector.sockets())
        assert '"PLAIN"' in text
        assert '"CURVE"' in text
        assert "admin" in text
        assert SECRET not in text
        assert secret.decode() not in json.loads(text).__repr__()
        assert "CURVE_SECRETKEY" not in text


def test_options_of_the_type_are_told_and_sinks_of_monitors_are_not(
    context: zmq.Context, inspector: Inspector
) -> None:
    with context.socket(zmq.XPUB) as xpub, xpub.events():
        xpub.set(zmq.XPUB_VERBOSE, 1)
        xpub.set(zmq.TCP_ACCEPT_FILTER, b"127.0.0.1")
        rows = inspector.sockets()
        assert [row["type"] for row in rows] == ["XPUB", "PAIR"]  # the PAIR that reads the events
        assert rows[0]["options"] == {"XPUB_VERBOSE": True, "TCP_ACCEPT_FILTER": ["127.0.0.1"]}


def test_only_options_that_were_changed_are_told(context: zmq.Context, inspector: Inspector) -> None:
    """Whatever the defaults of a type are."""
    sockets = [context.socket(kind) for kind in zmq.SocketType]
    assert [row["options"] for row in inspector.sockets()] == [{}] * len(sockets)
    sockets[0].linger = 0
    assert inspector.sockets()[0]["options"] == {"LINGER": 0}
    for socket in sockets:
        socket.close()


def test_peer_keeps_its_number_and_another_gets_another(
    context: zmq.Context, inspector: Inspector, wait_until: WaitUntil
) -> None:
    with context.socket(zmq.PULL) as pull:
        pull.bind("tcp://127.0.0.1:*")

        def numbers() -> list[int]:
            return [peer["id"] for peer in only(inspector, "pull-1")["peers"]]

        seen = set()
        for _ in range(3):
            with context.socket(zmq.PUSH) as push:
                push.connect(pull.get_string(zmq.LAST_ENDPOINT))
                wait_until(numbers)
                (number,) = numbers()
                assert numbers() == [number]
                assert number not in seen
                seen.add(number)
            wait_until(lambda: not numbers())


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"orders", "orders"),
        (b"\x00\xff", "0x00ff"),
        (b"", ""),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("caf\u00e9 \udc80", "caf\u00e9 \\udc80"),
    ],
)
def test_octets_are_made_readable(value: bytes | str, shown: str) -> None:
    """Nothing that a peer says of itself can command a terminal."""
    assert readable(value) == shown


def test_values_of_options_are_presentable() -> None:
    values = [True, 5, None, frozenset({7}), (b"a", "b"), zmq.SocketType.PUSH]
    assert [presentable(value) for value in values] == [True, 5, None, [7], ["a", "b"], "PUSH"]
