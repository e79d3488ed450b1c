"""Strangers who come in crowds, and get no further than the limits."""

from __future__ import annotations

import socket as sockets
from contextlib import ExitStack

import pytest
import zmq as pyzmq

import zerowire
from zerowire import Limits
from zerowire.constants import Event

TCP = "tcp://127.0.0.1"
PATIENCE = 10_000  # milliseconds


def stranger(port: int) -> sockets.socket:
    return sockets.create_connection(("127.0.0.1", port), timeout=10)


def is_turned_away(stream: sockets.socket) -> bool:
    try:
        while stream.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


def test_crowd_that_says_nothing_keeps_nobody_out(context: zerowire.Context) -> None:
    with ExitStack() as stack, context.socket(zerowire.REP) as rep:
        rep.limits = Limits(handshakes=10)
        port = rep.bind_to_random_port(TCP)
        crowd = [stack.enter_context(stranger(port)) for _ in range(50)]
        for mute in crowd[:40]:
            assert is_turned_away(mute)
        theirs = stack.enter_context(pyzmq.Context())
        req = stack.enter_context(theirs.socket(pyzmq.REQ))
        req.linger, req.rcvtimeo = 0, PATIENCE
        req.connect(f"{TCP}:{port}")
        req.send(b"?")
        assert rep.recv() == b"?"
        rep.send(b"!")
        assert req.recv() == b"!"


def test_one_peer_too_many_is_turned_away_and_told_of(context: zerowire.Context) -> None:
    with context.socket(zerowire.PULL) as pull, pull.events(Event.ACCEPT_FAILED, PATIENCE) as events:
        pull.limits = Limits(connections=2)
        port = pull.bind_to_random_port(TCP)
        with stranger(port), stranger(port), stranger(port) as third:
            assert is_turned_away(third)
        assert next(events).event == Event.ACCEPT_FAILED


def test_address_that_only_fails_has_to_wait(context: zerowire.Context) -> None:
    with context.socket(zerowire.PULL) as pull, pull.events(Event.ACCEPT_FAILED, PATIENCE) as events:
        pull.limits = Limits(failures=3)
        pull.plain_server = True  # else this is a peer of ZMTP 1.0
        port = pull.bind_to_random_port(TCP)
        for _ in range(4):
            with stranger(port) as browser:
                browser.sendall(b"GET / HTTP/1.1\r\n" * 9)
                assert is_turned_away(browser)
        assert next(events).event == Event.ACCEPT_FAILED


@pytest.mark.parametrize("limits", [(1, 2, 3), Limits(connections=-1), None])
def test_limits_are_checked(context: zerowire.Context, limits: object) -> None:
    with context.socket(zerowire.PULL) as pull:
        with pytest.raises(ValueError, match="numbers from 0"):
            pull.limits = limits  # type: ignore[assignment]
        assert pull.limits == Limits()
