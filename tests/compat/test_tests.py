"""Test cases of programs that have pyzmq's base classes."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import pytest

import zerowire

PROGRAM = """
import unittest
import zmq
from zmq._future import _AsyncPoller, _AsyncSocket
from zmq._typing import TypeAlias
from zmq.asyncio import Poller, Socket
from zmq.eventloop import future
from zmq.tests import BaseZMQTestCase, GreenTest, PollZMQTestCase, SkipTest, have_gevent, skip_green

class TestBlocking(PollZMQTestCase):
    def test_what_is_sent_comes_back(self):
        bound, connected = self.create_bound_pair(zmq.PAIR, zmq.PAIR)
        for one, other in ((bound, connected), (connected, bound)):
            assert self.ping_pong(one, other, b"x") == b"x"
            assert self.ping_pong_json(one, other, {"a": [1]}) == {"a": [1]}
            assert self.ping_pong_pyobj(one, other, (1, 2)) == (1, 2)
        connected.send_multipart([b"a", b"b"])
        assert self.recv_multipart(bound) == [b"a", b"b"]

    def test_errors_have_their_number(self):
        pull = self.socket(zmq.PULL)
        self.assertRaisesErrno(zmq.ENOTSUP, pull.send, b"x")
        with self.assertRaises(AssertionError):
            self.assertRaisesErrno(zmq.EINVAL, pull.send, b"x")

    @skip_green
    def test_not_for_gevent(self):
        assert not self.green

class TestGreen(GreenTest, TestBlocking):
    pass

assert issubclass(Socket, _AsyncSocket) and issubclass(future.Socket, _AsyncSocket)
assert issubclass(Poller, _AsyncPoller)
unittest.main()
"""


def test_test_cases_run_as_they_do_with_pyzmq() -> None:
    """Sections 7.1 and 7.11: zmq.tests. gevent has its skips where it is not there."""
    done = subprocess.run(
        [sys.executable, "-m", "zerowire", "run", "-c", PROGRAM],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    skipped = 1 if find_spec("gevent") else 3
    assert "Ran 6 tests" in done.stderr
    assert done.stderr.endswith(f"OK (skipped={skipped})\n"), done.stderr


@pytest.fixture
def cases() -> ModuleType:
    """zmq.tests, which warns whoever loads it."""
    sys.modules.pop("zerowire.compat.tests", None)
    with pytest.deprecated_call():
        return import_module("zerowire.compat.tests")


def test_socket_that_is_still_open_is_told_of(cases: ModuleType) -> None:
    context = zerowire.Context()
    socket = context.socket(zerowire.PULL)
    with pytest.raises(RuntimeError, match="a socket of it is still open"):
        cases.term_context(context, 0.01)
    socket.close()
    cases.term_context(context, 10)
    assert context.closed
