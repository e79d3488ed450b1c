"""What happens to messages that are not yet sent when a socket is closed.

The peers read without a mark, because libzmq drops what its kernel holds when it stands
at RCVHWM and the other side has left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from tests.interop.library import DEADLINE, Context, Socket, bind, open_socket, ours, zmq
from tests.interop.payload import pattern
from tests.interop.peer import Peer

NOWHERE = "tcp://127.0.0.1:1"


class Ending:
    """Context.term() in a thread of its own."""

    def __init__(self, context: Context) -> None:
        self._thread = threading.Thread(target=context.term, daemon=True)
        self._thread.start()

    def has_ended(self, within: float = DEADLINE) -> bool:
        self._thread.join(within)
        return not self._thread.is_alive()


@pytest.fixture
def short_lived() -> Iterator[Context]:
    """A context that the test itself ends."""
    context = zmq.Context()
    yield context
    assert context.closed, "the test has not ended its context"


def push_to(context: Context, endpoint: str, linger: int) -> Socket:
    socket = open_socket(context, "PUSH", sndhwm=0, linger=linger)
    socket.connect(endpoint)
    return socket


def test_all_that_was_sent_arrives_after_close(short_lived: Context, peer: Peer, endpoint: str) -> None:
    """RT-3, RT-4: close() returns at once, term() when all is sent."""
    pull = peer.socket("PULL", rcvhwm=0)
    push = push_to(short_lived, pull.bind(endpoint), linger=-1)
    count = 2000
    for number in range(count):
        push.send(b"%d" % number)
    push.close()
    ending = Ending(short_lived)
    assert pull.recv_many(count) == [[b"%d" % number] for number in range(count)]
    assert ending.has_ended()


def test_large_message_arrives_after_close(short_lived: Context, peer: Peer) -> None:
    pull = peer.socket("PULL", rcvhwm=0)
    push = push_to(short_lived, pull.bind(), linger=-1)
    push.send(pattern(20 << 20))
    push.close()
    ending = Ending(short_lived)
    assert pull.recv() == [pattern(20 << 20)]
    assert ending.has_ended()


def test_bound_socket_lingers_too(short_lived: Context, peer: Peer) -> None:
    push = open_socket(short_lived, "PUSH", linger=-1)
    pull = peer.socket("PULL", rcvhwm=0)
    pull.connect(bind(push))
    for number in range(500):
        push.send_multipart([b"%d" % number, pattern(10_000)])
    push.close()
    ending = Ending(short_lived)
    assert [message[0] for message in pull.recv_many(500)] == [b"%d" % number for number in range(500)]
    assert ending.has_ended()


@pytest.mark.parametrize("linger", [0, 50])
def test_context_does_not_wait_longer_than_told(short_lived: Context, linger: int) -> None:
    """RT-3: what waits for a peer that never comes is dropped."""
    push = push_to(short_lived, NOWHERE, linger)
    push.send(b"x")
    push.close()
    assert Ending(short_lived).has_ended()


def test_context_ends_though_the_peer_does_not_read(short_lived: Context, peer: Peer) -> None:
    pull = peer.socket("PULL", rcvhwm=1)
    push = push_to(short_lived, pull.bind(), linger=50)
    for _ in range(300):
        push.send(pattern(65536))
    push.close()
    assert Ending(short_lived).has_ended()


def test_linger_of_close_overrides_the_option(short_lived: Context) -> None:
    push = push_to(short_lived, NOWHERE, linger=-1)
    push.send(b"x")
    push.close(linger=0)
    assert Ending(short_lived).has_ended()


def test_context_waits_for_a_peer_that_comes_late(short_lived: Context, new_peer: Callable[[], Peer]) -> None:
    """RT-3: with LINGER -1 the message is sent whenever somebody listens."""
    process = new_peer()
    where = process.socket("PULL").bind()
    process.kill()
    push = push_to(short_lived, where, linger=-1)
    push.setsockopt(zmq.RECONNECT_IVL, 10)
    push.send(b"late")
    push.close()
    ending = Ending(short_lived)
    assert not ending.has_ended(within=0.05)
    pull = new_peer().socket("PULL", rcvhwm=0)
    pull.bind(where)
    assert pull.recv() == [b"late"]
    assert ending.has_ended()


def test_disconnect_sends_what_waits(short_lived: Context, peer: Peer) -> None:
    """EP-7."""
    pull = peer.socket("PULL", rcvhwm=0)
    where = pull.bind()
    push = push_to(short_lived, where, linger=-1)
    for number in range(100):
        push.send(b"%d" % number)
    push.disconnect(where)
    assert pull.recv_many(100) == [[b"%d" % number] for number in range(100)]
    push.close()
    assert Ending(short_lived).has_ended()


def test_peer_that_sends_and_leaves_is_heard(short_lived: Context, peer: Peer) -> None:
    pull = open_socket(short_lived, "PULL")
    push = peer.socket("PUSH", linger=-1)
    push.connect(bind(pull))
    push.send_numbers(1000)
    push.close(-1)
    assert [pull.recv() for _ in range(1000)] == [b"%d" % number for number in range(1000)]
    pull.close()
    assert Ending(short_lived).has_ended()


@ours
def test_peer_that_leaves_while_we_stand_at_the_mark_is_heard(short_lived: Context) -> None:
    """ZeroWire reads all that a peer sent before it left; libzmq drops what the kernel still holds."""
    process = Peer()
    pull = open_socket(short_lived, "PULL", rcvhwm=10)
    push = process.socket("PUSH", linger=-1, sndhwm=0)
    push.connect(bind(pull))
    push.send_numbers(20_000)
    process.ask("end")
    assert pull.recv() == b"0"
    received = [pull.recv() for _ in range(19_999)]
    process.answer()
    process.kill()
    assert received == [b"%d" % number for number in range(1, 20_000)]
    pull.close()
    assert Ending(short_lived).has_ended()
